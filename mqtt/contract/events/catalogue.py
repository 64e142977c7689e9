"""Every event of the journal in the order of its documents, and by its kind."""

from __future__ import annotations

from mqtt.contract.events.consignments import (
    ConsignmentCollected,
    ConsignmentConfirmed,
    ConsignmentDeposited,
    ConsignmentDoubted,
    ConsignmentExpected,
    ConsignmentRefused,
    ConsignmentReleased,
    ConsignmentRelocated,
    ConsignmentReserved,
    ConsignmentWithdrawn,
)
from mqtt.contract.events.daemon import ClockStepped, DaemonStarted, DaemonStopped, LineChanged, StorageChanged
from mqtt.contract.events.doors import (
    CompartmentInstalled,
    CompartmentServiceChanged,
    DoorAlarmed,
    DoorChanged,
    DoorDiffered,
    LockDrifted,
    PanelFault,
)
from mqtt.contract.events.event import Event
from mqtt.contract.events.people import (
    ConsentGiven,
    ConsentWithdrawn,
    CredentialIssued,
    CredentialRevoked,
    CredentialUsed,
    EnrolmentAsked,
    KeypadSlowed,
    LookRefused,
    TemplateRevoked,
    TemplateStored,
)
from mqtt.contract.events.platform import CommandReceived, CommandSettled, DirectoryApplied
from mqtt.contract.events.visits import AttemptSettled, AttemptStarted, VisitEnded, VisitStarted

EVENTS: tuple[type[Event], ...] = (
    DaemonStarted,
    DaemonStopped,
    ClockStepped,
    StorageChanged,
    LineChanged,
    CompartmentInstalled,
    CompartmentServiceChanged,
    DoorChanged,
    DoorAlarmed,
    DoorDiffered,
    LockDrifted,
    PanelFault,
    VisitStarted,
    VisitEnded,
    AttemptStarted,
    AttemptSettled,
    ConsignmentExpected,
    ConsignmentReserved,
    ConsignmentRelocated,
    ConsignmentDeposited,
    ConsignmentConfirmed,
    ConsignmentCollected,
    ConsignmentRefused,
    ConsignmentWithdrawn,
    ConsignmentReleased,
    ConsignmentDoubted,
    ConsentGiven,
    ConsentWithdrawn,
    TemplateStored,
    TemplateRevoked,
    EnrolmentAsked,
    CredentialIssued,
    CredentialUsed,
    CredentialRevoked,
    LookRefused,
    KeypadSlowed,
    DirectoryApplied,
    CommandReceived,
    CommandSettled,
)
BY_KIND: dict[str, type[Event]] = {event.kind: event for event in EVENTS}
