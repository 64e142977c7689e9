"""One presence, one budget of looks: glances and touches together, filled again by quiet or by a recognition."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from locker.look import NotRecognised, Recognised
from locker.presence import KEPT_FOR_TOUCHES, PRESENCE_ENDS_S, Presence

LOOKS = 4
NOBODY = NotRecognised("not_recognised")


@dataclass
class SetClock:
    """Seconds as a test sets them."""

    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def presence(clock: SetClock) -> Presence:
    return Presence(clock.monotonic, LOOKS)


def touch(presence: Presence, result: Recognised | NotRecognised = NOBODY) -> None:
    assert presence.may_look()
    presence.looks()
    presence.judge(result)


def glance(presence: Presence, result: Recognised | NotRecognised = NOBODY) -> None:
    assert presence.may_glance()
    presence.glances()
    presence.judge(result)


def test_so_many_looks_and_then_only_codes(presence: Presence) -> None:
    for _ in range(LOOKS):
        touch(presence)
    assert not presence.may_look()
    assert not presence.may_glance()


def test_glances_leave_some_for_touches(presence: Presence) -> None:
    for _ in range(LOOKS - KEPT_FOR_TOUCHES):
        glance(presence)
    assert not presence.may_glance()
    for _ in range(KEPT_FOR_TOUCHES):
        touch(presence)
    assert not presence.may_look()


def test_a_look_that_was_broken_off_may_have_compared_and_is_spent(presence: Presence) -> None:
    for _ in range(LOOKS):
        presence.looks()
    assert not presence.may_look()


@pytest.mark.parametrize("reason", ["poor_pictures", "camera"])
def test_a_look_that_compared_nothing_costs_nothing(presence: Presence, reason: str) -> None:
    for _ in range(3 * LOOKS):
        touch(presence, NotRecognised(reason))  # type: ignore[arg-type] - a reason
    for _ in range(LOOKS):
        glance(presence, NotRecognised(reason))  # type: ignore[arg-type] - a reason
    assert not presence.may_glance(), "the camera is left in peace"
    assert presence.may_look()


def test_an_ambiguous_look_is_spent(presence: Presence) -> None:
    for _ in range(LOOKS):
        touch(presence, NotRecognised("ambiguous"))
    assert not presence.may_look()


def test_a_recognition_fills_the_budget_and_ends_glances(presence: Presence) -> None:
    touch(presence)
    glance(presence, Recognised("ann"))
    assert not presence.may_glance()
    for _ in range(LOOKS):
        touch(presence)
    assert not presence.may_look()


@pytest.mark.parametrize(("quiet_s", "anew"), [(PRESENCE_ENDS_S - 0.1, False), (PRESENCE_ENDS_S, True)])
def test_quiet_ends_a_presence(presence: Presence, clock: SetClock, quiet_s: float, anew: bool) -> None:  # noqa: FBT001 - a table
    presence.stirs()
    for _ in range(LOOKS):
        touch(presence)
    clock.now += quiet_s
    presence.stirs()
    assert presence.may_look() is anew
    assert presence.may_glance() is anew


def test_who_never_is_quiet_is_one_presence_for_ever(presence: Presence, clock: SetClock) -> None:
    for _ in range(LOOKS):
        touch(presence)
    presence.lasts()
    for _ in range(1000):
        clock.now += PRESENCE_ENDS_S / 2
        presence.stirs()
    assert not presence.may_look()


def test_time_at_the_screen_is_no_quiet(presence: Presence, clock: SetClock) -> None:
    presence.stirs()
    for _ in range(LOOKS):
        touch(presence)
    clock.now += 10 * PRESENCE_ENDS_S
    presence.lasts()
    clock.now += PRESENCE_ENDS_S / 2
    presence.stirs()
    assert not presence.may_look()


def test_the_first_who_comes_finds_all_looks(clock: SetClock) -> None:
    clock.now = 0.0
    presence = Presence(clock.monotonic, 1)
    presence.stirs()
    assert presence.may_look()
    assert not presence.may_glance(), "the only look is for a touch"
