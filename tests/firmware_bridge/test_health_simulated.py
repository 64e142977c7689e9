"""Locks that wear in the simulated metal, seen through the real panel: each fault is told by its own name.

Copper, contacts, supply and boards are the simulator's, which knows nothing of what is looked for here; the wire and
the panel are the real ones, in virtual time.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from panel_world import PhysicalLine
from virtual_boards import wiring
from virtual_time import Awake, Hub

from config.settings import CompartmentSettings, LineSettings, PanelSettings, Size
from firmware_bridge.health.book import HealthBook, Records, wiring_of
from firmware_bridge.health.report import health_lines
from firmware_bridge.panel import Latch, LockDrifted, Outcome, Panel
from firmware_bridge.reports import Drift
from simulator.doors.cabinet import Cabinet
from simulator.doors.door import Door
from simulator.doors.faults import DoorFaults, Jam
from simulator.doors.hook import Stuck
from simulator.doors.log import Kind, PhysicalLog
from simulator.doors.supply import SupplyFaults
from simulator.doors.timeline import Timeline

FAMILIES = ("kerong-cu24", "lock485-8a")
CHANNELS = 6
USUAL_OPENINGS = 36
"""Of each lock, before anything happens: enough for its own measure."""
DOOR_OPEN_S = 3.0
TRIES = 3
REST_READS_S = 2.0
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

    @property
    def doors(self) -> list[Door]:
        return [each.door for each in self.cabinet.compartments.values()]

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
        for name in names:
            self.door(name).push()
        self.hub.run(DOOR_OPEN_S)
        for name in names:
            self.door(name).close()
        self.hub.run(self.chance.uniform(60.0, 90.0))
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

    def live_until_told(self, most_rounds: int) -> int:
        for round_number in range(1, most_rounds + 1):
            self.live(1)
            if self.drifts:
                return round_number
        raise AssertionError(f"nothing was told in {most_rounds} rounds")

    def told(self) -> set[tuple[Drift, str]]:
        return {(drift.cause, drift.part) for drift in self.drifts}

    def standing(self) -> set[tuple[Drift, str]]:
        return {(each.cause, each.part) for each in self.book.snapshot().standing}

    def _looks_open(self, name: str) -> bool:
        return self.panel.latch(name) is Latch.UNLATCHED


@pytest.fixture(scope="module")
def usual() -> Records:
    """What is known of a sound cabinet after its first days; nothing was told of it."""
    street = Street()
    street.live(USUAL_OPENINGS)
    assert street.drifts == []
    records = street.book.snapshot()
    assert all(lock.reference is not None for lock in records.locks.values())
    return records


Break = Callable[[Street], None]


def a_weak_lock(street: Street) -> None:
    street.door("A03").set_faults(DoorFaults(pull_in_s=0.12))


def a_stuck_door(street: Street) -> None:
    street.door("B02").set_jam(Jam.SOFT)


def a_sensor_that_says_latched_for_ever(street: Street) -> None:
    street.door("B05").stick_hook(Stuck.LATCHED)


def a_dead_coil(street: Street) -> None:
    street.door("A01").set_faults(DoorFaults(burnt=True))


def a_door_that_nothing_frees(street: Street) -> None:
    street.door("B03").set_jam(Jam.HARD)


@pytest.mark.parametrize(
    ("happens", "cause", "part", "within_rounds"),
    [
        (a_weak_lock, Drift.WEAK_LOCK, "A03", 12),
        (a_stuck_door, Drift.STUCK_DOOR, "B02", 8),
        (a_sensor_that_says_latched_for_ever, Drift.LYING_SENSOR, "B05", 6),
        (a_dead_coil, Drift.LYING_SENSOR, "A01", 6),  # the wire cannot tell these two from a dead sensor:
        (a_door_that_nothing_frees, Drift.LYING_SENSOR, "B03", 6),  # the remedy says how a fitter does
    ],
)
def test_a_fault_of_the_metal_is_told_by_its_name_and_nothing_else_is(
    usual: Records, happens: Break, cause: Drift, part: str, within_rounds: int
) -> None:
    street = Street(seed=2, records=usual)
    happens(street)
    street.live_until_told(within_rounds)
    street.live(2)
    assert street.told() == {(cause, part)}
    assert any(line.startswith(f"{part}: {cause}") for line in health_lines(street.book.snapshot()))


def test_a_sound_cabinet_goes_on_being_called_sound(usual: Records) -> None:
    street = Street(seed=3, records=usual)
    street.live(15)
    assert street.drifts == []


def test_a_supply_that_has_become_weak_is_told_of_the_cabinet_and_of_no_lock(usual: Records) -> None:
    street = Street(seed=4, records=usual)
    street.cabinet.supply.set_faults(SupplyFaults(coils=1, strength=0.78))
    street.live(6)
    assert {drift.cause for drift in street.drifts} == {Drift.WEAK_SUPPLY}
    assert street.standing() == {(Drift.WEAK_SUPPLY, "cabinet")}
    street.cabinet.supply.set_faults(SupplyFaults(coils=1))
    told = len(street.drifts)
    street.live(8)
    assert [(drift.part, drift.over) for drift in street.drifts[told:]] == [("cabinet", True)]


def test_a_sensor_that_opens_by_itself_is_told(usual: Records) -> None:
    street = Street(seed=5, records=usual)
    for _ in range(12):
        street.door("A04").stick_hook(Stuck.UNLATCHED)
        street.hub.run(5.0)
        street.door("A04").stick_hook(None)
        street.live(1)
    assert street.told() == {(Drift.LYING_SENSOR, "A04")}
    assert not [entry for entry in street.log.since(0) if entry.kind is Kind.VIOLATION]


def test_a_supply_that_sags_under_two_coils_is_told_by_the_pulses_that_fail_together() -> None:
    street = Street(seed=6, coils_at_once=2)
    names = list(street.cabinet.compartments)
    street.live(4)
    street.cabinet.supply.set_faults(SupplyFaults(coils=2, strength=0.65))
    for _ in range(40):
        street.visit(*street.chance.sample(names, 2))
        street.visit(street.chance.choice(names))
    assert (Drift.WEAK_SUPPLY, "cabinet") in street.told()
    assert all(cause is Drift.WEAK_SUPPLY for cause, _ in street.told())
