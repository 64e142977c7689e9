"""Scans in virtual time over the simulator's own firmware of every family."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest
from fake_boards import FakeBus, bus_of, channels_told
from fake_ports import Lossy, VirtualClock, VirtualPort

from firmware_bridge.boards.driver import driver_named, families
from firmware_bridge.commands.scan import remarks
from firmware_bridge.commands.survey import Survey
from firmware_bridge.commissioning.ports import find_ports
from firmware_bridge.commissioning.search_order import SearchOrder
from firmware_bridge.scan import (
    ASKED_AGAIN,
    ENOUGH_SILENCE,
    NETWORK_TIMEOUT_S,
    SCAN_GAP_S,
    SCAN_TIMEOUT_S,
    PortScan,
    Progress,
)


def garbled(data: bytes) -> bytes:
    return bytes(byte ^ 0x5A for byte in data)


def scan_of(
    bus: FakeBus,
    clock: VirtualClock,
    port: str = "/dev/virtual",
    on_progress: Callable[[Progress], None] = lambda _: None,
    baud: int | None = None,
    *,
    every_address: bool = False,
) -> PortScan:
    line = VirtualPort(bus, clock)
    right = baud or driver_named(bus.family).bauds[0]

    def open_port(name: str, speed: int) -> VirtualPort:
        line.garble = bytes if speed == right or "://" in name else garbled
        return line.open(name, speed)

    return PortScan(
        port,
        families(),
        every_address=every_address,
        open_port=open_port,
        clock=clock,
        pause=clock.advance,
        on_progress=on_progress,
    )


@pytest.fixture(params=families())
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_scan_finds_family_baud_addresses_and_channels_and_moves_no_lock(family: str) -> None:
    clock = VirtualClock()
    bus = bus_of(family)(clock, 8, (3, 5))
    bus.door(0, address=3).open_by_hand()
    scan = scan_of(bus, clock)
    found = list(scan.boards())
    baud = driver_named(family).bauds[0]
    assert [(board.family, board.baud, board.address) for board in found] == [(family, baud, 3), (family, baud, 5)]
    told = channels_told(family, 8)
    assert {board.channels for board in found} == {told}, f"what do {family} boards tell? SIZES_TOLD in fake_boards.py"
    first = {board.address: board.hooks[0] for board in found}
    assert first[3] is (None if "status_codes" in driver_named(family).options else False)
    assert not scan.echo
    assert not scan.rogue
    assert not any(locks.pulses or locks.crimes for locks in bus.locks.values())


@pytest.mark.parametrize(("channels", "told"), [(1, 8), (12, 16), (24, 24), (50, 50)])
def test_the_answers_length_tells_the_channels_of_a_lock485_board_to_the_byte(channels: int, told: int) -> None:
    clock = VirtualClock()
    (board,) = scan_of(bus_of("lock485-8a")(clock, channels, (1,)), clock).boards()
    assert board.channels == told


@pytest.mark.parametrize("channels", [1, 12, 37, 50])
def test_the_highest_lock_that_answers_tells_the_channels_of_a_winnsen_board(channels: int) -> None:
    clock = VirtualClock()
    (board,) = scan_of(bus_of("winnsen")(clock, channels, (1,)), clock).boards()
    assert board.channels == channels


@pytest.mark.parametrize("addresses", [(2,), ()])
def test_a_scan_sees_an_echo_whatever_the_family_and_whether_or_not_a_board_answers(
    family: str, addresses: tuple[int, ...]
) -> None:
    clock = VirtualClock()
    bus = bus_of(family)(clock, 8, addresses)
    bus.echoes = True
    scan = scan_of(bus, clock)
    found = list(scan.boards())
    assert [(board.family, board.address, board.echo) for board in found] == [
        (family, address, True) for address in addresses
    ]
    assert scan.echo


def test_the_likely_is_asked_first_and_only_one_family_after_an_answer() -> None:
    clock = VirtualClock()
    bus = bus_of("kerong-cu24")(clock, 12, (0, 9))
    steps: list[Progress] = []
    scan = scan_of(bus, clock, on_progress=steps.append)
    began = clock()
    found = scan.boards()
    assert next(found).address == 0
    assert clock() - began < 5
    seen = len(steps)
    assert [board.address for board in found] == [9]
    assert {step.search.family for step in steps[seen:]} == {"kerong-cu24"}


def test_a_scan_says_beforehand_how_long_it_takes_at_most(family: str) -> None:
    clock = VirtualClock()
    scan = scan_of(bus_of(family)(clock, 8, ()), clock)
    began, promised = clock(), scan.seconds
    assert list(scan.boards()) == []
    assert promised * 0.8 < clock() - began <= promised


def test_a_board_at_another_speed_is_found(family: str) -> None:
    clock = VirtualClock()
    baud = driver_named(family).bauds[-1]
    scan = scan_of(bus_of(family)(clock, 8, (1,)), clock, baud=baud)
    assert [(board.family, board.baud) for board in scan.boards()] == [(family, baud)]


def test_a_board_at_another_speed_and_a_usual_address_is_found_before_all_high_addresses_are_asked(
    family: str,
) -> None:
    clock = VirtualClock()
    bauds, first = driver_named(family).bauds, driver_named(family).addresses[0]
    for baud in bauds[1:]:
        scan = scan_of(bus_of(family)(clock, 8, (first,)), clock, baud=baud)
        began = clock()
        assert next(scan.boards()).baud == baud
        assert clock() - began < 15.0


def test_a_serial_server_keeps_its_own_speed_so_each_family_is_tried_once() -> None:
    clock = VirtualClock()
    steps: list[Progress] = []
    scan = scan_of(bus_of("kerong-cu48")(clock, 48, ()), clock, "socket://server:4001", steps.append)
    assert list(scan.boards()) == []
    tried = {(step.search.family, step.search.address) for step in steps}
    assert len(tried) == len(steps)


def test_a_board_that_answers_every_address_is_called_a_rogue() -> None:
    clock = VirtualClock()
    bus = bus_of("wkly")(clock, 8, (1,))
    bus.firmware[1].rogue = True
    scan = scan_of(bus, clock)
    assert len(list(scan.boards())) == 32
    assert scan.rogue


def test_noise_makes_no_boards_and_is_counted() -> None:
    clock = VirtualClock()
    bus = bus_of("winnsen")(clock, 8, ())
    line = VirtualPort(bus, clock)
    noise = Lossy(seed=4).random

    def write(data: bytes) -> None:
        clock.advance(len(data) / 960)
        line.inject((clock() + 0.01, bytes(noise.randrange(256) for _ in range(12))))

    line.write = write  # type: ignore[method-assign]
    scan = PortScan("/dev/noisy", families(), open_port=line.open, clock=clock, pause=clock.advance)
    assert list(scan.boards()) == []
    assert scan.garbage[9600] > 1000


def test_every_address_and_rate_of_every_family_is_asked_once() -> None:
    asked = [(each.family, each.baud, each.address) for each in SearchOrder(families())]
    drivers = {name: driver_named(name) for name in families()}
    everything = {
        (name, baud, address)
        for name, driver in drivers.items()
        for baud in driver.bauds
        for address in driver.addresses
    }
    assert len(asked) == len(everything)
    assert set(asked) == everything
    quick = list(takewhile(lambda each: each[1] == drivers[each[0]].bauds[0] and each[2] < 5, asked))
    assert {name for name, *_ in quick} == set(families())


def test_ports_are_named_by_their_stable_paths_where_they_have_one(tmp_path: Path) -> None:
    by_path, by_id = tmp_path / "by-path", tmp_path / "by-id"
    raw = [tmp_path / f"ttyUSB{number}" for number in range(3)]
    for folder in (by_path, by_id):
        folder.mkdir()
    for device in raw:
        device.touch()
    (by_path / "usb-1").symlink_to(raw[0])
    (by_id / "ftdi").symlink_to(raw[0])
    (by_id / "ch340").symlink_to(raw[1])
    ports = find_ports(lambda: map(str, raw), (by_path, by_id, tmp_path / "none"))
    assert ports == (str(by_path / "usb-1"), str(by_id / "ch340"), str(raw[2]))


@pytest.mark.parametrize(("family", "baud"), [("wkly", 2400), ("wkly", 9600), ("modbus-relay", 4800)])
def test_a_board_whose_answer_is_longer_than_the_time_limit_is_found(family: str, baud: int) -> None:
    clock = VirtualClock()
    most = driver_named(family).most_channels
    bus = bus_of(family)(clock, most, (1,))
    line = VirtualPort(bus, clock, slowly(10 / baud), byte_s=10 / baud)
    scan = PortScan("/dev/virtual", [family], [baud], open_port=line.open, clock=clock, pause=clock.advance)
    assert [(board.address, board.channels) for board in scan.boards()] == [(1, most)]


def slowly(byte_s: float) -> Callable[[bytes, float], list[tuple[float, bytes]]]:
    """An adapter that hands over what has come every 16 ms."""

    def carry(reply: bytes, at: float) -> list[tuple[float, bytes]]:
        began = at - len(reply) * byte_s
        size = max(1, int(0.016 / byte_s))
        ends = range(size, len(reply) + size, size)
        return [(began + min(end, len(reply)) * byte_s, reply[end - size : end]) for end in ends]

    return carry


@pytest.mark.parametrize(("port", "seconds"), [("/dev/virtual", 6.0), ("socket://server:4001", 7.0)])
def test_a_line_of_any_family_is_known_within_seconds(family: str, port: str, seconds: float) -> None:
    clock = VirtualClock()
    first = driver_named(family).addresses[0]
    scan = scan_of(bus_of(family)(clock, 8, (first, first + 1)), clock, port)
    began = clock()
    known = [(board.address, clock() - began) for board in scan.boards()]
    assert [address for address, _ in known] == [first, first + 1]
    asked_again_s = ASKED_AGAIN * ((NETWORK_TIMEOUT_S if "://" in port else SCAN_TIMEOUT_S) + 2 * SCAN_GAP_S)
    assert known[-1][1] < seconds
    assert clock() - began < seconds + asked_again_s


@pytest.mark.parametrize("every_address", [False, True])
def test_addresses_far_beyond_the_last_board_are_asked_on_request_and_named_otherwise(every_address: bool) -> None:  # noqa: FBT001 - a parameter of the test
    clock = VirtualClock()
    bus = bus_of("modbus-relay")(clock, 8, (1, 30, 200))
    scan = scan_of(bus, clock, every_address=every_address)
    assert [board.address for board in scan.boards()] == ([1, 30, 200] if every_address else [1, 30])
    assert scan.not_asked == (() if every_address else tuple(range(30 + ENOUGH_SILENCE + 1, 248)))


def test_a_family_of_few_addresses_is_asked_at_all_of_them() -> None:
    clock = VirtualClock()
    scan = scan_of(bus_of("winnsen")(clock, 8, (1, 63)), clock)
    assert [board.address for board in scan.boards()] == [1, 63]
    assert scan.not_asked == ()


def test_silence_before_any_board_leaves_nothing_out() -> None:
    clock = VirtualClock()
    scan = scan_of(bus_of("modbus-relay")(clock, 8, (220,)), clock)
    assert [board.address for board in scan.boards()] == [220]
    assert scan.not_asked == ()


def test_a_line_on_which_nothing_answers_is_given_up_within_a_hundred_seconds_and_what_was_left_out_is_known() -> None:
    scan = PortScan("/dev/virtual", families())
    assert scan.seconds < 100.0
    left_out = {(each.family, each.baud, each.address) for each in scan.left_out}
    rates = driver_named("modbus-relay").bauds[1:]
    assert left_out == {("modbus-relay", rate, address) for rate in rates for address in range(33, 248)}
    assert PortScan("/dev/virtual", families(), every_address=True).left_out == ()
    assert PortScan("/dev/virtual", families(), [4800, 9600]).left_out == ()


@pytest.mark.parametrize("alone", [False, True])
def test_a_board_at_a_high_address_and_an_unusual_rate_is_found_beside_a_low_one_or_on_request(alone: bool) -> None:  # noqa: FBT001 - a parameter of the test
    clock = VirtualClock()
    addresses = (60,) if alone else (31, 60)
    bus = bus_of("modbus-relay")(clock, 8, addresses)
    scan = scan_of(bus, clock, baud=4800, every_address=alone)
    assert tuple(board.address for board in scan.boards()) == addresses
    assert scan.left_out == ()


def test_a_board_that_takes_twice_as_long_as_the_first_is_found_all_the_same() -> None:
    clock = VirtualClock()
    bus = bus_of("winnsen")(clock, 8, (1, 9))
    line = VirtualPort(bus, clock)
    line.carry = lambda reply, at: [(at + (0.06 if reply[3] == 9 else 0.03), reply)]
    scan = PortScan("/dev/virtual", ["winnsen"], open_port=line.open, clock=clock, pause=clock.advance)
    assert [board.address for board in scan.boards()] == [1, 9]


def uneven(slow: dict[int, float], *, every_address: bool = False) -> PortScan:
    """A line of lock485-8a boards, some of which answer later than the others."""
    clock = VirtualClock()
    bus = bus_of("lock485-8a")(clock, 8, (1, *slow))
    line = VirtualPort(bus, clock, lambda reply, at: [(at + slow.get(reply[1], 0.0), reply)], byte_s=10 / 9600)
    return PortScan(
        "/dev/virtual",
        ["lock485-8a"],
        every_address=every_address,
        open_port=line.open,
        clock=clock,
        pause=clock.advance,
    )


@pytest.mark.parametrize("late_s", [0.02, 0.04, 0.06, 0.08, 0.1])
def test_a_board_that_is_much_slower_than_the_first_is_asked_once_more(late_s: float) -> None:
    scan = uneven({2: late_s})
    assert [board.address for board in scan.boards()] == [1, 2]


def test_slow_boards_are_looked_for_as_long_as_there_are_some_among_the_next() -> None:
    slow = range(2, 32, 7)
    scan = uneven(dict.fromkeys(slow, 0.08))
    assert [board.address for board in scan.boards()] == [1, *slow]


def test_an_address_that_was_asked_in_haste_only_is_named() -> None:
    scan = uneven({30: 0.08})
    assert [board.address for board in scan.boards()] == [1]
    assert scan.in_haste == tuple(range(2 + ASKED_AGAIN, 33))
    (remark,) = remarks(Survey(scan))
    assert f"addresses {2 + ASKED_AGAIN} to 32" in remark
    assert f"{1000 * scan.hasty_s:.0f} ms" in remark
    assert "--all" in remark


def test_every_address_gets_the_whole_time_limit_on_request() -> None:
    scan = uneven({30: 0.08}, every_address=True)
    assert [board.address for board in scan.boards()] == [1, 30]
    assert list(remarks(Survey(scan))) == []


@pytest.mark.parametrize("family", ["lock485-8a", "wkly", "modbus-relay"])
@pytest.mark.parametrize("late_s", [0.0, 0.05, 0.08])
def test_a_long_answer_may_take_a_board_longer_than_the_probes(family: str, late_s: float) -> None:
    clock = VirtualClock()
    bus = bus_of(family)(clock, 24, (1,))
    probed: list[int] = []

    def carry(reply: bytes, at: float) -> list[tuple[float, bytes]]:
        probed.append(len(reply))
        return [(at + (late_s if len(reply) > probed[0] else 0.0), reply)]

    line = VirtualPort(bus, clock, carry, byte_s=10 / 9600)
    scan = PortScan("/dev/virtual", [family], open_port=line.open, clock=clock, pause=clock.advance)
    assert [(board.address, board.channels) for board in scan.boards()] == [(1, 24)]


def test_what_is_asked_once_more_is_part_of_the_time_that_is_promised(family: str) -> None:
    clock = VirtualClock()
    first = driver_named(family).addresses[0]
    steps: list[Progress] = []
    scan = scan_of(bus_of(family)(clock, 8, (first,)), clock, on_progress=steps.append)
    seen = scan.boards()
    next(seen)
    began, so_far = clock(), len(steps)
    assert list(seen) == []
    assert clock() - began <= steps[so_far].seconds_left + SCAN_TIMEOUT_S + 2 * SCAN_GAP_S


def test_all_hooks_of_a_board_are_shown_where_one_read_tells_them(family: str) -> None:
    clock = VirtualClock()
    most = driver_named(family).most_channels
    bus = bus_of(family)(clock, most, (1,))
    bus.door(most - 1, address=1).open_by_hand()
    (board,) = scan_of(bus, clock).boards()
    assert board.channels == most
    assert board.hooks == ((None,) if family == "winnsen" else (True,) * (most - 1) + (False,))


def test_a_scan_that_is_stopped_keeps_what_it_has_found() -> None:
    clock = VirtualClock()
    scan = scan_of(bus_of("kerong-cu24")(clock, 12, (0, 9)), clock)
    for _ in scan.boards():
        scan.stop()
    assert [board.address for board in scan.found] == [0]
    assert scan.stopped
