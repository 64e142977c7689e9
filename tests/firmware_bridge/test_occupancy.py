from __future__ import annotations

from fake_boards import bus_of
from line_bench import make_bench
from virtual_boards import firmware, wiring

from firmware_bridge.occupancy import Occupancy
from firmware_bridge.reports import OccupancyChanged


def test_a_hand_that_passes_is_not_a_parcel() -> None:
    sensor = Occupancy()
    changes = [sensor.read(occupied=occupied, at=at) for at, occupied in ((0.0, False), (0.25, False), (0.5, False))]
    assert changes == [False, False, True]
    for at, occupied in ((1.0, True), (1.2, True), (1.4, False), (1.6, False), (1.8, True)):
        assert not sensor.read(occupied=occupied, at=at)
    assert sensor.occupied is False
    assert not sensor.read(occupied=True, at=2.1)
    assert sensor.read(occupied=True, at=2.35)
    assert sensor.occupied is True


def test_a_sensor_that_cannot_be_read_knows_nothing() -> None:
    sensor = Occupancy()
    assert not sensor.lose()
    for at in (0.0, 0.3, 0.6):
        sensor.read(occupied=True, at=at)
    assert sensor.lose()
    assert sensor.occupied is None


def test_a_board_with_sensors_tells_what_lies_behind_each_door() -> None:
    bench = make_bench(bus_of("kerong-cu16"), infrared=True)
    bench.bus.firmware[0] = firmware("kerong-cu16", wiring("kerong-cu16", 0, 12, infrared=True), bench.bus.locks[0])
    bench.read_first()
    bench.for_seconds(2.0)
    bench.bus.locks[0].occupied_channels.add(3)
    bench.for_seconds(2.0)
    told = [event for event in bench.events if isinstance(event, OccupancyChanged) and event.compartment == "0-3"]
    assert [event.occupied for event in told] == [False, True]
    bench.port.plugged = False
    bench.for_seconds(1.0)
    last = [event for event in bench.events if isinstance(event, OccupancyChanged) and event.compartment == "0-3"][-1]
    assert last.occupied is None
