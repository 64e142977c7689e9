"""From an event to the tables: one function for each kind, and the table that finds it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from locker.ledger.projections import cabinet, compartments, consignments, platform, rights, visits
from mqtt.contract import events as told
from mqtt.contract.events import Event, JournalRow

Projection = Callable[[sqlite3.Connection, Any, JournalRow], None]
"""Writes what an event says into the state tables, from the event and its row alone.

It raises IllegalTransition when the event cannot follow from the present state.
"""

PROJECTIONS: Mapping[type[Event], Projection] = MappingProxyType(
    {
        told.DaemonStarted: cabinet.daemon_started,
        told.DaemonStopped: cabinet.daemon_stopped,
        told.ClockStepped: cabinet.clock_stepped,
        told.StorageChanged: cabinet.storage_changed,
        told.LineChanged: cabinet.line_changed,
        told.KeypadSlowed: cabinet.keypad_slowed,
        told.CompartmentInstalled: compartments.installed,
        told.CompartmentServiceChanged: compartments.service_changed,
        told.DoorChanged: compartments.door_changed,
        told.DoorAlarmed: compartments.door_alarmed,
        told.DoorDiffered: compartments.door_differed,
        told.LockDrifted: cabinet.lock_drifted,
        told.PanelFault: cabinet.panel_fault,
        told.VisitStarted: visits.started,
        told.VisitEnded: visits.ended,
        told.LookRefused: visits.look_refused,
        told.AttemptStarted: visits.attempt_started,
        told.AttemptSettled: visits.attempt_settled,
        told.ConsignmentExpected: consignments.expected,
        told.ConsignmentReserved: consignments.reserved,
        told.ConsignmentRelocated: consignments.relocated,
        told.ConsignmentDeposited: consignments.deposited,
        told.ConsignmentConfirmed: consignments.confirmed,
        told.ConsignmentCollected: consignments.collected,
        told.ConsignmentRefused: consignments.refused,
        told.ConsignmentWithdrawn: consignments.withdrawn,
        told.ConsignmentReleased: consignments.released,
        told.ConsignmentDoubted: consignments.doubted,
        told.ConsentGiven: rights.consent_given,
        told.ConsentWithdrawn: rights.consent_withdrawn,
        told.TemplateStored: rights.template_stored,
        told.TemplateRevoked: rights.template_revoked,
        told.EnrolmentAsked: rights.enrolment_asked,
        told.CredentialIssued: rights.credential_issued,
        told.CredentialUsed: rights.credential_used,
        told.CredentialRevoked: rights.credential_revoked,
        told.DirectoryApplied: platform.directory_applied,
        told.CommandReceived: platform.command_received,
        told.CommandSettled: platform.command_settled,
    }
)


def project(db: sqlite3.Connection, event: Event, row: JournalRow) -> None:
    """Write what an event says into the state tables.

    Raises:
        IllegalTransition: the event cannot follow from the present state; the caller rolls its transaction back.
    """
    PROJECTIONS[type(event)](db, event, row)
