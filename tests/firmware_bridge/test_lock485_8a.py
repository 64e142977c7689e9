from __future__ import annotations

import contextlib
from functools import reduce
from operator import xor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.settings import BitOrder, BoardSettings
from firmware_bridge.boards.driver import Declined, EchoHeard, Heard, Hooks, Refusal, Reply
from firmware_bridge.boards.lock485_8a import (
    READ,
    UNLOCK,
    Driver,
    EitherExpected,
    Expected,
    Frame,
    read_all_frame,
    read_one_frame,
    unlock_frame,
)
from firmware_bridge.errors import FrameFieldError
from firmware_bridge.frames import Decoder, Found, Verdict, split

boards = st.integers(1, 32)


def seal(*body: int) -> bytes:
    return bytes((*body, reduce(xor, body)))


@st.composite
def replies(draw: st.DrawFn) -> tuple[Expected, bytes, Frame]:
    board = draw(boards)
    if draw(st.booleans()):
        lead, body = draw(st.sampled_from([READ, UNLOCK])), bytes((draw(st.integers(1, 50)), draw(st.integers(0, 255))))
    else:
        lead, body = READ, draw(st.binary(min_size=1, max_size=7)) + b"\x33"
    return Expected(lead, board, len(body) + 3), seal(lead, board, *body), Frame(lead, board, body)


def test_requests_are_the_published_bytes() -> None:
    assert unlock_frame(1, 0) == bytes.fromhex("8A 01 01 11 9B")
    assert read_one_frame(1, 0) == bytes.fromhex("80 01 01 33 B3")
    assert read_all_frame(1) == bytes.fromhex("80 01 00 33 B2")


def test_a_read_of_all_hooks_names_the_highest_channels_first() -> None:
    request = Driver().hook_reads(BoardSettings(address=1, channels=24))[0].request
    (frame,) = split(seal(0x80, 0x01, 0x80, 0x00, 0x01, 0x33), request.parse).frames
    assert request.interpret(frame) == Hooks(0, tuple(channel in (0, 23) for channel in range(24)))


@pytest.mark.parametrize(
    ("bit_order", "latched"), [(None, (0, 11)), ("lowest-first", (0, 11)), ("highest-first", (7,))]
)
def test_the_order_of_bits_in_a_hook_byte_is_a_setting(bit_order: BitOrder | None, latched: tuple[int, ...]) -> None:
    board = BoardSettings(address=1, channels=12, bit_order=bit_order)
    request = Driver().hook_reads(board)[0].request
    (frame,) = split(seal(0x80, 0x01, 0x08, 0x01, 0x33), request.parse).frames
    assert request.interpret(frame) == Hooks(0, tuple(channel in latched for channel in range(12)))


@pytest.mark.parametrize("bit_order", ["lowest-first", "highest-first"])
def test_eight_hooks_that_read_0_equal_their_request_in_either_order_of_bits(bit_order: BitOrder) -> None:
    request = Driver().hook_reads(BoardSettings(address=1, channels=8, bit_order=bit_order))[0].request
    (frame,) = split(request.frame, request.parse).frames
    assert request.interpret(frame) == Hooks(0, (False,) * 8)
    assert Driver().echo_matters


@pytest.mark.parametrize(("reply", "bit"), [("80 01 01 00 80", False), ("80 01 01 11 91", True)])
def test_the_echo_probe_reads_the_first_hook(reply: str, bit: bool) -> None:  # noqa: FBT001 - a parameter of the test
    probe = Driver().probe(1)
    (frame,) = split(bytes.fromhex(reply), probe.parse).frames
    assert probe.interpret(frame) == Hooks(0, (bit,))


def test_the_echo_probe_knows_its_own_request() -> None:
    probe = Driver().probe(1)
    (frame,) = split(probe.frame, probe.parse).frames
    assert probe.interpret(frame) == EchoHeard()


def test_an_unlock_reply_says_no_more_than_heard() -> None:
    request = Driver().unlock(BoardSettings(address=1, channels=24), 0)
    for reply in ("8A 01 01 11 9B", "8A 01 01 00 8A"):
        (frame,) = split(bytes.fromhex(reply), request.parse).frames
        assert request.interpret(frame) == Heard()
    (other,) = split(unlock_frame(1, 1), request.parse).frames
    assert request.interpret(other) is None


