"""Visits, attempts, doors, the keypad, the directory and commands."""

from __future__ import annotations

import pytest
from ledger_bench import CABINET, Bench, door, ended, settled, started

from locker.ledger import IllegalTransition, KeypadRecord, Ledger
from locker.ledger.projections import PROJECTIONS
from mqtt.contract.base import Latch, Means, Outcome, SizeName, VisitKind
from mqtt.contract.events import (
    EVENTS,
    CommandReceived,
    CommandSettled,
    CompartmentInstalled,
    DaemonStarted,
    DaemonStopped,
    DirectoryApplied,
    DoorAlarmed,
    DoorDiffered,
    KeypadSlowed,
    LineChanged,
    LookRefused,
    StorageChanged,
    VisitStarted,
)


def latch(ledger: Ledger, compartment: str = "A01") -> Latch:
    found = ledger.compartment(compartment)
    assert found is not None
    return found.door


def test_every_kind_of_event_has_its_projection() -> None:
    assert set(PROJECTIONS) == set(EVENTS)


def test_a_visit_is_open_until_it_ends(bench: Bench, ledger: Ledger) -> None:
    first, second = bench.visit(ledger), bench.visit(ledger, VisitKind.PICKUP)
    assert [visit.visit for visit in ledger.open_visits()] == [first, second]
    ledger.record(ended(first))
    assert [visit.visit for visit in ledger.open_visits()] == [second]
    for event in (ended(first), ended("vis-nobody")):
        with pytest.raises(IllegalTransition):
            ledger.record(event)
    with pytest.raises(IllegalTransition, match="has started before"):
        ledger.record(VisitStarted(visit=first, visit_kind=VisitKind.PICKUP, means=Means.IRIS))


def test_one_compartment_has_one_unsettled_attempt(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger)
    first = bench.attempt(ledger, visit, "A01")
    with pytest.raises(IllegalTransition, match=f"attempt {first} at A01 is not settled"):
        ledger.record(started("att-x", visit, "A01"))
    other = bench.attempt(ledger, visit, "A02")
    assert [attempt.attempt for attempt in ledger.unsettled_attempts()] == [first, other]
    ledger.record(settled(first, Outcome.JAMMED), started("att-x", visit, "A01"))
    outcomes = {attempt.attempt: attempt.outcome for attempt in ledger.attempts(visit)}
    assert outcomes == {first: Outcome.JAMMED, other: None, "att-x": None}


def test_an_attempt_is_settled_once_and_started_once(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger)
    attempt = bench.attempt(ledger, visit)
    ledger.record(settled(attempt))
    with pytest.raises(IllegalTransition, match="settled already"):
        ledger.record(settled(attempt, Outcome.JAMMED))
    with pytest.raises(IllegalTransition, match="another try is another attempt"):
        ledger.record(started(attempt, visit))
    with pytest.raises(IllegalTransition, match="never started"):
        ledger.record(settled("att-nobody"))


def test_an_attempt_needs_an_open_visit_and_a_known_compartment(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger)
    with pytest.raises(IllegalTransition, match="B07 was never installed"):
        ledger.record(started("att-x", visit, "B07"))
    ledger.record(ended(visit))
    with pytest.raises(IllegalTransition, match="is over"):
        ledger.record(started("att-x", visit))


def test_a_visit_does_not_end_before_its_attempts(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger)
    attempt = bench.attempt(ledger, visit)
    with pytest.raises(IllegalTransition, match=f"attempt {attempt} is not settled"):
        ledger.record(ended(visit))
    ledger.record(settled(attempt, Outcome.UNKNOWN), ended(visit))


def test_a_door_is_as_its_last_event_says(ledger: Ledger) -> None:
    assert latch(ledger) is Latch.UNKNOWN
    ledger.record(door("A01", Latch.LATCHED))
    with pytest.raises(IllegalTransition, match="recorded as latched"):
        ledger.record(DoorDiffered(compartment="A01", recorded=Latch.UNLATCHED, found=Latch.UNKNOWN))
    ledger.record(DoorDiffered(compartment="A01", recorded=Latch.LATCHED, found=Latch.UNLATCHED))
    assert latch(ledger) is Latch.UNLATCHED
    ledger.record(DoorAlarmed(compartment="A01", alarm="left_open"))
    for event in (door("B07", Latch.LATCHED), DoorAlarmed(compartment="B07", alarm="left_open")):
        with pytest.raises(IllegalTransition, match="never installed"):
            ledger.record(event)


def test_a_compartment_that_changes_size_keeps_its_state(ledger: Ledger) -> None:
    ledger.record(door("A01", Latch.LATCHED), CompartmentInstalled(compartment="A01", size=SizeName.XL))
    found = ledger.compartment("A01")
    assert found is not None
    assert (found.size.value, found.door) == ("XL", Latch.LATCHED)


def test_a_command_works_once_and_keeps_its_outcome(ledger: Ledger) -> None:
    received = CommandReceived(command="cmd-1", command_kind="open")
    assert ledger.command("cmd-1") is None
    ledger.record(received)
    with pytest.raises(IllegalTransition, match="a command works once"):
        ledger.record(received)
    assert [command.command for command in ledger.unsettled_commands()] == ["cmd-1"]
    ledger.record(CommandSettled(command="cmd-1", status="done", reason="opened"))
    found = ledger.command("cmd-1")
    assert found is not None
    assert (found.kind, found.status, found.reason) == ("open", "done", "opened")
    for command in ("cmd-1", "cmd-2"):
        with pytest.raises(IllegalTransition, match="not waiting"):
            ledger.record(CommandSettled(command=command, status="failed", reason=""))


def test_the_keypad_the_disk_the_lines_and_the_directory_are_remembered(bench: Bench, ledger: Ledger) -> None:
    ledger.record(
        KeypadSlowed(cabinet=CABINET, failures=4, delay_s=16, alarm=True),
        StorageChanged(cabinet=CABINET, low=True, free_mb=3),
        LineChanged(line="left", up=False, cause="unplugged"),
        DirectoryApplied(cabinet=CABINET, version=7, full=False),
        LookRefused(visit="vis-never", reason="ambiguous"),
    )
    ledger.close()
    again = bench.open()
    assert again.keypad_failures() == KeypadRecord(failures=4, delay_s=16, alarm=True)
    assert (again.storage_recorded_low(), again.line_up("left"), again.line_up("right")) == (True, False, None)
    assert again.directory_version() == 7
    again.close()


def test_a_differential_directory_only_moves_forward_and_a_full_one_may_begin_anew(ledger: Ledger) -> None:
    with pytest.raises(IllegalTransition, match="version 1 cannot follow version 1"):
        ledger.record(DirectoryApplied(cabinet=CABINET, version=1, full=False))
    ledger.record(DirectoryApplied(cabinet=CABINET, version=1, full=True))


def test_the_daemons_start_and_stop_are_told_of_this_boot_and_this_cabinet(ledger: Ledger) -> None:
    assert not ledger.stopped_in_order()
    ledger.record(DaemonStopped(cabinet=CABINET))
    assert ledger.stopped_in_order()
    with pytest.raises(IllegalTransition, match="boot 9"):
        ledger.record(DaemonStarted(cabinet=CABINET, boot=9, version="0.1.0"))
    with pytest.raises(IllegalTransition, match="cabinet gate-west, this is gate-east"):
        ledger.record(DaemonStopped(cabinet="gate-west"))
