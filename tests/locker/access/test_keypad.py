"""The keypad's patience: it slows down, forgives, and never closes."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from locker.access.keypad import MOST_DELAY_S, Keypad, Patience, patience_after


class Watch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_the_delay_doubles_from_2_to_60_seconds_and_alarms_from_the_third() -> None:
    said = [patience_after(failures) for failures in range(9)]
    assert [patience.delay_s for patience in said] == [0, 2, 4, 8, 16, 32, 60, 60, 60]
    assert [patience.alarm for patience in said] == [False] * 3 + [True] * 6
    assert patience_after(10**6).delay_s == MOST_DELAY_S


def test_an_entry_waits_its_delay_and_no_longer(watch: Watch) -> None:
    keypad = Keypad(watch)
    assert keypad.wait_s == 0
    assert keypad.wrong() == Patience(1, 2, alarm=False)
    assert keypad.wait_s == 2
    watch.now += 1.5
    assert keypad.wait_s == 0.5
    watch.now += 10
    assert keypad.wait_s == 0


def test_a_restart_keeps_the_failures_and_their_delay(watch: Watch) -> None:
    keypad = Keypad(watch, failures=5)
    assert (keypad.patience, keypad.wait_s) == (Patience(5, 32, alarm=True), 32)


def test_a_minute_of_quiet_forgives_one_failure(watch: Watch) -> None:
    keypad = Keypad(watch, failures=3)
    watch.now += 59
    assert keypad.relax() is None
    assert keypad.relaxes_in_s == 1
    watch.now += 1
    assert keypad.relax() == Patience(2, 4, alarm=False)
    assert keypad.relax() is None
    watch.now += 59
    assert keypad.relax() is None
    watch.now += 600
    assert keypad.relax() == Patience(0, 0, alarm=False)
    assert (keypad.relax(), keypad.relaxes_in_s) == (None, None)


def test_a_wrong_code_begins_the_quiet_anew(watch: Watch) -> None:
    keypad = Keypad(watch, failures=1)
    watch.now += 59
    keypad.wrong()
    watch.now += 59
    assert keypad.relax() is None


def test_a_right_code_lets_the_next_person_in_at_once_and_forgives_nothing(watch: Watch) -> None:
    keypad = Keypad(watch)
    for _ in range(4):
        keypad.wrong()
    watch.now += keypad.wait_s
    assert keypad.right() is None
    assert (keypad.wait_s, keypad.patience) == (0, Patience(4, 16, alarm=True))
    assert keypad.wrong() == Patience(5, 32, alarm=True)
    assert Keypad(watch).right() is None


def test_a_right_code_after_a_minute_of_quiet_tells_what_the_quiet_forgave(watch: Watch) -> None:
    keypad = Keypad(watch, failures=2)
    watch.now += 61
    assert keypad.right() == Patience(1, 2, alarm=False)
    assert keypad.relaxes_in_s == 59


def test_an_own_right_code_after_each_guess_buys_no_more_guesses(watch: Watch) -> None:
    keypad, ends_at, guesses, alarms = Keypad(watch), watch.now + 3600, 0, 0
    while watch.now < ends_at:
        alarms += keypad.wrong().alarm
        guesses += 1
        watch.now += keypad.wait_s
        keypad.relax()
        keypad.right()
    assert guesses < 120
    assert alarms == guesses - 2


@example(["wrong", "wrong", "wrong", "wrong", "wrong", 0.42, "wrong"])
@given(st.lists(st.one_of(st.just("wrong"), st.just("right"), st.floats(0, 200))))
def test_whatever_happens_the_wait_is_bounded_and_failures_never_negative(deeds: list[str | float]) -> None:
    watch = Watch()
    keypad = Keypad(watch)
    for deed in deeds:
        if deed == "wrong":
            keypad.wrong()
        elif deed == "right":
            keypad.right()
        elif isinstance(deed, float):
            watch.now += deed
            keypad.relax()
        assert 0 <= keypad.wait_s <= MOST_DELAY_S
        assert keypad.patience.failures >= 0
