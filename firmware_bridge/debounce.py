"""When a hook may be believed: a few agreeing reads in a row make a door's state. Pure, and without a clock."""

from __future__ import annotations

from firmware_bridge.reports import Latch


class Debounce:
    """The state of one hook."""

    def __init__(self, reads: int) -> None:
        self.latch = Latch.UNKNOWN
        self._reads = reads
        self._candidate = Latch.UNKNOWN
        self._agreeing = 0
        self._confirming = 0

    @property
    def undecided(self) -> bool:
        """Whether the last reads hint at another state than the believed one."""
        return self.latch is Latch.UNKNOWN or self._agreeing > 0

    def confirmed(self, reads: int = 0) -> bool:
        """Whether as many reads in a row as make a state, the newest among them, have said the believed one again."""
        return self._confirming >= max(self._reads, reads)

    def read(self, latch: Latch, *, reads: int = 0) -> None:
        """Take one good read of the hook; `reads` asks for more agreeing ones than usual, while the line is noisy."""
        if latch is self.latch:
            self._agreeing = 0
            self._confirming += 1
            return
        self._confirming = 0
        self._agreeing = self._agreeing + 1 if latch is self._candidate else 1
        self._candidate = latch
        if self._agreeing >= max(self._reads, reads):
            self.latch = latch
            self._confirming, self._agreeing = self._agreeing, 0

    def restart(self) -> None:
        """Forget the reads so far, not the state: what follows shall stand on reads of its own."""
        self._agreeing = 0
        self._confirming = 0

    def lose(self) -> None:
        """The hook can no longer be read."""
        self.latch = Latch.UNKNOWN
        self._agreeing = 0
        self._confirming = 0
