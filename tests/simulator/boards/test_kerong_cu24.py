"""The kerong-cu24 firmware, frame by frame as the vendor's sheet shows them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import BoardSettings
from simulator.boards.kerong_cu24 import KerongCu24


@pytest.fixture
def cu12(locks: Any) -> KerongCu24:
    return KerongCu24(BoardSettings(address=0, channels=12), locks)


@pytest.fixture
def cu24(locks: Any) -> KerongCu24:
    return KerongCu24(BoardSettings(address=0, channels=24), locks)


def ask(board: KerongCu24, frame: str) -> str:
    return " | ".join(reply.hex(" ").upper() for reply in board.hear(bytes.fromhex(frame)))


def test_status_of_a_cu12_is_the_sheets_example(cu12: KerongCu24, locks: Any) -> None:
    locks.unlatched = set(range(12)) - {1}
    assert ask(cu12, "02 00 00 80 00 00 03 85") == "02 00 00 80 10 02 03 99 02 00"


def test_status_of_a_cu24_has_three_bytes_lowest_first(cu24: KerongCu24, locks: Any) -> None:
    locks.unlatched = set(range(24)) - {0, 9, 23}
    assert ask(cu24, "02 00 00 80 00 00 03 85") == "02 00 00 80 10 03 03 1B 01 02 80"


def test_inverted_wiring_turns_every_bit_of_a_lock_around(locks: Any) -> None:
    board = KerongCu24(BoardSettings(address=0, channels=24, inverted=True), locks)
    locks.unlatched = {2}
    assert ask(board, "02 00 00 80 00 00 03 85").endswith(" 04 00 00")


def test_a_board_wired_highest_first_mirrors_every_hook_byte(locks: Any) -> None:
    board = KerongCu24(BoardSettings(address=0, channels=12, bit_order="highest-first"), locks)
    locks.unlatched = set(range(12)) - {0, 9}
    assert ask(board, "02 00 00 80 00 00 03 85").endswith(" 80 40")


def test_a_board_that_somebody_has_set_pulses_as_long_as_its_wiring_says(locks: Any) -> None:
    board = KerongCu24(BoardSettings(address=0, channels=24, pulse_s=0.3), locks)
    ask(board, "02 00 02 81 00 00 03 88")
    assert ask(board, "02 00 00 8E 00 00 03 93") == "02 00 00 8E 10 00 03 A3"
    ask(board, "02 00 02 81 00 00 03 88")
    assert locks.deeds == [("pulse", 2, 0.3), ("pulse", 2, 0.55)]


def test_unlock_is_the_sheets_example_and_drives_the_third_coil_for_550_ms(cu24: KerongCu24, locks: Any) -> None:
    assert ask(cu24, "02 00 02 81 00 00 03 88") == "02 00 02 81 10 00 03 98"
    assert locks.deeds == [("pulse", 2, 0.55)]


def test_unlocking_a_lock_that_the_board_has_not_fails(cu12: KerongCu24, locks: Any) -> None:
    assert ask(cu12, "02 00 0C 81 00 00 03 92") == "02 00 0C 81 11 00 03 A3"
    assert locks.deeds == []


def test_version_is_the_sheets_example(cu24: KerongCu24) -> None:
    assert ask(cu24, "02 00 00 8F 00 00 03 94") == "02 00 00 8F 10 02 03 BA 13 01"


def test_an_unknown_command_is_answered_as_such(cu24: KerongCu24) -> None:
    assert ask(cu24, "02 00 00 99 00 00 03 9E") == "02 00 00 99 13 00 03 B1"


def test_a_checksum_error_is_answered_and_nothing_is_driven(cu24: KerongCu24, locks: Any) -> None:
    assert ask(cu24, "02 00 02 81 00 00 03 89") == "02 00 02 81 14 00 03 9C"
    assert locks.deeds == [("refused", "02 00 02 81 00 00 03 89", "checksum error")]


def test_the_unlock_time_can_be_read_written_and_set_back(cu24: KerongCu24, locks: Any) -> None:
    assert ask(cu24, "02 00 00 82 00 00 03 87") == "02 00 00 82 10 02 03 D0 37 00"
    assert ask(cu24, "02 00 00 82 00 02 03 A7 1E 00") == "02 00 00 82 10 00 03 97"
    ask(cu24, "02 00 02 81 00 00 03 88")
    assert ask(cu24, "02 00 00 8E 00 00 03 93") == "02 00 00 8E 10 00 03 A3"
    ask(cu24, "02 00 02 81 00 00 03 88")
    assert locks.deeds == [("pulse", 2, 0.3), ("pulse", 2, 0.55)]


def test_an_unlock_time_of_nothing_is_refused(cu24: KerongCu24) -> None:
    assert ask(cu24, "02 00 00 82 00 02 03 89 00 00") == "02 00 00 82 11 00 03 98"


def test_frames_for_another_address_and_replies_pass_by(cu24: KerongCu24, locks: Any) -> None:
    assert ask(cu24, "02 01 02 81 00 00 03 89") == ""
    assert ask(cu24, "02 00 02 81 10 00 03 98") == ""
    assert locks.deeds == []


def test_noise_before_a_frame_does_not_cost_the_frame(cu24: KerongCu24, locks: Any) -> None:
    assert ask(cu24, "FF 02 02 00 02 81 00 00 03 88") == "02 00 02 81 10 00 03 98"
    assert locks.deeds == [("pulse", 2, 0.55)]


def test_a_frame_may_come_a_byte_at_a_time(cu24: KerongCu24) -> None:
    replies = [ask(cu24, f"{byte:02x}") for byte in bytes.fromhex("02 00 00 8F 00 00 03 94")]
    assert replies == [""] * 7 + ["02 00 00 8F 10 02 03 BA 13 01"]


def test_half_a_frame_is_dropped_after_silence(cu24: KerongCu24, locks: Any) -> None:
    ask(cu24, "02 00 02 81")
    cu24.forget()
    assert ask(cu24, "00 00 03 88") == ""
    assert locks.deeds == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 7), st.integers(1, 255))
def test_no_damaged_byte_of_an_unlock_drives_a_coil(locks: Any, place: int, error: int) -> None:
    locks.deeds.clear()
    frame = bytearray.fromhex("02 00 02 81 00 00 03 88")
    frame[place] ^= error
    KerongCu24(BoardSettings(address=0, channels=24), locks).hear(bytes(frame))
    assert [deed for deed in locks.deeds if deed[0] == "pulse"] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=64))
def test_no_noise_breaks_the_board(locks: Any, noise: bytes) -> None:
    board = KerongCu24(BoardSettings(address=0, channels=24), locks)
    board.hear(noise)
    board.forget()
    assert board.hear(bytes.fromhex("02 00 00 8F 00 00 03 94")) == (bytes.fromhex("02 00 00 8F 10 02 03 BA 13 01"),)
