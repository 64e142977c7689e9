"""Between which two reads a hook moved after its pulse: as fine as the line is read, and before any debouncing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from firmware_bridge.reports import Latch


@dataclass(frozen=True, slots=True)
class Move:
    """What the raw reads since a frame have said; monotonic seconds (see `reports.LockPulsed`)."""

    sent: float
    latched_at: float | None = None
    unlatched_at: float | None = None

    def read(self, latch: Latch, *, began: float, now: float) -> Move:
        """The same after a read that was asked for when `began` and answered `now`. A hook that bounces starts over."""
        if latch is Latch.LATCHED:
            return Move(self.sent, latched_at=began)
        if latch is Latch.UNLATCHED and self.unlatched_at is None:
            return replace(self, unlatched_at=now)
        return self