def test_a_pulse_of_whole_seconds_is_said_in_the_frame() -> None:
    board = BoardSettings(address=1, channels=24, pulse_s=5)
    request = Driver().unlock(board, 1)
    assert request.frame == bytes.fromhex("8A 01 02 11 05 9D")
    assert Driver().pulse_s(board) == 5.0
    assert Driver().pulse_s(BoardSettings(address=1, channels=24)) == 0.3


def test_a_pulse_of_300_ms_is_the_boards_own_and_needs_no_time() -> None:
    assert Driver().unlock(BoardSettings(address=1, channels=24, pulse_s=0.3), 0).frame == unlock_frame(1, 0)


@pytest.mark.parametrize("pulse_s", [0.5, 1.5, 0.9])
def test_other_pulses_are_refused_with_the_field_that_asks_for_them(pulse_s: float) -> None:
    board = BoardSettings(address=7, channels=24, pulse_s=pulse_s)
    for ask in (lambda: Driver().unlock(board, 0), lambda: Driver().pulse_s(board)):
        with pytest.raises(FrameFieldError, match="pulse_s of board 7"):
            ask()


@pytest.mark.parametrize("reply", ["8A 01 02 11 05 9D", "8A 01 02 00 05 8C", "8A 01 02 11 98", "8A 01 02 00 89"])
def test_a_timed_unlock_may_be_answered_with_its_time_or_without(reply: str) -> None:
    request = Driver().unlock(BoardSettings(address=1, channels=24, pulse_s=5), 1)
    for noise in (b"", b"\x81\x01\x02", b"\x8a", b"\x8a\x01"):
        (frame,) = split(noise + bytes.fromhex(reply), request.parse).frames
        assert request.interpret(frame) == Heard()


def test_an_answer_with_another_time_is_not_this_unlocks() -> None:
    request = Driver().unlock(BoardSettings(address=1, channels=24, pulse_s=5), 1)
    (frame,) = split(seal(0x8A, 1, 2, 0x11, 4), request.parse).frames
    assert request.interpret(frame) is None


@given(boards, st.integers(1, 50), st.integers(1, 9), st.sampled_from([0x00, 0x11]))
def test_no_frame_with_a_time_can_be_read_as_one_without(board: int, number: int, seconds: int, state: int) -> None:
    both = EitherExpected(Expected(UNLOCK, board, 5), Expected(UNLOCK, board, 6))
    timed, plain = seal(UNLOCK, board, number, state, seconds), seal(UNLOCK, board, number, state)
    assert both.parse(timed, 0) == Found(Frame(UNLOCK, board, bytes((number, state, seconds))), 6)
    assert both.parse(plain, 0) == Found(Frame(UNLOCK, board, bytes((number, state))), 5)
    for whole in (timed, plain):
        for cut in range(len(whole)):
            assert both.parse(whole[:cut], 0) is Verdict.MORE


def test_a_board_that_counts_from_0_is_asked_by_its_own_numbers() -> None:
    board = BoardSettings(address=1, channels=24, first_index=0)
    assert Driver().unlock(board, 1).frame == unlock_frame(1, 0)
    reply = Driver().unlock(board, 1).interpret(Frame(UNLOCK, 1, b"\x01\x11"))
    assert reply == Heard()


def test_the_number_that_opens_a_whole_board_is_refused_even_where_it_is_a_channels_own() -> None:
    board = BoardSettings(address=1, channels=24, first_index=0)
    with pytest.raises(FrameFieldError, match="first_index"):
        Driver().unlock(board, 0)


@given(replies())
def test_every_reply_survives_the_wire(reply: tuple[Expected, bytes, Frame]) -> None:
    expected, wire, frame = reply
    assert expected.parse(wire, 0) == Found(frame, len(wire))


