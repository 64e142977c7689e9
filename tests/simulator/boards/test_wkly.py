"""The wkly firmware, frame by frame."""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import BoardSettings
from simulator.boards.wkly import Wkly


@pytest.fixture
def board(locks: Any) -> Wkly:
    return Wkly(BoardSettings(address=0, channels=4), locks)


def frame(body: str) -> str:
    """A whole frame from LEN, BOARD, CMD and DATA."""
    inside = bytes.fromhex("57 4B 4C 59" + body)
    return (inside + bytes((reduce(xor, inside),))).hex(" ").upper()


def ask(board: Wkly, request: str) -> str:
    return " | ".join(reply.hex(" ").upper() for reply in board.hear(bytes.fromhex(request)))


def test_open_is_the_published_example(board: Wkly, locks: Any) -> None:
    locks.unlatched = {0}
    assert ask(board, "57 4B 4C 59 09 00 82 01 83") == "57 4B 4C 59 0B 00 82 00 01 00 81"
    assert locks.deeds == [("pulse", 0, 0.5)]


def test_reading_all_is_the_published_example(board: Wkly, locks: Any) -> None:
    locks.unlatched = {0, 3}
    assert ask(board, "57 4B 4C 59 08 00 84 85") == "57 4B 4C 59 0E 00 84 00 04 00 01 01 00 87"


@pytest.mark.parametrize("channels", [1, 12, 24, 50])
def test_reading_all_takes_a_byte_for_each_channel_and_says_how_many(locks: Any, channels: int) -> None:
    (reply,) = Wkly(BoardSettings(address=0, channels=channels), locks).hear(bytes.fromhex("57 4B 4C 59 08 00 84 85"))
    assert len(reply) == reply[4] == channels + 10
    assert reply[8] == channels


def test_reading_one_gives_its_state(board: Wkly, locks: Any) -> None:
    locks.unlatched = {2}
    assert ask(board, frame("09 00 83 02")) == frame("0B 00 83 00 02 01")
    assert ask(board, frame("09 00 83 03")) == frame("0B 00 83 00 03 00")


def test_wiring_turns_polarity_around_and_counts_from_zero(locks: Any) -> None:
    other = Wkly(BoardSettings(address=0, channels=4, inverted=True, first_index=0), locks)
    assert ask(other, frame("09 00 82 00")) == frame("0B 00 82 00 00 00")
    assert ask(other, frame("09 00 82 04")) == frame("0B 00 82 FF 04 00")
    assert locks.deeds == [("pulse", 0, 0.5)]


def test_the_pulse_is_as_the_site_has_set_it(locks: Any) -> None:
    ask(Wkly(BoardSettings(address=0, channels=4, pulse_s=0.3), locks), frame("09 00 82 02"))
    assert locks.deeds == [("pulse", 1, 0.3)]


@pytest.mark.parametrize("number", ["00", "05", "FF"])
def test_a_channel_that_the_board_has_not_fails(board: Wkly, locks: Any, number: str) -> None:
    assert ask(board, frame(f"09 00 82 {number}")) == frame(f"0B 00 82 FF {number} 00")
    assert locks.deeds == []


def test_opening_all_and_opening_in_turn_are_obeyed_and_noted(locks: Any) -> None:
    board = Wkly(BoardSettings(address=0, channels=2), locks)
    assert ask(board, frame("08 00 86")) == frame("09 00 86 00")
    assert ask(board, frame("0A 00 87 02 01")) == frame("09 00 87 00")
    assert locks.deeds == [
        ("unlock all",),
        ("pulse", 0, 0.5),
        ("pulse", 1, 0.5),
        ("unlock all",),
        ("pulse", 1, 0.5),
        ("pulse", 0, 0.5),
    ]


def test_hold_and_off_exist(board: Wkly, locks: Any) -> None:
    assert ask(board, frame("09 00 88 01")) == frame("0B 00 88 00 01 01")
    assert ask(board, frame("09 00 89 01")) == frame("0B 00 89 00 01 01")
    assert locks.deeds == [("hold", 0), ("release", 0)]


def test_a_door_that_moved_is_told_unasked(board: Wkly, locks: Any) -> None:
    locks.unlatched = {2}
    assert board.news(2).hex(" ").upper() == frame("0A 00 85 03 00")
    assert board.news(0).hex(" ").upper() == frame("0A 00 85 01 01")


def test_frames_for_other_boards_and_their_replies_pass_by(board: Wkly, locks: Any) -> None:
    assert ask(board, frame("09 01 82 01")) == ""
    assert ask(board, frame("0B 00 82 00 01 00")) == ""
    assert ask(board, frame("0A 00 85 01 01")) == ""
    assert locks.deeds == []


def test_a_wrong_xor_gets_no_answer_and_is_noted(board: Wkly, locks: Any) -> None:
    assert ask(board, "57 4B 4C 59 09 00 82 01 84") == ""
    assert locks.deeds == [("refused", "57 4b 4c 59 09 00 82 01 84", "wrong XOR")]


@pytest.mark.parametrize("before", ["57", "57 57", "57 4B 4C", "57 4B 4C 59", "57 4B 4C 59 08", "FF 59 4C"])
def test_a_false_start_does_not_cost_the_frame(board: Wkly, before: str) -> None:
    assert ask(board, f"{before} {frame('09 00 83 01')}") == frame("0B 00 83 00 01 01")


def test_a_frame_may_come_a_byte_at_a_time(board: Wkly) -> None:
    replies = [ask(board, f"{byte:02x}") for byte in bytes.fromhex("57 4B 4C 59 08 00 84 85")]
    assert replies == [""] * 7 + [frame("0E 00 84 00 04 01 01 01 01")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 8), st.integers(1, 255))
def test_no_damaged_byte_of_an_opening_drives_a_coil(locks: Any, place: int, error: int) -> None:
    locks.deeds.clear()
    request = bytearray.fromhex("57 4B 4C 59 09 00 82 01 83")
    request[place] ^= error
    Wkly(BoardSettings(address=0, channels=4), locks).hear(bytes(request) + bytes(64))
    assert [deed for deed in locks.deeds if deed[0] != "refused"] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=64))
def test_no_noise_breaks_the_board(locks: Any, noise: bytes) -> None:
    board = Wkly(BoardSettings(address=0, channels=4), locks)
    board.hear(noise)
    board.forget()
    assert board.hear(bytes.fromhex("57 4B 4C 59 08 00 84 85")) == (bytes.fromhex(frame("0E 00 84 00 04 01 01 01 01")),)
