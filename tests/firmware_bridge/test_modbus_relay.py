from __future__ import annotations

import contextlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.settings import BoardSettings
from firmware_bridge.boards.driver import Declined, EchoHeard, Heard, Hooks
from firmware_bridge.boards.modbus_relay import Driver, Frame, Function, crc, parse, pulse_frame, read_frame
from firmware_bridge.errors import FrameFieldError
from firmware_bridge.frames import Decoder, Found, Verdict, split

BOARD = BoardSettings(address=1, channels=8)


def seal(*body: int) -> bytes:
    return bytes(body) + crc(bytes(body))


@st.composite
def frames(draw: st.DrawFn) -> tuple[bytes, Frame]:
    address, function = draw(st.integers(1, 247)), draw(st.sampled_from(Function))
    if function is Function.WRITE_COIL:
        body = draw(st.binary(min_size=4, max_size=4))
    elif function is Function.READ_INPUTS:
        hooks = draw(st.binary(min_size=1, max_size=4))
        body = draw(st.just(bytes((len(hooks),)) + hooks) | st.binary(min_size=3, max_size=3).map(b"\x00".__add__))
    else:
        body = draw(st.binary(min_size=1, max_size=1))
    return seal(address, function, *body), Frame(address, function, body)


def overlapped(noise: bytes, wire: bytes) -> bool:
    """Whether the noise happens to make a valid frame, on its own or with the start of the true one."""
    return any(isinstance(parse(noise + wire, at), Found) for at in range(len(noise)))


def test_requests_are_the_published_bytes() -> None:
    assert pulse_frame(1, 0, 0.7) == bytes.fromhex("01 05 02 00 00 07 8D B0")
    assert read_frame(1, 8) == bytes.fromhex("01 02 00 00 00 08 79 CC")


@pytest.mark.parametrize(
    "frame", ["01 05 00 00 FF 00 8C 3A", "01 0F 00 00 00 08 01 00 FE 95", "01 01 00 00 00 08 3D CC"]
)
def test_the_crc_is_the_one_of_the_published_frames_that_are_never_sent(frame: str) -> None:
    wire = bytes.fromhex(frame)
    assert crc(wire[:-2]) == wire[-2:]


def test_the_crc_is_the_standards_own_check_value() -> None:
    assert crc(b"123456789") == bytes((0x37, 0x4B))


def test_inputs_are_hooks_the_first_in_the_lowest_bit() -> None:
    request = Driver().hook_reads(BoardSettings(address=1, channels=12))[0].request
    assert request.frame == seal(1, 2, 0, 0, 0, 12)
    (frame,) = split(seal(1, 2, 2, 0b0000_0010, 0b0000_1000), request.parse).frames
    assert request.interpret(frame) == Hooks(0, tuple(channel in (1, 11) for channel in range(12)))


@pytest.mark.parametrize(
    "wire",
    [seal(2, 2, 1, 0), seal(1, 2, 2, 0, 0), seal(1, 5, 2, 0, 0, 7), seal(1, 0x85, 2), read_frame(1, 8)],
    ids=["another board", "another number of hooks", "a pulse's answer", "a declined pulse", "our own request, echoed"],
)
def test_a_frame_that_answers_something_else_is_no_hook(wire: bytes) -> None:
    request = Driver().hook_reads(BOARD)[0].request
    (frame,) = split(wire, request.parse).frames
    assert request.interpret(frame) is None


def test_a_board_with_fewer_inputs_than_the_settings_say_declines() -> None:
    request = Driver().hook_reads(BOARD)[0].request
    assert request.interpret(Frame(1, Function.READ_INPUTS_DECLINED, b"\x02")) == Declined(
        f"the board says illegal data address (exception 02): it has fewer inputs than {BOARD.channels}"
    )


def test_the_probe_tells_its_own_echo_from_an_answer() -> None:
    probe = Driver().probe(1)
    (echo,) = split(probe.frame, probe.parse).frames
    (answer,) = split(seal(1, 2, 1, 0xFE), probe.parse).frames
    assert probe.interpret(echo) == EchoHeard()
    assert probe.interpret(answer) == Hooks(0, (False,) + (True,) * 7)
    assert isinstance(probe.interpret(Frame(1, Function.READ_INPUTS_DECLINED, b"\x01")), Declined)


def test_a_late_answer_to_the_probe_is_as_good_as_one_to_a_read_of_eight() -> None:
    probe, reading = Driver().probe(1), Driver().hook_reads(BOARD)[0].request
    assert probe.frame == reading.frame


def test_a_pulse_that_was_taken_comes_back_unchanged() -> None:
    request = Driver().unlock(BOARD, 3)
    assert request.frame == seal(1, 5, 2, 3, 0, 7)
    (frame,) = split(request.frame, request.parse).frames
    assert request.interpret(frame) == Heard()
    for other in (seal(1, 5, 2, 4, 0, 7), seal(2, 5, 2, 3, 0, 7), seal(1, 5, 2, 3, 0xFF, 0), seal(1, 0x82, 2)):
        (frame,) = split(other, request.parse).frames
        assert request.interpret(frame) is None


