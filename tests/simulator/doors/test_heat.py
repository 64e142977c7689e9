"""Coils heat, cool down, burn out, and go on being driven by a welded relay."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.doors.faults import DoorFaults
from simulator.doors.heat import AMBIENT_C, BURNS_OUT_C, HELD_RISE_K, RESTS_ABOVE_C, TIME_CONSTANT_S, TOO_HOT_C
from simulator.doors.log import Kind, Rule


def test_a_coil_that_nobody_drives_is_as_warm_as_the_cabinet(bench: Any) -> None:
    bench.wait(3600)
    assert bench.cabinet.compartment("A01").door.coil.winding.celsius == AMBIENT_C


def test_one_pulse_warms_a_coil_by_less_than_two_kelvin(bench: Any) -> None:
    bench.board.pulse(0, 0.55)
    bench.wait(0.55)
    warmer = bench.cabinet.compartment("A01").door.coil.winding.celsius - AMBIENT_C
    assert warmer == pytest.approx(HELD_RISE_K * 0.55 / TIME_CONSTANT_S, rel=0.01)


def test_a_warm_coil_loses_63_percent_of_its_heat_in_one_time_constant(bench: Any) -> None:
    coil = bench.cabinet.compartment("A01").door.coil
    coil.warm(AMBIENT_C + 100)
    bench.wait(TIME_CONSTANT_S)
    assert coil.winding.celsius == pytest.approx(AMBIENT_C + 36.79, abs=0.01)


def test_a_board_can_see_that_a_coil_is_cooling_down_until_it_has_cooled(bench: Any) -> None:
    bench.cabinet.compartment("A01").door.coil.warm(RESTS_ABOVE_C + 20)
    assert bench.board.cooling(0)
    assert not bench.board.cooling(1)
    bench.wait(TIME_CONSTANT_S)
    assert not bench.board.cooling(0)


def test_pulses_without_a_rest_overheat_a_coil_and_that_is_recorded_against_who_drives_it(bench: Any) -> None:
    for _ in range(150):
        bench.board.pulse(0, 0.9)
        bench.wait(1.0)
    assert set(bench.violations()) == {Rule.COIL_TOO_HOT}
    assert bench.cabinet.compartment("A01").door.coil.burnt


def test_a_held_coil_gets_too_hot_and_burns_out_at_the_moment_that_physics_gives(bench: Any) -> None:
    bench.board.hold(0)
    bench.wait(3600)
    assert bench.violations() == [Rule.COIL_HELD, Rule.COIL_OVER_ITS_PULSE, Rule.COIL_TOO_HOT]
    (burnt,) = bench.entries(Kind.BURNT_OUT)
    assert burnt.t - 100.0 == pytest.approx(65.4, abs=0.1)
    assert burnt.note == f"{BURNS_OUT_C:.0f} °C"
    assert not bench.board.driven(0)


def test_a_burnt_out_coil_opens_nothing_until_another_is_put_in(bench: Any) -> None:
    door = bench.cabinet.compartment("A01").door
    door.set_faults(DoorFaults(burnt=True))
    bench.board.pulse(0, 0.3)
    bench.wait(1)
    assert not door.open
    assert (door.coil.pulses, door.coil.on) == (1, False)
    door.set_faults(DoorFaults())
    bench.board.pulse(0, 0.3)
    bench.wait(1)
    assert door.open


def test_a_hot_coil_is_too_weak_to_pull_in(bench: Any) -> None:
    door = bench.cabinet.compartment("A01").door
    door.coil.warm(TOO_HOT_C - 5)
    bench.board.pulse(0, 0.5)
    bench.wait(1)
    assert not door.open


def test_a_welded_relay_drives_its_coil_on_after_the_pulse_which_is_recorded_and_heats_it(bench: Any) -> None:
    coil = bench.cabinet.compartment("A01").door.coil
    coil.weld(welded=True)
    assert not coil.on
    bench.board.pulse(0, 0.3)
    bench.wait(30)
    assert coil.on
    assert [entry.t for entry in bench.entries(Kind.WELDED)] == [pytest.approx(100.3)]
    assert bench.entries(Kind.COIL_OFF) == []
    assert coil.winding.celsius > 100
    assert bench.violations() == [], "nobody but the relay drives it"


def test_a_door_is_held_unlatched_by_a_welded_relay_and_latches_when_that_is_mended(bench: Any) -> None:
    door = bench.cabinet.compartment("A01").door
    door.set_faults(DoorFaults(welded=True))
    bench.board.pulse(0, 0.3)
    bench.wait(1)
    door.close()
    bench.wait(1)
    assert not door.latched
    door.set_faults(DoorFaults())
    assert door.latched
    assert not door.coil.on


def test_a_welded_relay_burns_its_coil_out_in_the_end(bench: Any) -> None:
    coil = bench.cabinet.compartment("A01").door.coil
    coil.weld(welded=True)
    bench.board.pulse(0, 0.3)
    bench.wait(70)
    assert coil.burnt
    assert not coil.on


def test_mending_a_relay_during_a_pulse_lets_the_pulse_end_at_its_time(bench: Any) -> None:
    coil = bench.cabinet.compartment("A01").door.coil
    coil.weld(welded=True)
    bench.board.pulse(0, 0.3)
    bench.wait(0.1)
    coil.weld(welded=False)
    assert coil.on
    bench.wait(0.3)
    assert not coil.on
    assert bench.entries(Kind.COIL_OFF)[0].t == pytest.approx(100.3)
