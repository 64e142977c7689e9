"""What locks share is measured as finely as each lock: by the shares of readings, not by which of two is the middle."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.health.charts import Reference, blurred_median
from firmware_bridge.health.neighbours import BoardHistory, Residual

READS_EVERY_S = 0.037
USUAL_S = 0.049
EARLY_LOG, LATE_LOG = 0.31, 0.56
"""What 67 and 86 ms are to 49 ms: the two latencies that a coil half as slow again shows when read every 37 ms."""
WIDTH_LOG = 0.5
LOCKS = ("A01", "A02", "A03", "A04", "A05", "A06")
REFERENCES = {
    lock: Reference(median_log=math.log(USUAL_S), spread_log=0.22, count=30, granularity_s=READS_EVERY_S)
    for lock in LOCKS
}


def board(late: int, rounds: int = 5) -> BoardHistory:
    """A board whose every lock was opened five times, `late` of them a read later."""
    history = BoardHistory()
    for number in range(rounds):
        for lock in LOCKS:
            residual = Residual(log=LATE_LOG if number < late else EARLY_LOG, width_log=WIDTH_LOG)
            history = history.after(lock, residual, troubled=False)
    return history


def shift(late: int) -> float:
    found = board(late).shift(REFERENCES)
    assert found is not None
    return found[0]


def test_what_a_board_shares_moves_with_the_shares_of_two_readings_and_does_not_leap_between_them() -> None:
    shifts = [shift(late) for late in range(6)]
    assert shifts[0] == pytest.approx(EARLY_LOG)
    assert shifts[-1] == pytest.approx(LATE_LOG)
    steps = [after - before for before, after in pairwise(shifts)]
    assert all(0.02 < step < 0.08 for step in steps)


def test_neither_what_is_subtracted_from_a_lock_nor_the_newest_openings_leap() -> None:
    assert EARLY_LOG + 0.05 < board(late=2).common_log(without="A01") < EARLY_LOG + 0.15
    newest = BoardHistory()
    for late in (False, True, False, True, False, False):
        residual = Residual(log=LATE_LOG if late else EARLY_LOG, width_log=WIDTH_LOG)
        newest = newest.after("A01", residual, troubled=False)
    assert EARLY_LOG + 0.05 < newest.recent_log() < EARLY_LOG + 0.15


def test_residuals_that_were_kept_without_their_reads_are_counted_as_they_stand() -> None:
    openings = [{"compartment": "A01", "place": place, "residual_log": place / 10} for place in (1, 3)]
    kept = json.dumps({"places": 3, "openings": openings})
    assert BoardHistory.model_validate_json(kept).medians() == {"A01": pytest.approx(0.2)}


VALUES = st.lists(st.integers(-40, 40).map(lambda each: each / 20), min_size=1, max_size=12)
WIDTHS = st.sampled_from([0.0, 0.001, 0.05, 0.3, 1.0, 7.0])


@given(values=VALUES, width=WIDTHS)
def test_half_of_what_the_values_may_be_lies_below_their_blurred_median(values: list[float], width: float) -> None:
    middle = blurred_median(values, width)
    assert min(values) <= middle <= max(values)
    below = [min(1.0, max(0.0, (middle - each) / width + 0.5)) if width else 0.0 for each in values]
    if width:
        assert sum(below) == pytest.approx(len(values) / 2, abs=1e-6)


@given(values=VALUES, width=WIDTHS, by=st.sampled_from([-3.0, 0.25, 40.0]))
def test_a_blurred_median_moves_with_its_values_and_turns_with_them(
    values: list[float], width: float, by: float
) -> None:
    middle = blurred_median(values, width)
    assert blurred_median([each + by for each in values], width) == pytest.approx(middle + by)
    assert blurred_median([-each for each in values], width) == pytest.approx(-middle)
