"""Wall time, and the form in which the contract writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]
"""Gives the present time, with a zone."""


def now() -> datetime:
    """The system's wall clock, in UTC."""
    return datetime.now(UTC)


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, such as 2026-03-01T08:00:00.000Z."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
