"""When a hook may be believed: a few agreeing reads in a row, over a least time. Pure; the caller has the clock."""

from __future__ import annotations

from firmware_bridge.reports import Latch


class Debounce:
    """The state of one hook."""

    def __init__(self, reads: int, least_s: float = 0.0) -> None:
        """A state takes `reads` agreeing reads, the first and the last of them at least `least_s` apart."""
        self.latch = Latch.UNKNOWN
        self._reads = reads
        self._least_s = least_s
        self._candidate = Latch.UNKNOWN
        self._since = 0.0
        self._agreeing = 0
        self._confirming = 0

    @property
    def undecided(self) -> bool:
        """Whether the last reads hint at another state than the believed one."""
        return self._agreeing > 0

    def confirmed(self, reads: int = 0) -> bool:
        """Whether as many reads in a row as make a state, the newest among them, have said the believed one again."""
        return self._confirming >= max(self._reads, reads)

    def read(self, latch: Latch, *, reads: int = 0, at: float = 0.0) -> None:
        """Take one good read of the hook, asked for `at` (monotonic seconds).

        `reads` asks for more agreeing ones than usual, while the line is noisy.
        """
        if latch is self.latch:
            self._agreeing = 0
            self._confirming += 1
            return
        self._confirming = 0
        if latch is not self._candidate or not self._agreeing:
            self._candidate, self._since, self._agreeing = latch, at, 0
        self._agreeing += 1
        if self._agreeing >= max(self._reads, reads) and at - self._since >= self._least_s:
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
