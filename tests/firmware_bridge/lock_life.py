"""The life of a cabinet's locks as the panel tells it: years of openings in seconds, sound or with one thing wrong.

The figures of a sound lock are assumptions, on the bad side of what solenoid locks do: latencies that scatter by 5 to
20 parts in a hundred, two openings in a hundred much slower for no reason, one in two hundred that needs another
pulse, summer and winter eight parts in a hundred apart from spring, and hooks that are read every 25 ms.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import dataclass, field

from firmware_bridge.health.book import HealthBook, Records, Wiring
from firmware_bridge.reports import DoorChanged, Latch, LockDrifted, LockPulsed, Outcome

DAY_S = 86400.0
READS_EVERY_S = 0.025
JAMMED_AFTER_S = 1.5


@dataclass
class Habits:
    """What a lock does."""

    latency_s: float
    spread_log: float
    slower: float = 1.0
    odd: float = 0.02
    """Share of openings that are much slower."""
    jams: float = 0.005
    """Share of pulses that do not open the door."""
    frozen: bool = False
    """The hook never moves, though the door does."""
    unasked: float = 0.001
    """Share of days' openings after which the hook tells of another one."""
    flutters: float = 0.0


@dataclass
class LockLife:
    """Some boards of locks, and the book that watches them."""

    seed: int
    boards: int = 2
    locks: int = 12
    openings_a_day: float = 10.0
    """Of each lock."""
    drifts: list[LockDrifted] = field(default_factory=list)
    supply: dict[int, float] = field(default_factory=dict)
    """How much slower a board's supply makes its locks."""
    fails_together: float = 0.0
    fires_together: float = 0.0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.now = 1000.0
        self.openings: Counter[str] = Counter()
        self.habits = {
            f"{chr(65 + board)}{lock:02d}": Habits(
                math.exp(self.random.gauss(math.log(0.08), 0.3)), self.random.uniform(0.05, 0.2)
            )
            for board in range(self.boards)
            for lock in range(1, self.locks + 1)
        }
        self.wiring = {
            name: Wiring(f"line:{ord(name[0]) - 65}", f"line:{ord(name[0]) - 65}:{int(name[1:]) - 1}")
            for name in self.habits
        }
        self.latches = dict.fromkeys(self.habits, Latch.LATCHED)
        self.begin()

    def begin(self, records: Records | None = None) -> None:
        """Start the book, as the daemon does."""
        self.book = HealthBook(self.wiring, records, on_drift=self.drifts.append)

    def live(self, openings: int, only: str = "") -> None:
        """Open doors, now this and now that one."""
        names = [only] if only else list(self.habits)
        for _ in range(openings):
            self.now += self.random.expovariate(self.openings_a_day * len(names) / DAY_S) + 120.0
            self.open(self.random.choice(names))

    def live_until(self, cause: str, part: str, most: int) -> None:
        """Open doors until a drift is told that has not ended."""
        for _ in range(most):
            if self.standing(cause, part):
                return
            self.live(1)
        raise AssertionError(f"{cause} of {part} was not seen in {most} openings: {self.drifts}")

    def standing(self, cause: str, part: str) -> bool:
        """Whether a drift was told and has not ended."""
        told = [drift for drift in self.drifts if (drift.cause, drift.part) == (cause, part)]
        return bool(told) and not told[-1].over

    def open(self, name: str) -> None:
        """One wish to open a door: up to three tries, then somebody pushes, then it is closed again."""
        self.openings[name] += 1
        habits = self.habits[name]
        together = self.random.random() < self.fires_together
        for _ in range(3):
            sent = self.now
            jammed = self.random.random() < (max(habits.jams, self.fails_together) if together else habits.jams)
            if together:
                other = self.random.choice([each for each in self.habits if each != name])
                self._pulse(other, sent + 0.1, jammed=self.random.random() < self.fails_together, company=1)
                self.move(other, Latch.LATCHED, sent + 20.0)
            if self._pulse(name, sent, jammed=jammed or habits.frozen, company=int(together)):
                break
            self.now += 5.0
        self.now += self.random.uniform(5.0, 40.0)
        self.move(name, Latch.LATCHED, self.now)
        if self.random.random() < habits.unasked:
            self._unasked(name, self.random.uniform(5.0, 600.0))
        if self.random.random() < habits.flutters:
            self._unasked(name, 0.3)

    def move(self, name: str, latch: Latch, at: float) -> None:
        """Move a hook, unless it is frozen or there already."""
        if self.latches[name] is latch or self.habits[name].frozen:
            return
        self.book.take(DoorChanged(name, latch, self.latches[name], at))
        self.latches[name] = latch

    def _pulse(self, name: str, sent: float, *, jammed: bool, company: int) -> bool:
        if jammed:
            self.now = sent + JAMMED_AFTER_S
            self.book.take(LockPulsed(name, Outcome.JAMMED, sent, self.now, company=company))
            return False
        self.now = sent + self._latency(name)
        self.move(name, Latch.UNLATCHED, self.now)
        phase = self.random.uniform(0.0, READS_EVERY_S)
        latched_at = sent + phase + math.floor((self.now - sent - phase) / READS_EVERY_S) * READS_EVERY_S
        unlatched_at = latched_at + READS_EVERY_S
        self.book.take(LockPulsed(name, Outcome.OPENED, sent, unlatched_at, latched_at, unlatched_at, company))
        return True

    def _latency(self, name: str) -> float:
        habits = self.habits[name]
        year, day = (2 * math.pi * self.now / (each * DAY_S) for each in (365.25, 1.0))
        log = self.random.gauss(0.0, habits.spread_log) + 0.08 * math.sin(year) + 0.03 * math.sin(day)
        odd = self.random.expovariate(1.0) if self.random.random() < habits.odd else 0.0
        supply = self.supply.get(ord(name[0]) - 65, 1.0)
        return min(habits.latency_s * habits.slower * supply * math.exp(log + odd), JAMMED_AFTER_S)

    def _unasked(self, name: str, after_s: float) -> None:
        self.move(name, Latch.UNLATCHED, self.now + after_s)
        self.now += after_s + 0.4
        self.move(name, Latch.LATCHED, self.now)
        self.now += 60.0
        self.book.pass_time(self.now)
