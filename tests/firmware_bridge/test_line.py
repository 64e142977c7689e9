"""One line in virtual time, over lines that carry well and badly."""

from __future__ import annotations

import pytest
from fake_boards import FakeBus, FakeCu24Bus, bus_of
from fake_ports import Carry
from line_bench import POWER, make_bench, pulse_of

from config.settings import PanelSettings
from firmware_bridge.reports import DoorChanged, Latch, Outcome, UnlockReport


def test_a_door_opens_over_any_line(bus_type: type[FakeBus], carry: Carry) -> None:
    bench = make_bench(bus_type, carry)
    bench.read_first()
    bench.until(lambda: set(bench.latches.values()) == {Latch.LATCHED} and len(bench.latches) == 12)
    report = bench.unlock(4)
    assert report.outcome is Outcome.OPENED
    assert len(bench.bus.door(4).pulses) == 1
    assert len(bench.bus.unlock_frames) == 1


def test_no_door_is_reported_wrongly_over_any_line(bus_type: type[FakeBus], carry: Carry) -> None:
    bench = make_bench(bus_type, carry)
    bench.for_seconds(30.0)
    assert not [event for event in bench.events if isinstance(event, DoorChanged) and event.latch is Latch.UNLATCHED]


def test_a_door_that_is_open_already_gets_no_frame(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.bus.door(3).open_by_hand()
    bench.read_first()
    assert bench.unlock(3) == UnlockReport(Outcome.ALREADY_OPEN, "the hook says unlatched", frame_sent=False)
    assert bench.bus.unlock_frames == []


def test_a_stuck_door_is_jammed_though_the_board_answered(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.bus.door(0).stuck = True
    bench.read_first()
    report = bench.unlock(0)
    assert report.outcome is Outcome.JAMMED
    assert "the board took the request" in report.detail
    assert len(bench.bus.unlock_frames) == 1


def test_an_unlock_that_the_board_does_not_answer_is_never_repeated(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    bench.bus.boards[min(bench.bus.boards)].answers_unlocks = False
    assert bench.unlock(0).outcome is Outcome.OPENED
    bench.for_seconds(10.0)
    assert len(bench.bus.unlock_frames) == 1


def test_a_board_that_falls_silent_after_the_frame_leaves_the_attempt_unconfirmed(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    future = bench.submit(0)
    bench.until(lambda: bool(bench.bus.unlock_frames))
    bench.bus.boards[min(bench.bus.boards)].deaf = True
    bench.until(future.done)
    assert future.result().outcome is Outcome.UNCONFIRMED
    assert future.result().frame_sent
    assert len(bench.bus.unlock_frames) == 1


def test_a_board_that_refuses_the_unlock_is_refused_not_jammed() -> None:
    bench = make_bench(FakeCu24Bus)
    bench.read_first()
    bench.port.garble = lambda data: data[:-1] + b"\0" if bench.bus.is_unlock(data) else data
    report = bench.unlock(0)
    assert report.outcome is Outcome.REFUSED
    assert report.frame_sent


def test_a_hook_that_bounces_for_one_read_is_not_an_open_door(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, power=POWER.model_copy(update={"debounce_reads": 3}))
    bench.read_first()
    door = bench.bus.door(2)
    reads = len(bench.bus.heard)
    door.open_by_hand()
    bench.until(lambda: len(bench.bus.heard) > reads)
    door.close()
    bench.for_seconds(2.0)
    assert bench.latches[f"{min(bench.bus.boards)}-2"] is Latch.LATCHED
    assert not [event for event in bench.events if isinstance(event, DoorChanged) and event.latch is Latch.UNLATCHED]


def test_a_bounce_seen_before_the_frame_does_not_help_to_open_the_door(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.bus.door(2).stuck = True
    bench.read_first()
    door, heard = bench.bus.door(2), len(bench.bus.heard)
    door.open_by_hand()
    bench.until(lambda: len(bench.bus.heard) == heard + 1)
    future = bench.submit(2)
    bench.until(lambda: bool(bench.bus.unlock_frames) and not bench.bus.is_unlock(bench.bus.heard[-1]))
    door.close()
    bench.until(future.done)
    assert future.result().outcome is Outcome.JAMMED


def test_an_inverted_board_reads_the_other_way(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, inverted=True)
    bench.read_first()
    assert set(bench.latches.values()) == {Latch.UNLATCHED}


def test_a_door_moved_by_hand_is_reported(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    bench.bus.door(5).open_by_hand()
    moved_at = bench.clock()
    name = f"{min(bench.bus.boards)}-5"
    bench.until(lambda: bench.latches[name] is Latch.UNLATCHED)
    assert bench.clock() - moved_at < 0.4
    bench.bus.door(5).close()
    bench.until(lambda: bench.latches[name] is Latch.LATCHED)


def test_an_opening_is_told_within_a_tenth_of_a_second(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, boards=4)
    bench.read_first()
    future = bench.submit(0)
    bench.until(future.done)
    assert future.result().outcome is Outcome.OPENED
    assert bench.clock() - bench.bus.door(0).opened_at < 0.1


def test_an_unlock_does_not_wait_for_a_poll_round(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, boards=8)
    bench.read_first()
    for number in range(7):
        bench.until(lambda: bench.port.bus.heard[-1][1] == max(bench.bus.boards))
        asked_at, writes = bench.clock(), len(bench.port.writes)
        bench.submit(number, f"a{number}")
        bench.until(lambda before=writes: len(bench.port.writes) > before)
        sent_at, frame = bench.port.writes[writes]
        assert bench.bus.is_unlock(frame)
        assert sent_at - asked_at <= 0.006
        bench.for_seconds(1.0)


def test_a_lock_whose_coil_rests_does_not_hold_up_another(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.bus.door(0).stuck = True
    bench.read_first()
    bench.unlock(0, "a1")
    again, other = bench.submit(0, "a2"), bench.submit(1, "a3")
    bench.until(other.done)
    assert not again.done()
    bench.until(again.done)
    first, second = bench.bus.door(0).pulses
    assert second - first >= 2.0


def test_a_second_attempt_on_a_door_waits_for_the_end_of_the_first(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, power=POWER.model_copy(update={"coil_rest_s": 0.0}))
    bench.bus.door(0).stuck = True
    bench.read_first()
    first, second = bench.submit(0, "a1"), bench.submit(0, "a2")
    bench.until(first.done)
    assert len(bench.bus.unlock_frames) == 1
    bench.until(second.done)
    assert (first.result().outcome, second.result().outcome) == (Outcome.JAMMED, Outcome.JAMMED)


def test_a_pulse_that_the_board_did_not_answer_may_have_begun_late(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    bench.bus.boards[min(bench.bus.boards)].answers_unlocks = False
    futures = [bench.submit(channel, f"a{channel}") for channel in range(2)]
    bench.until(lambda: all(future.done() for future in futures))
    (first,), (second,) = bench.bus.door(0).pulses, bench.bus.door(1).pulses
    reply_timeout_s = 0.5
    assert second - first >= reply_timeout_s + pulse_of(bus_type.family) + POWER.lock_gap_s


def test_two_attempts_on_one_door_send_one_frame_when_the_first_opens_it(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    first, second = bench.submit(0, "a1"), bench.submit(0, "a2")
    bench.until(second.done)
    assert (first.result().outcome, second.result().outcome) == (Outcome.OPENED, Outcome.ALREADY_OPEN)
    assert len(bench.bus.unlock_frames) == 1


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_no_more_coils_are_driven_than_the_supply_allows(bus_type: type[FakeBus], at_once: int) -> None:
    bench = make_bench(bus_type, boards=2, power=POWER.model_copy(update={"coils_at_once": at_once}))
    bench.read_first()
    futures = [
        bench.submit(channel, f"{address}-{channel}", address) for channel in range(3) for address in bench.bus.boards
    ]
    bench.until(lambda: all(future.done() for future in futures))
    assert {future.result().outcome for future in futures} == {Outcome.OPENED}
    pulse_s = pulse_of(bus_type.family)
    pulses = sorted(time for board in bench.bus.boards.values() for door in board.doors for time in door.pulses)
    assert len(pulses) == 6
    for start in pulses:
        assert sum(start <= other < start + pulse_s for other in pulses) <= at_once


def test_a_cancelled_attempt_leaves_the_door_alone(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    first, second = bench.submit(0, "a1"), bench.submit(1, "a2")
    bench.until(lambda: bool(bench.bus.unlock_frames))
    assert second.cancel()
    assert not first.cancel(), "what has been sent cannot be taken back"
    bench.until(first.done)
    bench.for_seconds(3.0)
    assert bench.bus.door(1).pulses == []


def test_frames_keep_their_distance(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, boards=3)
    arrivals: list[float] = []
    read = bench.port.read

    def watched(timeout_s: float) -> bytes:
        data = read(timeout_s)
        if data:
            arrivals.append(bench.clock())
        return data

    bench.port.read = watched
    bench.for_seconds(5.0)
    for written_at, _ in bench.port.writes:
        before = [time for time in arrivals if time <= written_at]
        assert not before or written_at - before[-1] >= 0.005 - 1e-9


def test_stopping_finishes_the_pulse_in_flight_and_refuses_what_is_queued(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    first, second = bench.submit(0, "a1"), bench.submit(1, "a2")
    bench.until(lambda: bool(bench.bus.unlock_frames))
    asked_at = bench.clock()
    bench.line.begin_stop(asked_at + 5.0)
    bench.until(lambda: bench.line.step() is None)
    assert bench.clock() - asked_at < 0.5
    assert first.result().outcome is Outcome.OPENED
    assert second.result() == UnlockReport(Outcome.REFUSED, "the panel is stopping", frame_sent=False)
    assert bench.submit(2, "a3").result().outcome is Outcome.REFUSED


def test_stopping_does_not_wait_for_a_jammed_door_beyond_its_limit(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.bus.door(0).stuck = True
    bench.read_first()
    first = bench.submit(0)
    bench.until(lambda: bool(bench.bus.unlock_frames))
    bench.line.begin_stop(bench.clock() + 0.2)
    bench.until(lambda: bench.line.step() is None)
    assert first.result().outcome is Outcome.UNCONFIRMED


def test_a_report_says_when_each_part_of_an_attempt_was(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.read_first()
    times = bench.unlock(0).times
    assert times.queued <= times.sent < times.answered < times.settled
    frame_at = next(at for at, frame in bench.port.writes if frame in bench.bus.unlock_frames)
    assert times.sent <= frame_at < times.answered


def test_an_attempt_that_nothing_was_sent_for_has_no_sending_time(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type)
    bench.bus.door(0).open_by_hand()
    bench.read_first()
    times = bench.unlock(0).times
    assert (times.sent, times.answered) == (None, None)
    assert times.queued <= times.settled


def test_a_coil_that_was_driven_too_much_is_refused_and_opens_once_it_has_cooled(bus_type: type[FakeBus]) -> None:
    power = PanelSettings(open_within_s=1.0, coil_duty=1.5 * pulse_of(bus_type.family) / 60.0)
    bench = make_bench(bus_type, power=power)
    bench.read_first()
    bench.bus.door(0).stuck = True
    assert bench.unlock(0, "a1").outcome is Outcome.JAMMED
    refused = bench.unlock(0, "a2")
    assert (refused.outcome, refused.frame_sent) == (Outcome.REFUSED, False)
    assert "must cool" in refused.detail
    assert bench.unlock(1, "a3").outcome is Outcome.OPENED, "other locks go on working"
    bench.for_seconds(60.0)
    bench.bus.door(0).stuck = False
    assert bench.unlock(0, "a4").outcome is Outcome.OPENED


@pytest.mark.parametrize("waits", [True, False])
def test_a_line_does_not_wait_for_a_board_that_never_answers_an_unlock(waits: bool) -> None:  # noqa: FBT001 - a parameter
    bench = make_bench(bus_of("kerong-cu16"), channels=8, answers_unlocks=waits)
    bench.read_first()
    bench.bus.boards[0].answers_unlocks = False
    report = bench.unlock(3)
    assert report.outcome is Outcome.OPENED
    sent, settled = report.times.sent, report.times.settled
    assert sent is not None
    assert settled is not None
    assert (settled - sent < 0.3) is not waits
    assert len(bench.bus.unlock_frames) == 1
    assert ("answers no unlock" in report.detail) is not waits
    for number in range(3):  # what a board says all the same is somebody else's word
        bench.bus.boards[0].answers_unlocks = True
        assert bench.unlock(4 + number, f"b{number}").outcome is Outcome.OPENED
