"""The kerong-cu48 firmware, frame by frame."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import BoardSettings
from simulator.boards.kerong_cu48 import KerongCu48

EVERYTHING_SHUT = "02 00 00 75 FF FF FF FF FF FF 00 00 00 00 00 00 03 74"


@pytest.fixture
def board(locks: Any) -> KerongCu48:
    return KerongCu48(BoardSettings(address=0, channels=48), locks)


def ask(board: KerongCu48, frame: str) -> str:
    return " | ".join(reply.hex(" ").upper() for reply in board.hear(bytes.fromhex(frame)))


def test_status_gives_forty_eight_hooks_lowest_first(board: KerongCu48, locks: Any) -> None:
    locks.unlatched = set(range(48)) - {0, 9, 47}
    assert ask(board, "02 00 00 60 03 65") == "02 00 00 75 01 02 00 00 00 80 00 00 00 00 00 00 03 FD"


def test_second_sensors_follow_the_hooks_where_they_are_fitted(locks: Any) -> None:
    locks.full = {8, 46}
    fitted = KerongCu48(BoardSettings(address=0, channels=48, infrared=True), locks)
    assert ask(fitted, "02 00 00 60 03 65") == "02 00 00 75 FF FF FF FF FF FF 00 01 00 00 00 40 03 B5"


def test_second_sensors_that_are_not_fitted_read_nothing(board: KerongCu48, locks: Any) -> None:
    locks.full = {8, 46}
    assert ask(board, "02 00 00 60 03 65") == EVERYTHING_SHUT


def test_wiring_turns_polarity_and_bit_order_around(locks: Any) -> None:
    locks.unlatched = {0, 46}
    other = KerongCu48(BoardSettings(address=0, channels=48, inverted=True, bit_order="highest-first"), locks)
    assert ask(other, "02 00 00 60 03 65") == "02 00 00 75 80 00 00 00 00 02 00 00 00 00 00 00 03 FC"


def test_unlock_drives_the_second_coil_for_550_ms_and_says_that_it_heard(board: KerongCu48, locks: Any) -> None:
    assert ask(board, "02 00 01 61 03 67") == "02 00 01 75 03 7B"
    assert locks.deeds == [("pulse", 1, 0.55)]


def test_the_pulse_is_as_the_site_has_set_it(locks: Any) -> None:
    KerongCu48(BoardSettings(address=0, channels=48, pulse_s=0.3), locks).hear(bytes.fromhex("02 00 01 61 03 67"))
    assert locks.deeds == [("pulse", 1, 0.3)]


def test_a_lock_that_the_board_has_not_is_not_driven(board: KerongCu48, locks: Any) -> None:
    assert ask(board, "02 00 30 61 03 96") == ""
    assert locks.deeds == []


def test_frames_for_other_boards_pass_by(board: KerongCu48, locks: Any) -> None:
    assert ask(board, "02 01 01 61 03 68") == ""
    assert ask(board, "02 01 01 75 03 7C 02 00 00 60 03 65") == EVERYTHING_SHUT
    assert locks.deeds == []


def test_a_status_of_another_board_is_not_searched_for_requests(board: KerongCu48, locks: Any) -> None:
    inside = "02 00 01 61 03 67"
    assert ask(board, f"02 01 00 75 {inside} 00 00 00 00 00 00 03 49 02 00 00 60 03 65") == EVERYTHING_SHUT
    assert locks.deeds == []


def test_a_wrong_sum_gets_no_answer_and_is_noted(board: KerongCu48, locks: Any) -> None:
    assert ask(board, "02 00 01 61 03 68") == ""
    assert locks.deeds == [("refused", "02 00 01 61 03 68", "wrong SUM")]


def test_noise_before_a_frame_does_not_cost_the_frame(board: KerongCu48, locks: Any) -> None:
    assert ask(board, "FF 02 00 02 00 01 61 03 67") == "02 00 01 75 03 7B"
    assert locks.deeds == [("pulse", 1, 0.55)]


def test_a_frame_may_come_a_byte_at_a_time(board: KerongCu48) -> None:
    replies = [ask(board, f"{byte:02x}") for byte in bytes.fromhex("02 00 00 60 03 65")]
    assert replies == [""] * 5 + [EVERYTHING_SHUT]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 5), st.integers(1, 255))
def test_no_damaged_byte_of_an_unlock_drives_a_coil(locks: Any, place: int, error: int) -> None:
    locks.deeds.clear()
    frame = bytearray.fromhex("02 00 01 61 03 67")
    frame[place] ^= error
    KerongCu48(BoardSettings(address=0, channels=48), locks).hear(bytes(frame))
    assert [deed for deed in locks.deeds if deed[0] != "refused"] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=64))
def test_no_noise_breaks_the_board(locks: Any, noise: bytes) -> None:
    board = KerongCu48(BoardSettings(address=0, channels=48), locks)
    board.hear(noise)
    board.forget()
    assert board.hear(bytes.fromhex("02 00 00 60 03 65")) == (bytes.fromhex(EVERYTHING_SHUT),)
