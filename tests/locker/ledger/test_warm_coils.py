"""Coils that an earlier run may have driven: the ledger knows them at the next start, whatever the clocks did."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger_bench import CABINET, Bench, settled

from locker.ledger import Ledger, PastPulse
from mqtt.contract import events as told
from mqtt.contract.base import Outcome

DOOR, OTHER = "A01", "A02"
WINDOW_S = 60.0


def pulsed(bench: Bench, ledger: Ledger, outcome: Outcome = Outcome.OPENED, door: str = DOOR) -> None:
    attempt = bench.attempt(ledger, bench.visit(ledger), door)
    ledger.record(settled(attempt, outcome))


def left(ledger: Ledger) -> list[tuple[str, float]]:
    return [(pulse.compartment, pulse.ago_s) for pulse in ledger.pulses_within(WINDOW_S)]


def later(bench: Bench, ledger: Ledger, seconds: float) -> None:
    """Time passes, and something is recorded then."""
    bench.clock.wait(seconds)
    ledger.record(told.LineChanged(line="left", up=False, cause="unplugged"))
    ledger.record(told.LineChanged(line="left", up=True, cause="plugged in"))


def test_pulses_are_as_old_as_the_rows_that_settle_them_before_the_last_row(bench: Bench, ledger: Ledger) -> None:
    pulsed(bench, ledger)
    later(bench, ledger, 30.0)
    pulsed(bench, ledger, door=OTHER)
    later(bench, ledger, 20.0)
    assert left(ledger) == [(OTHER, 20.0), (DOOR, 50.0)]
    later(bench, ledger, 15.0)
    assert left(ledger) == [(OTHER, 35.0)]


def test_the_time_while_nothing_ran_counts_for_nothing(bench: Bench, ledger: Ledger) -> None:
    pulsed(bench, ledger)
    ledger.close()
    bench.clock.wait(86_400.0)
    assert left(bench.open()) == [(DOOR, 0.0)]


def test_an_attempt_that_nobody_could_settle_counts_as_just_begun(bench: Bench, ledger: Ledger) -> None:
    bench.attempt(ledger, bench.visit(ledger), DOOR)
    later(bench, ledger, 3600.0)
    assert ledger.pulses_within(WINDOW_S) == (PastPulse(DOOR, 0.0),)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_what_may_have_driven_the_coil_counts(bench: Bench, ledger: Ledger, outcome: Outcome) -> None:
    pulsed(bench, ledger, outcome)
    cold = outcome in (Outcome.ALREADY_OPEN, Outcome.REFUSED, Outcome.LINE_DOWN)
    assert left(ledger) == ([] if cold else [(DOOR, 0.0)])


def test_a_clock_that_is_set_forward_when_it_is_synchronised_ages_no_pulse(bench: Bench, ledger: Ledger) -> None:
    bench.clock.believed = False
    pulsed(bench, ledger)
    later(bench, ledger, 10.0)
    bench.clock.believed = True
    bench.clock.wall += timedelta(days=400)
    later(bench, ledger, 5.0)
    assert left(ledger) == [(DOOR, 10.0)]
    ledger.record(told.ClockStepped(cabinet=CABINET, by_s=400 * 86_400))
    assert left(ledger) == [(DOOR, 10.0)]


def test_a_clock_that_is_set_back_makes_no_pulse_of_the_future(bench: Bench, ledger: Ledger) -> None:
    pulsed(bench, ledger)
    bench.clock.wall -= timedelta(hours=5)
    later(bench, ledger, 8.0)
    assert left(ledger) == [(DOOR, 0.0)]
    later(bench, ledger, 8.0)
    assert left(ledger) == [(DOOR, 8.0)]


def test_a_clock_that_is_set_forward_by_hand_ages_no_pulse(bench: Bench, ledger: Ledger) -> None:
    pulsed(bench, ledger)
    later(bench, ledger, 10.0)
    bench.clock.wall += timedelta(hours=1)
    pulsed(bench, ledger, door=OTHER)
    later(bench, ledger, 4.0)
    ledger.record(told.ClockStepped(cabinet=CABINET, by_s=3600))
    later(bench, ledger, 5.0)
    assert left(ledger) == [(OTHER, 5.0), (DOOR, 19.0)]


def test_a_clock_that_was_set_long_ago_keeps_no_pulse_warm(bench: Bench, ledger: Ledger) -> None:
    pulsed(bench, ledger)
    later(bench, ledger, 10.0)
    bench.clock.wall += timedelta(hours=1)
    ledger.record(told.ClockStepped(cabinet=CABINET, by_s=3600))
    later(bench, ledger, 61.0)
    assert left(ledger) == []


def test_between_two_starts_of_a_box_without_the_time_no_time_has_passed_for_certain(
    bench: Bench, ledger: Ledger
) -> None:
    bench.clock.believed = False
    pulsed(bench, ledger)
    ledger.close()
    bench.clock.wall += timedelta(days=3)
    ledger = bench.open()
    ledger.record(told.DaemonStarted(cabinet=CABINET, boot=ledger.boot, version="0.1.0"))
    assert left(ledger) == [(DOOR, 0.0)]