@given(replies(), st.data())
def test_a_reply_with_one_changed_bit_is_not_taken(reply: tuple[Expected, bytes, Frame], data: st.DataObject) -> None:
    expected, wire, _ = reply
    bit = data.draw(st.integers(0, len(wire) * 8 - 1))
    damaged = bytearray(wire)
    damaged[bit // 8] ^= 1 << bit % 8
    assert expected.parse(bytes(damaged), 0) is Verdict.NOISE


@given(replies(), st.data())
def test_a_reply_cut_short_waits_for_the_rest(reply: tuple[Expected, bytes, Frame], data: st.DataObject) -> None:
    expected, wire, _ = reply
    assert expected.parse(wire[: data.draw(st.integers(0, len(wire) - 1))], 0) is Verdict.MORE


@given(replies(), st.lists(st.binary(max_size=6) | st.sampled_from([b"\x81", b"\x82\x01", b"\x80", b"\x8a"])))
def test_unsolicited_frames_of_any_length_do_not_hide_the_reply(
    reply: tuple[Expected, bytes, Frame], before: list[bytes]
) -> None:
    expected, wire, frame = reply
    noise = b"".join(before)
    assume(not any(isinstance(expected.parse(noise + wire, at), Found) for at in range(len(noise))))
    assert split(noise + wire, expected.parse).frames == (frame,)


@given(replies(), st.lists(st.integers(1, 4), min_size=1))
def test_the_way_a_stream_is_cut_changes_nothing(reply: tuple[Expected, bytes, Frame], cuts: list[int]) -> None:
    expected, wire, frame = reply
    stream, decoder, found = wire * 3, Decoder(expected.parse), []
    for cut in cuts * len(stream):
        found.extend(decoder.feed(stream[:cut]))
        stream = stream[cut:]
    assert found == [frame] * 3


@given(
    st.integers(-2, 300) | boards,
    st.integers(-2, 300) | st.integers(0, 1),
    st.integers(-1, 2),
    st.sampled_from([0.3, 1, 9]) | st.floats(0, 20),
)
def test_no_frame_holds_a_coil_or_opens_a_whole_board(board: int, channel: int, first: int, pulse_s: float) -> None:
    frames = []
    for make in (
        lambda: unlock_frame(board, channel),
        lambda: unlock_frame(board, channel, first_index=first, pulse_s=pulse_s),
        lambda: read_one_frame(board, channel),
        lambda: read_all_frame(board),
    ):
        with contextlib.suppress(FrameFieldError):
            frames.append(make())
    for frame in frames:
        assert frame[0] in (0x80, 0x8A)
        assert frame[1] in range(1, 33)
        if frame[0] == 0x8A:
            assert frame[2] in range(1, 52)
            assert frame[3] == 0x11
            assert len(frame) == 5 or frame[4] in range(1, 10)


def misfit(address: int, channels: int, heard: bytes) -> Reply | None:
    (read,) = Driver().hook_reads(BoardSettings(address=address, channels=channels))
    assert read.request.misfit is not None
    return read.request.misfit(heard)


@given(boards, st.integers(1, 50), st.binary(min_size=1, max_size=7))
def test_an_answer_of_another_size_tells_how_many_channels_the_board_has(
    address: int, channels: int, hooks: bytes
) -> None:
    said = misfit(address, channels, seal(READ, address, *hooks, 0x33))
    if len(hooks) == (channels + 7) // 8:
        assert said is None
    else:
        most = 8 * len(hooks)
        assert said == Declined(f"it tells {most - 7} to {most} channels, but the settings say {channels}")
        assert isinstance(said, Declined)
        assert said.about is Refusal.CHANNELS


@given(boards, st.integers(1, 50), st.binary(min_size=1, max_size=7), st.data())
def test_a_damaged_or_foreign_answer_tells_no_size(
    address: int, channels: int, hooks: bytes, data: st.DataObject
) -> None:
    whole = bytearray(seal(READ, address, *hooks, 0x33))
    bit = data.draw(st.integers(0, 8 * len(whole) - 1))
    whole[bit // 8] ^= 1 << bit % 8
    assert misfit(address, channels, bytes(whole)) is None
    assert misfit(address % 32 + 1, channels, seal(READ, address, *hooks, 0x33)) is None


@given(boards, st.integers(1, 50), st.binary(max_size=80))
def test_whatever_is_heard_is_no_answer_of_another_size_unless_it_is_sealed(
    address: int, channels: int, heard: bytes
) -> None:
    assume(not heard or reduce(xor, heard) != 0)
    assert misfit(address, channels, heard) is None
