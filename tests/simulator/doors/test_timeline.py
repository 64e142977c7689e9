"""Things happen in their order, at their time, and never twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.doors.timeline import Timeline


@given(st.lists(st.floats(0, 100), max_size=30), st.floats(0, 120))
def test_everything_due_happens_once_and_in_order_at_its_own_time(delays: list[float], until: float) -> None:
    clock = [0.0]
    timeline = Timeline(lambda: clock[0])
    happened: list[float] = []
    for delay in delays:
        timeline.after(delay, lambda: happened.append(timeline.now()))
    clock[0] = until
    timeline.catch_up()
    timeline.catch_up()
    assert happened == sorted(delay for delay in delays if delay <= until)


def test_what_an_action_schedules_counts_from_the_action() -> None:
    clock = [0.0]
    timeline = Timeline(lambda: clock[0])
    happened: list[float] = []
    timeline.after(1.0, lambda: timeline.after(1.0, lambda: happened.append(timeline.now())))
    clock[0] = 50.0
    timeline.catch_up()
    assert happened == [2.0]


def test_a_cancelled_appointment_does_not_happen() -> None:
    clock = [0.0]
    timeline = Timeline(lambda: clock[0])
    happened: list[str] = []
    timeline.after(1.0, lambda: happened.append("it")).cancel()
    clock[0] = 2.0
    timeline.catch_up()
    assert happened == []


def test_the_owner_of_the_loop_is_told_when_to_wake() -> None:
    alarms: list[float] = []
    timeline = Timeline(lambda: 5.0, alarm=alarms.append)
    timeline.after(2.5, lambda: None)
    assert alarms == [7.5]
