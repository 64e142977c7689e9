from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.settings import PanelSettings
from firmware_bridge.power import Lock, PowerBudget
from firmware_bridge.reports import Priority

SETTINGS = PanelSettings(coils_at_once=2, lock_gap_s=0.1, board_gap_s=0.3, coil_rest_s=2.0)
PULSE_S = 0.5


def lock(channel: int, address: int = 0, line: str = "a") -> Lock:
    return Lock(line, address, channel)


def test_locks_of_one_board_keep_the_lock_gap() -> None:
    budget = PowerBudget(SETTINGS)
    assert budget.claim(lock(0), PULSE_S, 10.0) == 0.0
    assert budget.claim(lock(1), PULSE_S, 10.0) == pytest.approx(0.1)
    assert budget.claim(lock(1), PULSE_S, 10.1) == 0.0


def test_locks_of_two_boards_and_of_two_lines_keep_the_board_gap() -> None:
    budget = PowerBudget(SETTINGS)
    budget.claim(lock(0), PULSE_S, 10.0)
    assert budget.claim(lock(0, address=1), PULSE_S, 10.0) == pytest.approx(0.3)
    assert budget.claim(lock(0, line="b"), PULSE_S, 10.0) == pytest.approx(0.3)


def test_no_more_coils_than_the_supply_drives() -> None:
    budget = PowerBudget(SETTINGS)
    budget.claim(lock(0), PULSE_S, 10.0)
    budget.claim(lock(1), PULSE_S, 10.1)
    assert budget.claim(lock(2), PULSE_S, 10.2) == pytest.approx(0.4)
    assert budget.driven(10.2) == 2


def test_a_coil_rests_after_its_pulse() -> None:
    budget = PowerBudget(SETTINGS)
    budget.claim(lock(0), PULSE_S, 10.0)
    assert budget.claim(lock(0), PULSE_S, 11.0) == pytest.approx(1.5)


def test_a_pulse_that_may_have_begun_late_burdens_the_supply_longer() -> None:
    budget = PowerBudget(SETTINGS)
    budget.claim(lock(0), PULSE_S, 10.0)
    budget.started(lock(0), PULSE_S, latest=10.4)
    assert budget.driven(10.8) == 1
    assert budget.claim(lock(0), PULSE_S, 10.8) == pytest.approx(2.1)


locks = st.builds(lock, st.integers(0, 3), st.integers(0, 1), st.sampled_from(["a", "b"]))


@given(st.integers(1, 3), st.lists(st.tuples(locks, st.floats(0, 1)), max_size=40))
def test_whatever_is_asked_the_budget_holds(at_once: int, wishes: list[tuple[Lock, float]]) -> None:
    budget = PowerBudget(SETTINGS.model_copy(update={"coils_at_once": at_once}))
    now, started = 0.0, []
    for wish, later in wishes:
        now += later
        wait = budget.claim(wish, PULSE_S, now)
        if wait == 0.0:
            started.append((now, wish))
        assert budget.driven(now) <= at_once
    for (earlier, one), (after, other) in pairwise(started):
        same_board = (one.line, one.address) == (other.line, other.address)
        assert after - earlier >= (0.1 if same_board else 0.3) - 1e-5
    for each in {wish for _, wish in started}:
        times = [time for time, wish in started if wish == each]
        assert all(after - before >= 2.5 - 1e-5 for before, after in pairwise(times))


@given(st.lists(locks, min_size=1, max_size=12))
def test_whoever_waits_as_long_as_told_is_served(wishes: list[Lock]) -> None:
    budget = PowerBudget(SETTINGS)
    now = 0.0
    for wish in wishes:
        while wait := budget.claim(wish, PULSE_S, now):
            now += wait
        assert budget.driven(now) <= SETTINGS.coils_at_once


def test_who_waits_longest_goes_first_whatever_line_it_is_on() -> None:
    budget = PowerBudget(SETTINGS.model_copy(update={"coils_at_once": 1}))
    budget.claim(lock(0), PULSE_S, 10.0)
    assert budget.claim(lock(0, line="b"), PULSE_S, 10.1) == pytest.approx(0.7)
    budget.claim(lock(1), PULSE_S, 10.2)
    assert budget.claim(lock(1), PULSE_S, 10.6) > 0.0, "the other line has waited longer"
    assert budget.claim(lock(0, line="b"), PULSE_S, 10.8) == 0.0


