"""A clock that stands still, for parts that only need one."""

from __future__ import annotations

from datetime import UTC, datetime


class StillClock:
    """Both clocks, standing still."""

    def monotonic(self) -> float:
        return 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 1, 8, tzinfo=UTC)

    def synced(self) -> bool:
        return True
