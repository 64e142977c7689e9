from __future__ import annotations

import pytest
from fake_boards import Fake8aBus, FakeBus
from fake_ports import VirtualClock, VirtualPort

from config.settings import BoardSettings
from firmware_bridge.boards.driver import driver_named, families
from firmware_bridge.scan import FoundBoard, scan, searches


def found_on(bus: FakeBus, clock: VirtualClock) -> list[FoundBoard]:
    port = VirtualPort(bus, clock)

    def open_port(name: str, baud: int) -> VirtualPort:
        right = baud == driver_named(bus.family).bauds[0]
        port.garble = bytes if right else lambda data: bytes(byte ^ 0x5A for byte in data)
        return port.open(name, baud)

    return list(scan("virtual", families(), open_port=open_port, clock=clock, pause=clock.advance))


def test_a_scan_finds_family_and_addresses_and_moves_no_lock(bus_type: type[FakeBus]) -> None:
    clock = VirtualClock()
    bus = bus_type(clock, 24, (3, 5))
    bus.door(0, address=3).open_by_hand()
    found = found_on(bus, clock)
    baud = driver_named(bus_type.family).bauds[0]
    assert [(board.family, board.baud, board.address) for board in found] == [
        (bus_type.family, baud, 3),
        (bus_type.family, baud, 5),
    ]
    assert next(board.hooks[0] for board in found if board.address == 3) is False
    assert not any(board.echo for board in found)
    assert bus.unlock_frames == []


@pytest.mark.parametrize("addresses", [(2,), ()])
def test_a_scan_sees_through_an_echo(addresses: tuple[int, ...]) -> None:
    clock = VirtualClock()
    bus = Fake8aBus(clock, 8, addresses)
    bus.echoes = True
    found = found_on(bus, clock)
    assert [(board.family, board.address, board.echo) for board in found] == [
        ("lock485-8a", address, True) for address in addresses
    ]


def test_no_stretch_of_a_scans_bytes_is_an_unlock_of_any_family() -> None:
    stream = b"".join(search.probe.frame for search in searches(families()))
    unlocks = [
        driver.unlock(BoardSettings(address=address, channels=driver.most_channels), channel).frame
        for driver in map(driver_named, families())
        for address in driver.addresses
        for channel in range(driver.most_channels)
    ]
    assert not [frame for frame in unlocks if frame in stream]
