from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import pytest

from firmware_bridge.attempt_queue import AttemptQueue
from firmware_bridge.attempts import Attempt, SentAttempt
from firmware_bridge.boards.driver import Declined, Heard
from firmware_bridge.power import Lock
from firmware_bridge.reports import Latch, Outcome, Priority

JAMMED_AT = 10.0


def attempt(number: int = 0) -> Attempt:
    return Attempt(f"a{number}", f"A0{number}", Lock("front", 0, number), Future())


@pytest.mark.parametrize(
    ("latch", "undecided", "read_failed", "now", "outcome"),
    [
        (Latch.UNLATCHED, False, "", 9.0, Outcome.OPENED),
        (Latch.UNLATCHED, False, "", 12.0, Outcome.OPENED),
        (Latch.LATCHED, False, "", 9.0, None),
        (Latch.LATCHED, False, "", 10.0, Outcome.JAMMED),
        (Latch.LATCHED, True, "", 10.1, None),
        (Latch.LATCHED, True, "", 11.9, None),
        (Latch.LATCHED, True, "", 12.0, Outcome.UNCONFIRMED),
        (Latch.LATCHED, True, "silence", 12.0, None),
        (Latch.LATCHED, False, "silence", 10.0, None),
        (Latch.UNKNOWN, False, "silence", 9.0, None),
        (Latch.UNKNOWN, False, "silence", 10.0, Outcome.UNCONFIRMED),
        (Latch.UNKNOWN, True, "", 10.0, Outcome.UNCONFIRMED),
    ],
)
def test_only_the_hook_settles_an_attempt(
    latch: Latch,
    undecided: bool,  # noqa: FBT001 - a parameter of the test
    read_failed: str,
    now: float,
    outcome: Outcome | None,
) -> None:
    for sent in (SentAttempt(attempt(), JAMMED_AT), SentAttempt(attempt(), JAMMED_AT).answered(Heard(), 9.0)):
        verdict = sent.verdict(latch, undecided=undecided, read_failed=read_failed, now=now)
        assert (verdict and verdict[0]) is outcome


@pytest.mark.parametrize(("obeyed", "outcome"), [(True, Outcome.JAMMED), (False, Outcome.REFUSED)])
def test_a_board_that_declines_is_refused_only_when_no_coil_was_driven(
    obeyed: bool,  # noqa: FBT001 - a parameter of the test
    outcome: Outcome,
) -> None:
    sent = SentAttempt(attempt(), JAMMED_AT).answered(Declined("checksum error", obeyed=obeyed), 9.0)
    verdict = sent.verdict(Latch.LATCHED, undecided=False, read_failed="", now=JAMMED_AT)
    assert verdict is not None
    assert verdict[0] is outcome
    opened = sent.verdict(Latch.UNLATCHED, undecided=False, read_failed="", now=JAMMED_AT)
    assert opened is not None
    assert opened[0] is Outcome.OPENED


def test_the_queue_keeps_the_order_and_forgets_the_cancelled() -> None:
    queue = AttemptQueue()
    attempts = [attempt(number) for number in range(3)]
    for each in attempts:
        queue.put(each)
    attempts[1].future.cancel()
    waiting = queue.waiting()
    assert waiting.attempts == (attempts[0], attempts[2])
    assert list(waiting.cancelled) == [attempts[1]]


def test_a_person_before_a_door_is_served_before_a_command_that_came_earlier() -> None:
    queue = AttemptQueue()
    remote, person, later = (
        replace(attempt(number), priority=priority)
        for number, priority in enumerate((Priority.REMOTE, Priority.PERSON, Priority.PERSON))
    )
    for each in (remote, person, later):
        queue.put(each)
    assert queue.waiting().attempts == (person, later, remote)


def test_an_attempt_that_another_thread_has_ended_is_not_taken() -> None:
    queue = AttemptQueue()
    one, other = attempt(0), attempt(1)
    queue.put(one)
    queue.put(other)
    other.future.cancel()
    assert not queue.take(other)
    queue.close("the panel is stopping", 5.0)
    assert not queue.take(one)
    queue.give_up(one, Outcome.LINE_DOWN, "too late to matter", 6.0)
    assert one.future.result(0).outcome is Outcome.REFUSED


def test_a_closed_queue_refuses_what_waits_and_what_comes() -> None:
    queue = AttemptQueue()
    before, after = attempt(0), attempt(1)
    queue.put(before)
    queue.close("the panel is stopping", 5.0)
    queue.put(after)
    for each in (before, after):
        report = each.future.result(0)
        assert (report.outcome, report.detail, report.frame_sent) == (Outcome.REFUSED, "the panel is stopping", False)
