from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.settings import BoardSettings
from firmware_bridge.boards.driver import Heard, Hooks, check_options
from firmware_bridge.boards.kerong_cu48 import Command, Driver, Frame, encode_request, parse_status, parse_unlock_reply
from firmware_bridge.errors import FrameFieldError
from firmware_bridge.frames import Decoder, Found, Parse, Verdict, split

BOARD = BoardSettings(address=0, channels=48)
addresses = st.integers(0, 31)


def wire_of(frame: Frame) -> bytes:
    body = bytes((2, frame.address, frame.lock, 0x75)) + frame.data + b"\x03"
    return body + bytes((sum(body) % 256,))


def parser_of(frame: Frame) -> Parse[Frame]:
    return parse_status if frame.data else parse_unlock_reply


statuses = st.builds(Frame, addresses, st.just(0), st.binary(min_size=12, max_size=12))
replies = statuses | st.builds(Frame, addresses, st.integers(0, 47))


@pytest.mark.parametrize(
    ("command", "address", "lock", "sent"),
    [
        (Command.STATUS, 0, 0, "02 00 00 60 03 65"),
        (Command.UNLOCK, 0, 1, "02 00 01 61 03 67"),
        (Command.UNLOCK, 31, 47, "02 1F 2F 61 03 B4"),
    ],
)
def test_requests_are_the_published_bytes(command: Command, address: int, lock: int, sent: str) -> None:
    assert encode_request(command, address, lock) == bytes.fromhex(sent)


def test_a_status_gives_forty_eight_hooks_and_then_as_many_second_sensors() -> None:
    wire = bytes.fromhex("02 00 00 75 02 00 00 00 00 80 01 00 00 00 00 40 03 3D")
    (found,) = split(wire, parse_status).frames
    request = Driver().hook_reads(BoardSettings(address=0, channels=48, infrared=True))[0].request
    assert request.interpret(found) == Hooks(
        0, tuple(channel in (1, 47) for channel in range(48)), tuple(channel in (0, 46) for channel in range(48))
    )


def test_second_sensors_that_are_not_fitted_are_not_reported() -> None:
    reply = Driver().hook_reads(BOARD)[0].request.interpret(Frame(0, 0, bytes(6) + b"\xff" * 6))
    assert reply == Hooks(0, (False,) * 48)


def test_a_board_that_counts_from_the_highest_bit_is_read_so() -> None:
    board = BoardSettings(address=0, channels=48, bit_order="highest-first")
    reply = Driver().hook_reads(board)[0].request.interpret(Frame(0, 0, b"\x80\x40\x00\x00\x00\x01" + bytes(6)))
    assert reply == Hooks(0, tuple(channel in (0, 9, 47) for channel in range(48)))


def test_one_read_tells_as_many_channels_as_are_used() -> None:
    (read,) = Driver().hook_reads(BoardSettings(address=3, channels=9, infrared=True))
    assert read.channels == range(9)
    reply = read.request.interpret(Frame(3, 0, b"\xff" * 6 + b"\x00\x01" + bytes(4)))
    assert reply == Hooks(0, (True,) * 9, (False,) * 8 + (True,))


def test_a_probe_tells_the_forty_eight_hooks_that_every_board_sends() -> None:
    assert Driver().probe(2).interpret(Frame(2, 0, b"\xff" * 6 + bytes(6))) == Hooks(0, (True,) * 48)


def test_a_reply_of_another_board_or_lock_answers_nothing() -> None:
    driver = Driver()
    assert driver.hook_reads(BOARD)[0].request.interpret(Frame(1, 0, bytes(12))) is None
    assert driver.probe(0).interpret(Frame(1, 0, bytes(12))) is None
    assert driver.unlock(BOARD, 1).interpret(Frame(0, 2)) is None
    assert driver.unlock(BOARD, 1).interpret(Frame(1, 1)) is None


def test_an_unlock_reply_says_no_more_than_heard() -> None:
    request = Driver().unlock(BOARD, 1)
    (found,) = split(bytes.fromhex("02 00 01 75 03 7B"), request.parse).frames
    assert request.interpret(found) == Heard()


