from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.settings import BoardSettings
from firmware_bridge.boards.driver import Heard, Hooks, check_options
from firmware_bridge.boards.kerong_cu16 import Command, Driver, Status, encode_request, parse
from firmware_bridge.errors import FrameFieldError
from firmware_bridge.frames import Decoder, Found, Verdict, split

BOARD = BoardSettings(address=0, channels=16)
two_bytes = st.binary(min_size=2, max_size=2)


def wire_of(status: Status) -> bytes:
    body = bytes((2, status.board << 4, 0x35)) + status.hooks + status.infrared + b"\x03"
    return body + bytes((sum(body) % 256,))


statuses = st.builds(Status, st.integers(0, 14), two_bytes, two_bytes)


@pytest.mark.parametrize(
    ("command", "board", "channel", "sent"),
    [
        (Command.STATUS, 0, 0, "02 00 30 03 35"),
        (Command.STATUS, 1, 0, "02 10 30 03 45"),
        (Command.UNLOCK, 0, 0, "02 00 31 03 36"),
        (Command.UNLOCK, 0, 15, "02 0F 31 03 45"),
        (Command.UNLOCK, 14, 2, "02 E2 31 03 18"),
    ],
)
def test_requests_are_the_published_bytes(command: Command, board: int, channel: int, sent: str) -> None:
    assert encode_request(command, board, channel) == bytes.fromhex(sent)


def test_a_reply_gives_the_hooks_first_and_then_the_occupancy_sensors() -> None:
    (found,) = split(bytes.fromhex("02 00 35 01 80 02 40 03 FD"), parse).frames
    assert found == Status(0, b"\x01\x80", b"\x02\x40")
    request = Driver().hook_reads(BoardSettings(address=0, channels=16, infrared=True))[0].request
    assert request.interpret(found) == Hooks(
        0, tuple(channel in (0, 15) for channel in range(16)), tuple(channel in (1, 14) for channel in range(16))
    )


def test_sensors_that_are_not_fitted_are_not_reported() -> None:
    reply = Driver().hook_reads(BOARD)[0].request.interpret(Status(0, b"\x00\x00", b"\xff\xff"))
    assert reply == Hooks(0, (False,) * 16)


def test_a_board_that_counts_from_the_highest_bit_is_read_so() -> None:
    board = BoardSettings(address=0, channels=10, bit_order="highest-first", infrared=True)
    reply = Driver().hook_reads(board)[0].request.interpret(Status(0, b"\x80\x40", b"\x01\x80"))
    assert reply == Hooks(
        0, tuple(channel in (0, 9) for channel in range(10)), tuple(channel in (7, 8) for channel in range(10))
    )


def test_one_read_tells_as_many_channels_as_are_used() -> None:
    (read,) = Driver().hook_reads(BoardSettings(address=3, channels=5))
    assert read.channels == range(5)
    assert read.request.interpret(Status(3, b"\x12\xff", bytes(2))) == Hooks(0, (False, True, False, False, True))


def test_a_probe_tells_the_sixteen_hooks_that_every_board_sends() -> None:
    assert Driver().probe(2).interpret(Status(2, b"\xff\x00", bytes(2))) == Hooks(0, (True,) * 8 + (False,) * 8)


def test_a_status_of_another_board_answers_nothing() -> None:
    other = Status(5, b"\xff\xff", bytes(2))
    for request in (Driver().hook_reads(BOARD)[0].request, Driver().probe(0), Driver().unlock(BOARD, 3)):
        assert request.interpret(other) is None


def test_the_status_that_some_boards_answer_an_unlock_with_says_no_more_than_heard() -> None:
    request = Driver().unlock(BOARD, 2)
    assert request.frame == bytes.fromhex("02 02 31 03 38")
    assert request.interpret(Status(0, b"\xfb\xff", bytes(2))) == Heard()


@pytest.mark.parametrize("request_bytes", ["02 00 30 03 35", "02 00 31 03 36"])
def test_our_own_requests_echoed_are_no_reply(request_bytes: str) -> None:
    assert split(bytes.fromhex(request_bytes), parse).frames == ()


def test_board_15_cannot_be_named_because_it_shares_its_address_with_the_whole_bus() -> None:
    with pytest.raises(FrameFieldError, match="addresses 0 to 14, not 15"):
        encode_request(Command.UNLOCK, 15, 0)


def test_the_pulse_is_what_the_site_says_and_goes_out_in_no_frame() -> None:
    driver = Driver()
    slow = BoardSettings(address=0, channels=16, pulse_s=1.2)
    assert (driver.pulse_s(BOARD), driver.pulse_s(slow)) == (0.55, 1.2)
    assert driver.unlock(slow, 4).frame == driver.unlock(BOARD, 4).frame


def test_a_setting_that_the_family_has_not_is_refused() -> None:
    with pytest.raises(FrameFieldError, match="no setting 'first_index'"):
        check_options("kerong-cu16", Driver(), BoardSettings(address=0, channels=16, first_index=1))


@given(statuses)
def test_every_reply_survives_the_wire(status: Status) -> None:
    assert parse(wire_of(status), 0) == Found(status, 9)


@given(statuses, st.integers(0, 8), st.integers(1, 255))
def test_a_reply_with_one_damaged_byte_is_noise(status: Status, place: int, error: int) -> None:
    damaged = bytearray(wire_of(status))
    damaged[place] ^= error
    assert parse(bytes(damaged), 0) is Verdict.NOISE


@given(statuses, st.integers(0, 8))
def test_a_reply_cut_short_waits_for_the_rest(status: Status, length: int) -> None:
    assert parse(wire_of(status)[:length], 0) is Verdict.MORE


@given(st.binary(max_size=30) | st.lists(st.sampled_from([2, 3, 0x35, 0x10, 0]), max_size=30).map(bytes), statuses)
def test_noise_before_a_reply_does_not_hide_it(noise: bytes, status: Status) -> None:
    wire = wire_of(status)
    assume(not any(isinstance(parse(noise + wire, at), Found) for at in range(len(noise))))
    assert split(noise + wire, parse).frames == (status,)


@given(st.lists(statuses, max_size=5), st.lists(st.integers(1, 9), min_size=1))
def test_the_way_a_stream_is_cut_changes_nothing(sent: list[Status], cuts: list[int]) -> None:
    stream = b"".join(map(wire_of, sent))
    decoder, found = Decoder(parse), []
    for cut in cuts * (len(stream) + 1):
        found.extend(decoder.feed(stream[:cut]))
        stream = stream[cut:]
    assert (found, decoder.noise) == (sent, 0)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_decoder(noise: bytes) -> None:
    for frame in split(noise, parse).frames:
        assert frame.board in range(15)


@given(st.integers(-2, 300), st.integers(-2, 300), st.sampled_from(Command))
def test_no_request_is_anything_but_a_read_or_one_pulse_of_one_lock(board: int, channel: int, command: Command) -> None:
    try:
        frame = encode_request(command, board, channel)
    except FrameFieldError:
        assert board not in range(15) or channel not in range(16)
        return
    assert (frame[0], frame[3], len(frame)) == (0x02, 0x03, 5)
    assert frame[1] < 0xF0
    assert frame[2] in (0x30, 0x31)
