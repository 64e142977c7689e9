"""The wire and its faults, in virtual time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from config.settings import BoardSettings
from simulator.boards.bus import Bus
from simulator.boards.faults import LineFaults
from simulator.boards.kerong_cu24 import KerongCu24
from simulator.boards.lock485_8a import Lock4858a
from simulator.boards.wire import TURNAROUND_CHARACTERS, Wire
from simulator.doors.log import Entry, Kind, PhysicalLog
from simulator.doors.timeline import Timeline

VERSION = bytes.fromhex("02 00 00 8F 00 00 03 94")
ANSWER = bytes.fromhex("02 00 00 8F 10 02 03 BA 13 01")
LATENCY_S = 0.004


@dataclass
class Program:
    """What a daemon is to the wire."""

    baud: int | None = 19200
    heard: list[tuple[float, int]] = field(default_factory=list)
    clock: Any = None

    def write(self, data: bytes) -> None:
        self.heard.extend((self.clock(), byte) for byte in data)

    def bytes(self) -> bytes:
        return bytes(byte for _, byte in self.heard)


class Line:
    """A wire with two boards of a family, and a program, on a clock that the test moves."""

    def __init__(self, locks: object, board: type[Any] = KerongCu24, baud: int = 19200) -> None:
        self.now = 0.0
        self.power = True
        self.timeline = Timeline(lambda: self.now)
        self.log = PhysicalLog(self.timeline.now)
        self.program = Program(baud, clock=self.timeline.now)
        first = 0 if board is KerongCu24 else 1
        self.wire = Wire(
            "left",
            Bus([board(BoardSettings(address=first + number, channels=24), locks) for number in range(2)]),
            baud=baud,
            latency_s=LATENCY_S,
            timeline=self.timeline,
            chance=random.Random(3),
            log=self.log,
            powered=lambda: self.power,
        )
        self.wire.port = self.program

    def ask(self, frame: bytes = VERSION, wait: float = 0.2) -> bytes:
        """Send a frame and return what has come until some time later."""
        self.program.heard.clear()
        self.wire.send(frame)
        self.wait(wait)
        return self.program.bytes()

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.timeline.catch_up()

    def entries(self, kind: Kind) -> list[Entry]:
        return [entry for entry in self.log.since(0) if entry.kind is kind]


@pytest.fixture
def line(locks: Any) -> Line:
    return Line(locks)


def test_every_byte_of_an_answer_comes_when_its_last_bit_has(line: Line) -> None:
    assert line.ask() == ANSWER
    byte_s = 10 / 19200
    begin = len(VERSION) * byte_s + LATENCY_S
    assert [when for when, _ in line.program.heard] == pytest.approx(
        [begin + byte_s * (place + 1) for place in range(len(ANSWER))]
    )


def test_latency_is_added_to_that_of_the_board(line: Line) -> None:
    line.wire.faults = LineFaults(latency_s=0.1)
    line.ask()
    assert line.program.heard[0][0] == pytest.approx(9 * 10 / 19200 + LATENCY_S + 0.1)


def test_lost_replies_are_the_share_that_was_asked_for(line: Line) -> None:
    line.wire.faults = LineFaults(drop=0.25)
    answered = sum(line.ask() == ANSWER for _ in range(400))
    assert 260 < answered < 340
    assert len(line.entries(Kind.REPLY_DROPPED)) == 400 - answered


def test_a_late_reply_comes_after_its_time_and_is_the_same(line: Line) -> None:
    line.wire.faults = LineFaults(late=1, late_s=0.5)
    assert line.ask(wait=0.4) == b""
    line.wait(0.4)
    assert line.program.bytes() == ANSWER


def test_a_late_reply_that_comes_into_a_request_spoils_both(line: Line) -> None:
    line.wire.faults = LineFaults(late=1, late_s=0.5)
    line.ask(wait=0.5055)
    line.wire.faults = LineFaults()
    assert line.ask() == b""
    (unheard,) = line.entries(Kind.FRAME_UNHEARD)
    assert (unheard.note or "").startswith("a reply came into it")
    assert line.ask() == ANSWER


def test_a_frame_sent_into_a_reply_or_right_behind_it_is_not_heard(line: Line) -> None:
    byte_s = 10 / 19200
    over = len(VERSION + ANSWER) * byte_s + LATENCY_S
    for gap, answer in ((-2 * byte_s, ANSWER[-2:]), ((TURNAROUND_CHARACTERS - 0.1) * byte_s, b"")):
        line.ask(wait=over + gap)
        assert line.ask() == answer
    line.ask(wait=over + (TURNAROUND_CHARACTERS + 0.1) * byte_s)
    assert line.ask() == ANSWER


@pytest.mark.parametrize("noise_on", ["requests", "replies"])
def test_one_bit_in_a_hundred_damages_half_of_the_frames(line: Line, noise_on: str) -> None:
    line.wire.faults = LineFaults.model_validate({"noise": 0.01, "noise_on": noise_on})
    answers = [line.ask() for _ in range(300)]
    intact = 0.99 ** (9 * len(VERSION if noise_on == "requests" else ANSWER))
    assert answers.count(ANSWER) / 300 == pytest.approx(intact, abs=0.1)
    assert (b"" in answers) is (noise_on == "requests")
    assert bool(line.entries(Kind.FRAME_GARBLED)) is (noise_on == "requests")


def test_the_line_is_whole_at_once_when_the_noise_ends(line: Line) -> None:
    line.wire.faults = LineFaults(noise=0.2, idle_noise=0.05)
    for _ in range(50):
        line.ask()
    line.wire.faults = LineFaults()
    assert line.ask() == ANSWER


def test_noise_on_a_silent_line_reaches_the_program_as_bytes_of_its_own(line: Line) -> None:
    line.wire.faults = LineFaults(idle_noise=0.001, dead=(0, 1))
    line.wait(10)
    assert len(line.program.heard) == pytest.approx(192, rel=0.2)
    assert len(set(line.program.bytes())) > 50


def test_noise_before_a_request_may_cost_the_request_and_never_the_line(line: Line) -> None:
    line.wire.faults = LineFaults(idle_noise=0.01)
    answers = [line.ask(wait=0.5) for _ in range(50)]
    assert any(ANSWER in answer for answer in answers)
    line.wire.faults = LineFaults()
    line.wait(0.5)
    assert line.ask() == ANSWER


def test_an_echo_comes_before_the_answer_and_undamaged(line: Line) -> None:
    line.wire.faults = LineFaults(echo=True, noise=0.5, noise_on="requests")
    assert line.ask().startswith(VERSION)


def test_unasked_frames_are_the_boards_news_where_the_family_has_any(locks: Any) -> None:
    line = Line(locks, Lock4858a, 9600)
    line.wire.faults = LineFaults(unasked_per_s=5)
    line.wait(20)
    said = line.program.bytes()
    assert len(line.entries(Kind.UNASKED)) == pytest.approx(100, abs=30)
    assert {said[place] for place in range(0, len(said), 5)} == {0x81}


def test_unasked_frames_of_other_families_are_the_last_reply_once_more(line: Line) -> None:
    line.wire.faults = LineFaults(unasked_per_s=5)
    line.wait(2)
    assert line.program.bytes() == b""
    line.wire.faults = LineFaults()
    line.ask()
    line.wire.faults = LineFaults(unasked_per_s=5)
    line.program.heard.clear()
    line.wait(2)
    assert line.program.bytes().count(ANSWER) >= 3


def test_setting_the_same_faults_twice_does_not_double_them(line: Line) -> None:
    faults = LineFaults(idle_noise=0.001, dead=(0, 1))
    line.wire.faults = faults
    line.wire.faults = faults
    line.wait(10)
    assert len(line.program.heard) == pytest.approx(192, rel=0.2)


def test_at_the_wrong_speed_boards_hear_garbage_and_do_not_answer(line: Line) -> None:
    line.program.baud = 9600
    assert line.ask() == b""
    (garbled,) = line.entries(Kind.FRAME_GARBLED)
    assert "sent at 9600 bit/s on a line of 19200, heard as " in (garbled.note or "")


def test_a_program_at_the_wrong_speed_hears_the_boards_as_garbage(locks: Any) -> None:
    line = Line(locks, Lock4858a, 9600)
    line.program.baud = 19200
    line.wire.faults = LineFaults(chatter=True)
    line.wire.hook_moved(1, 0)
    line.wait(1)
    assert line.program.bytes() not in (b"", bytes.fromhex("81 01 01 11 91"))
    assert line.program.heard[-1][0] == pytest.approx(LATENCY_S + 50 / 9600, abs=10 / 9600)


def test_a_request_at_the_wrong_speed_takes_the_time_of_its_own_bits(line: Line) -> None:
    line.program.baud = 9600
    line.ask()
    (garbled,) = line.entries(Kind.FRAME_GARBLED)
    assert garbled.t == pytest.approx(len(VERSION) * 10 / 9600)


def test_a_speed_that_no_board_knows_is_heard_by_nobody(line: Line) -> None:
    line.program.baud = None
    assert line.ask() == b""
    assert len(line.entries(Kind.FRAME_UNHEARD)) == 1


def test_boards_without_power_hear_nothing(line: Line) -> None:
    line.power = False
    assert line.ask() == b""
    (unheard,) = line.entries(Kind.FRAME_UNHEARD)
    assert (unheard.note or "").startswith("the boards have no power")


def test_boards_that_lose_their_power_stop_in_the_middle_of_a_word(line: Line) -> None:
    line.ask(wait=len(VERSION) * 10 / 19200 + LATENCY_S + 3.5 * 10 / 19200)
    line.wire.lose_power()
    line.wait(1)
    assert line.program.bytes() == ANSWER[:3]
    assert line.ask() == ANSWER


def test_half_a_request_is_forgotten_with_the_power(line: Line) -> None:
    line.wire.send(VERSION[:4])
    line.wait(0.01)
    line.wire.lose_power()
    assert line.ask(VERSION[4:]) == b""


def test_what_is_on_the_wire_is_lost_when_the_adapter_is_pulled(line: Line) -> None:
    line.wire.send(VERSION)
    line.wire.port = None
    line.wait(1)
    line.wire.port = line.program
    line.wait(1)
    assert line.program.bytes() == b""
    assert line.ask() == ANSWER


def test_a_rogue_board_answers_in_the_name_of_boards_that_are_not_there(line: Line) -> None:
    stranger = bytes.fromhex("02 07 00 8F 00 00 03 9B")
    assert line.ask(stranger) == b""
    line.wire.faults = LineFaults(rogue=(1,))
    assert line.ask(stranger)[:2] == b"\x02\x07"
