from __future__ import annotations

import contextlib
from functools import reduce
from operator import xor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.settings import BoardSettings
from firmware_bridge.boards.driver import EchoHeard, Heard, Hooks
from firmware_bridge.boards.lock485_8a import (
    READ,
    UNLOCK,
    Driver,
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


@given(st.integers(-2, 300), st.integers(-2, 300))
def test_no_frame_holds_a_coil_or_opens_a_whole_board(board: int, channel: int) -> None:
    frames = []
    for make in (unlock_frame, read_one_frame, lambda board, _: read_all_frame(board)):
        with contextlib.suppress(FrameFieldError):
            frames.append(make(board, channel))
    for frame in frames:
        assert frame[0] in (0x80, 0x8A)
        assert frame[1] in range(1, 33)
        if frame[0] == 0x8A:
            assert frame[2] in range(1, 51)
            assert frame[3] == 0x11