def test_a_person_goes_before_a_command_that_has_waited_longer() -> None:
    budget = PowerBudget(SETTINGS.model_copy(update={"coils_at_once": 1}))
    budget.claim(lock(0), PULSE_S, 10.0)
    budget.claim(lock(1), PULSE_S, 10.1, Priority.REMOTE)
    budget.claim(lock(0, line="b"), PULSE_S, 10.2)
    assert budget.claim(lock(1), PULSE_S, 10.8, Priority.REMOTE) > 0.0
    assert budget.claim(lock(0, line="b"), PULSE_S, 10.8) == 0.0


def test_who_was_cancelled_holds_nobody_up() -> None:
    budget = PowerBudget(SETTINGS.model_copy(update={"coils_at_once": 1}))
    budget.claim(lock(0), PULSE_S, 10.0)
    budget.claim(lock(0, line="b"), PULSE_S, 10.1)
    budget.claim(lock(1), PULSE_S, 10.2)
    budget.forget(lock(0, line="b"))
    assert budget.claim(lock(1), PULSE_S, 10.8) == 0.0


def test_a_claim_whose_frame_never_left_is_as_if_it_had_not_been_made() -> None:
    budget = PowerBudget(SETTINGS)
    budget.claim(lock(0), PULSE_S, 10.0)
    budget.claim(lock(0), PULSE_S, 20.0)
    budget.unclaim(lock(0))
    assert budget.driven(20.1) == 0
    assert budget.claim(lock(0), PULSE_S, 12.0) == pytest.approx(0.5), "the pulse before it still counts"
    budget.claim(lock(1), PULSE_S, 30.0)
    budget.unclaim(lock(1))
    assert budget.claim(lock(1), PULSE_S, 30.0) == 0.0


def test_a_coil_is_not_driven_beyond_its_duty() -> None:
    budget = PowerBudget(SETTINGS.model_copy(update={"coil_rest_s": 0.0, "coil_duty": 0.1, "coil_duty_window_s": 20.0}))
    for start in (0.0, 3.0, 6.0, 9.0):
        assert budget.claim(lock(0), PULSE_S, start) == 0.0
    assert budget.claim(lock(0), PULSE_S, 12.0) == pytest.approx(8.0), "when the first has left the window"
    assert budget.rested_in(lock(0), PULSE_S, 12.0) == pytest.approx(8.0)
    assert budget.claim(lock(1), PULSE_S, 12.0) == 0.0, "a duty is its coil's own"
    assert budget.claim(lock(0), PULSE_S, 20.0) == 0.0


def test_a_pulse_longer_than_the_duty_is_sent_once_a_window() -> None:
    budget = PowerBudget(SETTINGS.model_copy(update={"coil_duty": 0.1, "coil_duty_window_s": 20.0}))
    assert budget.claim(lock(0), 5.0, 0.0) == 0.0
    assert budget.claim(lock(0), 5.0, 10.0) == pytest.approx(10.0)


@given(st.lists(st.tuples(st.floats(0.1, 9.0), st.floats(0.0, 30.0)), max_size=30), st.floats(0.01, 1.0))
@example([(8.730837582306924, 0.0), (1.0, 1.0), (1.0, 30.0), (8.0, 30.0), (2.0, 8.0)], 0.03125)  # sums that round
def test_in_no_window_is_a_coil_driven_longer_than_its_duty(wishes: list[tuple[float, float]], duty: float) -> None:
    budget = PowerBudget(SETTINGS.model_copy(update={"coil_duty": duty, "coil_rest_s": 0.0}))
    now, pulses = 0.0, []
    for pulse_s, later in wishes:
        now += later
        if budget.claim(lock(0), pulse_s, now) == 0.0:
            pulses.append((now, now + pulse_s))
    for end in [end for _, end in pulses] + [start + 60.0 for start, _ in pulses]:
        inside = [
            min(stop, end) - max(start, end - 60.0) for start, stop in pulses if stop > end - 60.0 and start < end
        ]
        assert sum(inside) <= max(60.0 * duty, *(stop - start for start, stop in pulses)) + 1e-4