@pytest.mark.parametrize(
    ("code", "obeyed"), [(1, False), (2, False), (3, False), (4, True), (5, True), (6, False), (9, False)]
)
def test_an_exception_declines_a_pulse(code: int, obeyed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    request = Driver().unlock(BOARD, 3)
    (frame,) = split(seal(1, 0x85, code), request.parse).frames
    reply = request.interpret(frame)
    assert isinstance(reply, Declined)
    assert reply.obeyed is obeyed
    assert f"exception {code:02X}" in reply.reason


@pytest.mark.parametrize("tenths", range(1, 11))
def test_a_pulse_is_any_number_of_tenths_up_to_a_second(tenths: int) -> None:
    board = BoardSettings(address=247, channels=32, pulse_s=tenths / 10)
    assert Driver().unlock(board, 31).frame == seal(247, 5, 2, 31, 0, tenths)
    assert Driver().pulse_s(board) == tenths / 10


@pytest.mark.parametrize("pulse_s", [0.05, 0.25, 1.1, 9])
def test_other_pulses_are_refused_with_the_field_that_asks_for_them(pulse_s: float) -> None:
    board = BoardSettings(address=5, channels=8, pulse_s=pulse_s)
    for ask in (lambda: Driver().unlock(board, 0), lambda: Driver().pulse_s(board)):
        with pytest.raises(FrameFieldError, match="pulse_s of board 5"):
            ask()


@pytest.mark.parametrize("code", [0x0A, 0x0B])
def test_a_gateway_that_finds_no_board_is_no_board(code: int) -> None:
    assert Driver().probe(9).interpret(Frame(9, Function.READ_INPUTS_DECLINED, bytes((code,)))) is None
    board = BOARD.model_copy(update={"address": 9})
    assert Driver().unlock(board, 0).interpret(Frame(9, Function.WRITE_COIL_DECLINED, bytes((code,)))) is None


@given(frames())
def test_every_frame_survives_the_wire(sent: tuple[bytes, Frame]) -> None:
    wire, frame = sent
    assert parse(wire, 0) == Found(frame, len(wire))


@given(frames(), st.data())
def test_a_frame_with_up_to_three_changed_bits_is_not_taken(sent: tuple[bytes, Frame], data: st.DataObject) -> None:
    wire, frame = sent
    bits = data.draw(st.sets(st.integers(0, len(wire) * 8 - 1), min_size=1, max_size=3))
    damaged = bytearray(wire)
    for bit in bits:
        damaged[bit // 8] ^= 1 << bit % 8
    found = parse(bytes(damaged), 0)
    if isinstance(found, Found):  # only a changed function or count, which changes the length, could do it
        assert found.length != len(wire)
        assert found.frame != frame


@given(frames(), st.data())
def test_a_frame_cut_short_waits_for_the_rest(sent: tuple[bytes, Frame], data: st.DataObject) -> None:
    wire, _ = sent
    assert parse(wire[: data.draw(st.integers(1, len(wire) - 1))], 0) is Verdict.MORE


@given(st.binary(max_size=40) | st.lists(st.sampled_from([1, 2, 5, 0x82, 0]), max_size=40).map(bytes), frames())
def test_noise_before_a_frame_does_not_hide_it(noise: bytes, sent: tuple[bytes, Frame]) -> None:
    wire, frame = sent
    assume(not overlapped(noise, wire))
    assert split(noise + wire, parse).frames == (frame,)


@given(st.lists(frames(), max_size=5), st.lists(st.integers(1, 9), min_size=1))
def test_the_way_a_stream_is_cut_changes_nothing(sent: list[tuple[bytes, Frame]], cuts: list[int]) -> None:
    stream = b"".join(wire for wire, _ in sent)
    decoder = Decoder(parse)
    found: list[Frame] = []
    for cut in cuts * (len(stream) + 1):
        found.extend(decoder.feed(stream[:cut]))
        stream = stream[cut:]
    assert found == [frame for _, frame in sent]
    assert decoder.noise == 0


@given(
    st.integers(-2, 300), st.integers(-2, 300), st.floats(allow_nan=False) | st.integers(-20, 200).map(lambda n: n / 10)
)
def test_no_request_holds_a_relay_or_switches_them_all(address: int, number: int, pulse_s: float) -> None:
    sent = []
    for make in (lambda: pulse_frame(address, number, pulse_s), lambda: read_frame(address, number)):
        with contextlib.suppress(FrameFieldError):
            sent.append(make())
    for frame in sent:
        assert frame[0] in range(1, 248)
        assert frame[1] in (0x02, 0x05)
        if frame[1] == 0x05:
            assert frame[2] == 0x02
            assert frame[3] in range(32)
            assert frame[4] == 0x00
            assert frame[5] in range(1, 11)
