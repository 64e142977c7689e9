"""One request at a time, over a port whose every byte the test places."""

from __future__ import annotations

import pytest
from fake_boards import Fake8aBus, FakeBus, FakeCu24Bus
from fake_ports import VirtualClock, VirtualPort

from config.settings import BoardSettings
from firmware_bridge.boards.driver import EchoHeard, Heard, Hooks, driver_named
from firmware_bridge.errors import NoReplyError
from firmware_bridge.wire import Echo, Pace, Wire

REPLY_TIMEOUT_S = 0.5


def make_wire(bus_type: type[FakeBus], *addresses: int) -> tuple[Wire, VirtualPort, VirtualClock]:
    clock = VirtualClock()
    port = VirtualPort(bus_type(clock, 8, addresses), clock)
    pace = Pace(driver_named(bus_type.family).bauds[0], REPLY_TIMEOUT_S, 0.005)
    return Wire(port, pace, clock=clock, pause=clock.advance), port, clock


def test_the_silence_between_frames_is_never_shorter_than_boards_need() -> None:
    assert Pace(9600, 0.5, 0.0).silence_s == pytest.approx(3.5 * 10 / 9600 + 0.001)
    assert Pace(9600, 0.5, 0.02).silence_s == 0.02


def test_no_answer_names_the_request_and_takes_its_time_limit(bus_type: type[FakeBus]) -> None:
    wire, _, clock = make_wire(bus_type)
    began = clock()
    with pytest.raises(NoReplyError, match=r"no answer to '.+' within 0.5 s"):
        wire.ask(driver_named(bus_type.family).probe(1))
    assert clock() - began == pytest.approx(REPLY_TIMEOUT_S, abs=0.02)
    assert wire.counts.silences == 1


def test_an_answer_from_another_board_is_not_taken() -> None:
    wire, port, clock = make_wire(FakeCu24Bus)
    port.inject((clock() + 0.05, bytes.fromhex("02 00 00 80 10 02 03 99 02 00")))
    with pytest.raises(NoReplyError):
        wire.ask(driver_named("kerong-cu24").probe(1))
    assert wire.counts.foreign_frames == 1


def test_a_late_answer_is_thrown_away_before_the_next_request() -> None:
    wire, port, clock = make_wire(FakeCu24Bus, 0)
    port.inject((clock() - 0.001, bytes.fromhex("02 00 00 80 10 02 03 97 00 00")))
    reply = wire.ask(driver_named("kerong-cu24").probe(0))
    assert reply == Hooks(0, (True,) * 8 + (False,) * 8)
    assert wire.counts.unasked_bytes == 10


@pytest.mark.parametrize("echoes", [False, True])
def test_two_reads_tell_whether_the_adapter_echoes(echoes: bool) -> None:  # noqa: FBT001 - a parameter of the test
    wire, port, _ = make_wire(Fake8aBus, 1)
    port.bus.echoes = echoes
    assert wire.find_echo(driver_named("lock485-8a").probe(1)) == Hooks(0, (True,))
    assert wire.echo is (Echo.PRESENT if echoes else Echo.ABSENT)
    assert len(port.bus.heard) == 2


def test_one_damaged_echo_does_not_pass_for_none() -> None:
    wire, port, _ = make_wire(Fake8aBus, 1)
    port.bus.echoes = True
    spoil = iter([True])
    port.carry = lambda reply, at: [(at, b"\x00" + reply[1:] if next(spoil, False) else reply)]
    probe = driver_named("lock485-8a").probe(1)
    with pytest.raises(NoReplyError, match="echoed"):
        wire.find_echo(probe)
    assert wire.echo is Echo.UNKNOWN
    wire.find_echo(probe)
    assert wire.echo is Echo.PRESENT


def test_an_unlock_that_is_only_echoed_is_not_heard() -> None:
    wire, port, _ = make_wire(Fake8aBus, 1)
    port.bus.echoes = True
    wire.find_echo(driver_named("lock485-8a").probe(1))
    port.bus.boards[1].answers_unlocks = False
    with pytest.raises(NoReplyError):
        wire.ask(driver_named("lock485-8a").unlock(BoardSettings(address=1, channels=8), 0))
    port.bus.boards[1].answers_unlocks = True
    assert wire.ask(driver_named("lock485-8a").unlock(BoardSettings(address=1, channels=8), 1)) == Heard()


def test_without_a_board_an_echo_is_only_an_echo() -> None:
    wire, port, _ = make_wire(Fake8aBus)
    port.bus.echoes = True
    probe = driver_named("lock485-8a").probe(1)
    assert wire.find_echo(probe) is None
    assert wire.echo is Echo.PRESENT
    wire.echo = Echo.ABSENT
    assert wire.ask(probe) == EchoHeard()
