from __future__ import annotations

import contextlib
from functools import reduce
from operator import xor
from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.settings import BoardSettings
from firmware_bridge.boards.driver import Declined, Heard, Hooks, check_options
from firmware_bridge.boards.wkly import Command, Driver, Frame, open_frame, parse, read_all_frame
from firmware_bridge.errors import FrameFieldError
from firmware_bridge.frames import Decoder, Found, Verdict, split

START = bytes.fromhex("57 4B 4C 59")
BOARD = BoardSettings(address=0, channels=4)
OPENED = bytes.fromhex("57 4B 4C 59 0B 00 82 00 01 00 81")
ALL_READ = bytes.fromhex("57 4B 4C 59 0E 00 84 00 04 00 01 01 00 87")


def wire_of(frame: Frame) -> bytes:
    body = START + bytes((8 + len(frame.data), frame.board, frame.command)) + frame.data
    return body + bytes((reduce(xor, body),))


boards = st.integers(0, 31)
states = st.lists(st.sampled_from([0, 1]), min_size=1, max_size=50)
reads = st.builds(lambda board, each: Frame(board, Command.READ_ALL, bytes((0, len(each), *each))), boards, states)
openings = st.builds(
    lambda board, status, channel, state: Frame(board, Command.OPEN_ONE, bytes((status, channel, state))),
    boards,
    st.sampled_from([0x00, 0xFF]),
    st.integers(0, 50),
    st.sampled_from([0, 1]),
)
failures = st.builds(
    lambda board, command: Frame(board, command, b"\xff"), boards, st.sampled_from([Command.READ_ALL, Command.OPEN_ONE])
)
changes = st.builds(lambda board, data: Frame(board, Command.CHANGE, data), boards, st.binary(min_size=2, max_size=3))
replies = reads | openings | failures
W_NOISE = st.lists(st.sampled_from([*START, 0x0B, 0x0E, 0x00, 0x82, 0x84, 0x57]), max_size=30).map(bytes)


def test_requests_are_the_published_bytes() -> None:
    assert open_frame(0, 0) == bytes.fromhex("57 4B 4C 59 09 00 82 01 83")
    assert read_all_frame(0) == bytes.fromhex("57 4B 4C 59 08 00 84 85")


def test_the_published_reply_to_an_opening_is_heard() -> None:
    request = Driver().unlock(BOARD, 0)
    (found,) = split(OPENED, request.parse).frames
    assert request.interpret(found) == Heard()


def test_the_published_reply_gives_every_hook() -> None:
    request = Driver().hook_reads(BOARD)[0].request
    (found,) = split(ALL_READ, request.parse).frames
    assert request.interpret(found) == Hooks(0, (False, True, True, False))


def test_a_probe_tells_how_many_channels_the_board_has() -> None:
    (found,) = split(ALL_READ, parse).frames
    assert Driver().probe(0).interpret(found) == Hooks(0, (False, True, True, False))
    twelve = Frame(7, Command.READ_ALL, bytes((0, 12, *[1] * 12)))
    assert Driver().probe(7).interpret(twelve) == Hooks(0, (True,) * 12)


@pytest.mark.parametrize("channels", [3, 5, 12])
def test_a_board_with_other_channels_than_the_settings_say_is_named_not_guessed(channels: int) -> None:
    request = Driver().hook_reads(BoardSettings(address=0, channels=channels))[0].request
    (found,) = split(ALL_READ, parse).frames
    assert request.interpret(found) == Declined(f"it has 4 channels, but the settings say {channels}")


def test_a_state_that_is_neither_open_nor_closed_is_unknown() -> None:
    request = Driver().hook_reads(BOARD)[0].request
    assert request.interpret(Frame(0, Command.READ_ALL, b"\x00\x04\x00\xff\x02\x01")) == Hooks(
        0, (False, None, None, True)
    )


