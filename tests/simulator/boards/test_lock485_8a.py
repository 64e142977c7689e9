"""The lock485-8a firmware, frame by frame."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import BoardSettings
from simulator.boards.lock485_8a import Lock4858a


@pytest.fixture
def board(locks: Any) -> Lock4858a:
    return Lock4858a(BoardSettings(address=1, channels=24), locks)


def ask(board: Lock4858a, frame: str) -> str:
    return " | ".join(reply.hex(" ").upper() for reply in board.hear(bytes.fromhex(frame)))


def test_unlock_drives_the_first_coil_for_300_ms_and_the_reply_equals_the_request(board: Lock4858a, locks: Any) -> None:
    assert ask(board, "8A 01 01 11 9B") == "8A 01 01 11 9B"
    assert locks.deeds == [("pulse", 0, 0.3)]


def test_unlock_for_seconds_drives_the_coil_that_long(board: Lock4858a, locks: Any) -> None:
    assert ask(board, "8A 01 02 11 05 9D") == "8A 01 02 11 05 9D"
    assert locks.deeds == [("pulse", 1, 5.0)]


def test_one_contact_reads_11_when_latched_and_00_when_not(board: Lock4858a, locks: Any) -> None:
    assert ask(board, "80 01 01 33 B3") == "80 01 01 11 91"
    locks.unlatched = {0}
    assert ask(board, "80 01 01 33 B3") == "80 01 01 00 80"


def test_open_shorts_wiring_reads_the_other_way_round(locks: Any) -> None:
    board = Lock4858a(BoardSettings(address=1, channels=24, inverted=True), locks)
    assert ask(board, "80 01 01 33 B3") == "80 01 01 00 80"


def test_all_contacts_come_highest_channels_first(board: Lock4858a, locks: Any) -> None:
    locks.unlatched = set(range(24)) - {0, 9, 23}
    assert ask(board, "80 01 00 33 B2") == "80 01 80 02 01 33 31"


def test_a_board_wired_highest_first_mirrors_every_hook_byte(locks: Any) -> None:
    board = Lock4858a(BoardSettings(address=1, channels=12, bit_order="highest-first"), locks)
    locks.unlatched = set(range(12)) - {0, 9}
    assert ask(board, "80 01 00 33 B2") == "80 01 40 80 33 72"


def test_a_board_that_counts_from_0_cannot_open_its_first_lock_alone(locks: Any) -> None:
    board = Lock4858a(BoardSettings(address=1, channels=2, first_index=0), locks)
    assert ask(board, "8A 01 01 11 9B") == "8A 01 01 11 9B"
    assert ask(board, "8A 01 02 11 98") == ""
    assert locks.deeds == [("pulse", 1, 0.3)]
    locks.unlatched = {1}
    assert ask(board, "80 01 01 33 B3") == "80 01 01 00 80"
    ask(board, "8A 01 00 11 9A")
    assert locks.deeds[1:] == [("unlock all",), ("pulse", 0, 0.3), ("pulse", 1, 0.3)]


@pytest.mark.parametrize(("channels", "size"), [(2, 5), (8, 5), (12, 6), (50, 11)])
def test_reading_all_takes_as_many_bytes_as_the_channels_need(locks: Any, channels: int, size: int) -> None:
    (reply,) = Lock4858a(BoardSettings(address=1, channels=channels), locks).hear(bytes.fromhex("80 01 00 33 B2"))
    assert len(reply) == size


def test_unlock_all_is_obeyed_and_noted(locks: Any) -> None:
    Lock4858a(BoardSettings(address=1, channels=2), locks).hear(bytes.fromhex("8A 01 00 11 9A"))
    assert locks.deeds == [("unlock all",), ("pulse", 0, 0.3), ("pulse", 1, 0.3)]


def test_hold_and_release_exist(board: Lock4858a, locks: Any) -> None:
    assert ask(board, "9A 01 01 11 8B") == "9A 01 01 11 8B"
    assert ask(board, "9B 01 01 11 8A") == "9B 01 01 11 8A"
    assert locks.deeds == [("hold", 0), ("release", 0)]


def test_a_wrong_bcc_gets_no_answer_and_is_noted(board: Lock4858a, locks: Any) -> None:
    assert ask(board, "8A 01 01 11 9C") == ""
    assert locks.deeds == [("refused", "8a 01 01 11 9c", "wrong BCC")]


def test_frames_for_other_boards_and_channels_beyond_the_last_pass_by(board: Lock4858a, locks: Any) -> None:
    assert ask(board, "8A 02 01 11 98") == ""
    assert ask(board, "8A 01 19 11 83") == ""
    assert locks.deeds == []


def test_an_unsolicited_frame_of_another_board_does_not_cost_the_frame_behind_it(board: Lock4858a) -> None:
    assert ask(board, "82 02 01 00 81 80 01 01 33 B3") == "80 01 01 11 91"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 4), st.integers(1, 255))
def test_no_damaged_byte_of_an_unlock_drives_a_coil(locks: Any, place: int, error: int) -> None:
    locks.deeds.clear()
    frame = bytearray.fromhex("8A 01 01 11 9B")
    frame[place] ^= error
    Lock4858a(BoardSettings(address=1, channels=24), locks).hear(bytes(frame))
    assert [deed for deed in locks.deeds if deed[0] != "refused"] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=64))
def test_no_noise_breaks_the_board(locks: Any, noise: bytes) -> None:
    board = Lock4858a(BoardSettings(address=1, channels=24), locks)
    board.hear(noise)
    board.forget()
    assert board.hear(bytes.fromhex("80 01 01 33 B3")) == (bytes.fromhex("80 01 01 11 91"),)
