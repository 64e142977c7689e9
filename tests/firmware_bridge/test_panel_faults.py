"""What a line in virtual time says of its port, its boards and its wire, and how each of these faults ends."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from fake_boards import FakeBus, bus_of
from fake_ports import perfect
from line_bench import Bench, found, make_bench

from firmware_bridge.boards.driver import families
from firmware_bridge.errors import PortBusyError
from firmware_bridge.reports import DoorChanged, FaultChanged, Latch, LineChanged, Outcome


def test_a_quiet_cabinet_has_no_faults(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.for_seconds(60.0)
    bench.unlock(0)
    bench.for_seconds(30.0)
    bench.bus.door(0).close()
    bench.for_seconds(30.0)
    assert not bench.faults.all()


def test_a_port_that_goes_is_a_fault_until_the_line_has_been_up_for_a_while(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    bench.port.plugged = False
    bench.for_seconds(30.0)
    assert list(found(bench)) == ["line_absent front"]
    assert found(bench)["line_absent front"].count == 1
    bench.port.plugged = True
    bench.until(lambda: bench.up is True)
    assert bench.faults.all()
    bench.for_seconds(12.0)
    assert not bench.faults.all()


def test_a_port_that_another_program_holds_is_told_apart(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)

    def held(port: str, baud: int) -> None:
        raise PortBusyError(f"{port} at {baud} is held by another program")

    bench.line._open_port = held
    bench.for_seconds(5.0)
    assert list(found(bench)) == ["line_busy front"]


def test_a_silent_board_is_told_from_a_silent_line(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, boards=2)
    bench.read_first()
    one, other = bench.bus.boards
    bench.bus.boards[other].deaf = True
    bench.for_seconds(5.0)
    assert list(found(bench)) == [f"board_silent front:{other}"]
    bench.bus.boards[one].deaf = True
    bench.for_seconds(5.0)
    assert {f"board_silent front:{one}", "line_silent front"} < set(found(bench))
    for board in bench.bus.boards.values():
        board.deaf = False
    bench.for_seconds(90.0)
    assert not bench.faults.all()


class Noise:
    """Bytes that belong to no frame, after every answer while it is on."""

    on = True

    def __call__(self, reply: bytes, at: float) -> list[tuple[float, bytes]]:
        return [(at, b"\xf0\x0f" + reply if self.on else reply)]


def test_noise_is_told_while_it_lasts(bus_type: type[FakeBus]) -> None:
    noise = Noise()
    bench = make_bench(bus_type, noise)
    bench.for_seconds(30.0)
    assert list(found(bench)) == ["line_noisy front"]
    noise.on = False
    bench.for_seconds(120.0)
    assert not bench.faults.all()


@pytest.mark.parametrize("family", families())
def test_an_adapter_that_echoes_is_told_and_is_not_taken_for_noise(family: str) -> None:
    bench = make_bench(bus_of(family))
    bench.bus.echoes = True
    bench.for_seconds(30.0)
    assert list(found(bench)) == ["line_echo front"]
    assert bench.up is True


@pytest.mark.parametrize("family", families())
def test_a_second_board_with_the_same_address_is_told(family: str) -> None:
    def twice(reply: bytes, at: float) -> list[tuple[float, bytes]]:
        return [(at, reply), (at + 0.05, reply)]

    bench = make_bench(bus_of(family), twice)
    bench.for_seconds(40.0)
    assert "line_foreign front" in found(bench)


@pytest.mark.parametrize("family", families())
def test_a_board_that_takes_every_address_for_its_own_is_found_out(family: str) -> None:
    bench = make_bench(bus_of(family), boards=2)
    bench.read_first()
    rogue = list(bench.bus.boards)[1]
    hear = bench.bus.hear

    def collide(data: bytes) -> list[bytes]:
        replies = hear(data)
        if len(replies) < 2:
            return replies
        return [bytes(one & other for one, other in zip(*replies, strict=False))]

    bench.bus.hear = collide
    bench.bus.firmware[rogue].rogue = True
    for channel in (0, 3, 4):
        bench.bus.door(channel, rogue).open_by_hand()
    bench.for_seconds(30.0)
    assert "line_foreign front" in found(bench), found(bench)
    for frame in bench.bus.heard:
        assert not bench.bus.is_unlock(frame)


def wobble(bench: Bench, up_s: float, down_s: float, lasting_s: float) -> int:
    board = bench.bus.boards[min(bench.bus.boards)]
    end, times = bench.clock() + lasting_s, 0
    while bench.clock() < end:
        board.deaf = True
        bench.for_seconds(down_s)
        board.deaf = False
        bench.for_seconds(up_s)
        times += 1
    return times


@pytest.mark.parametrize(("up_s", "down_s"), [(3.0, 3.0), (8.0, 2.0), (20.0, 5.0)])
def test_a_board_whose_supply_wobbles_does_not_fill_the_journal(
    bus_type: type[FakeBus], up_s: float, down_s: float
) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    told = len(bench.events)
    times = wobble(bench, up_s, down_s, 1800.0)
    rows = journal(bench.events[told:])
    assert times >= 70
    assert len([row for row in rows if isinstance(row, LineChanged)]) <= 2 * (6 + 1800 / 60)
    assert len([row for row in rows if isinstance(row, FaultChanged)]) <= 12
    assert len(rows) <= 26 * 20
    bench.for_seconds(70.0)
    assert set(bench.latches.values()) == {Latch.LATCHED}, "once it is steady, every door is known again"
    assert bench.unlock(0).outcome is Outcome.OPENED


def journal(events: Iterable[object]) -> list[object]:
    return [event for event in events if isinstance(event, DoorChanged | LineChanged | FaultChanged)]


def test_a_board_that_was_silent_once_is_believed_at_once(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, perfect)
    bench.for_seconds(30.0)
    board = bench.bus.boards[min(bench.bus.boards)]
    board.deaf = True
    bench.for_seconds(5.0)
    board.deaf = False
    back_at = bench.clock()
    bench.until(lambda: set(bench.latches.values()) == {Latch.LATCHED})
    assert bench.clock() - back_at < 2.0