def test_who_has_stopped_asking_holds_nobody_up() -> None:
    budget = PowerBudget(SETTINGS.model_copy(update={"coils_at_once": 1}))
    budget.claim(lock(0), PULSE_S, 10.0)
    budget.claim(lock(0, line="b"), PULSE_S, 10.1)
    budget.claim(lock(1), PULSE_S, 11.5)
    assert budget.claim(lock(1), PULSE_S, 12.2) == 0.0


def test_a_coil_that_rests_holds_nobody_up() -> None:
    budget = PowerBudget(SETTINGS)
    budget.claim(lock(0), PULSE_S, 10.0)
    assert budget.claim(lock(0), PULSE_S, 10.6) > 0.0
    assert budget.claim(lock(1), PULSE_S, 10.7) == 0.0


def test_a_coil_has_the_company_of_those_that_were_driven_during_its_pulse() -> None:
    budget = PowerBudget(SETTINGS)
    budget.claim(lock(0), PULSE_S, 10.0)
    budget.claim(lock(1), PULSE_S, 10.1)
    budget.claim(lock(2), PULSE_S, 20.0)
    assert [budget.company(lock(channel), until=99.0) for channel in range(3)] == [1, 1, 0]


def test_who_comes_after_a_door_has_opened_was_no_company() -> None:
    budget = PowerBudget(SETTINGS)
    budget.claim(lock(0), PULSE_S, 10.0)
    budget.claim(lock(1), PULSE_S, 10.1)
    assert budget.company(lock(0), until=10.05) == 0
    assert budget.company(lock(1), until=10.15) == 1


def test_company_that_has_been_driven_again_since_is_remembered() -> None:
    budget = PowerBudget(SETTINGS)
    budget.claim(lock(0), PULSE_S, 10.0)
    budget.claim(lock(1), PULSE_S, 10.1)
    budget.claim(lock(0), PULSE_S, 15.0)
    assert budget.company(lock(1), until=99.0) == 1


def test_a_coil_rests_after_a_pulse_of_an_earlier_run_and_no_other_coil_waits_for_it() -> None:
    budget = PowerBudget(SETTINGS)
    budget.driven_before(lock(0), PULSE_S, latest=9.0)
    assert budget.claim(lock(0), PULSE_S, 10.0) == pytest.approx(1.5)
    assert budget.claim(lock(1), PULSE_S, 10.0) == 0.0


def test_a_pulse_of_an_earlier_run_that_may_still_last_burdens_the_supply() -> None:
    budget = PowerBudget(SETTINGS.model_copy(update={"coils_at_once": 1}))
    budget.driven_before(lock(0), PULSE_S, latest=10.0)
    assert budget.driven(10.2) == 1
    assert budget.claim(lock(1), PULSE_S, 10.2) == pytest.approx(0.4)


@given(
    wishes=st.lists(st.tuples(st.floats(0, 20), st.booleans()), max_size=60),
    doubt_s=st.floats(0, 5),
)
def test_no_number_of_restarts_drives_a_coil_beyond_its_duty(wishes: list[tuple[float, bool]], doubt_s: float) -> None:
    duty = PanelSettings(coil_rest_s=0.0, coil_duty=0.05, coil_duty_window_s=60.0)
    budget, now, began = PowerBudget(duty), 0.0, list[float]()
    for later, restarts in wishes:
        now += later
        if restarts:
            budget = PowerBudget(duty)
            for start in reversed(began):  # what the ledger knows is at the latest then, and in any order
                budget.driven_before(lock(0), PULSE_S, min(start + doubt_s, now))
        if budget.claim(lock(0), PULSE_S, now) == 0.0:
            began.append(now)
    for end in (start + PULSE_S for start in began):
        driven = sum(min(PULSE_S, max(0.0, start + PULSE_S - (end - 60.0))) for start in began if start < end)
        assert driven <= 0.05 * 60.0 + 1e-3
