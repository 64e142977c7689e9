"""A lock's drift from its own past is told, with its cause, before people stand before doors that stay shut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from lock_life import LockLife

from firmware_bridge.health.book import HealthBook, Records
from firmware_bridge.health.charts import reference_of
from firmware_bridge.health.episodes import Ending, Episode, Latency
from firmware_bridge.health.history import LockHistory
from firmware_bridge.reports import Drift, Latch, LockDrifted, LockPulsed, Outcome

GROWN_UP = 50
"""Openings of each lock before something happens to it."""


@pytest.fixture(params=[1, 2])
def life(request: pytest.FixtureRequest) -> LockLife:
    life = LockLife(request.param, boards=2, locks=6)
    life.live(GROWN_UP * 12)
    assert life.drifts == []
    return life


def told(life: LockLife) -> set[tuple[Drift, str]]:
    return {(drift.cause, drift.part) for drift in life.drifts}


def standing(life: LockLife) -> set[tuple[Drift, str]]:
    return {each for each in told(life) if life.standing(*each)}


def last(life: LockLife) -> LockDrifted:
    return life.drifts[-1]


def test_a_lock_that_slows_down_alone_is_a_weak_lock(life: LockLife) -> None:
    life.habits["A03"].slower = 2.0
    before = life.openings["A03"]
    life.live_until(Drift.WEAK_LOCK, "A03", 400)
    assert life.openings["A03"] - before <= 20
    assert told(life) == {(Drift.WEAK_LOCK, "A03")}
    assert "used to take" in last(life).evidence
    assert "grease" in last(life).remedy


def test_a_door_that_needs_several_pulses_is_a_stuck_door(life: LockLife) -> None:
    life.habits["A03"].jams = 0.5
    before = life.openings["A03"]
    life.live_until(Drift.STUCK_DOOR, "A03", 800)
    assert life.openings["A03"] - before <= 40
    assert told(life) == {(Drift.STUCK_DOOR, "A03")}
    assert "took more than one pulse" in last(life).evidence


def test_a_hook_that_never_moves_is_a_lying_sensor(life: LockLife) -> None:
    life.habits["B02"].frozen = True
    life.live_until(Drift.LYING_SENSOR, "B02", 300)
    assert told(life) == {(Drift.LYING_SENSOR, "B02")}
    assert "has not moved in 4 wishes" in last(life).evidence


def test_a_dead_sensor_that_is_asked_for_again_and_again_is_told_within_a_minute(life: LockLife) -> None:
    began = life.now
    while not life.drifts:
        life.book.take(LockPulsed("B02", Outcome.JAMMED, life.now, life.now + 1.5))
        life.now += 4.0
    assert told(life) == {(Drift.LYING_SENSOR, "B02")}
    assert life.now - began <= 60.0


def test_a_push_after_the_last_pulse_of_a_visit_is_a_stuck_door_and_no_lie(life: LockLife) -> None:
    for _ in range(6):
        for _ in range(3):
            life.book.take(LockPulsed("B02", Outcome.JAMMED, life.now, life.now + 1.5))
            life.now += 5.0
        for latch in (Latch.UNLATCHED, Latch.LATCHED):
            life.now += 10.0
            life.move("B02", latch, life.now)
        life.now += 20.0
    assert told(life) == {(Drift.STUCK_DOOR, "B02")}


@pytest.mark.parametrize("then", [Outcome.OPENED, Outcome.JAMMED])
def test_a_pulse_that_fails_beside_another_coil_is_no_evidence_against_its_door(life: LockLife, then: Outcome) -> None:
    for _ in range(10):
        life.now += 100.0
        life.book.take(LockPulsed("B02", Outcome.JAMMED, life.now, life.now + 1.5, company=1))
        life.now += 5.0
        life.book.take(LockPulsed("B02", then, life.now, life.now + 1.5, company=int(then is Outcome.JAMMED)))
    assert told(life) == set()


def test_a_door_that_fails_alone_as_well_is_a_stuck_door(life: LockLife) -> None:
    for _ in range(6):
        for company, outcome in ((1, Outcome.JAMMED), (0, Outcome.JAMMED), (0, Outcome.OPENED)):
            life.book.take(LockPulsed("B02", outcome, life.now, life.now + 1.5, company=company))
            life.now += 5.0
        life.now += 100.0
    assert told(life) == {(Drift.STUCK_DOOR, "B02")}


def test_a_hook_that_opens_without_a_pulse_is_a_lying_sensor(life: LockLife) -> None:
    life.habits["B02"].unasked = 0.5
    life.live_until(Drift.LYING_SENSOR, "B02", 800)
    assert told(life) == {(Drift.LYING_SENSOR, "B02")}


def test_an_opening_soon_after_a_pulse_that_nobody_could_follow_is_no_lie(life: LockLife) -> None:
    for _ in range(12):
        life.now += 300.0
        life.book.take(LockPulsed("B02", Outcome.UNCONFIRMED, life.now, life.now + 3.5))
        life.move("B02", Latch.UNLATCHED, life.now + 4.0)
        life.move("B02", Latch.LATCHED, life.now + 30.0)
    assert told(life) == set()


def test_a_hook_that_flutters_is_a_lying_sensor(life: LockLife) -> None:
    life.habits["B02"].flutters = 0.5
    life.live_until(Drift.LYING_SENSOR, "B02", 800)
    assert told(life) == {(Drift.LYING_SENSOR, "B02")}
    assert "for less than a second" in last(life).evidence


def test_a_lock_that_fails_while_others_fail_anywhere_in_the_cabinet_is_not_named(life: LockLife) -> None:
    for name in ("B02", "A01", "B02", "A02", "B02", "A03", "B02", "B02"):
        for _ in range(3):
            life.book.take(LockPulsed(name, Outcome.JAMMED, life.now, life.now + 1.5))
            life.now += 5.0
        life.now += 100.0
        life.book.pass_time(life.now)
    assert all(cause is Drift.WEAK_SUPPLY for cause, _ in told(life))


def test_a_board_whose_locks_slow_down_together_has_a_weak_supply(life: LockLife) -> None:
    life.supply[0] = 1.6
    life.live_until(Drift.WEAK_SUPPLY, "line:0", 200)
    life.live(300)
    assert told(life) == {(Drift.WEAK_SUPPLY, "line:0")}
    assert "locks take" in last(life).evidence


def test_a_cabinet_whose_boards_all_slow_down_has_a_weak_supply(life: LockLife) -> None:
    life.supply |= {0: 1.6, 1: 1.6}
    life.live_until(Drift.WEAK_SUPPLY, "cabinet", 200)
    assert {cause for cause, _ in told(life)} == {Drift.WEAK_SUPPLY}
    assert not life.standing(Drift.WEAK_SUPPLY, "line:0")


def test_pulses_that_fail_only_beside_others_mean_a_weak_supply(life: LockLife) -> None:
    life.fires_together, life.fails_together = 0.3, 0.4
    life.live_until(Drift.WEAK_SUPPLY, "cabinet", 300)
    assert "while another coil was driven" in last(life).evidence


def test_a_board_whose_doors_all_stay_shut_now_and_then_has_a_weak_supply(life: LockLife) -> None:
    for name, habits in life.habits.items():
        if name.startswith("A"):
            habits.jams = 0.5
    life.live_until(Drift.WEAK_SUPPLY, "line:0", 300)
    assert standing(life) == {(Drift.WEAK_SUPPLY, "line:0")}


def test_a_mended_lock_is_told_as_over(life: LockLife) -> None:
    life.habits["A03"].slower = 2.0
    life.live_until(Drift.WEAK_LOCK, "A03", 400)
    life.habits["A03"].slower = 1.0
    life.live(400)
    assert not life.standing(Drift.WEAK_LOCK, "A03")
    assert len(life.drifts) == 2


def test_a_lock_that_is_replaced_by_a_faster_one_is_measured_by_its_own_past(life: LockLife) -> None:
    life.habits["A03"].slower = 0.5
    life.live(GROWN_UP * 12)
    life.habits["A03"].slower = 1.0
    life.live_until(Drift.WEAK_LOCK, "A03", 400)


def test_a_line_that_is_read_seldom_for_a_while_makes_no_lock_slow() -> None:
    lock = LockHistory(wiring="line:0:0")
    for seconds, reads_every_s in [(0.05, 0.02)] * 30 + [(0.15, 0.3)] * 20:
        episode = Episode("A01", Ending.OPENED, 1, alone=1, latency=Latency(seconds, reads_every_s))
        lock = lock.after(episode, common_log=0.0, place=1)
    assert not lock.slow


def test_a_reference_moves_with_the_shares_of_two_readings_and_does_not_leap_between_them() -> None:
    ways = [reference_of([0.03] * (30 - late) + [0.06] * late, 0.03).seconds for late in range(31)]
    steps = [after - before for before, after in pairwise(ways)]
    assert ways[0] == pytest.approx(0.03)
    assert ways[15] == pytest.approx(0.045)
    assert ways[-1] == pytest.approx(0.06)
    assert all(0.0 <= step < 0.002 for step in steps)


@pytest.mark.parametrize(("reads_every_s", "renewed"), [(0.005, True), (0.03, False)])
def test_a_lock_is_called_faster_only_by_more_than_its_reads_lie_apart(reads_every_s: float, *, renewed: bool) -> None:
    lock = LockHistory(wiring="line:0:0")
    for seconds in [0.06] * 30 + [0.035] * 16:
        episode = Episode("A01", Ending.OPENED, 1, alone=1, latency=Latency(seconds, reads_every_s))
        lock = lock.after(episode, common_log=0.0, place=1)
    assert (lock.reference is None) is renewed


def test_what_is_known_outlives_a_restart(life: LockLife) -> None:
    life.habits["A03"].slower = 2.0
    life.live_until(Drift.WEAK_LOCK, "A03", 400)
    written = life.book.snapshot().model_dump_json()
    life.begin(Records.model_validate_json(written))
    assert life.book.snapshot() == Records.model_validate_json(written)
    life.live(100)
    assert len(life.drifts) == 1


def test_another_lock_behind_a_door_begins_anew(life: LockLife) -> None:
    records = life.book.snapshot()
    moved = {name: each for name, each in life.wiring.items() if name != "A03"} | {"A03": life.wiring["B06"]}
    book = HealthBook(moved, records, on_drift=life.drifts.append)
    assert book.snapshot().locks["A03"].episodes == 0
    assert book.snapshot().locks["A04"] == records.locks["A04"]


def test_the_records_of_a_lock_stay_small(life: LockLife) -> None:
    life.live(600)
    records = life.book.snapshot()
    assert all(len(lock.model_dump_json()) < 1200 for lock in records.locks.values())


@pytest.mark.parametrize("seed", range(3))
def test_sound_locks_are_left_in_peace(seed: int) -> None:
    life = LockLife(seed, boards=2, locks=6)
    life.live(2000)
    assert life.drifts == []
