"""An unlock that damage turned into another door's: the wrong door opens, and that is seen, told and never hidden."""

from __future__ import annotations

import pytest
from fake_boards import bus_of
from line_bench import Bench, make_bench
from virtual_boards import wiring

from firmware_bridge.boards.driver import driver_named
from firmware_bridge.reports import DoorChanged, Latch, Outcome

CHANNELS = 8
MEANT, HIT = 0, 5


def misdirected(family: str) -> Bench:
    """A line on which the next unlock arrives as one for another door, as a damaged frame can."""
    bench = make_bench(bus_of(family), channels=CHANNELS)
    address = min(bench.bus.boards)
    board = wiring(family, address, CHANNELS)
    meant, hit = (driver_named(family).unlock(board, channel).frame for channel in (MEANT, HIT))
    bench.port.garble = lambda data: hit if data == meant else data
    bench.read_first()
    return bench


def test_a_door_that_opens_without_its_attempt_is_told_and_the_attempt_is_not_called_opened(family: str) -> None:
    bench = misdirected(family)
    report = bench.unlock(MEANT)
    address = min(bench.bus.boards)
    assert [len(bench.bus.door(channel).pulses) for channel in (MEANT, HIT)] == [0, 1]
    assert report.outcome is Outcome.JAMMED
    bench.for_seconds(2.0)
    opened = [event for event in bench.events if isinstance(event, DoorChanged) and event.latch is Latch.UNLATCHED]
    assert [event.compartment for event in opened] == [f"{address}-{HIT}"]
    assert opened[0].previous is Latch.LATCHED
    assert len(bench.bus.unlock_frames) == 1, "it is not tried again by itself"


def test_the_opening_is_told_within_two_rounds_of_reads_after_the_answer_that_never_came(family: str) -> None:
    bench = misdirected(family)
    reads = len(tuple(driver_named(family).hook_reads(wiring(family, min(bench.bus.boards), CHANNELS))))
    rest_s, reply_timeout_s = 0.25, 0.5
    a_read_s = 0.04  # request, answer, the board's latency and the silence between, at 9600 baud
    bench.unlock(MEANT)
    hit = bench.bus.door(HIT)
    told = next(event for event in bench.events if isinstance(event, DoorChanged) and event.latch is Latch.UNLATCHED)
    assert hit.opened_at == pytest.approx(hit.pulses[0] + hit.opens_after_s)
    assert 0 <= told.at - hit.opened_at <= reply_timeout_s + 2 * max(rest_s, reads * a_read_s) + a_read_s
