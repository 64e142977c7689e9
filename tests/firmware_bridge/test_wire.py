"""One request at a time, over a port whose every byte the test places."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_boards import Fake8aBus, FakeBus, FakeCu24Bus
from fake_ports import BOARD_LATENCY_S, Carry, VirtualClock, VirtualPort, a_byte_at_a_time, perfect

from config.settings import BoardSettings
from firmware_bridge.boards.driver import AnyRequest, EchoHeard, Heard, Hooks, Reply, driver_named
from firmware_bridge.errors import NoReplyError
from firmware_bridge.frames import Verdict
from firmware_bridge.wire import Echo, Pace, Wire

REPLY_TIMEOUT_S = 0.5
ALL_LATCHED = (True,) * 8 + (False,) * 8
"""Of eight locks behind a board that sends sixteen."""


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


def answer_twice(wire: Wire, request: AnyRequest) -> tuple[Reply, Reply]:
    first = wire.ask(request)
    return first, wire.ask(request, usual=wire.answer)


@pytest.mark.parametrize("carry", [perfect, a_byte_at_a_time])
def test_the_same_answer_again_is_known_without_being_decoded(bus_type: type[FakeBus], carry: Carry) -> None:
    wire, port, _ = make_wire(bus_type, 1)
    port.carry = carry
    probe = driver_named(bus_type.family).probe(1)
    reply = wire.ask(probe)
    took, usual = wire.last, wire.answer
    assert usual is not None
    blind = replace(probe, parse=lambda _buffer, _at: Verdict.NOISE)
    assert wire.ask(blind, usual=usual) is usual.reply
    assert usual.reply == reply
    assert wire.answer is usual
    assert wire.last.wire_s == took.wire_s
    assert wire.counts.noise_bytes == 0


@pytest.mark.parametrize("carry", [perfect, a_byte_at_a_time])
def test_another_answer_than_the_usual_one_is_decoded_from_its_first_byte(carry: Carry) -> None:
    wire, port, _ = make_wire(FakeCu24Bus, 0)
    port.carry = carry
    probe = driver_named("kerong-cu24").probe(0)
    wire.ask(probe)
    usual = wire.answer
    port.bus.door(3, 0).open_by_hand()
    reply = wire.ask(probe, usual=usual)
    assert isinstance(reply, Hooks)
    assert reply.bits[3] is False
    assert wire.answer is not None
    assert wire.answer.reply == reply
    assert wire.counts.noise_bytes == wire.counts.foreign_frames == 0


def test_an_answer_with_other_bytes_before_it_is_not_kept_as_the_usual_one() -> None:
    wire, port, _ = make_wire(FakeCu24Bus, 0)
    port.carry = lambda reply, at: [(at, b"\xff" + reply)]
    assert answer_twice(wire, driver_named("kerong-cu24").probe(0)) == (Hooks(0, ALL_LATCHED), Hooks(0, ALL_LATCHED))
    assert wire.answer is None
    assert wire.counts.noise_bytes == 2


def test_noise_before_the_usual_answer_is_counted(bus_type: type[FakeBus]) -> None:
    wire, port, _ = make_wire(bus_type, 1)
    probe = driver_named(bus_type.family).probe(1)
    wire.ask(probe)
    usual = wire.answer
    port.carry = lambda reply, at: [(at, b"\xff" + reply)]
    assert usual is not None
    assert wire.ask(probe, usual=usual) == usual.reply
    assert wire.counts.noise_bytes == 1


def test_a_part_of_the_usual_answer_is_no_answer(bus_type: type[FakeBus]) -> None:
    wire, port, clock = make_wire(bus_type, 1)
    probe = driver_named(bus_type.family).probe(1)
    wire.ask(probe)
    usual, began = wire.answer, clock()
    port.carry = lambda reply, at: [(at, reply[:-1])]
    with pytest.raises(NoReplyError):
        wire.ask(probe, usual=usual)
    assert clock() - began == pytest.approx(REPLY_TIMEOUT_S, abs=0.03)


def test_an_echo_and_the_usual_answer_are_both_seen() -> None:
    wire, port, _ = make_wire(Fake8aBus, 1)
    probe = driver_named("lock485-8a").probe(1)
    wire.ask(probe)
    usual = wire.answer
    port.bus.echoes = True
    assert wire.ask(probe, usual=usual) == EchoHeard()
    assert wire.counts.echoes == 1


@pytest.mark.parametrize("byte_s", [0.0, 10 / 115200, 10 / 9600])
@pytest.mark.parametrize("rested_s", [0.0, 0.003, 5.0])
def test_no_exchange_is_told_as_faster_than_the_wire(byte_s: float, rested_s: float) -> None:
    wire, port, clock = make_wire(FakeCu24Bus, 0)
    port.byte_s = byte_s
    probe = driver_named("kerong-cu24").probe(0)
    for _ in range(2):
        wire.ask(probe)
        clock.advance(rested_s)
        wire.ask(probe)
        assert 0.0 < wire.last.wire_s <= wire.last.took_s


def test_the_wires_own_time_is_that_of_the_bits_and_the_silence_before_them() -> None:
    wire, _, clock = make_wire(FakeCu24Bus, 0)
    clock.advance(5.0)
    wire.ask(driver_named("kerong-cu24").probe(0))
    assert wire.last.wire_s == pytest.approx(18 * 10 / 19200 + 0.005)
    assert wire.last.took_s == pytest.approx(wire.last.wire_s + BOARD_LATENCY_S)
