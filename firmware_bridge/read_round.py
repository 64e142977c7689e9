"""Whose turn it is on a line: which board is read next, and how long its doors may rest between two reads.

Pure; every time is in monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from config.settings import PanelSettings
from firmware_bridge.board_watch import BoardWatch
from firmware_bridge.read_plan import PlannedRead, rest_s

Due = tuple[BoardWatch, PlannedRead]


class ReadRound:
    """The reads of all boards of one line."""

    def __init__(self, watches: Collection[BoardWatch], settings: PanelSettings) -> None:
        self._watches = watches
        self._settings = settings
        self._last_urgent = False

    @property
    def moving(self) -> bool:
        """Whether a door is expected to move by a pulse."""
        return any(watch.moving for watch in self._watches)

    @property
    def reads(self) -> list[PlannedRead]:
        """Every read of the line."""
        return [read for watch in self._watches for read in watch.plan.reads]

    def next(self, now: float) -> Due:
        """What to read next: a door that moves first, but never twice in a row while something else is due.

        A silent board must not delay the sight of a moving door.
        """
        watches: Iterable[BoardWatch] = self._watches
        if self.moving:
            watches = [watch for watch in watches if watch.moving or watch.answering is not False]
        urgent, other = _first_due(watches)
        if urgent is None or other is None:
            return next(each for each in (urgent, other) if each is not None)  # a line has a board, a board a read
        if urgent[1].due <= now and other[1].due <= now:
            return other if self._last_urgent else urgent
        return min(urgent, other, key=lambda each: each[1].due)

    def reads_now(self, read: PlannedRead) -> None:
        """It is this one's turn."""
        self._last_urgent = read.urgent

    def answered(self, read: PlannedRead, wire_s: float) -> None:
        """An answer came; how long it was on the wire says how long the others may be rested for."""
        if read.wire_s == wire_s:
            return
        read.wire_s = wire_s
        every_s = rest_s(self.reads, self._settings)
        for watch in self._watches:
            watch.rest_s = every_s


def _first_due(watches: Iterable[BoardWatch]) -> tuple[Due | None, Due | None]:
    """Of the urgent reads, and of the others, the one that has waited longest, and its board."""
    urgent: Due | None = None
    other: Due | None = None
    for watch in watches:  # looked at twice for every read of a line: plain loops are four times as quick as min
        for read in watch.plan.reads:
            if read.urgent:
                if urgent is None or read.due < urgent[1].due:
                    urgent = watch, read
            elif other is None or read.due < other[1].due:
                other = watch, read
    return urgent, other
