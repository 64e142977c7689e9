"""Locks that wear in the simulated metal, seen through the real panel: each fault is told by its own name.

The stories stand in `lock_street.py`; `benchmarks/lock_health.py --street` counts verdicts over many more seeds.
"""

from __future__ import annotations

import pytest
from lock_street import STORIES, Story, Street, past, weak_supply

from firmware_bridge.health.report import health_lines
from firmware_bridge.reports import Drift
from firmware_bridge.words import spoken
from simulator.doors.hook import Stuck
from simulator.doors.log import Kind
from simulator.doors.supply import SupplyFaults

SEED = 3
SOAK_SEEDS = range(100, 160)
PROMISED_WRONG = 0.05
"""Of cabinets with something wrong, by the end of a story of some weeks: a verdict that is missing or wrong."""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_what_has_happened_is_told_by_its_name_and_nothing_else_is(story: Story) -> None:
    street = story.play(SEED)
    assert street.told() == story.told
    words = list(health_lines(street.book.snapshot()))
    assert all(any(line.startswith(f"{part}: {spoken(cause)}") for line in words) for cause, part in story.told)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_what_is_told_is_right_as_often_as_promised_and_of_sound_cabinets_always(story: Story) -> None:
    wrong = {seed: told for seed in SOAK_SEEDS if (told := story.play(seed).told()) != story.told}
    assert len(wrong) <= (PROMISED_WRONG * len(SOAK_SEEDS) if story.told else 0), wrong


def test_a_supply_that_is_mended_is_told_as_over() -> None:
    street = Street(SEED, past(0))
    weak_supply(street)
    street.live(6)
    assert street.standing() == {(Drift.WEAK_SUPPLY, "cabinet")}
    street.cabinet.supply.set_faults(SupplyFaults(coils=1))
    told = len(street.drifts)
    street.live(8)
    assert [(drift.part, drift.over) for drift in street.drifts[told:]] == [("cabinet", True)]


def test_a_sensor_that_opens_by_itself_is_told() -> None:
    street = Street(SEED, past(0))
    for _ in range(12):
        street.door("A04").stick_hook(Stuck.UNLATCHED)
        street.hub.run(5.0)
        street.door("A04").stick_hook(None)
        street.live(1)
    assert street.told() == {(Drift.LYING_SENSOR, "A04")}
    assert not [entry for entry in street.log.since(0) if entry.kind is Kind.VIOLATION]
