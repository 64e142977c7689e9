"""What the coils and their power supply stand, and what they record against who drives them."""

from __future__ import annotations

from typing import Any

from simulator.doors.coil import COIL_RATED_S
from simulator.doors.log import Kind, Rule


def test_one_pulse_after_the_other_breaks_no_rule(bench: Any) -> None:
    for channel in range(4):
        bench.board.pulse(channel, 0.55)
        bench.wait(0.6)
    assert bench.violations() == []
    assert [bench.cabinet.compartment(f"A0{n}").door.coil.pulses for n in range(1, 5)] == [1, 1, 1, 1]


def test_more_coils_at_once_than_the_supply_carries_are_recorded(bench: Any) -> None:
    bench.board.pulse(0, 0.55)
    bench.wait(0.5)
    bench.board.pulse(1, 0.55)
    assert bench.violations() == [Rule.TOO_MANY_COILS]


def test_a_coil_driven_longer_than_rated_is_recorded_once_and_at_the_moment(bench: Any) -> None:
    bench.board.pulse(0, 9.0)
    bench.wait(20)
    (violation,) = bench.entries(Kind.VIOLATION)
    assert violation.rule is Rule.COIL_OVER_ITS_PULSE
    assert violation.t == 100.0 + COIL_RATED_S


def test_pulses_chained_into_one_another_count_as_one_long_drive(bench: Any) -> None:
    for _ in range(5):
        bench.board.pulse(0, 0.3)
        bench.wait(0.25)
    assert bench.violations() == [Rule.COIL_OVER_ITS_PULSE]


def test_a_held_coil_is_recorded_and_burns_until_it_is_released(bench: Any) -> None:
    bench.board.hold(0)
    bench.wait(5)
    assert bench.violations() == [Rule.COIL_HELD, Rule.COIL_OVER_ITS_PULSE]
    assert bench.cabinet.compartment("A01").door.coil.on
    bench.board.release(0)
    assert not bench.cabinet.compartment("A01").door.coil.on


def test_releasing_an_idle_coil_changes_nothing(bench: Any) -> None:
    bench.board.release(0)
    assert len(bench.log) == 0
