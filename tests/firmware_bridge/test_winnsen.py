from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import BoardSettings, HookCode
from firmware_bridge.boards.driver import Declined, Heard, Hooks, Reply, check_options
from firmware_bridge.boards.winnsen import Answer, Command, Driver, Frame, encode_request, parse
from firmware_bridge.errors import FrameFieldError
from firmware_bridge.frames import Decoder, Found, Verdict, split

stations = st.integers(1, 63)
locks = st.integers(1, 50)
CODES: dict[str, HookCode] = {"00": "latched", "01": "unlatched"}
BOARD = BoardSettings(address=1, channels=24, status_codes=CODES)


@st.composite
def replies(draw: st.DrawFn) -> tuple[bytes, Frame]:
    frame = Frame(draw(st.sampled_from(Answer)), draw(stations), draw(locks), draw(st.integers(0, 255)))
    last = (frame.lock, frame.status) if frame.answer is Answer.UNLOCK else (frame.status, frame.lock)
    return bytes((0x90, 7, frame.answer, frame.station, *last, 3)), frame


def read(status: int, board: BoardSettings = BOARD, channel: int = 0) -> Reply | None:
    request = Driver().hook_reads(board)[channel].request
    (frame,) = split(bytes((0x90, 7, 0x92, board.address, status, channel + 1, 3)), request.parse).frames
    return request.interpret(frame)


def test_requests_are_the_published_bytes() -> None:
    assert encode_request(Command.UNLOCK, 1, 4) == bytes.fromhex("90 06 05 01 05 03")
    assert encode_request(Command.STATUS, 2, 0) == bytes.fromhex("90 06 12 02 01 03")


def test_lock_and_status_change_places_between_the_two_replies() -> None:
    assert split(bytes.fromhex("90 07 85 01 05 02 03"), parse).frames == (Frame(Answer.UNLOCK, 1, 5, 2),)
    assert split(bytes.fromhex("90 07 92 01 02 05 03"), parse).frames == (Frame(Answer.STATUS, 1, 5, 2),)


def test_every_lock_of_a_board_is_read_by_itself() -> None:
    reads = Driver().hook_reads(BOARD)
    assert [list(each.channels) for each in reads] == [[channel] for channel in range(24)]
    assert reads[23].request.frame == bytes.fromhex("90 06 12 01 18 03")


@pytest.mark.parametrize(("status", "bit"), [(0x00, True), (0x01, False), (0x02, None), (0x07, None)])
def test_a_status_means_what_the_site_says_and_else_nothing(status: int, bit: bool | None) -> None:  # noqa: FBT001
    assert read(status, channel=3) == Hooks(3, (bit,))


def test_a_site_may_say_that_02_means_something_else() -> None:
    board = BOARD.model_copy(update={"status_codes": {"02": "latched", "FF": "unlatched"}})
    assert read(0x02, board) == Hooks(0, (True,))
    assert read(0xFF, board) == Hooks(0, (False,))


@pytest.mark.parametrize("codes", [{}, {"00": "latched"}])
def test_a_board_whose_codes_nobody_named_says_which_one_it_sent(codes: dict[str, HookCode]) -> None:
    reply = read(0x31, BoardSettings(address=1, channels=2, status_codes=codes), channel=1)
    assert isinstance(reply, Declined)
    assert "lock 2 says 31" in reply.reason
    assert "status_codes" in reply.reason


@pytest.mark.parametrize(
    ("status", "reply"),
    [
        (0x01, Heard()),
        (0x31, Heard()),
        (0x02, Declined("the board rests this coil (status 02); try again in a while")),
        (0x0F, Declined("the board says that it failed (status 0F)", obeyed=True)),
    ],
)
def test_an_unlock_reply_says_heard_unless_the_coil_rests_or_the_board_failed(status: int, reply: Reply) -> None:
    codes = CODES | {"0F": "failed"}
    request = Driver().unlock(BOARD.model_copy(update={"status_codes": codes}), 4)
    assert request.frame == bytes.fromhex("90 06 05 01 05 03")
    assert request.interpret(Frame(Answer.UNLOCK, 1, 5, status)) == reply


def test_a_reply_for_another_lock_station_or_command_answers_nothing() -> None:
    unlock, read_lock = Driver().unlock(BOARD, 4), Driver().hook_reads(BOARD)[4].request
    for request, answer, other in ((unlock, Answer.UNLOCK, Answer.STATUS), (read_lock, Answer.STATUS, Answer.UNLOCK)):
        for frame in (Frame(answer, 1, 6, 0), Frame(answer, 2, 5, 0), Frame(other, 1, 5, 0)):
            assert request.interpret(frame) is None


