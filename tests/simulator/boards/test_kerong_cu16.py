"""The kerong-cu16 firmware, frame by frame."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import BoardSettings
from simulator.boards.bus import Bus
from simulator.boards.faults import LineFaults
from simulator.boards.kerong_cu16 import KerongCu16


@pytest.fixture
def board(locks: Any) -> KerongCu16:
    return KerongCu16(BoardSettings(address=0, channels=16), locks)


def ask(board: KerongCu16, frame: str) -> str:
    return " | ".join(reply.hex(" ").upper() for reply in board.hear(bytes.fromhex(frame)))


def test_status_gives_sixteen_hooks_lowest_first(board: KerongCu16, locks: Any) -> None:
    locks.unlatched = set(range(16)) - {0, 9}
    assert ask(board, "02 00 30 03 35") == "02 00 35 01 02 00 00 03 3D"


def test_occupancy_follows_the_hooks_where_sensors_are_fitted(locks: Any) -> None:
    locks.full = {1, 15}
    fitted = KerongCu16(BoardSettings(address=0, channels=16, infrared=True), locks)
    assert ask(fitted, "02 00 30 03 35") == "02 00 35 FF FF 02 80 03 BA"


def test_sensors_that_are_not_fitted_read_nothing(board: KerongCu16, locks: Any) -> None:
    locks.full = {1, 15}
    assert ask(board, "02 00 30 03 35") == "02 00 35 FF FF 00 00 03 38"


def test_wiring_turns_polarity_and_bit_order_around(locks: Any) -> None:
    locks.unlatched = {0}
    other = KerongCu16(BoardSettings(address=0, channels=16, inverted=True, bit_order="highest-first"), locks)
    assert ask(other, "02 00 30 03 35") == "02 00 35 80 00 00 00 03 BA"


def test_unlock_drives_one_coil_for_550_ms_and_answers_with_the_status(board: KerongCu16, locks: Any) -> None:
    assert ask(board, "02 00 31 03 36") == "02 00 35 FF FF 00 00 03 38"
    assert ask(board, "02 0F 31 03 45") == "02 00 35 FF FF 00 00 03 38"
    assert locks.deeds == [("pulse", 0, 0.55), ("pulse", 15, 0.55)]


def test_the_pulse_is_as_the_site_has_set_it(locks: Any) -> None:
    KerongCu16(BoardSettings(address=0, channels=16, pulse_s=0.3), locks).hear(bytes.fromhex("02 00 31 03 36"))
    assert locks.deeds == [("pulse", 0, 0.3)]


def test_the_pulse_time_can_be_set_in_hundredths_of_a_second(board: KerongCu16, locks: Any) -> None:
    assert ask(board, "02 00 37 1E 00 03 5A") == ""
    assert ask(board, "02 00 37 00 00 03 3C") == ""
    ask(board, "02 00 31 03 36")
    assert locks.deeds == [("pulse", 0, 0.3)]


def test_the_board_number_is_the_high_half_of_the_address(locks: Any) -> None:
    third = KerongCu16(BoardSettings(address=2, channels=16), locks)
    assert ask(third, "02 02 31 03 38") == ""
    assert ask(third, "02 25 31 03 5B") == "02 20 35 FF FF 00 00 03 58"
    assert locks.deeds == [("pulse", 5, 0.55)]


def test_a_lock_that_the_board_has_not_is_not_driven(locks: Any) -> None:
    assert ask(KerongCu16(BoardSettings(address=0, channels=4), locks), "02 04 31 03 3A") == ""
    assert locks.deeds == []


def test_unlock_all_of_a_board_is_obeyed_and_noted(locks: Any) -> None:
    assert ask(KerongCu16(BoardSettings(address=1, channels=2), locks), "02 10 33 03 48") == ""
    assert locks.deeds == [("unlock all",), ("pulse", 0, 0.55), ("pulse", 1, 0.55)]


def test_unlock_all_of_the_bus_is_obeyed_by_every_board_and_noted(locks: Any) -> None:
    bus = Bus([KerongCu16(BoardSettings(address=address, channels=1), locks) for address in (0, 7)])
    assert bus.hear(bytes.fromhex("02 F0 32 03 27"), 0.0, LineFaults()) == ()
    assert locks.deeds == [("unlock all",), ("pulse", 0, 0.55)] * 2


def test_a_wrong_sum_gets_no_answer_and_is_noted(board: KerongCu16, locks: Any) -> None:
    assert ask(board, "02 00 31 03 37") == ""
    assert locks.deeds == [("refused", "02 00 31 03 37", "wrong SUM")]


def test_an_answer_of_another_board_is_not_searched_for_requests(board: KerongCu16, locks: Any) -> None:
    assert ask(board, "02 10 35 02 00 31 03 03 80 02 00 31 03 36") == "02 00 35 FF FF 00 00 03 38"
    assert [deed for deed in locks.deeds if deed[0] == "pulse"] == [("pulse", 0, 0.55)]


def test_noise_before_a_frame_does_not_cost_the_frame(board: KerongCu16, locks: Any) -> None:
    assert ask(board, "FF 02 00 02 00 31 03 36") == "02 00 35 FF FF 00 00 03 38"
    assert locks.deeds == [("pulse", 0, 0.55)]


def test_a_frame_may_come_a_byte_at_a_time(board: KerongCu16) -> None:
    replies = [ask(board, f"{byte:02x}") for byte in bytes.fromhex("02 00 30 03 35")]
    assert replies == [""] * 4 + ["02 00 35 FF FF 00 00 03 38"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 4), st.integers(1, 255))
def test_no_damaged_byte_of_an_unlock_drives_a_coil(locks: Any, place: int, error: int) -> None:
    locks.deeds.clear()
    frame = bytearray.fromhex("02 00 31 03 36")
    frame[place] ^= error
    KerongCu16(BoardSettings(address=0, channels=16), locks).hear(bytes(frame))
    assert [deed for deed in locks.deeds if deed[0] != "refused"] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=64))
def test_no_noise_breaks_the_board(locks: Any, noise: bytes) -> None:
    board = KerongCu16(BoardSettings(address=0, channels=16), locks)
    board.hear(noise)
    board.forget()
    assert board.hear(bytes.fromhex("02 00 30 03 35")) == (bytes.fromhex("02 00 35 FF FF 00 00 03 38"),)
