"""Locks that wear in the simulated metal, behind the real panel, in virtual time: every fault as a story with a seed.

Copper, contacts, supply and boards are the simulator's, which knows nothing of what is looked for here.
`test_health_simulated.py` plays a few seeds of each story, `benchmarks/lock_health.py --street` many.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from panel_world import PhysicalLine
from virtual_boards import wiring
from virtual_time import Awake, Hub

from config.settings import CompartmentSettings, LineSettings, PanelSettings, Size
from firmware_bridge.health.book import HealthBook, Records, wiring_of
from firmware_bridge.panel import Latch, LockDrifted, Outcome, Panel
from firmware_bridge.reports import Drift
from simulator.doors.cabinet import Cabinet
from simulator.doors.door import Door
from simulator.doors.faults import DoorFaults, Jam
from simulator.doors.hook import Stuck
from simulator.doors.log import PhysicalLog
from simulator.doors.supply import SupplyFaults
from simulator.doors.timeline import Timeline

FAMILIES = ("kerong-cu24", "lock485-8a")
CHANNELS = 6
USUAL_OPENINGS = 36
"""Of each lock, before anything happens: enough for its own measure."""
PASTS = 2
"""Sound cabinets whose first days are played; stories begin from one of them."""
DOOR_OPEN_S = 1.2
PUSHED_OPEN_S = 3.0
"""Who had to push stands there longer; nobody reads a door quickly that is not expected to move."""
TRIES = 3
REST_READS_S = 2.5
"""Rarer than the panel's own rest, so that weeks pass quickly here."""


