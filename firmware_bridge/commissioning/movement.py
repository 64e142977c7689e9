"""Which hooks have moved for good: contacts bounce, frames get damaged, and hands are slow. Pure, times injected."""

from __future__ import annotations

from typing import Final

from firmware_bridge.commissioning.notebook import Place
from firmware_bridge.commissioning.signals import Signals

STEADY_READS: Final = 3
"""Agreeing reads in a row that make a signal."""
STEADY_S: Final = 0.3
"""And for at least so long: a contact bounces for 15 ms, and a hand that opens a door may let it fall back."""


class Movement:
    """What the hooks say, steadily, and which of them are still changing."""

    def __init__(self) -> None:
        self.steady: dict[Place, int] = {}
        self._newest: dict[Place, tuple[int, int, float]] = {}
        """Signal, how many reads in a row have agreed on it, and since when."""

    def take(self, signals: Signals, now: float) -> None:
        """One more round of reads, that ended at `now` (seconds)."""
        for place, signal in signals.items():
            before, count, since = self._newest.get(place, (None, 0, now))
            count, since = (count + 1, since) if signal == before else (1, now)
            self._newest[place] = (signal, count, since)
            if count >= STEADY_READS and now - since >= STEADY_S:
                self.steady[place] = signal

    @property
    def resting(self) -> bool:
        """Whether every hook is steady at what it says now; false before the first rounds."""
        said = {place: signal for place, (signal, _, _) in self._newest.items()}
        return bool(said) and said == self.steady

    def moved_from(self, before: Signals) -> tuple[Place, ...]:
        """The hooks that are steady at something else than before."""
        return tuple(place for place, signal in self.steady.items() if before.get(place, signal) != signal)
