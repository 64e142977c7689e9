"""A board whose channels are not as many as the settings say, told apart from one that is silent or badly heard."""

from __future__ import annotations

import pytest
from fake_boards import FakeCu24Bus, FakeDoor, bus_of
from fake_ports import Lossy
from line_bench import Bench, found, make_bench
from virtual_boards import firmware, wiring

from firmware_bridge.reports import FaultChanged


def test_a_board_with_fewer_locks_than_the_settings_say_is_named() -> None:
    bench = make_bench(FakeCu24Bus, channels=24)
    bench.bus.firmware[0].channels = 12
    bench.for_seconds(5.0)
    assert list(found(bench)) == ["board_channels front:0"]
    assert "settings say 24" in found(bench)["board_channels front:0"].cause


def resize(bench: Bench, channels: int) -> None:
    """The board has so many channels, whatever the settings say."""
    address, bus = min(bench.bus.boards), bench.bus
    bus.boards[address].doors += [FakeDoor(bus.clock) for _ in range(channels)]
    bus.firmware[address] = firmware(bus.family, wiring(bus.family, address, channels), bus.locks[address])


@pytest.mark.parametrize(
    ("family", "has", "told"),
    [
        ("kerong-cu24", 12, 24),
        ("lock485-8a", 8, 24),
        ("lock485-8a", 24, 8),
        ("modbus-relay", 8, 16),
        ("winnsen", 8, 12),
        ("wkly", 8, 12),
        ("wkly", 12, 8),
    ],
)
@pytest.mark.parametrize("echoes", [False, True])
def test_a_wrong_count_of_channels_is_a_fault_of_its_own_until_it_is_right(
    family: str,
    has: int,
    told: int,
    echoes: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    bench = make_bench(bus_of(family), channels=told)
    bench.bus.echoes = echoes
    resize(bench, has)
    bench.for_seconds(60.0)
    ours = {name for name in found(bench) if "line_echo" not in name}
    assert ours == {f"board_channels front:{min(bench.bus.boards)}"}
    assert bench.port.opened == 1
    resize(bench, told)
    bench.for_seconds(90.0)
    assert {name for name in found(bench) if "line_echo" not in name} == set()


@pytest.mark.parametrize(("family", "channels"), [("lock485-8a", 24), ("winnsen", 12), ("wkly", 12)])
@pytest.mark.parametrize("share", [0.01, 0.02, 0.04])
def test_lost_bytes_are_never_told_as_settings_to_be_corrected(family: str, channels: int, share: float) -> None:
    bench = make_bench(bus_of(family), Lossy(share, 2), channels=channels, inverted=family == "lock485-8a")
    if family == "lock485-8a":  # doors that are shut read 0, and an answer of zeros less one is a smaller board's
        for door in bench.bus.boards[1].doors:
            door.open_by_hand()
    bench.for_seconds(1800.0)
    told = {event.fault.kind for event in bench.events if isinstance(event, FaultChanged)}
    assert "board_channels" not in told
    assert "board_declines" not in told
    assert "line_noisy" in told or share < 0.02


@pytest.mark.parametrize("has", [8, 16])
def test_a_board_that_is_changed_for_a_smaller_one_is_found_out_though_bytes_get_lost(has: int) -> None:
    bench = make_bench(bus_of("lock485-8a"), Lossy(0.005, 1), channels=24)
    bench.for_seconds(30.0)
    resize(bench, has)
    bench.for_seconds(90.0)
    assert "board_channels front:1" in found(bench)
    assert f"{has} channels, but the settings say 24" in found(bench)["board_channels front:1"].cause
    assert "line_silent front" not in found(bench)


def test_a_board_that_declines_is_told_apart_from_a_silent_one_once_it_has_said_so_often_enough() -> None:
    bench = make_bench(bus_of("lock485-8a"), channels=24)
    bench.read_first()
    resize(bench, 8)
    bench.for_seconds(20.0)
    assert list(found(bench)) == ["board_channels front:1"]
    told = [event.fault.kind for event in bench.events if isinstance(event, FaultChanged)]
    assert told == ["board_channels"], "nothing else is told while it is not sure yet"
    bench.bus.boards[1].deaf = True
    bench.for_seconds(5.0)
    assert "line_silent front" in found(bench)


def test_a_lock_that_once_answered_and_falls_silent_alone_is_no_wrong_setting() -> None:
    bench = make_bench(bus_of("winnsen"), channels=12)
    bench.for_seconds(10.0)
    resize(bench, 11)
    bench.for_seconds(60.0)
    fault = found(bench)["board_silent front:1"]
    assert fault.cause == "channel 11 does not answer though others of board 1 do"
    assert list(found(bench)) == ["board_silent front:1"]