def test_the_probe_reads_the_first_lock_and_guesses_nothing() -> None:
    probe = Driver().probe(3)
    assert probe.frame == bytes.fromhex("90 06 12 03 01 03")
    assert probe.interpret(Frame(Answer.STATUS, 3, 1, 0)) == Hooks(0, (None,))
    assert probe.interpret(Frame(Answer.STATUS, 2, 1, 0)) is None


def test_the_power_budget_takes_a_pulse_for_a_second_unless_the_site_knows_better() -> None:
    assert Driver().pulse_s(BOARD) == 1.0
    assert Driver().pulse_s(BOARD.model_copy(update={"pulse_s": 0.5})) == 0.5


def test_a_request_that_comes_back_is_no_reply() -> None:
    for request in (Driver().unlock(BOARD, 2), Driver().hook_reads(BOARD)[2].request):
        assert split(request.frame, request.parse).frames == ()


def test_settings_of_other_families_are_refused() -> None:
    check_options("winnsen", Driver(), BOARD)
    with pytest.raises(FrameFieldError, match="bit_order"):
        check_options("winnsen", Driver(), BoardSettings(address=1, channels=2, bit_order="lowest-first"))


@given(replies())
def test_every_reply_survives_the_wire(reply: tuple[bytes, Frame]) -> None:
    wire, frame = reply
    assert parse(wire, 0) == Found(frame, 7)


@given(replies(), st.data())
def test_a_changed_bit_is_noticed_in_every_byte_but_the_three_that_carry_something(
    reply: tuple[bytes, Frame], data: st.DataObject
) -> None:
    wire, _ = reply
    place = data.draw(st.sampled_from([0, 1, 6]))
    damaged = bytearray(wire)
    damaged[place] ^= 1 << data.draw(st.integers(0, 7))
    assert parse(bytes(damaged), 0) is Verdict.NOISE


@given(stations, st.integers(0, 49), st.integers(0, 255), st.data())
def test_no_changed_bit_of_another_byte_than_the_status_passes_for_the_answer(
    station: int, channel: int, status: int, data: st.DataObject
) -> None:
    request = Driver().hook_reads(BOARD.model_copy(update={"address": station, "channels": 50}))[channel].request
    damaged = bytearray((0x90, 7, 0x92, station, status, channel + 1, 3))
    damaged[data.draw(st.sampled_from([0, 1, 2, 3, 5, 6]))] ^= 1 << data.draw(st.integers(0, 7))
    frames = split(bytes(damaged), request.parse).frames
    assert [request.interpret(frame) for frame in frames if request.interpret(frame) is not None] == []


@given(replies(), st.data())
def test_a_reply_cut_short_waits_for_the_rest(reply: tuple[bytes, Frame], data: st.DataObject) -> None:
    wire, _ = reply
    assert parse(wire[: data.draw(st.integers(1, 6))], 0) is Verdict.MORE


@given(st.lists(st.binary(max_size=6) | st.sampled_from([b"\x90", b"\x90\x07", b"\x90\x07\x92", b"\x03"])), replies())
def test_no_noise_before_a_reply_hides_it(noise: list[bytes], reply: tuple[bytes, Frame]) -> None:
    wire, frame = reply
    assert split(b"".join(noise) + wire, parse).frames[-1] == frame


@given(st.lists(replies(), max_size=5), st.lists(st.integers(1, 9), min_size=1))
def test_the_way_a_stream_is_cut_changes_nothing(sent: list[tuple[bytes, Frame]], cuts: list[int]) -> None:
    stream = b"".join(wire for wire, _ in sent)
    decoder = Decoder(parse)
    found: list[Frame] = []
    for cut in cuts * (len(stream) + 1):
        found.extend(decoder.feed(stream[:cut]))
        stream = stream[cut:]
    assert found == [frame for _, frame in sent]


@given(st.integers(-2, 300), st.integers(-2, 300), st.sampled_from(Command))
def test_no_request_is_anything_but_a_read_or_one_pulse_of_one_lock(
    station: int, channel: int, command: Command
) -> None:
    try:
        frame = encode_request(command, station, channel)
    except FrameFieldError:
        assert station not in range(1, 64) or channel not in range(50)
        return
    assert frame in (
        bytes((0x90, 6, 0x05, station, channel + 1, 3)),
        bytes((0x90, 6, 0x12, station, channel + 1, 3)),
    )
    assert frame[3] >= 1
    assert frame[4] >= 1