@dataclass
class Street:
    """A panel over two boards of two families, the simulated cabinet behind them, and the book."""

    seed: int = 1
    records: Records | None = None
    coils_at_once: int = 1
    drifts: list[LockDrifted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hub = Hub()
        self.chance = random.Random(self.seed)
        power = PanelSettings(coils_at_once=self.coils_at_once, poll_rest_s=REST_READS_S)
        boards = {family: wiring(family, 1, CHANNELS) for family in FAMILIES}
        lines = [LineSettings(name=name, port=name, family=name, boards=(board,)) for name, board in boards.items()]
        plan = [
            CompartmentSettings(id=f"{column}{channel + 1:02d}", size=Size.M, line=family, board=1, channel=channel)
            for column, family in zip("AB", FAMILIES, strict=True)
            for channel in range(CHANNELS)
        ]
        self.log = PhysicalLog(self.hub)
        self.cabinet = Cabinet(plan, Timeline(self.hub), self.log, self.chance, self.coils_at_once)
        self.wires = {
            family: PhysicalLine(self.hub, family, [(board, self.cabinet.terminals(family, 1))], self.seed)
            for family, board in boards.items()
        }
        self.book = HealthBook(wiring_of(lines, plan), self.records, on_drift=self.drifts.append)
        self.panel = Panel(
            lines,
            plan,
            power,
            on_event=self.book.take,
            clock=self.hub,
            open_port=lambda port, baud: self.wires[port].open(port, baud),
        )
        for thread in self.panel._lines.values():
            thread._awake = Awake(self.hub)
            thread.line._pause = self.hub.wait
            self.hub.spawn(thread._run)
        self.hub.run(3.0)
        assert Latch.UNKNOWN not in self.panel.doors().values()

    def visit(self, *names: str) -> None:
        """People open doors at one time, try again where one stays shut, push in the end, and shut them again."""
        for _ in range(TRIES):
            attempts = [
                self.panel.unlock(name, f"{self.hub.now} {name}") for name in names if not self._looks_open(name)
            ]
            while not all(attempt.done() for attempt in attempts):
                self.hub.run(0.1)
            if all(attempt.result().outcome is Outcome.OPENED for attempt in attempts):
                break
        else:
            for name in names:
                self.door(name).push()
            self.hub.run(PUSHED_OPEN_S)
        self.hub.run(DOOR_OPEN_S)
        for name in names:
            self.door(name).close()
        self.hub.run(self.chance.uniform(61.0, 75.0))
        self.book.pass_time(self.hub.now)

    def door(self, name: str) -> Door:
        return self.cabinet.compartment(name).door

    def live(self, rounds: int) -> None:
        """Every door is opened so often, in an order that nobody knows."""
        for _ in range(rounds):
            names = list(self.cabinet.compartments)
            self.chance.shuffle(names)
            for name in names:
                self.visit(name)

    def live_in_pairs(self, rounds: int) -> None:
        """Every door is opened about twice a round together with another, and once alone."""
        names = list(self.cabinet.compartments)
        for _ in range(rounds * len(names)):
            self.visit(*self.chance.sample(names, 2))
            self.visit(self.chance.choice(names))

    def told(self) -> set[tuple[Drift, str]]:
        return {(drift.cause, drift.part) for drift in self.drifts}

    def standing(self) -> set[tuple[Drift, str]]:
        return {(each.cause, each.part) for each in self.book.snapshot().standing}

    def _looks_open(self, name: str) -> bool:
        return self.panel.latch(name) is Latch.UNLATCHED


@lru_cache(maxsize=PASTS)
def past(number: int) -> Records:
    """What is known of a sound cabinet after its first days; nothing was told of it."""
    street = Street(seed=1000 + number)
    street.live(USUAL_OPENINGS)
    assert street.drifts == []
    records = street.book.snapshot()
    assert all(lock.reference is not None for lock in records.locks.values())
    return records


Happens = Callable[[Street], None]


@dataclass(frozen=True)
class Story:
    """What happens to a cabinet, how it is used afterwards, and all that should be told of it."""

    name: str
    happens: Happens
    told: frozenset[tuple[Drift, str]]
    rounds: int
    coils_at_once: int = 1
    """With two coils at once people come in pairs as well."""
    new: bool = False
    """Nothing is known of its locks."""

    def play(self, seed: int) -> Street:
        street = Street(seed, None if self.new else past(seed % PASTS), self.coils_at_once)
        self.happens(street)
        live = street.live if self.coils_at_once == 1 else street.live_in_pairs
        live(self.rounds)
        return street


def nothing(_: Street) -> None:
    """A sound cabinet."""


def weak_lock(street: Street) -> None:
    street.door("A03").set_faults(DoorFaults(pull_in_s=0.12))


def stuck_door(street: Street) -> None:
    street.door("B02").set_jam(Jam.SOFT)


def sensor_says_latched_for_ever(street: Street) -> None:
    street.door("B05").stick_hook(Stuck.LATCHED)


def dead_coil(street: Street) -> None:
    street.door("A01").set_faults(DoorFaults(burnt=True))


def nothing_frees_the_door(street: Street) -> None:
    street.door("B03").set_jam(Jam.HARD)


def weak_supply(street: Street) -> None:
    street.cabinet.supply.set_faults(SupplyFaults(coils=1, strength=0.78))


def dead_supply(street: Street) -> None:
    """Too weak for any coil."""
    street.cabinet.supply.set_faults(SupplyFaults(coils=1, strength=0.7))


def sagging_supply(street: Street) -> None:
    """One coil is carried, two are not."""
    street.cabinet.supply.set_faults(SupplyFaults(coils=2, strength=0.65))


def sagging_supply_and_stuck_door(street: Street) -> None:
    sagging_supply(street)
    stuck_door(street)


WEAK_LOCK = frozenset({(Drift.WEAK_LOCK, "A03")})
STUCK_DOOR = frozenset({(Drift.STUCK_DOOR, "B02")})
DEAD_SENSOR = frozenset({(Drift.LYING_SENSOR, "B05")})
DEAD_COIL = frozenset({(Drift.LYING_SENSOR, "A01")})
DEAD_DOOR = frozenset({(Drift.LYING_SENSOR, "B03")})
WEAK_SUPPLY = frozenset({(Drift.WEAK_SUPPLY, "cabinet")})
SOUND = frozenset[tuple[Drift, str]]()

STORIES = (
    Story("sound", nothing, SOUND, 10),
    Story("a lock three times as slow", weak_lock, WEAK_LOCK, 12),
    Story("a door that opens when pushed", stuck_door, STUCK_DOOR, 10),
    Story("a sensor that says latched for ever", sensor_says_latched_for_ever, DEAD_SENSOR, 8),
    Story("a coil that is dead", dead_coil, DEAD_COIL, 8),
    Story("a door that nothing frees", nothing_frees_the_door, DEAD_DOOR, 8),
    Story("a supply at 78 % of one coil", weak_supply, WEAK_SUPPLY, 6),
    Story("a supply too weak for any coil", dead_supply, WEAK_SUPPLY, 5),
    Story("sound, in pairs", nothing, SOUND, 4, coils_at_once=2),
    Story("a lock three times as slow, in pairs", weak_lock, WEAK_LOCK, 8, coils_at_once=2),
    Story("a door that opens when pushed, in pairs", stuck_door, STUCK_DOOR, 5, coils_at_once=2),
    Story("a sensor that says latched for ever, in pairs", sensor_says_latched_for_ever, DEAD_SENSOR, 4, 2),
    Story("a supply too weak for any coil, in pairs", dead_supply, WEAK_SUPPLY, 3, coils_at_once=2),
    Story("a supply that carries one coil of two", sagging_supply, WEAK_SUPPLY, 4, coils_at_once=2),
    Story("the same from the first day", sagging_supply, WEAK_SUPPLY, 4, coils_at_once=2, new=True),
    Story("the same, and a stuck door", sagging_supply_and_stuck_door, WEAK_SUPPLY | STUCK_DOOR, 6, coils_at_once=2),
)
