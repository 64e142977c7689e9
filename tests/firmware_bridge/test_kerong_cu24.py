from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.settings import BitOrder, BoardSettings
from firmware_bridge.boards.driver import Declined, Heard, Hooks, check_options
from firmware_bridge.boards.kerong_cu24 import Ask, Command, Driver, Frame, encode_request, parse
from firmware_bridge.errors import FrameFieldError
from firmware_bridge.frames import Decoder, Found, Verdict, split

addresses = st.integers(0, 16)
channels = st.integers(0, 23)


@st.composite
def packets(draw: st.DrawFn) -> tuple[bytes, Frame]:
    data = draw(st.binary(max_size=3))
    frame = Frame(draw(addresses), draw(channels), draw(st.sampled_from(Command)), draw(st.sampled_from(Ask)), data)
    head = bytes((2, frame.address, frame.lock, frame.command, frame.ask, len(data), 3))
    return head + bytes((sum(head + data) % 256,)) + data, frame


def overlapped(noise: bytes, packet: bytes) -> bool:
    """Whether the noise happens to make a valid packet, on its own or with the start of the true one."""
    return any(isinstance(parse(noise + packet, at), Found) for at in range(len(noise)))


@pytest.mark.parametrize(
    ("command", "address", "lock", "sent"),
    [
        (Command.STATUS, 0, 0, "02 00 00 80 00 00 03 85"),
        (Command.UNLOCK, 0, 2, "02 00 02 81 00 00 03 88"),
        (Command.VERSION, 0, 0, "02 00 00 8F 00 00 03 94"),
    ],
)
def test_requests_are_the_published_bytes(command: Command, address: int, lock: int, sent: str) -> None:
    assert encode_request(command, address, lock) == bytes.fromhex(sent)


@pytest.mark.parametrize(
    ("received", "frame"),
    [
        ("02 00 00 80 10 02 03 99 02 00", Frame(0, 0, Command.STATUS, Ask.OK, b"\x02\x00")),
        ("02 00 02 81 10 00 03 98", Frame(0, 2, Command.UNLOCK, Ask.OK)),
        ("02 00 00 8F 10 02 03 BA 13 01", Frame(0, 0, Command.VERSION, Ask.OK, b"\x13\x01")),
    ],
)
def test_published_replies_are_understood(received: str, frame: Frame) -> None:
    assert split(bytes.fromhex(received), parse).frames == (frame,)


def test_a_status_reply_gives_the_hooks_of_the_channels_that_the_board_has() -> None:
    request = Driver().hook_reads(BoardSettings(address=0, channels=12))[0].request
    reply = request.interpret(Frame(0, 0, Command.STATUS, Ask.OK, b"\x02\x08"))
    assert reply == Hooks(0, tuple(channel in (1, 11) for channel in range(12)))


@pytest.mark.parametrize(
    ("bit_order", "latched"), [(None, (1, 11)), ("lowest-first", (1, 11)), ("highest-first", (6,))]
)
def test_the_order_of_bits_in_a_hook_byte_is_a_setting(bit_order: BitOrder | None, latched: tuple[int, ...]) -> None:
    board = BoardSettings(address=0, channels=12, bit_order=bit_order)
    reply = Driver().hook_reads(board)[0].request.interpret(Frame(0, 0, Command.STATUS, Ask.OK, b"\x02\x08"))
    assert reply == Hooks(0, tuple(channel in latched for channel in range(12)))


def test_the_pulse_is_the_boards_own_unless_the_site_has_set_another() -> None:
    assert Driver().pulse_s(BoardSettings(address=0, channels=12)) == 0.55
    assert Driver().pulse_s(BoardSettings(address=0, channels=12, pulse_s=0.3)) == 0.3


def test_settings_of_other_families_are_refused() -> None:
    check_options(
        "kerong-cu24", Driver(), BoardSettings(address=0, channels=12, bit_order="highest-first", pulse_s=0.3)
    )
    with pytest.raises(FrameFieldError, match="first_index"):
        check_options("kerong-cu24", Driver(), BoardSettings(address=0, channels=12, first_index=1))


