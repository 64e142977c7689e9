"""What a line in virtual time says of its doors, hooks and coils, and how each of these faults ends."""

from __future__ import annotations

import pytest
from fake_boards import FakeBus, FakeCu24Bus, bus_of
from line_bench import first, found, make_bench

from config.settings import PanelSettings
from firmware_bridge.boards.driver import families
from firmware_bridge.reports import Latch, Outcome

REST_S = PanelSettings().poll_rest_s


def test_a_jammed_door_is_a_fault_until_it_opens(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    bench.bus.door(0).stuck = True
    for number in range(2):
        assert bench.unlock(0, f"a{number}").outcome is Outcome.JAMMED
    assert found(bench)[f"door_jammed {first(bench)}"].count == 2
    bench.bus.door(0).stuck = False
    assert bench.unlock(0, "a3").outcome is Outcome.OPENED
    assert not bench.faults.all()


def test_a_jammed_door_that_springs_open_when_pushed_has_not_opened_by_itself(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    bench.bus.door(0).stuck = True
    bench.unlock(0)
    bench.for_seconds(3.0)
    bench.bus.door(0).open_by_hand()
    bench.for_seconds(3.0)
    assert not bench.faults.all()


def test_a_door_that_opens_in_the_last_moment_of_a_long_patience_has_not_opened_by_itself(
    bus_type: type[FakeBus],
) -> None:
    bench = make_bench(bus_type, power=PanelSettings(open_within_s=10.0))
    bench.read_first()
    bench.bus.door(0).stuck = True
    future = bench.submit(0)
    bench.until(lambda: bool(bench.bus.unlock_frames))
    bench.for_seconds(9.95)
    bench.bus.door(0).open_by_hand()
    bench.until(future.done)
    assert future.result().outcome is Outcome.OPENED
    assert not bench.faults.all()


@pytest.mark.parametrize("family", families())
@pytest.mark.parametrize("boards", [1, 4])
def test_a_door_that_opens_by_itself_is_told_within_two_poll_cycles(family: str, boards: int) -> None:
    bench = make_bench(bus_of(family), channels=8, boards=boards)
    bench.read_first()
    bench.for_seconds(3.0)
    for channel, late in enumerate((0.0, 0.05, 0.11, 0.17, 0.23, 0.31)):
        bench.for_seconds(1.0 + late)
        address = list(bench.bus.boards)[channel % boards]
        cycle_s = max(REST_S, bench.line.cycle().took_s)
        opened_at = bench.clock()
        bench.bus.door(channel, address).open_by_hand()
        part = f"{address}-{channel}"
        bench.until(lambda part=part: f"door_opened {part}" in found(bench))
        assert bench.latches[part] is Latch.UNLATCHED
        assert bench.clock() - opened_at <= 2 * cycle_s
        bench.bus.door(channel, address).close()


def test_a_door_that_opened_by_itself_stays_a_fault_until_staff_has_looked(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    bench.bus.door(0).open_by_hand()
    bench.for_seconds(2.0)
    bench.bus.door(0).close()
    bench.for_seconds(600.0)
    assert list(found(bench)) == [f"door_opened {first(bench)}"]
    bench.faults.clear(first(bench), bench.clock())
    assert not bench.faults.all()


def test_a_door_that_opened_while_its_board_was_silent_is_told_as_well(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, boards=2)
    bench.read_first()
    bench.bus.boards[min(bench.bus.boards)].deaf = True
    bench.for_seconds(5.0)
    bench.bus.door(0).open_by_hand()
    bench.bus.boards[min(bench.bus.boards)].deaf = False
    bench.for_seconds(5.0)
    assert f"door_opened {first(bench)}" in found(bench)


def test_a_door_that_opened_while_nobody_could_see_what_its_pulse_did_has_not_opened_by_itself(
    bus_type: type[FakeBus],
) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    future = bench.submit(0)
    bench.until(lambda: bool(bench.bus.unlock_frames))
    bench.port.plugged = False
    bench.until(future.done)
    assert future.result().outcome is Outcome.UNCONFIRMED
    bench.for_seconds(60.0)
    bench.port.plugged = True
    bench.until(lambda: bench.latches[first(bench)] is Latch.UNLATCHED)
    assert f"door_opened {first(bench)}" not in found(bench)


def test_a_pulse_that_nobody_saw_explains_no_opening_once_the_door_was_seen_shut(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    bench.bus.door(0).stuck = True
    future = bench.submit(0)
    bench.until(lambda: bool(bench.bus.unlock_frames))
    bench.port.plugged = False
    bench.until(future.done)
    bench.for_seconds(60.0)
    bench.port.plugged = True
    bench.until(lambda: bench.latches[first(bench)] is Latch.LATCHED)
    bench.bus.door(0).open_by_hand()
    bench.for_seconds(2.0)
    assert f"door_opened {first(bench)}" in found(bench)


def test_a_door_that_was_open_at_the_start_has_not_opened_by_itself(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.bus.door(0).open_by_hand()
    bench.for_seconds(5.0)
    assert not bench.faults.all()


def test_a_door_left_open_is_a_fault_until_it_is_shut(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, power=PanelSettings(open_within_s=1.0, left_open_s=120.0))
    bench.read_first()
    bench.unlock(0)
    bench.for_seconds(115.0)
    assert not bench.faults.all()
    bench.for_seconds(10.0)
    assert list(found(bench)) == [f"door_left_open {first(bench)}"]
    bench.bus.door(0).close()
    bench.for_seconds(2.0)
    assert not bench.faults.all()


def test_a_board_that_comes_and_goes_does_not_put_off_the_alarm_of_a_door_left_open(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, power=PanelSettings(open_within_s=1.0, left_open_s=300.0))
    bench.read_first()
    bench.unlock(0)
    bench.for_seconds(200.0)
    board = bench.bus.boards[min(bench.bus.boards)]
    board.deaf = True
    bench.for_seconds(5.0)
    board.deaf = False
    bench.for_seconds(110.0)
    assert f"door_left_open {first(bench)}" in found(bench)


def test_a_hook_that_flutters_is_told_and_forgiven_once_it_has_been_still(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    door = bench.bus.door(0)
    for _ in range(12):
        door.open_by_hand()
        bench.for_seconds(0.3)
        door.close()
        bench.for_seconds(0.3)
    assert f"hook_flutters {first(bench)}" in found(bench)
    bench.for_seconds(75.0)
    assert f"hook_flutters {first(bench)}" not in found(bench)


def test_a_coil_that_is_not_driven_because_it_is_warm_is_told_until_it_has_cooled() -> None:
    bench = make_bench(FakeCu24Bus, power=PanelSettings(open_within_s=1.0, coil_duty=0.015))
    bench.read_first()
    bench.bus.door(0).stuck = True
    bench.unlock(0, "a1")
    assert bench.unlock(0, "a2").outcome is Outcome.REFUSED
    assert f"coil_cooling {first(bench)}" in found(bench)
    bench.for_seconds(65.0)
    assert f"coil_cooling {first(bench)}" not in found(bench)


def test_a_coil_that_its_board_rests_is_told() -> None:
    bench = make_bench(bus_of("winnsen"))
    bench.read_first()
    bench.bus.locks[1].warm.add(0)
    assert bench.unlock(0).outcome is Outcome.REFUSED
    assert "coil_cooling 1-0" in found(bench)
