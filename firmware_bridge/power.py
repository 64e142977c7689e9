"""How many coils may be driven at once, over all lines, and how soon after one another.

A pulse burdens the supply from its frame until its end and a gap after it. It is accounted before its frame goes out
and never taken back: nobody can know that a coil stayed cold.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Final

from config.settings import PanelSettings

TICK_S: Final = 1e-6
"""Waits below this are rounding: seconds since boot lose the last digits when they are added and subtracted."""
YIELD_S: Final = 0.02
"""How soon to ask again when somebody else goes first."""
STALE_S: Final = 2.0
"""Who has not asked for so long waits no more: cancelled, or its line went down. Lines ask every second."""


@dataclass(frozen=True, slots=True)
class Lock:
    """Where a coil is: line, board address, channel (0-based)."""

    line: str
    address: int
    channel: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """One pulse of a coil, in monotonic seconds."""

    lock: Lock
    start: float
    end: float

    def same_board(self, lock: Lock) -> bool:
        """Whether `lock` is on the board of this pulse."""
        return (self.lock.line, self.lock.address) == (lock.line, lock.address)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A coil that could not be driven yet: since when it waits, and when it was last asked for."""

    since: float
    renewed: float


class PowerBudget:
    """The supply that all lines share; safe to use from every line's thread.

    Who waits longest goes first, whatever line it is on: a line with a long queue cannot keep the supply for itself.
    """

    def __init__(self, settings: PanelSettings) -> None:
        self._settings = settings
        self._guard = threading.Lock()
        self._pulses: dict[Lock, Pulse] = {}
        """The latest pulse of each coil that has been driven."""
        self._waiting: dict[Lock, Waiting] = {}

    def claim(self, lock: Lock, pulse_s: float, now: float) -> float:
        """Account a pulse of `pulse_s` that starts now and give 0.0, or give the seconds to wait first."""
        with self._guard:
            since = self._renew(lock, now)
            wait = self._earliest(lock, now) - now
            if wait > TICK_S:
                return wait
            if self._somebody_first(since, now):
                return YIELD_S
            del self._waiting[lock]
            self._pulses[lock] = Pulse(lock, now, now + pulse_s)
            return 0.0

    def started(self, lock: Lock, pulse_s: float, latest: float) -> None:
        """The board may have begun the claimed pulse as late as `latest`, so it may end that much later."""
        with self._guard:
            pulse = self._pulses[lock]
            self._pulses[lock] = replace(pulse, end=max(pulse.end, latest + pulse_s))

    def driven(self, now: float) -> int:
        """Coils that may be under current."""
        with self._guard:
            return sum(pulse.start <= now < pulse.end for pulse in self._pulses.values())

    def _renew(self, lock: Lock, now: float) -> float:
        """Note that this coil is still wanted; since when it is."""
        self._waiting = {each: waiting for each, waiting in self._waiting.items() if now - waiting.renewed < STALE_S}
        waiting = self._waiting.get(lock, Waiting(now, now))
        self._waiting[lock] = replace(waiting, renewed=now)
        return waiting.since

    def _somebody_first(self, since: float, now: float) -> bool:
        """Whether a coil that is rested has waited longer."""
        return any(waiting.since < since and self._rested(lock) <= now for lock, waiting in self._waiting.items())

    def _rested(self, lock: Lock) -> float:
        """When this coil may be driven again for its own sake."""
        pulse = self._pulses.get(lock)
        return float("-inf") if pulse is None else pulse.end + self._settings.coil_rest_s

    def _earliest(self, lock: Lock, now: float) -> float:
        """When a pulse of `lock` may start: coil rested, gaps kept, a place in the supply free."""
        earliest = max(now, self._rested(lock))
        relieved: list[float] = []
        for pulse in self._pulses.values():
            gap = self._settings.lock_gap_s if pulse.same_board(lock) else self._settings.board_gap_s
            earliest = max(earliest, pulse.start + gap)
            relieved.append(pulse.end + gap)
        burdens = sorted(time for time in relieved if time > earliest)
        surplus = len(burdens) - self._settings.coils_at_once
        return burdens[surplus] if surplus >= 0 else earliest
