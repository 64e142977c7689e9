"""How many agreeing reads a door's state takes while the line to its board is noisy. Pure, and without a clock.

A checksum of eight bits lets a few damaged replies through, and a family without one lets every damaged status byte
through. Such a reply cannot be told from a true one, but the noise can: for each that passes, dozens or thousands fail.
So the share of reads that fail says how many must agree. Figures by family: docs/boards/damaged-frames.md.
"""

from __future__ import annotations

import math
from typing import Final

SLIPS_UNCHECKED: Final = 1 / 64
"""Without a checksum, at most so many reads show one hook wrongly for each that fails: one bit of a winnsen reply is
the hook, and damage to any of some ninety others, the request's included, ends the read."""
SLIPS_CHECKED: Final = 1 / 1500
"""With one, two bits must fall together: so many wrong reads at most, times the square of the share that fails."""
FALSE_STATE: Final = 1e-9
"""Chance per read of a state that no door has, kept below this while noise lasts: at 50 reads a second, once in seven
months of nothing but noise."""
WINDOW_READS: Final = 32
"""The share of failed reads is taken over about so many; one failure counts at once, and for some seconds."""


class Trust:
    """What the reads of one board are worth at present."""

    def __init__(self, least_reads: int, *, checksum: bool) -> None:
        self._least = least_reads
        self._checksum = checksum
        self._failing = 0.0

    @property
    def reads(self) -> int:
        """Agreeing reads that make a door's state now."""
        return reads_needed(self._failing, self._least, checksum=self._checksum)

    @property
    def failures_beyond_chance(self) -> int:
        """So many failures in a row of one read are no chance while reads of its board fail as often as they do."""
        share = min(max(self._failing, FALSE_STATE), 1.0 - FALSE_STATE)
        return math.ceil(math.log(FALSE_STATE) / math.log(share))

    def answered(self) -> None:
        """A read brought hooks."""
        self._failing -= self._failing / WINDOW_READS

    def failed(self) -> None:
        """A read brought none: silence, damage, or a board that declined."""
        self._failing += (1.0 - self._failing) / WINDOW_READS


def reads_needed(failing: float, least: int, *, checksum: bool) -> int:
    """Agreeing reads that keep false states rarer than `FALSE_STATE` when a share `failing` (0 to 1) of reads fails."""
    slip = SLIPS_CHECKED * failing * failing if checksum else SLIPS_UNCHECKED * failing
    if slip <= FALSE_STATE:
        return least
    return max(least, math.ceil(math.log(FALSE_STATE) / math.log(slip)))
