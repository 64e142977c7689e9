"""When an occupancy sensor may be believed. Pure; the caller says what time it is.

A hand that puts a parcel in passes before the sensor, so that it takes longer to believe than a hook.
"""

from __future__ import annotations

from typing import Final

STEADY_S: Final = 0.5
"""A hand is gone, and a parcel lies, after this long."""
LEAST_READS: Final = 3
"""At rest a board is read about three or four times a second."""


class Occupancy:
    """What one sensor says."""

    def __init__(self) -> None:
        self.occupied: bool | None = None
        """None until it is known."""
        self._candidate: bool | None = None
        self._since = 0.0
        self._agreeing = 0

    def read(self, *, occupied: bool, at: float) -> bool:
        """Take one read, asked for `at` (monotonic seconds); says whether the believed state has changed."""
        if occupied is not self._candidate:
            self._candidate, self._since, self._agreeing = occupied, at, 0
        self._agreeing += 1
        if occupied is self.occupied or self._agreeing < LEAST_READS or at - self._since < STEADY_S:
            return False
        self.occupied = occupied
        return True

    def lose(self) -> bool:
        """The sensor can no longer be read; says whether it was known."""
        was_known = self.occupied is not None
        self.occupied = self._candidate = None
        return was_known