def test_a_board_with_fewer_channels_than_the_settings_say_is_named_not_guessed() -> None:
    reply = (
        Driver()
        .hook_reads(BoardSettings(address=0, channels=24))[0]
        .request.interpret(Frame(0, 0, Command.STATUS, Ask.OK, b"\x02\x00"))
    )
    assert isinstance(reply, Declined)
    assert "24" in reply.reason


@pytest.mark.parametrize(
    "frame",
    [
        Frame(1, 0, Command.STATUS, Ask.OK, bytes(2)),
        Frame(0, 0, Command.UNLOCK, Ask.OK),
        Frame(0, 0, Command.STATUS, Ask.REQUEST),
    ],
    ids=["another board", "another command", "our own request, echoed"],
)
def test_a_frame_that_answers_something_else_is_not_a_reply(frame: Frame) -> None:
    assert Driver().hook_reads(BoardSettings(address=0, channels=12))[0].request.interpret(frame) is None


def test_a_reply_with_as_much_data_as_no_board_sends_is_none_though_its_sum_is_right() -> None:
    board = BoardSettings(address=0, channels=12)
    (unlock_reply,) = split(bytes.fromhex("02 00 02 81 10 01 03 98 FF"), parse).frames
    assert unlock_reply.data == b"\xff"
    assert Driver().unlock(board, 2).interpret(unlock_reply) is None
    for data in (b"", b"\xff"):
        status_reply = Frame(0, 0, Command.STATUS, Ask.OK, data)
        assert Driver().hook_reads(board)[0].request.interpret(status_reply) is None
        assert Driver().probe(0).interpret(status_reply) is None


def test_an_unlock_reply_is_for_the_channel_that_was_asked() -> None:
    request = Driver().unlock(BoardSettings(address=0, channels=12), 2)
    assert request.interpret(Frame(0, 2, Command.UNLOCK, Ask.OK)) == Heard()
    assert request.interpret(Frame(0, 3, Command.UNLOCK, Ask.OK)) is None


@given(packets())
def test_every_packet_survives_the_wire(packet: tuple[bytes, Frame]) -> None:
    wire, frame = packet
    assert parse(wire, 0) == Found(frame, len(wire))


@given(packets(), st.data())
def test_a_packet_with_one_changed_bit_is_not_taken(packet: tuple[bytes, Frame], data: st.DataObject) -> None:
    wire, _ = packet
    bit = data.draw(st.integers(0, len(wire) * 8 - 1))
    damaged = bytearray(wire)
    damaged[bit // 8] ^= 1 << bit % 8
    assert not isinstance(parse(bytes(damaged), 0), Found)


@given(packets(), st.data())
def test_a_packet_cut_short_waits_for_the_rest(packet: tuple[bytes, Frame], data: st.DataObject) -> None:
    wire, _ = packet
    assert parse(wire[: data.draw(st.integers(0, len(wire) - 1))], 0) is Verdict.MORE


@given(st.binary(max_size=40) | st.lists(st.sampled_from([2, 3, 0, 0x80, 0x10]), max_size=40).map(bytes), packets())
def test_noise_before_a_packet_does_not_hide_it(noise: bytes, packet: tuple[bytes, Frame]) -> None:
    wire, frame = packet
    assume(not overlapped(noise, wire))
    assert split(noise + wire, parse).frames == (frame,)


@given(st.lists(packets(), max_size=5), st.lists(st.integers(1, 9), min_size=1))
def test_the_way_a_stream_is_cut_changes_nothing(sent: list[tuple[bytes, Frame]], cuts: list[int]) -> None:
    stream = b"".join(wire for wire, _ in sent)
    decoder = Decoder(parse)
    found: list[Frame] = []
    for cut in cuts * (len(stream) + 1):
        found.extend(decoder.feed(stream[:cut]))
        stream = stream[cut:]
    assert found == [frame for _, frame in sent]
    assert decoder.noise == 0


@given(st.integers(-2, 300), st.integers(-2, 300), st.sampled_from(Command))
def test_no_request_is_anything_but_a_read_or_one_pulse_of_one_lock(address: int, lock: int, command: Command) -> None:
    try:
        frame = encode_request(command, address, lock)
    except FrameFieldError:
        assert address not in range(17) or lock not in range(24)
        return
    assert frame[3] in (0x80, 0x81, 0x8F)
    assert frame[1] in range(17)
    assert frame[2] in range(24)
