"""Boards in parallel on two wires."""

from __future__ import annotations

from typing import Any

from config.settings import BoardSettings
from simulator.boards.bus import PARTIAL_FRAME_S, Bus
from simulator.boards.faults import LineFaults
from simulator.boards.kerong_cu24 import KerongCu24
from simulator.boards.lock485_8a import Lock4858a
from simulator.boards.wkly import Wkly


def test_the_answer_of_one_board_moves_no_other(locks: Any) -> None:
    bus = Bus([Lock4858a(BoardSettings(address=address, channels=8), locks) for address in (1, 2, 3)])
    assert bus.hear(bytes.fromhex("8A 02 01 11 98"), 0.0, LineFaults()) == (bytes.fromhex("8A 02 01 11 98"),)
    assert locks.deeds == [("pulse", 0, 0.3)]


def test_two_requests_in_one_breath_are_answered_in_order(locks: Any) -> None:
    bus = Bus([Lock4858a(BoardSettings(address=1, channels=8), locks)])
    both = bytes.fromhex("80 01 01 33 B3 8A 01 01 11 9B")
    assert bus.hear(both, 0.0, LineFaults()) == (bytes.fromhex("80 01 01 11 91"), bytes.fromhex("8A 01 01 11 9B"))


def test_half_a_frame_is_completed_in_time_and_forgotten_later(locks: Any) -> None:
    bus = Bus([Lock4858a(BoardSettings(address=1, channels=8), locks)])
    bus.hear(bytes.fromhex("8A 01 01"), 1.0, LineFaults())
    assert bus.hear(bytes.fromhex("11 9B"), 1.0 + PARTIAL_FRAME_S / 2, LineFaults()) != ()
    bus.hear(bytes.fromhex("8A 01 01"), 2.0, LineFaults())
    assert bus.hear(bytes.fromhex("11 9B"), 2.001 + PARTIAL_FRAME_S, LineFaults()) == ()


def test_a_dead_board_hears_nothing(locks: Any) -> None:
    bus = Bus([Lock4858a(BoardSettings(address=1, channels=8), locks)])
    assert bus.hear(bytes.fromhex("8A 01 01 11 9B"), 0.0, LineFaults(dead=(1,))) == ()
    assert locks.deeds == []


def test_a_rogue_board_obeys_and_answers_in_the_name_of_every_other(locks: Any) -> None:
    bus = Bus([Lock4858a(BoardSettings(address=1, channels=8), locks)])
    request = bytes.fromhex("8A 07 01 11 9D")
    assert bus.hear(request, 0.0, LineFaults()) == ()
    assert bus.hear(request, 0.0, LineFaults(rogue=(1,))) == (request,)
    assert locks.deeds == [("pulse", 0, 0.3)]


def test_two_boards_that_speak_at_once_spoil_each_others_bits(locks: Any) -> None:
    honest = Lock4858a(BoardSettings(address=1, channels=8), locks)
    rogue = Lock4858a(BoardSettings(address=2, channels=8, inverted=True), locks)
    said = Bus([honest, rogue]).hear(bytes.fromhex("80 01 01 33 B3"), 0.0, LineFaults(rogue=(2,)))
    assert said == (
        bytes(one & other for one, other in zip(b"\x80\x01\x01\x11\x91", b"\x80\x01\x01\x00\x80", strict=True)),
    )


def test_some_families_report_a_moved_hook_unasked_and_others_do_not(locks: Any) -> None:
    locks.unlatched = {2}
    assert Bus([Lock4858a(BoardSettings(address=1, channels=8), locks)]).news(1, 2) == bytes.fromhex("81 01 03 00 83")
    assert Bus([Wkly(BoardSettings(address=1, channels=8), locks)]).news(1, 2) == bytes.fromhex(
        "57 4B 4C 59 0A 01 85 03 00 84"
    )
    assert Bus([KerongCu24(BoardSettings(address=1, channels=24), locks)]).news(1, 2) == b""
