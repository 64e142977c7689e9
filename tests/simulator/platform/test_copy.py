"""The fold of events, fed with the contract's own models."""

import json
from typing import Any

import pytest

from mqtt.contract import events
from mqtt.contract.base import ConsignmentState, Direction, Means, Outcome, Purpose, ServiceState, VisitKind
from mqtt.contract.events import Event
from simulator.platform.alarms import AlarmBoard
from simulator.platform.copy import Copy
from simulator.platform.rows import Row, UnreadableRow


class Told:
    """A copy and an alarm board that are told events in order."""

    def __init__(self, *happened: Event) -> None:
        self.copy = Copy("ledger-1")
        self.alarms = AlarmBoard()
        self.tell(events.CompartmentInstalled(compartment="A01", size="S"))
        self.tell(events.CompartmentInstalled(compartment="B01", size="L"))
        self.tell(*happened)

    def tell(self, *happened: Event) -> None:
        for event in happened:
            row = as_row(self.copy.seq + 1, event.kind, event.subject, json.loads(event.model_dump_json()))
            self.copy.apply(row)
            self.alarms.apply(row)


def as_row(seq: int, kind: str, subject: str, body: dict[str, Any]) -> Row:
    return Row("ledger-1", seq, f"2026-03-01T08:00:{seq:02d}.000Z", 1, kind, subject, body, "", "", "", "")


EXPECTED = events.ConsignmentExpected(
    consignment="con-1", service="parcel", direction=Direction.INBOUND, recipient="per-1", carrier="car-1", size="S"
)
RESERVED = events.ConsignmentReserved(consignment="con-1", compartment="A01", visit="vis-1", by="per-9")
DEPOSITED = events.ConsignmentDeposited(
    consignment="con-1", compartment="A01", visit="vis-1", by="per-9", confirmed=False, nonce=3
)
COLLECTED = events.ConsignmentCollected(
    consignment="con-1", compartment="A01", visit="vis-2", means=Means.IRIS, by="per-1"
)


def custody(told: Told, compartment: str) -> tuple[str, str | None]:
    found = told.copy.compartments[compartment]
    return found.custody, found.consignment


def test_a_parcel_goes_in_and_out() -> None:
    told = Told(EXPECTED, RESERVED)
    assert custody(told, "A01") == ("reserved", "con-1")
    told.tell(DEPOSITED)
    assert custody(told, "A01") == ("occupied", "con-1")
    assert not told.copy.consignments["con-1"].confirmed
    told.tell(events.ConsignmentConfirmed(consignment="con-1", by="per-9"))
    assert told.copy.consignments["con-1"].confirmed
    told.tell(COLLECTED)
    assert custody(told, "A01") == ("free", None)
    gone = told.copy.consignments["con-1"]
    assert (gone.state, gone.compartment, gone.last_compartment, gone.collected_by) == (
        "collected",
        None,
        "A01",
        "per-1",
    )


def test_what_does_not_fit_moves_and_leaves_its_place_free() -> None:
    moved = events.ConsignmentRelocated(consignment="con-1", left="A01", compartment="B01", visit="vis-1")
    told = Told(EXPECTED, RESERVED, moved)
    assert custody(told, "A01") == ("free", None)
    assert custody(told, "B01") == ("reserved", "con-1")


def test_what_was_collected_may_be_put_back_and_is_withdrawn_in_the_end() -> None:
    refused = events.ConsignmentRefused(consignment="con-1", compartment="A01", visit="vis-2", by="per-1")
    told = Told(EXPECTED, RESERVED, DEPOSITED, COLLECTED, refused)
    assert custody(told, "A01") == ("occupied", "con-1")
    told.tell(events.ConsignmentWithdrawn(consignment="con-1", compartment="A01", visit="vis-3", by="per-9"))
    assert (custody(told, "A01"), told.copy.consignments["con-1"].state) == (("free", None), "withdrawn")


def test_a_released_reservation_frees_its_compartment() -> None:
    released = events.ConsignmentReleased(consignment="con-1", state=ConsignmentState.EXPECTED, reason="walked away")
    told = Told(EXPECTED, RESERVED, released)
    assert (custody(told, "A01"), told.copy.consignments["con-1"].state) == (("free", None), "expected")


def test_visits_attempts_and_their_outcomes_are_kept() -> None:
    told = Told(
        events.VisitStarted(visit="vis-1", visit_kind=VisitKind.PICKUP, means=Means.IRIS, person="per-1"),
        events.AttemptStarted(
            attempt="att-1", visit="vis-1", compartment="A01", purpose=Purpose.PICKUP, cause="per-1", number=1
        ),
    )
    assert told.copy.attempts["att-1"].outcome is None
    told.tell(events.AttemptSettled(attempt="att-1", outcome=Outcome.OPENED))
    told.tell(events.VisitEnded(visit="vis-1", result="completed"))
    assert told.copy.attempts["att-1"].outcome == "opened"
    assert told.copy.visits["vis-1"].result == "completed"


def test_an_outcome_without_its_attempt_cannot_be_read() -> None:
    told = Told()
    with pytest.raises(UnreadableRow, match="att-9"):
        told.tell(events.AttemptSettled(attempt="att-9", outcome=Outcome.OPENED))


def test_a_kind_of_a_later_version_only_moves_the_seq() -> None:
    told = Told()
    told.copy.apply(as_row(3, "drone.landed", "roof", {}))
    assert told.copy.seq == 3


@pytest.mark.parametrize(
    ("raised", "cleared"),
    [
        (
            events.DoorAlarmed(compartment="A01", alarm="left_open"),
            events.DoorChanged(compartment="A01", latch="latched"),
        ),
        (
            events.KeypadSlowed(cabinet="east", failures=3, delay_s=8, alarm=True),
            events.KeypadSlowed(cabinet="east", failures=0, delay_s=0, alarm=False),
        ),
        (
            events.LineChanged(line="left", up=False, cause="no reply"),
            events.LineChanged(line="left", up=True, cause=""),
        ),
        (
            events.LockDrifted(part="left:0", cause="weak_supply", over=False, evidence="slow", remedy="measure"),
            events.LockDrifted(part="left:0", cause="weak_supply", over=True, evidence="mended", remedy=""),
        ),
        (
            events.PanelFault(part="A01", fault="door_jammed", over=False, count=1, cause="latched", remedy="look"),
            events.PanelFault(part="A01", fault="door_jammed", over=True, count=3, cause="latched", remedy="look"),
        ),
        (
            events.PanelFault(part="left", fault="line_noisy", over=False, count=1, cause="noise", remedy="look"),
            events.DaemonStarted(cabinet="east", boot=2, version="1"),
        ),
        (
            events.CompartmentServiceChanged(compartment="A01", state=ServiceState.NEEDS_CHECK, reason="jammed"),
            events.CompartmentServiceChanged(compartment="A01", state=ServiceState.IN_SERVICE, reason="mended"),
        ),
        (
            events.StorageChanged(cabinet="east", low=True, free_mb=10),
            events.StorageChanged(cabinet="east", low=False, free_mb=99),
        ),
    ],
)
def test_an_alarm_lasts_until_the_event_that_ends_it_and_is_raised_once(raised: Event, cleared: Event) -> None:
    told = Told(raised, raised)
    [alarm] = told.alarms.all()
    assert alarm.cleared_at is None
    told.tell(cleared)
    [alarm] = told.alarms.all()
    assert alarm.cleared_at == "2026-03-01T08:00:05.000Z"
