"""Boards in parallel on two wires."""

from __future__ import annotations

from typing import Any

from simulator.boards.bus import PARTIAL_FRAME_S, Bus
from simulator.boards.lock485_8a import Lock4858a


def test_the_answer_of_one_board_moves_no_other(locks: Any) -> None:
    bus = Bus([Lock4858a(address, 8, inverted=False, terminals=locks) for address in (1, 2, 3)])
    assert bus.hear(bytes.fromhex("8A 02 01 11 98"), 0.0) == (bytes.fromhex("8A 02 01 11 98"),)
    assert locks.deeds == [("pulse", 0, 0.3)]


def test_two_requests_in_one_breath_are_answered_in_order(locks: Any) -> None:
    bus = Bus([Lock4858a(1, 8, inverted=False, terminals=locks)])
    both = bytes.fromhex("80 01 01 33 B3 8A 01 01 11 9B")
    assert bus.hear(both, 0.0) == (bytes.fromhex("80 01 01 11 91"), bytes.fromhex("8A 01 01 11 9B"))


def test_half_a_frame_is_completed_in_time_and_forgotten_later(locks: Any) -> None:
    bus = Bus([Lock4858a(1, 8, inverted=False, terminals=locks)])
    bus.hear(bytes.fromhex("8A 01 01"), 1.0)
    assert bus.hear(bytes.fromhex("11 9B"), 1.0 + PARTIAL_FRAME_S / 2) != ()
    bus.hear(bytes.fromhex("8A 01 01"), 2.0)
    assert bus.hear(bytes.fromhex("11 9B"), 2.001 + PARTIAL_FRAME_S) == ()


def test_a_dead_board_hears_nothing(locks: Any) -> None:
    bus = Bus([Lock4858a(1, 8, inverted=False, terminals=locks)])
    assert bus.hear(bytes.fromhex("8A 01 01 11 9B"), 0.0, dead=(1,)) == ()
    assert locks.deeds == []