@pytest.mark.parametrize(("first", "number"), [(None, 3), (1, 3), (0, 2)])
def test_the_site_says_whether_channels_count_from_one_or_from_zero(first: Literal[0, 1] | None, number: int) -> None:
    request = Driver().unlock(BoardSettings(address=5, channels=4, first_index=first), 2)
    assert request.frame == open_frame(5, number, first_index=0)
    assert request.interpret(Frame(5, Command.OPEN_ONE, bytes((0, number, 0)))) == Heard()
    assert request.interpret(Frame(5, Command.OPEN_ONE, bytes((0, number + 1, 0)))) is None


@pytest.mark.parametrize("data", [b"\xff", b"\xff\x01\x01"])
def test_a_board_that_failed_to_open_may_have_driven_the_coil(data: bytes) -> None:
    reply = Driver().unlock(BOARD, 0).interpret(Frame(0, Command.OPEN_ONE, data))
    assert isinstance(reply, Declined)
    assert reply.obeyed


def test_a_board_that_failed_to_read_gives_no_hooks() -> None:
    for data in (b"\xff", b"\xff\x04\x01\x01\x01\x01"):
        request = Driver().hook_reads(BOARD)[0].request
        assert isinstance(request.interpret(Frame(0, Command.READ_ALL, data)), Declined)


@pytest.mark.parametrize(
    "frame",
    [
        Frame(1, Command.READ_ALL, b"\x00\x04\x01\x01\x01\x01"),
        Frame(0, Command.OPEN_ONE, b"\x00\x01\x00"),
        Frame(0, Command.CHANGE, b"\x01\x00"),
    ],
    ids=["another board", "another command", "a door that moved, told unasked"],
)
def test_a_frame_that_answers_something_else_is_not_a_reply(frame: Frame) -> None:
    assert Driver().hook_reads(BOARD)[0].request.interpret(frame) is None
    assert Driver().probe(0).interpret(frame) is None
    assert Driver().unlock(BOARD, 3).interpret(frame) is None


@pytest.mark.parametrize(
    "wire",
    [
        "57 4B 4C 59 08 00 84 85",
        "57 4B 4C 59 09 00 82 01 83",
    ],
)
def test_our_own_requests_echoed_are_no_reply(wire: str) -> None:
    assert split(bytes.fromhex(wire), parse).frames == ()


@pytest.mark.parametrize(
    "frame",
    [
        Frame(0, Command.READ_ALL, b"\x00\x05\x00\x01\x01\x00"),
        Frame(0, Command.READ_ALL, b"\x00\x00"),
        Frame(0, Command.READ_ALL, b"\x7f\x02\x00\x01"),
        Frame(0, Command.READ_ALL, bytes((0, 51, *[1] * 51))),
        Frame(0, Command.OPEN_ONE, b"\x00"),
        Frame(0, Command.OPEN_ONE, b"\x00\x01"),
        Frame(32, Command.OPEN_ONE, b"\x00\x01\x00"),
    ],
    ids=[
        "wrong count",
        "no channels",
        "no such status",
        "too many",
        "success without data",
        "no state",
        "no such board",
    ],
)
def test_a_frame_that_no_board_can_send_is_noise_though_its_xor_is_right(frame: Frame) -> None:
    assert parse(wire_of(frame), 0) is Verdict.NOISE


@pytest.mark.parametrize(
    "before",
    [
        b"\x57",
        b"\x57\x57",
        b"\x57\x4b\x4c",
        START,
        START + b"\x0e",
        START + b"\x0e\x00\x84",
        ALL_READ[:-1],
        OPENED[1:],
        wire_of(Frame(0, Command.CHANGE, b"\x01\x00")),
        wire_of(Frame(0, Command.CHANGE, b"\x57\x4b"))[:-1],
    ],
    ids=lambda before: before.hex(),
)
def test_a_false_start_does_not_cost_the_true_frame(before: bytes) -> None:
    assert split(before + ALL_READ, parse).frames[-1] == Frame(0, Command.READ_ALL, ALL_READ[7:-1])


