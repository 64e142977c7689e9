"""The supply: what it carries, how far its voltage falls, and what a brown-out does."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.doors.log import Kind, Rule
from simulator.doors.supply import BOOT_S, HOLD_UP_S, SupplyFaults


def supply(bench: Any, coils: int, strength: float = 1.0) -> Any:
    bench.cabinet.supply.set_faults(SupplyFaults(coils=coils, strength=strength))
    return bench.cabinet.supply


def test_a_sound_supply_keeps_its_voltage_up_to_the_coils_it_is_rated_for(bench: Any) -> None:
    strong = supply(bench, coils=2)
    bench.board.pulse(0, 0.3)
    bench.board.pulse(1, 0.3)
    assert strong.level == 1.0
    assert bench.violations() == []


def test_one_coil_too_many_lowers_the_voltage_and_all_of_them_pull_in_late(bench: Any) -> None:
    supply(bench, coils=4)
    for channel in range(5):
        bench.board.pulse(channel, 0.3)
    bench.wait(0.3)
    opened = [entry.t - 100.0 for entry in bench.entries(Kind.DOOR_OPENED)]
    assert bench.violations() == [Rule.TOO_MANY_COILS]
    assert bench.cabinet.compartment("A04").door.open
    assert max(opened) > 0.04


def test_coils_of_an_overloaded_supply_are_too_weak_to_pull_in(bench: Any) -> None:
    supply(bench, coils=2, strength=0.7)
    bench.board.pulse(0, 0.3)
    bench.board.pulse(1, 0.3)
    bench.wait(1)
    assert not bench.cabinet.compartment("A01").door.open
    assert not bench.cabinet.compartment("A02").door.open
    assert bench.entries(Kind.BROWN_OUT) == []


def test_a_weakening_supply_slows_every_lock_before_it_fails(bench: Any) -> None:
    supply(bench, coils=1, strength=0.8)
    for channel in range(3):
        bench.board.pulse(channel, 0.3)
        bench.wait(2)
    begun = [entry.t for entry in bench.entries(Kind.PULSE)]
    opened = [entry.t for entry in bench.entries(Kind.DOOR_OPENED)]
    assert [end - begin for begin, end in zip(begun, opened, strict=True)] == pytest.approx([0.0625] * 3, rel=0.01)


def test_far_too_many_coils_end_in_a_brown_out_that_drops_every_relay_and_restarts_the_boards(bench: Any) -> None:
    weak = supply(bench, coils=1)
    heard: list[float] = []
    weak.listen(lambda: heard.append(bench.timeline.now()))
    bench.board.pulse(0, 0.3)
    bench.board.pulse(1, 0.3)
    bench.wait(HOLD_UP_S)
    assert heard == [pytest.approx(100.0 + HOLD_UP_S)]
    assert not bench.board.driven(0)
    assert not bench.board.driven(1)
    assert not weak.carries_boards
    bench.wait(BOOT_S + 0.001)
    assert weak.carries_boards
    assert not bench.cabinet.compartment("A01").door.open, "20 ms are too short for a coil"
    assert weak.level == 1.0


def test_a_dip_shorter_than_the_capacitors_last_resets_nothing(bench: Any) -> None:
    weak = supply(bench, coils=1)
    bench.board.pulse(0, HOLD_UP_S / 2)
    bench.board.pulse(1, HOLD_UP_S / 2)
    bench.wait(1)
    assert bench.entries(Kind.BROWN_OUT) == []
    assert weak.carries_boards


def test_boards_of_a_supply_that_is_off_are_down_until_it_is_on_again(bench: Any) -> None:
    off = supply(bench, coils=1, strength=0.0)
    bench.wait(60)
    assert not off.carries_boards
    on = supply(bench, coils=1)
    assert not on.carries_boards
    bench.wait(BOOT_S)
    assert on.carries_boards


def test_a_welded_coil_on_a_single_coil_supply_makes_every_further_pulse_a_brown_out(bench: Any) -> None:
    weak = supply(bench, coils=1)
    bench.cabinet.compartment("A01").door.coil.weld(welded=True)
    bench.board.pulse(0, 0.3)
    bench.wait(5)
    bench.board.pulse(1, 0.3)
    bench.wait(1)
    assert len(bench.entries(Kind.BROWN_OUT)) == 1
    assert not bench.cabinet.compartment("A02").door.open
    assert bench.board.driven(0)
    assert weak.carries_boards


def test_a_very_weak_supply_carries_the_boards_at_rest_and_browns_out_at_every_pulse(bench: Any) -> None:
    weak = supply(bench, coils=1, strength=0.5)
    assert weak.level == 1.0
    for _ in range(3):
        bench.board.pulse(0, 0.3)
        bench.wait(2)
        assert weak.carries_boards
    assert len(bench.entries(Kind.BROWN_OUT)) == 3
    assert not bench.cabinet.compartment("A01").door.open
