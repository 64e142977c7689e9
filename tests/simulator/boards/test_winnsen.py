"""The winnsen firmware, frame by frame."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import BoardSettings
from simulator.boards.registry import family_named
from simulator.boards.winnsen import Winnsen


@pytest.fixture
def board(locks: Any) -> Winnsen:
    return Winnsen(BoardSettings(address=1, channels=24), locks)


def ask(board: Winnsen, frame: str) -> str:
    return " | ".join(reply.hex(" ").upper() for reply in board.hear(bytes.fromhex(frame)))


def test_unlock_drives_one_coil_and_answers_with_the_lock_before_the_status(board: Winnsen, locks: Any) -> None:
    assert ask(board, "90 06 05 01 05 03") == "90 07 85 01 05 01 03"
    assert locks.deeds == [("pulse", 4, 0.5)]


def test_a_coil_that_is_too_warm_is_not_driven_and_the_answer_says_02(board: Winnsen, locks: Any) -> None:
    locks.warm = {4}
    assert ask(board, "90 06 05 01 05 03") == "90 07 85 01 05 02 03"
    assert locks.deeds == []
    assert ask(board, "90 06 05 01 06 03") == "90 07 85 01 06 01 03"


def test_status_is_answered_with_the_status_before_the_lock(board: Winnsen, locks: Any) -> None:
    assert ask(board, "90 06 12 01 05 03") == "90 07 92 01 00 05 03"
    locks.unlatched = {4}
    assert ask(board, "90 06 12 01 05 03") == "90 07 92 01 01 05 03"


def test_inverted_wiring_turns_the_two_codes_around(locks: Any) -> None:
    board = Winnsen(BoardSettings(address=1, channels=24, inverted=True), locks)
    assert ask(board, "90 06 12 01 05 03") == "90 07 92 01 01 05 03"


def test_a_board_speaks_the_codes_and_pulses_as_long_as_its_wiring_says(locks: Any) -> None:
    codes = {"AA": "latched", "55": "unlatched"}
    board = Winnsen(BoardSettings(address=1, channels=24, status_codes=codes, pulse_s=0.3), locks)
    assert ask(board, "90 06 12 01 05 03") == "90 07 92 01 AA 05 03"
    assert ask(board, "90 06 05 01 05 03") == "90 07 85 01 05 55 03"
    assert locks.deeds == [("pulse", 4, 0.3)]


def test_the_family_says_which_settings_a_site_must_write(locks: Any) -> None:
    needs = family_named("winnsen").needs
    wiring = BoardSettings.model_validate({"address": 1, "channels": 24, **needs})
    assert ask(Winnsen(wiring, locks), "90 06 12 01 05 03") == "90 07 92 01 00 05 03"
    assert wiring.status_codes == {"00": "latched", "01": "unlatched"}


@pytest.mark.parametrize(
    "frame",
    ["90 06 05 02 05 03", "90 06 05 01 00 03", "90 06 05 01 19 03", "90 07 85 01 05 01 03", "90 06 13 01 05 03"],
    ids=["another station", "no lock", "a lock beyond the last", "another board's answer", "an unknown command"],
)
def test_other_frames_pass_by(board: Winnsen, locks: Any, frame: str) -> None:
    assert ask(board, frame) == ""
    assert ask(board, "90 06 12 01 05 03") == "90 07 92 01 00 05 03"
    assert locks.deeds == []


def test_a_frame_may_come_a_byte_at_a_time_and_after_noise(board: Winnsen, locks: Any) -> None:
    replies = [ask(board, f"{byte:02x}") for byte in bytes.fromhex("90 90 06 FF 90 06 05 01 05 03")]
    assert replies == [""] * 9 + ["90 07 85 01 05 01 03"]
    assert locks.deeds == [("pulse", 4, 0.5)]


def test_half_a_frame_is_dropped_after_silence(board: Winnsen, locks: Any) -> None:
    ask(board, "90 06 05 01")
    board.forget()
    assert ask(board, "05 03") == ""
    assert locks.deeds == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([0, 1, 2, 3, 5]), st.integers(1, 255))
def test_a_damaged_byte_of_an_unlock_drives_no_coil_unless_it_is_the_lock_itself(
    locks: Any, place: int, error: int
) -> None:
    locks.deeds.clear()
    frame = bytearray.fromhex("90 06 05 01 05 03")
    frame[place] ^= error
    Winnsen(BoardSettings(address=1, channels=24), locks).hear(bytes(frame))
    assert locks.deeds == []


def test_a_damaged_lock_number_opens_another_door_because_nothing_guards_it(board: Winnsen, locks: Any) -> None:
    ask(board, "90 06 05 01 07 03")
    assert locks.deeds == [("pulse", 6, 0.5)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=64))
def test_no_noise_breaks_the_board(locks: Any, noise: bytes) -> None:
    board = Winnsen(BoardSettings(address=1, channels=24), locks)
    board.hear(noise)
    board.forget()
    assert board.hear(bytes.fromhex("90 06 12 01 05 03")) == (bytes.fromhex("90 07 92 01 00 05 03"),)
