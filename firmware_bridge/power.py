"""How many coils may be driven at once, over all lines, how soon after one another, and how much of the time.

A pulse burdens the supply from its frame until its end and a gap after it. It is accounted before its frame goes out
and never taken back once a byte of it may have left: nobody can know that a coil stayed cold.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Final

from config.settings import PanelSettings
from firmware_bridge.reports import Priority

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
    """A coil that could not be driven yet: for whom, since when it waits, and when it was last asked for."""

    priority: Priority
    since: float
    renewed: float
    pulse_s: float

    def before(self, other: Waiting) -> bool:
        """Whether this one goes first."""
        return (self.priority, self.since) < (other.priority, other.since)


class PowerBudget:
    """The supply that all lines share; safe to use from every line's thread.

    A person goes first, then who has waited longest, whatever line it is on: a line with a long queue cannot keep the
    supply for itself.
    """

    def __init__(self, settings: PanelSettings) -> None:
        self._settings = settings
        self._guard = threading.Lock()
        self._pulses: dict[Lock, Pulse] = {}
        """The latest pulse of each coil that has been driven."""
        self._earlier: dict[Lock, tuple[Pulse, ...]] = {}
        """The pulses before that which still count for a coil's duty, oldest first."""
        self._waiting: dict[Lock, Waiting] = {}

    def claim(self, lock: Lock, pulse_s: float, now: float, priority: Priority = Priority.PERSON) -> float:
        """Account a pulse of `pulse_s` that starts now and give 0.0, or give the seconds to wait first."""
        with self._guard:
            wish = self._renew(lock, pulse_s, now, priority)
            wait = self._earliest(lock, pulse_s, now) - now
            if wait > TICK_S:
                return wait
            if self._somebody_first(wish, now):
                return YIELD_S
            del self._waiting[lock]
            if lock in self._pulses:
                self._earlier[lock] = (*self._counting(lock, now), self._pulses[lock])
            self._pulses[lock] = Pulse(lock, now, now + pulse_s)
            return 0.0

    def unclaim(self, lock: Lock) -> None:
        """Take the latest claim back: nothing of its frame has been sent, nor will be."""
        with self._guard:
            *earlier, _ = (*self._earlier.pop(lock, ()), self._pulses.pop(lock))
            if earlier:
                self._pulses[lock] = earlier.pop()
                self._earlier[lock] = tuple(earlier)

    def driven_before(self, lock: Lock, pulse_s: float, latest: float) -> None:
        """Account a pulse of an earlier run, which began at the `latest` then."""
        with self._guard:
            past = [*self._earlier.get(lock, ()), *([self._pulses[lock]] if lock in self._pulses else [])]
            pulses = sorted([*past, Pulse(lock, latest, latest + pulse_s)], key=lambda pulse: pulse.end)
            self._pulses[lock], self._earlier[lock] = pulses[-1], tuple(pulses[:-1])

    def forget(self, lock: Lock) -> None:
        """Nobody waits for this coil any more: it holds nobody up."""
        with self._guard:
            self._waiting.pop(lock, None)

    def rested_in(self, lock: Lock, pulse_s: float, now: float) -> float:
        """Seconds until the coil may be driven again for its own sake: rest and duty."""
        with self._guard:
            return max(0.0, self._rested(lock, pulse_s) - now)

    def started(self, lock: Lock, pulse_s: float, latest: float) -> None:
        """The board may have begun the claimed pulse as late as `latest`, so it may end that much later."""
        with self._guard:
            pulse = self._pulses[lock]
            self._pulses[lock] = replace(pulse, end=max(pulse.end, latest + pulse_s))

    def company(self, lock: Lock, until: float) -> int:
        """Other coils that may have been driven during the latest pulse of this one, or the part of it `until` then."""
        with self._guard:
            mine = self._pulses[lock]
            end = min(mine.end, until)
            return sum(
                any(mine.start < pulse.end and pulse.start < end for pulse in (*self._earlier.get(other, ()), latest))
                for other, latest in self._pulses.items()
                if other != lock
            )

    def driven(self, now: float) -> int:
        """Coils that may be under current."""
        with self._guard:
            return sum(pulse.start <= now < pulse.end for pulse in self._pulses.values())

    def _renew(self, lock: Lock, pulse_s: float, now: float, priority: Priority) -> Waiting:
        """Note that this coil is still wanted, by whom, and since when."""
        self._waiting = {each: waiting for each, waiting in self._waiting.items() if now - waiting.renewed < STALE_S}
        waiting = self._waiting.get(lock, Waiting(priority, now, now, pulse_s))
        waiting = replace(waiting, priority=priority, renewed=now)
        self._waiting[lock] = waiting
        return waiting

    def _somebody_first(self, wish: Waiting, now: float) -> bool:
        """Whether a coil that is rested goes before this one."""
        return any(
            other.before(wish) and self._rested(lock, other.pulse_s) <= now for lock, other in self._waiting.items()
        )

    def _rested(self, lock: Lock, pulse_s: float) -> float:
        """When this coil may be driven again for its own sake."""
        pulse = self._pulses.get(lock)
        if pulse is None:
            return float("-inf")
        return max(pulse.end + self._settings.coil_rest_s, self._within_duty(lock, pulse_s))

    def _within_duty(self, lock: Lock, pulse_s: float) -> float:
        """When a pulse may begin that leaves its coil within its duty in every window; one alone always may.

        The driven time in a sliding window is greatest when the window ends with a pulse, so that these are looked at.
        """
        window_s = self._settings.coil_duty_window_s
        allowed_s = max(0.0, self._settings.coil_duty * window_s - pulse_s)
        pulses = (*self._earlier.get(lock, ()), self._pulses[lock])
        excess_s = sum(pulse.end - pulse.start for pulse in pulses) - allowed_s
        for pulse in pulses:
            driven_s = pulse.end - pulse.start
            if excess_s <= TICK_S:
                break
            if excess_s <= driven_s + TICK_S:
                return pulse.start + excess_s + window_s - pulse_s
            excess_s -= driven_s
        return float("-inf")

    def _counting(self, lock: Lock, now: float) -> tuple[Pulse, ...]:
        """The earlier pulses that still count."""
        since = now - self._settings.coil_duty_window_s
        return tuple(pulse for pulse in self._earlier.get(lock, ()) if pulse.end > since)

    def _earliest(self, lock: Lock, pulse_s: float, now: float) -> float:
        """When a pulse of `lock` may start: coil rested, gaps kept, a place in the supply free."""
        earliest = max(now, self._rested(lock, pulse_s))
        relieved: list[float] = []
        for pulse in self._pulses.values():
            gap = self._settings.lock_gap_s if pulse.same_board(lock) else self._settings.board_gap_s
            earliest = max(earliest, pulse.start + gap)
            relieved.append(pulse.end + gap)
        burdens = sorted(time for time in relieved if time > earliest)
        surplus = len(burdens) - self._settings.coils_at_once
        return burdens[surplus] if surplus >= 0 else earliest
