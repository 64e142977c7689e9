"""One line in virtual time, with its port, boards or adapter misbehaving."""

from __future__ import annotations

import pytest
from fake_boards import Fake8aBus, FakeBus
from line_bench import Bench, make_bench, pulse_of

from config.settings import PanelSettings
from firmware_bridge.faults import FaultKind
from firmware_bridge.power import Lock
from firmware_bridge.reports import DoorChanged, FaultChanged, Latch, LineChanged, Outcome


def test_an_unplugged_line_is_down_and_its_doors_unknown_until_it_has_been_read_again(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    bench.port.plugged = False
    bench.until(lambda: bench.up is False)
    assert set(bench.latches.values()) == {Latch.UNKNOWN}
    assert bench.unlock(0, "a1").outcome is Outcome.LINE_DOWN
    bench.bus.door(7).open_by_hand()
    bench.port.plugged = True
    bench.until(lambda: bench.port.opened == 2)
    assert bench.unlock(0, "a2").outcome in (Outcome.LINE_DOWN, Outcome.REFUSED)
    bench.until(lambda: Latch.UNKNOWN not in bench.latches.values())
    assert bench.up is True
    assert bench.latches[f"{min(bench.bus.boards)}-7"] is Latch.UNLATCHED
    assert bench.unlock(0, "a3").outcome is Outcome.OPENED
    assert len(bench.bus.unlock_frames) == 1


def test_a_port_that_goes_while_a_door_is_awaited_leaves_it_unconfirmed(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    future = bench.submit(0)
    bench.until(lambda: bool(bench.bus.unlock_frames))
    bench.port.plugged = False
    bench.until(future.done)
    assert future.result().outcome is Outcome.UNCONFIRMED
    bench.port.plugged = True
    bench.until(lambda: bench.up is True)
    bench.for_seconds(5.0)
    assert len(bench.bus.unlock_frames) == 1


def test_a_port_that_is_not_there_is_reported_and_looked_for(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.port.plugged = False
    bench.read_first()
    assert [event.up for event in bench.events if isinstance(event, LineChanged)] == [False]
    bench.for_seconds(20.0)
    bench.port.plugged = True
    bench.until(lambda: bench.up is True, limit_s=3.0)


def lose(bench: Bench) -> None:
    """The plug comes out for a moment."""
    bench.port.plugged = False
    bench.until(lambda: bench.up is False)
    bench.port.plugged = True


def test_a_plug_with_a_loose_contact_is_not_told_each_time(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    told = len(bench.events)
    end, losses = bench.clock() + 600.0, 0
    while bench.clock() < end:
        lose(bench)
        losses += 1
        bench.until(lambda: bench.up is True, limit_s=65.0)
        bench.for_seconds(1.0)
    assert losses <= 15
    each_time = 2 * (12 + 1)  # twelve doors and the line, unknown and known again
    told_now = bench.events[told:]
    assert len([event for event in told_now if isinstance(event, DoorChanged | LineChanged)]) <= losses * each_time
    latched = [event for event in told_now if isinstance(event, FaultChanged)]
    assert [(event.fault.kind, event.over) for event in latched] == [(FaultKind.LINE_ABSENT, False)]
    assert bench.faults.all()[0].count == losses


def test_a_line_that_was_stable_is_looked_for_at_once_again(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    for _ in range(4):
        lose(bench)
        bench.until(lambda: bench.up is True, limit_s=65.0)
    bench.for_seconds(11.0)
    lose(bench)
    bench.until(lambda: bench.up is True, limit_s=1.0)


def test_a_silent_board_leaves_the_others_working(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, boards=2)
    silent, other = sorted(bench.bus.boards)
    bench.bus.boards[silent].deaf = True
    bench.read_first()
    assert bench.up is True
    assert bench.unlock(0, "a1", address=silent).outcome is Outcome.REFUSED
    assert bench.unlock(0, "a2", address=other).outcome is Outcome.OPENED
    bench.bus.boards[silent].deaf = False
    bench.until(lambda: bench.latches.get(f"{silent}-0") is Latch.LATCHED)


def test_a_silent_board_does_not_delay_the_sight_of_a_moving_door(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, boards=2)
    silent, other = sorted(bench.bus.boards)
    bench.bus.boards[silent].deaf = True
    bench.read_first()
    for channel in range(6):
        door = bench.bus.door(channel, other)
        door.opens_after_s = 0.9
        assert bench.unlock(channel, f"a{channel}", address=other).outcome is Outcome.OPENED
        assert bench.clock() - door.opened_at < 0.1


def test_without_any_board_nothing_is_sent_and_the_line_is_down(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.bus.boards[min(bench.bus.boards)].deaf = True
    bench.read_first()
    assert bench.unlock(0).outcome is Outcome.LINE_DOWN


def test_an_echo_that_ceases_is_found_out_without_opening_the_port_anew() -> None:
    bench = make_bench(Fake8aBus)
    bench.bus.echoes = True
    bench.read_first()
    bench.bus.echoes = False
    bench.until(lambda: bench.up is False)
    bench.until(lambda: bench.up is True, limit_s=3.0)
    assert bench.port.opened == 1


def test_a_line_on_which_no_board_answers_is_down_and_is_opened_anew(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.bus.boards[min(bench.bus.boards)].deaf = True
    bench.read_first()
    assert bench.up is False
    bench.until(lambda: bench.port.opened >= 2)
    bench.bus.boards[min(bench.bus.boards)].deaf = False
    bench.until(lambda: bench.up is True)


def test_reads_are_repeated_a_bounded_number_of_times(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.bus.boards[min(bench.bus.boards)].deaf = True
    bench.read_first()
    assert len(bench.bus.heard) == 3


@pytest.mark.parametrize("channels", [8, 24])
def test_an_adapter_that_echoes_fakes_neither_doors_nor_unlocks(channels: int) -> None:
    bench = make_bench(Fake8aBus, channels=channels)
    bench.bus.echoes = True
    bench.read_first()
    assert set(bench.latches.values()) == {Latch.LATCHED}
    bench.bus.boards[1].obeys_unlocks = False
    bench.bus.boards[1].answers_unlocks = False
    report = bench.unlock(0)
    assert report.outcome is Outcome.JAMMED
    assert "did not answer" in report.detail


def test_an_echo_without_a_board_is_a_line_that_is_down() -> None:
    bench = make_bench(Fake8aBus, channels=8)
    bench.bus.echoes = True
    bench.bus.boards[1].deaf = True
    bench.read_first()
    assert bench.up is False
    assert set(bench.latches.values()) <= {Latch.UNKNOWN}


def test_the_first_frame_on_a_line_that_may_echo_is_a_read_of_one_hook() -> None:
    bench = make_bench(Fake8aBus)
    bench.read_first()
    assert bench.bus.heard[0] == bytes.fromhex("80 01 01 33 B3")


def test_an_attempt_that_ends_with_its_line_keeps_nobody_from_the_supply(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, power=PanelSettings(coils_at_once=1))
    bench.read_first()
    bench.until(lambda: set(bench.latches.values()) == {Latch.LATCHED})
    bench.submit(0)
    waiting = bench.submit(1, "a2")
    bench.until(lambda: bool(bench.bus.unlock_frames))
    bench.port.plugged = False
    bench.until(waiting.done)
    assert waiting.result().outcome is Outcome.LINE_DOWN
    elsewhere, budget, pulse_s = Lock("back", 1, 0), bench.line._budget, pulse_of(bus_type.family)
    at = bench.clock() + budget.claim(elsewhere, pulse_s, bench.clock())
    assert budget.claim(elsewhere, pulse_s, at) == 0.0
