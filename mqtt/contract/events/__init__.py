"""The journal's events: one model for each kind, and the envelope in which a row travels.

The ledger's state is what these events say, in order: the daemon's tables and the platform's copy are both rebuilt from
them. Bodies carry opaque ids only.
"""

from __future__ import annotations

from mqtt.contract.events.catalogue import BY_KIND, EVENTS
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
from mqtt.contract.events.journal import JournalRow
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

__all__ = [
    "BY_KIND",
    "EVENTS",
    "AttemptSettled",
    "AttemptStarted",
    "ClockStepped",
    "CommandReceived",
    "CommandSettled",
    "CompartmentInstalled",
    "CompartmentServiceChanged",
    "ConsentGiven",
    "ConsentWithdrawn",
    "ConsignmentCollected",
    "ConsignmentConfirmed",
    "ConsignmentDeposited",
    "ConsignmentDoubted",
    "ConsignmentExpected",
    "ConsignmentRefused",
    "ConsignmentReleased",
    "ConsignmentRelocated",
    "ConsignmentReserved",
    "ConsignmentWithdrawn",
    "CredentialIssued",
    "CredentialRevoked",
    "CredentialUsed",
    "DaemonStarted",
    "DaemonStopped",
    "DirectoryApplied",
    "DoorAlarmed",
    "DoorChanged",
    "DoorDiffered",
    "EnrolmentAsked",
    "Event",
    "JournalRow",
    "KeypadSlowed",
    "LineChanged",
    "LockDrifted",
    "LookRefused",
    "PanelFault",
    "StorageChanged",
    "TemplateRevoked",
    "TemplateStored",
    "VisitEnded",
    "VisitStarted",
]
