"""A small cabinet on a clock that the test moves."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from config.settings import CompartmentSettings, Size
from simulator.doors.cabinet import Cabinet
from simulator.doors.log import Entry, Kind, PhysicalLog, Rule
from simulator.doors.terminals import Terminals
from simulator.doors.timeline import Timeline

PLAN = tuple(
    CompartmentSettings(id=f"A{channel + 1:02d}", size=size, line="left", board=0, channel=channel)
    for channel, size in enumerate((Size.S, Size.M, Size.L, Size.XL))
)


@dataclass
class Bench:
    """Everything that a test of the metal touches."""

    now: float = 100.0
    timeline: Timeline = field(init=False)
    log: PhysicalLog = field(init=False)
    cabinet: Cabinet = field(init=False)
    board: Terminals = field(init=False)

    def __post_init__(self) -> None:
        self.timeline = Timeline(lambda: self.now)
        self.log = PhysicalLog(self.timeline.now)
        self.cabinet = Cabinet(PLAN, self.timeline, self.log, random.Random(1), power_coils=1)
        self.board = self.cabinet.terminals("left", 0)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.timeline.catch_up()

    def entries(self, kind: Kind) -> list[Entry]:
        return [entry for entry in self.log.since(0) if entry.kind is kind]

    def violations(self) -> list[Rule | None]:
        return [entry.rule for entry in self.entries(Kind.VIOLATION)]


@pytest.fixture
def bench() -> Bench:
    return Bench()
