"""The real line code over a driver and its virtual boards, on lines that carry well and badly, in virtual time."""

from __future__ import annotations

import pytest
from fake_boards import bus_of
from fake_ports import Carry, Lossy, VirtualClock, VirtualPort
from line_bench import POWER, make_bench
from virtual_boards import wiring

from firmware_bridge.boards.driver import EchoHeard, Heard, Hooks, driver_named
from firmware_bridge.errors import NoReplyError
from firmware_bridge.reports import DoorChanged, Latch, Outcome
from firmware_bridge.wire import Echo, Pace, Wire

CHANNELS = 8
PATIENT = POWER.model_copy(update={"open_within_s": 10.0})
"""A family that reads one lock at a time needs long on a line that loses replies."""


def test_a_door_opens_by_one_frame_over_any_line(family: str, carry: Carry) -> None:
    bench = make_bench(bus_of(family), carry, channels=CHANNELS, power=PATIENT)
    bench.read_first()
    bench.until(lambda: set(bench.latches.values()) == {Latch.LATCHED} and len(bench.latches) == CHANNELS)
    outcome = bench.unlock(4).outcome
    if isinstance(carry, Lossy) and not driver_named(family).checksum:
        # a third of its reads fails there: three in a row give the board up, and without a checksum it takes many
        # agreeing ones to believe a hook again; what it must not do is to call the door jammed or to ask twice
        assert outcome in (Outcome.OPENED, Outcome.UNCONFIRMED)
    else:
        assert outcome is Outcome.OPENED
    bench.for_seconds(5.0)
    assert len(bench.bus.unlock_frames) == 1
    assert [len(bench.bus.door(channel).pulses) for channel in range(CHANNELS)] == [0, 0, 0, 0, 1, 0, 0, 0]


def test_no_door_is_reported_wrongly_over_any_line(family: str, carry: Carry) -> None:
    bench = make_bench(bus_of(family), carry, channels=CHANNELS)
    bench.for_seconds(30.0)
    assert not [event for event in bench.events if isinstance(event, DoorChanged) and event.latch is Latch.UNLATCHED]


def test_a_door_moved_by_hand_is_reported_over_any_line(family: str, carry: Carry) -> None:
    bench = make_bench(bus_of(family), carry, channels=CHANNELS)
    bench.read_first()
    name = f"{min(bench.bus.boards)}-6"
    bench.bus.door(6).open_by_hand()
    bench.until(lambda: bench.latches.get(name) is Latch.UNLATCHED)
    bench.bus.door(6).close()
    bench.until(lambda: bench.latches.get(name) is Latch.LATCHED)
    assert bench.bus.unlock_frames == []


def test_boards_of_one_line_do_not_disturb_one_another(family: str) -> None:
    bench = make_bench(bus_of(family), channels=CHANNELS, boards=2)
    bench.read_first()
    for address in bench.bus.boards:
        assert bench.unlock(2, f"a{address}", address).outcome is Outcome.OPENED
    opened = {name for name, latch in bench.latches.items() if latch is Latch.UNLATCHED}
    assert opened == {f"{address}-2" for address in bench.bus.boards}
    counts = bench.line.counts
    assert (counts.silences, counts.noise_bytes, counts.foreign_frames, counts.unasked_bytes) == (0, 0, 0, 0)


def test_a_door_that_opens_in_the_last_moment_is_never_called_jammed(family: str) -> None:
    bench = make_bench(bus_of(family), channels=CHANNELS)
    bench.read_first()
    for channel in range(CHANNELS):
        bench.bus.door(channel).opens_after_s = POWER.open_within_s - 0.05 - 0.01 * channel
        assert bench.unlock(channel, f"a{channel}").outcome is Outcome.OPENED


@pytest.mark.parametrize("channels", [8, 16])
def test_an_adapter_that_echoes_fakes_neither_doors_nor_unlocks(family: str, channels: int) -> None:
    bench = make_bench(bus_of(family), channels=channels)
    bench.bus.echoes = True
    bench.read_first()
    assert set(bench.latches.values()) == {Latch.LATCHED}
    assert bench.unlock(1, "a1").outcome is Outcome.OPENED
    board = bench.bus.boards[min(bench.bus.boards)]
    board.obeys_unlocks = board.answers_unlocks = False
    report = bench.unlock(0, "a2")
    assert report.outcome is Outcome.JAMMED
    assert "did not answer" in report.detail


def test_an_echo_without_a_board_is_a_line_that_is_down(family: str) -> None:
    bench = make_bench(bus_of(family), channels=CHANNELS)
    bench.bus.echoes = True
    bench.bus.boards[min(bench.bus.boards)].deaf = True
    bench.read_first()
    assert bench.up is False
    assert set(bench.latches.values()) <= {Latch.UNKNOWN}


@pytest.mark.parametrize("echoes", [False, True])
def test_where_echo_matters_two_reads_find_it_out(family: str, echoes: bool) -> None:  # noqa: FBT001 - a parameter
    driver = driver_named(family)
    if not driver.echo_matters:
        return
    clock = VirtualClock()
    address = driver.addresses[0]
    bus = bus_of(family)(clock, CHANNELS, (address,))
    bus.echoes = echoes
    port = VirtualPort(bus, clock)
    wire = Wire(port, Pace(driver.bauds[0], 0.5, 0.005), clock=clock, pause=clock.advance)
    reply = wire.find_echo(driver.probe(address))
    assert isinstance(reply, Hooks)
    assert wire.echo is (Echo.PRESENT if echoes else Echo.ABSENT)
    unlock = driver.unlock(wiring(family, address, CHANNELS), 0)
    bus.boards[address].answers_unlocks = False
    with pytest.raises(NoReplyError):
        wire.ask(unlock)
    bus.boards[address].answers_unlocks = True
    assert wire.ask(unlock) == Heard()
    bus.boards[address].deaf = True
    if echoes:
        assert wire.find_echo(driver.probe(address)) is None
        wire.echo = Echo.ABSENT
        assert wire.ask(driver.probe(address)) == EchoHeard()
