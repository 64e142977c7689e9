"""A spring door, its lock, and its ways to jam."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.doors.door import PUSH_HELPS_S
from simulator.doors.faults import PULL_IN_S, DoorFaults, Jam
from simulator.doors.hook import BOUNCE_S, Stuck
from simulator.doors.log import Kind


def test_a_pulse_lets_the_door_spring_ajar_after_the_coil_has_pulled_in(bench: Any) -> None:
    door = bench.cabinet.compartment("A01").door
    bench.board.pulse(0, 0.3)
    bench.wait(PULL_IN_S - 0.001)
    assert not door.open
    bench.wait(0.002)
    assert door.open
    assert not door.latched


def test_the_log_tells_each_moment_exactly_however_late_it_is_looked_at(bench: Any) -> None:
    bench.board.pulse(0, 0.3)
    bench.wait(60)
    told = [(entry.kind, entry.t) for entry in bench.log.since(0)]
    assert told == [
        (Kind.PULSE, pytest.approx(100.0)),
        (Kind.DOOR_OPENED, pytest.approx(100.0 + PULL_IN_S)),
        (Kind.COIL_OFF, pytest.approx(100.3)),
    ]


def test_a_pulse_shorter_than_the_pull_in_time_opens_nothing(bench: Any) -> None:
    bench.board.pulse(0, PULL_IN_S / 2)
    bench.wait(1)
    assert not bench.cabinet.compartment("A01").door.open


def test_a_door_that_is_closed_latches_and_stays_closed(bench: Any) -> None:
    door = bench.cabinet.compartment("A01").door
    bench.board.pulse(0, 0.3)
    bench.wait(1)
    door.close()
    assert not door.open
    assert door.latched


def test_a_door_held_shut_on_a_driven_coil_latches_when_the_current_ends(bench: Any) -> None:
    door = bench.cabinet.compartment("A01").door
    bench.board.pulse(0, 0.55)
    bench.wait(0.2)
    door.close()
    assert not door.open
    assert not door.latched
    bench.wait(0.4)
    assert door.latched
    assert bench.entries(Kind.LATCHED)[0].t == pytest.approx(100.55)


def test_closing_a_closed_door_changes_nothing(bench: Any) -> None:
    bench.cabinet.compartment("A01").door.close()
    assert len(bench.log) == 0


@pytest.mark.parametrize("after", [0.1, 0.3 + PUSH_HELPS_S - 0.01])
def test_a_softly_jammed_door_opens_to_a_push_during_a_pulse_and_shortly_after(bench: Any, after: float) -> None:
    door = bench.cabinet.compartment("A01").door
    door.set_jam(Jam.SOFT)
    bench.board.pulse(0, 0.3)
    bench.wait(after)
    assert not door.open
    door.push()
    assert door.open


def test_a_push_without_a_pulse_opens_nothing(bench: Any) -> None:
    door = bench.cabinet.compartment("A01").door
    door.set_jam(Jam.SOFT)
    door.push()
    bench.board.pulse(0, 0.3)
    bench.wait(0.3 + PUSH_HELPS_S + 0.01)
    door.push()
    assert not door.open


def test_a_hard_jammed_door_opens_only_after_it_was_freed_and_pulsed_again(bench: Any) -> None:
    door = bench.cabinet.compartment("A01").door
    door.set_jam(Jam.HARD)
    bench.board.pulse(0, 0.3)
    door.push()
    bench.wait(1)
    door.set_jam(Jam.NONE)
    assert not door.open
    bench.board.pulse(0, 0.3)
    bench.wait(1)
    assert door.open


def test_the_hook_chatters_for_a_moment_and_then_tells_the_truth(bench: Any) -> None:
    bench.board.pulse(0, 0.3)
    bench.wait(PULL_IN_S + BOUNCE_S / 2)
    assert {bench.board.latched(0) for _ in range(64)} == {True, False}
    bench.wait(BOUNCE_S)
    assert {bench.board.latched(0) for _ in range(64)} == {False}


@pytest.mark.parametrize("stuck", list(Stuck))
def test_a_stuck_hook_says_the_same_whatever_the_door_does(bench: Any, stuck: Stuck) -> None:
    door = bench.cabinet.compartment("A01").door
    door.stick_hook(stuck)
    said = {bench.board.latched(0)}
    bench.board.pulse(0, 0.3)
    bench.wait(1)
    assert door.open
    said.add(bench.board.latched(0))
    assert said == {stuck is Stuck.LATCHED}


def test_a_moved_hook_is_told_once_when_its_contact_rests_and_says_the_truth_then(bench: Any) -> None:
    told: list[tuple[float, int, bool]] = []
    bench.board.listen(lambda channel: told.append((bench.timeline.now(), channel, bench.board.latched(channel))))
    bench.board.pulse(0, 0.3)
    bench.wait(1)
    bench.cabinet.compartment("A01").door.close()
    bench.wait(1)
    assert told == [(100.0 + PULL_IN_S + BOUNCE_S, 0, False), (101.0 + BOUNCE_S, 0, True)]


def test_a_stuck_hook_is_told_when_it_sticks_elsewhere_and_not_when_the_door_moves(bench: Any) -> None:
    told: list[bool] = []
    bench.board.listen(lambda channel: told.append(bench.board.latched(channel)))
    door = bench.cabinet.compartment("A01").door
    door.stick_hook(Stuck.LATCHED)
    bench.board.pulse(0, 0.3)
    bench.wait(1)
    assert told == []
    door.stick_hook(None)
    door.stick_hook(Stuck.LATCHED)
    assert told == [False, True]


def test_a_channel_without_a_door_reads_as_not_latched_and_its_pulses_are_logged(bench: Any) -> None:
    assert not bench.board.latched(9)
    bench.board.pulse(9, 0.3)
    bench.wait(1)
    assert [(entry.kind, entry.door, entry.channel) for entry in bench.log.since(0)] == [
        (Kind.PULSE, None, 9),
        (Kind.COIL_OFF, None, 9),
    ]


def test_a_hook_chatters_for_as_long_as_it_was_told(bench: Any) -> None:
    bench.cabinet.compartment("A01").door.set_faults(DoorFaults(bounce_s=2.0))
    bench.board.pulse(0, 0.3)
    bench.wait(PULL_IN_S + 1.9)
    assert {bench.board.latched(0) for _ in range(64)} == {True, False}
    bench.wait(0.2)
    assert {bench.board.latched(0) for _ in range(64)} == {False}


def test_a_weak_lock_opens_late_and_not_at_all_when_its_pulse_is_too_short(bench: Any) -> None:
    door = bench.cabinet.compartment("A01").door
    door.set_faults(DoorFaults(pull_in_s=0.4))
    bench.board.pulse(0, 0.3)
    bench.wait(2)
    assert not door.open
    bench.board.pulse(0, 0.55)
    bench.wait(2)
    (opened,) = bench.entries(Kind.DOOR_OPENED)
    assert opened.t == pytest.approx(102.4, abs=0.02)


def test_a_pulse_that_ended_too_early_does_not_help_the_next_one(bench: Any) -> None:
    door = bench.cabinet.compartment("A01").door
    bench.board.pulse(0, PULL_IN_S * 0.75)
    bench.wait(PULL_IN_S * 0.8)
    bench.board.pulse(0, PULL_IN_S * 0.75)
    bench.wait(1)
    assert not door.open


def test_a_door_can_be_pried_open_without_any_pulse(bench: Any) -> None:
    door = bench.cabinet.compartment("A01").door
    door.pry()
    door.pry()
    assert door.open
    assert not door.latched
    assert [entry.kind for entry in bench.log.since(0)] == [Kind.PRIED, Kind.DOOR_OPENED]
    door.close()
    assert door.latched


def test_a_door_tells_its_faults_as_they_were_set_and_is_whole_again_without_them(bench: Any) -> None:
    door = bench.cabinet.compartment("A01").door
    faults = DoorFaults(jam=Jam.SOFT, hook=Stuck.LATCHED, bounce_s=0.5, pull_in_s=0.2, welded=True, burnt=True)
    door.set_faults(faults)
    assert door.faults == faults
    door.set_faults(DoorFaults())
    assert door.faults == DoorFaults()