def test_letters_of_the_start_inside_a_frame_do_not_break_it() -> None:
    frame = Frame(0, Command.CHANGE, b"\x57\x4b\x4c")
    assert split(wire_of(frame) + ALL_READ, parse).frames == (frame, Frame(0, Command.READ_ALL, ALL_READ[7:-1]))


def test_a_setting_that_the_family_has_not_is_refused() -> None:
    with pytest.raises(FrameFieldError, match="no setting 'bit_order'"):
        check_options("wkly", Driver(), BoardSettings(address=0, channels=4, bit_order="lowest-first"))


def test_the_pulse_is_what_the_site_says_and_goes_out_in_no_frame() -> None:
    driver, slow = Driver(), BoardSettings(address=0, channels=4, pulse_s=1.2)
    assert (driver.pulse_s(BOARD), driver.pulse_s(slow)) == (0.5, 1.2)
    assert driver.unlock(slow, 2).frame == driver.unlock(BOARD, 2).frame


@given(replies | changes)
def test_every_frame_survives_the_wire(frame: Frame) -> None:
    wire = wire_of(frame)
    assert parse(wire, 0) == Found(frame, len(wire))


@given(replies, st.data())
def test_a_reply_with_one_damaged_byte_is_never_taken(frame: Frame, data: st.DataObject) -> None:
    damaged = bytearray(wire_of(frame))
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    assert not isinstance(parse(bytes(damaged), 0), Found)


@pytest.mark.parametrize("wire", [OPENED, ALL_READ], ids=["opened", "all read"])
def test_no_damaged_byte_of_a_published_reply_passes_whatever_it_became(wire: bytes) -> None:
    for place in range(len(wire)):
        for error in range(1, 256):
            damaged = bytearray(wire)
            damaged[place] ^= error
            assert not split(bytes(damaged) + bytes(64), parse).frames


@given(replies, st.data())
def test_a_reply_cut_short_waits_for_the_rest(frame: Frame, data: st.DataObject) -> None:
    wire = wire_of(frame)
    assert parse(wire[: data.draw(st.integers(0, len(wire) - 1))], 0) is Verdict.MORE


@given(st.binary(max_size=30) | W_NOISE | changes.map(wire_of), replies)
def test_noise_before_a_reply_does_not_hide_it(noise: bytes, frame: Frame) -> None:
    wire = wire_of(frame)
    assume(not any(isinstance(parse(noise + wire, at), Found) for at in range(1, len(noise))))
    assert split(noise + wire, parse).frames[-1] == frame


@given(st.lists(replies | changes, max_size=4), st.lists(st.integers(1, 20), min_size=1))
def test_the_way_a_stream_is_cut_changes_nothing(sent: list[Frame], cuts: list[int]) -> None:
    stream = b"".join(map(wire_of, sent))
    decoder, found = Decoder(parse), []
    for cut in cuts * (len(stream) + 1):
        found.extend(decoder.feed(stream[:cut]))
        stream = stream[cut:]
    assert (found, decoder.noise) == (sent, 0)


@given(st.binary(max_size=80) | W_NOISE)
def test_no_bytes_break_the_decoder(noise: bytes) -> None:
    for frame in split(noise, parse).frames:
        assert frame.board in range(32)


@given(st.integers(-2, 300), st.integers(-2, 300), st.sampled_from([0, 1]))
def test_no_frame_holds_a_coil_or_opens_more_than_one_lock(board: int, channel: int, first: Literal[0, 1]) -> None:
    frames = []
    with contextlib.suppress(FrameFieldError):
        frames.append(open_frame(board, channel, first))
    with contextlib.suppress(FrameFieldError):
        frames.append(read_all_frame(board))
    assert bool(frames) is (board in range(32))
    for frame in frames:
        assert frame[:4] == START
        assert frame[5] in range(32)
        assert (frame[6], len(frame)) in ((0x82, 9), (0x84, 8))