def test_a_status_that_comes_late_is_not_the_reply_to_an_unlock() -> None:
    late = wire_of(Frame(0, 0, bytes(range(12))))
    assert split(late, Driver().unlock(BOARD, 0).parse).frames == ()


@pytest.mark.parametrize("request_bytes", ["02 00 00 60 03 65", "02 00 01 61 03 67"])
def test_our_own_requests_echoed_are_no_reply(request_bytes: str) -> None:
    for parse in (parse_status, parse_unlock_reply):
        assert split(bytes.fromhex(request_bytes), parse).frames == ()


def test_a_reply_that_a_serial_server_cuts_into_segments_is_put_together() -> None:
    wire = wire_of(Frame(4, 0, bytes(range(12))))
    decoder = Decoder(parse_status)
    assert [decoder.feed(piece) for piece in (wire[:1], wire[1:11], wire[11:])] == [
        (),
        (),
        (Frame(4, 0, bytes(range(12))),),
    ]


def test_the_pulse_is_what_the_site_says_and_goes_out_in_no_frame() -> None:
    driver = Driver()
    slow = BoardSettings(address=0, channels=48, pulse_s=1.2)
    assert (driver.pulse_s(BOARD), driver.pulse_s(slow)) == (0.55, 1.2)
    assert driver.unlock(slow, 4).frame == driver.unlock(BOARD, 4).frame


def test_a_setting_that_the_family_has_not_is_refused() -> None:
    with pytest.raises(FrameFieldError, match="no setting 'first_index'"):
        check_options("kerong-cu48", Driver(), BoardSettings(address=0, channels=48, first_index=1))


@given(replies)
def test_every_reply_survives_the_wire(frame: Frame) -> None:
    wire = wire_of(frame)
    assert parser_of(frame)(wire, 0) == Found(frame, len(wire))


@given(replies, st.data())
def test_a_reply_with_one_damaged_byte_is_noise(frame: Frame, data: st.DataObject) -> None:
    damaged = bytearray(wire_of(frame))
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    assert parser_of(frame)(bytes(damaged), 0) is Verdict.NOISE


@given(replies, st.data())
def test_a_reply_cut_short_waits_for_the_rest(frame: Frame, data: st.DataObject) -> None:
    wire = wire_of(frame)
    assert parser_of(frame)(wire[: data.draw(st.integers(0, len(wire) - 1))], 0) is Verdict.MORE


@given(st.binary(max_size=40) | st.lists(st.sampled_from([2, 3, 0x75, 0]), max_size=40).map(bytes), replies)
def test_noise_before_a_reply_does_not_hide_it(noise: bytes, frame: Frame) -> None:
    wire, parse = wire_of(frame), parser_of(frame)
    assume(not any(isinstance(parse(noise + wire, at), Found) for at in range(len(noise))))
    assert split(noise + wire, parse).frames == (frame,)


@given(st.lists(statuses, max_size=4), st.lists(st.integers(1, 19), min_size=1))
def test_the_way_a_stream_is_cut_changes_nothing(sent: list[Frame], cuts: list[int]) -> None:
    stream = b"".join(map(wire_of, sent))
    decoder, found = Decoder(parse_status), []
    for cut in cuts * (len(stream) + 1):
        found.extend(decoder.feed(stream[:cut]))
        stream = stream[cut:]
    assert (found, decoder.noise) == (sent, 0)


@given(st.binary(max_size=80))
def test_no_bytes_break_the_decoders(noise: bytes) -> None:
    for parse in (parse_status, parse_unlock_reply):
        for frame in split(noise, parse).frames:
            assert frame.address in range(32)


@given(st.integers(-2, 300), st.integers(-2, 300), st.sampled_from(Command))
def test_no_request_is_anything_but_a_read_or_one_pulse_of_one_lock(address: int, lock: int, command: Command) -> None:
    try:
        frame = encode_request(command, address, lock)
    except FrameFieldError:
        assert address not in range(32) or lock not in range(48)
        return
    assert (frame[0], frame[4], len(frame)) == (0x02, 0x03, 6)
    assert frame[2] in range(48)
    assert frame[3] in (0x60, 0x61)
