"""What a line in virtual time says of its own faults, and how each of them ends."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from fake_boards import FakeBus, FakeCu24Bus, FakeDoor, bus_of
from fake_ports import Lossy, perfect
from line_bench import Bench, make_bench
from virtual_boards import firmware, wiring

from config.settings import PanelSettings
from firmware_bridge.boards.driver import families
from firmware_bridge.errors import PortBusyError
from firmware_bridge.faults import Fault
from firmware_bridge.reports import DoorChanged, FaultChanged, Latch, LineChanged, Outcome

REST_S = PanelSettings().poll_rest_s


def found(bench: Bench) -> dict[str, Fault]:
    return {f"{fault.kind} {fault.part}": fault for fault in bench.faults.all()}


def first(bench: Bench) -> str:
    return f"{min(bench.bus.boards)}-0"


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
