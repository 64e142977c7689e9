"""Whether a board that brings no hooks really says why, or whether a line that loses bytes makes it seem so.

A lost byte of an answer of zeros leaves the very answer of a smaller board, checksum and all. What the wire does to an
answer changes from one to the next; what a board says of itself does not, and a board whose hooks have been read has
as many channels as the settings say until somebody changes it. Pure, and without a clock.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

ALIKE_AT_FIRST: Final = 3
"""So many answers in the same words, half of the row at least, are believed of a board that never told its hooks."""
ALIKE_AFTERWARDS: Final = 10
"""And of one that has. Where every third read fails for damaged bytes, one failure in nine is such an answer; rows with
so many of them come by chance less than once in the life of a cabinet."""
OTHERS_MOST: Final = 3
"""So many failures of another kind in a row, and nothing is known any more: the board may be silent now."""


class Declining:
    """What the failed reads of one board have in common since its hooks were read last: the row."""

    def __init__(self) -> None:
        self.sure = False
        """Whether the board declines: it answers, and for the reason that it gives not with its hooks."""
        self._row: Counter[str] = Counter()
        self._others = 0
        self._has_told_hooks = False

    @property
    def open(self) -> bool:
        """Whether it may still turn out to decline: it mostly said the same, but not often enough."""
        return not self.sure and self._alike > 0

    @property
    def _reason(self) -> str:
        """What it gave as its reason most often."""
        return max((words for words in self._row if words), key=self._row.__getitem__, default="")

    @property
    def _alike(self) -> int:
        """How often it gave the reason that makes half of the row or more; 0 when none does."""
        most = self._row[self._reason] if self._reason else 0
        return most if 2 * most >= self._row.total() else 0

    def answered(self) -> None:
        """It has told its hooks."""
        self._has_told_hooks = True
        self._begin_again()

    def failed(self, words: str) -> None:
        """A read brought no hooks; `words` are the board's reason, empty when there was no answer at all."""
        self._others = 0 if words and words == (self._reason or words) else self._others + 1
        self._row[words] += 1
        if self._others >= OTHERS_MOST:
            self._begin_again()
        self.sure = self.sure or self._alike >= (ALIKE_AFTERWARDS if self._has_told_hooks else ALIKE_AT_FIRST)

    def _begin_again(self) -> None:
        if self._row:  # asked at every read of every board
            self.sure, self._others = False, 0
            self._row.clear()
