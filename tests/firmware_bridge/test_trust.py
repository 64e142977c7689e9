"""How many reads it takes to believe something of a board whose line is noisy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.trust import FALSE_STATE, Trust


def after(reads: list[bool]) -> Trust:
    trust = Trust(2, checksum=True)
    for answered in reads:
        trust.answered() if answered else trust.failed()
    return trust


def test_on_a_clean_line_one_failure_of_a_read_is_no_chance() -> None:
    assert after([True] * 100).failures_beyond_chance == 1


@pytest.mark.parametrize(("share", "least", "most"), [(0.1, 8, 13), (0.5, 25, 40), (0.8, 70, 140)])
def test_the_more_reads_fail_the_longer_a_row_is_chance(share: float, least: int, most: int) -> None:
    reads = [number * share % 1 >= share for number in range(400)]
    assert least <= after(reads).failures_beyond_chance <= most


@given(st.lists(st.booleans(), max_size=300))
def test_so_many_failures_in_a_row_are_as_rare_as_a_false_state(reads: list[bool]) -> None:
    trust = after(reads)
    assert trust._failing**trust.failures_beyond_chance <= FALSE_STATE * 1.001


def test_a_line_on_which_nothing_is_answered_has_a_finite_count_too() -> None:
    assert after([False] * 10_000).failures_beyond_chance > 1000
