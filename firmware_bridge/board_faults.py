"""The faults of the boards of one line: what their failed reads amount to. Every time is in monotonic seconds."""

from __future__ import annotations

from typing import Final

from firmware_bridge.board_watch import BoardWatch
from firmware_bridge.errors import DeclinedError, ReadFailedError
from firmware_bridge.fault_book import FaultBook
from firmware_bridge.faults import FaultKind
from firmware_bridge.read_plan import PlannedRead

BOARD_FAULTS: Final = (FaultKind.BOARD_SILENT, FaultKind.BOARD_DECLINES, FaultKind.BOARD_CHANNELS)


class BoardFaults:
    """Watches the boards of one line for a `FaultBook`."""

    def __init__(self, line: str, book: FaultBook, *, alone: bool = False) -> None:
        """`alone`: the line has one board, so its silence is told as the line's, once."""
        self._line = line
        self._book = book
        self._alone = alone

    def answered(self, watch: BoardWatch, now: float) -> None:
        """A board has told its hooks, and is believed."""
        self._book.evidence(BOARD_FAULTS, self._part(watch), now)

    def failed(
        self, watch: BoardWatch, read: PlannedRead, error: ReadFailedError, now: float, *, noisy: bool = False
    ) -> None:
        """A read has failed; it is a fault once more of them did than may be repeated.

        `noisy`: what the board says arrives damaged, which is the line's fault.
        """
        if watch.answering is False:
            self._useless(watch, error, now, noisy=noisy)
        elif watch.lacks(read):
            first, last = read.channels[0], read.channels[-1]
            which = f"channel {first} does" if first == last else f"channels {first} to {last} do"
            cause = f"{which} not answer though others of board {watch.address} do"
            never = read.asked_at is None
            self._book.lasts(
                FaultKind.BOARD_CHANNELS if never else FaultKind.BOARD_SILENT, self._part(watch), cause, now
            )

    def _useless(self, watch: BoardWatch, error: ReadFailedError, now: float, *, noisy: bool) -> None:
        """No hooks come of a board: it is silent, unless it says why, again and again, or noise drowns it."""
        part = self._part(watch)
        if not watch.declining.sure:
            if noisy:
                self._book.evidence((FaultKind.BOARD_SILENT,), part, now)
            elif not watch.declining.open and not self._alone:
                self._book.lasts(FaultKind.BOARD_SILENT, part, watch.last_failure, now)
        elif isinstance(error, DeclinedError):
            kind = FaultKind.BOARD_CHANNELS if error.channels else FaultKind.BOARD_DECLINES
            self._book.lasts(kind, part, watch.last_failure, now)
            self._book.evidence((FaultKind.BOARD_SILENT,), part, now)

    def _part(self, watch: BoardWatch) -> str:
        return f"{self._line}:{watch.address}"
