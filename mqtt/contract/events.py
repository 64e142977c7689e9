"""The journal's events: one model for each kind, and the envelope in which a row travels.

The ledger's state is what these events say, in order: the daemon's tables and the platform's copy are both rebuilt from
them. Bodies carry opaque ids only.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, JsonValue

from config.settings import Service
from mqtt.contract.base import (
    CompartmentId,
    ConsignmentState,
    CredentialKind,
    Digest,
    Direction,
    EyeSideName,
    Instant,
    Latch,
    Means,
    Message,
    OpaqueId,
    Outcome,
    Purpose,
    Seq,
    ServiceState,
    SizeName,
    VisitKind,
    VisitResult,
    Words,
)


class Event(Message):
    """What happened. `kind` names it, `subject` is the field whose value the journal indexes.

    Numbers are integers, so that the RFC 8785 form of a row is the same in every language.
    """

    kind: ClassVar[str]
    subject_field: ClassVar[str]

    @property
    def subject(self) -> str:
        """The opaque id that the event is about."""
        return str(getattr(self, self.subject_field))


# The daemon and its surroundings


class DaemonStarted(Event):
    """A boot began; `boot` counts up and is the session number of `status`."""

    kind: ClassVar[str] = "daemon.started"
    subject_field: ClassVar[str] = "cabinet"
    cabinet: OpaqueId
    boot: int
    version: str


class DaemonStopped(Event):
    """The daemon shut down in good order."""

    kind: ClassVar[str] = "daemon.stopped"
    subject_field: ClassVar[str] = "cabinet"
    cabinet: OpaqueId


class ClockStepped(Event):
    """The wall clock jumped against the monotonic one."""

    kind: ClassVar[str] = "clock.stepped"
    subject_field: ClassVar[str] = "cabinet"
    cabinet: OpaqueId
    by_s: int


class StorageChanged(Event):
    """Free space fell below the watermark, or rose above it again."""

    kind: ClassVar[str] = "storage.changed"
    subject_field: ClassVar[str] = "cabinet"
    cabinet: OpaqueId
    low: bool
    free_mb: int


class LineChanged(Event):
    """A serial line stopped answering, or answers again."""

    kind: ClassVar[str] = "line.changed"
    subject_field: ClassVar[str] = "line"
    line: OpaqueId
    up: bool
    cause: Words


# Compartments and doors


class CompartmentInstalled(Event):
    """A compartment of the site file that the ledger did not know, or whose size changed."""

    kind: ClassVar[str] = "compartment.installed"
    subject_field: ClassVar[str] = "compartment"
    compartment: CompartmentId
    size: SizeName


class CompartmentServiceChanged(Event):
    """A compartment went out of service, needs a check, or is back in service."""

    kind: ClassVar[str] = "compartment.service"
    subject_field: ClassVar[str] = "compartment"
    compartment: CompartmentId
    state: ServiceState
    reason: Words
    visit: OpaqueId | None = None


class DoorChanged(Event):
    """A door's debounced hook changed; `visit` is the visit that expected it."""

    kind: ClassVar[str] = "door.changed"
    subject_field: ClassVar[str] = "compartment"
    compartment: CompartmentId
    latch: Latch
    visit: OpaqueId | None = None


class DoorAlarmed(Event):
    """A door was left open, or opened without an attempt."""

    kind: ClassVar[str] = "door.alarm"
    subject_field: ClassVar[str] = "compartment"
    compartment: CompartmentId
    alarm: Literal["left_open", "opened_without_attempt"]
    visit: OpaqueId | None = None


class DoorDiffered(Event):
    """At a start a door was found otherwise than the ledger had it."""

    kind: ClassVar[str] = "door.differed"
    subject_field: ClassVar[str] = "compartment"
    compartment: CompartmentId
    recorded: Latch
    found: Latch


class LockDrifted(Event):
    """A lock is no longer what it was, or (`over`) is again; before it fails, where that can be foreseen.

    `part` is a compartment, a lock board ("left:0": line and address), or "cabinet".
    """

    kind: ClassVar[str] = "lock.drifted"
    subject_field: ClassVar[str] = "part"
    part: OpaqueId
    cause: Literal["stuck_door", "lying_sensor", "weak_lock", "weak_supply"]
    over: bool
    evidence: Words
    remedy: Words


class PanelFault(Event):
    """A fault of the wiring, a board or a lock was latched, or (`over`) ended by evidence or by service staff.

    One that comes and goes is told once; `count` says how often it has come by now. `part` is a line, a lock board
    ("left:0": line and address) or a compartment. The daemon looks for faults anew at each start, so that
    `daemon.started` ends them all; `door_opened`, which only service staff ends, is told again right after it.
    """

    kind: ClassVar[str] = "panel.fault"
    subject_field: ClassVar[str] = "part"
    part: OpaqueId
    fault: Literal[
        "line_absent",
        "line_busy",
        "line_silent",
        "line_noisy",
        "line_echo",
        "line_foreign",
        "board_silent",
        "board_declines",
        "board_channels",
        "door_jammed",
        "door_opened",
        "door_left_open",
        "hook_flutters",
        "coil_cooling",
    ]
    over: bool
    count: int = Field(ge=1)
    cause: Words
    remedy: Words


# Visits and attempts


class VisitStarted(Event):
    """Somebody began to do something; `person` is absent for a code that names nobody."""

    kind: ClassVar[str] = "visit.started"
    subject_field: ClassVar[str] = "visit"
    visit: OpaqueId
    visit_kind: VisitKind
    means: Means
    person: OpaqueId | None = None


class VisitEnded(Event):
    """A visit is over and none of its doors is open any more."""

    kind: ClassVar[str] = "visit.ended"
    subject_field: ClassVar[str] = "visit"
    visit: OpaqueId
    result: VisitResult


class AttemptStarted(Event):
    """A door is about to be unlocked: who or what asks, and why. Written before any frame is sent."""

    kind: ClassVar[str] = "attempt.started"
    subject_field: ClassVar[str] = "attempt"
    attempt: OpaqueId
    visit: OpaqueId
    compartment: CompartmentId
    purpose: Purpose
    cause: OpaqueId
    number: int = Field(ge=1, description="which try of this visit step")


class AttemptSettled(Event):
    """How an attempt ended."""

    kind: ClassVar[str] = "attempt.settled"
    subject_field: ClassVar[str] = "attempt"
    attempt: OpaqueId
    outcome: Outcome
    detail: Words = ""


# Consignments


class ConsignmentExpected(Event):
    """A consignment was announced by the directory, or by a courier at the screen."""

    kind: ClassVar[str] = "consignment.expected"
    subject_field: ClassVar[str] = "consignment"
    consignment: OpaqueId
    service: Service
    direction: Direction
    recipient: OpaqueId
    carrier: OpaqueId
    size: SizeName | None = None
    deadline_h: int | None = None


class ConsignmentReserved(Event):
    """A compartment is kept for a consignment that is about to be put in."""

    kind: ClassVar[str] = "consignment.reserved"
    subject_field: ClassVar[str] = "consignment"
    consignment: OpaqueId
    compartment: CompartmentId
    visit: OpaqueId
    by: OpaqueId


class ConsignmentRelocated(Event):
    """The consignment did not fit; its reservation moved to a larger compartment."""

    kind: ClassVar[str] = "consignment.relocated"
    subject_field: ClassVar[str] = "consignment"
    consignment: OpaqueId
    left: CompartmentId
    compartment: CompartmentId
    visit: OpaqueId


class ConsignmentDeposited(Event):
    """In custody: the door has closed.

    `nonce` makes the pickup code; `deadline` is absent when the clock is not synchronised.
    """

    kind: ClassVar[str] = "consignment.deposited"
    subject_field: ClassVar[str] = "consignment"
    consignment: OpaqueId
    compartment: CompartmentId
    visit: OpaqueId
    by: OpaqueId
    confirmed: bool
    nonce: int = Field(ge=0, le=2**31)
    deadline: Instant | None = None


class ConsignmentConfirmed(Event):
    """A deposit that nobody had confirmed is confirmed."""

    kind: ClassVar[str] = "consignment.confirmed"
    subject_field: ClassVar[str] = "consignment"
    consignment: OpaqueId
    by: OpaqueId


class ConsignmentCollected(Event):
    """Out of custody: handed to who may have it."""

    kind: ClassVar[str] = "consignment.collected"
    subject_field: ClassVar[str] = "consignment"
    consignment: OpaqueId
    compartment: CompartmentId
    visit: OpaqueId
    means: Means
    by: OpaqueId | None = None


class ConsignmentRefused(Event):
    """Put back by the resident; it waits to be taken back."""

    kind: ClassVar[str] = "consignment.refused"
    subject_field: ClassVar[str] = "consignment"
    consignment: OpaqueId
    compartment: CompartmentId
    visit: OpaqueId
    by: OpaqueId | None = None


class ConsignmentWithdrawn(Event):
    """Taken back by the courier or by an attendant."""

    kind: ClassVar[str] = "consignment.withdrawn"
    subject_field: ClassVar[str] = "consignment"
    consignment: OpaqueId
    compartment: CompartmentId
    visit: OpaqueId
    by: OpaqueId | None = None


class ConsignmentReleased(Event):
    """A reservation ended with nothing put in, or an expected consignment is expected no more."""

    kind: ClassVar[str] = "consignment.released"
    subject_field: ClassVar[str] = "consignment"
    consignment: OpaqueId
    state: Literal[ConsignmentState.EXPECTED, ConsignmentState.EXPIRED, ConsignmentState.CANCELLED]
    reason: Words


class ConsignmentDoubted(Event):
    """The ledger can no longer vouch for what lies behind the door; cleared by a check."""

    kind: ClassVar[str] = "consignment.doubted"
    subject_field: ClassVar[str] = "consignment"
    consignment: OpaqueId
    doubted: bool
    reason: Words


# People, rights and the keypad


class ConsentGiven(Event):
    """A resident agreed to iris recognition, to a text of a stated version."""

    kind: ClassVar[str] = "consent.given"
    subject_field: ClassVar[str] = "consent"
    consent: OpaqueId
    person: OpaqueId
    text_version: str


class ConsentWithdrawn(Event):
    """A resident took the consent back."""

    kind: ClassVar[str] = "consent.withdrawn"
    subject_field: ClassVar[str] = "consent"
    consent: OpaqueId
    person: OpaqueId


class TemplateStored(Event):
    """An encoded iris is in the gallery, encrypted at rest.

    `renews` names the enrolment beside which it stands, as what several later looks left of it; revoking it takes
    nothing from the enrolment.
    """

    kind: ClassVar[str] = "template.stored"
    subject_field: ClassVar[str] = "template"
    template: OpaqueId
    person: OpaqueId
    side: EyeSideName
    encoder: str
    consent: OpaqueId
    renews: OpaqueId | None = None


class TemplateRevoked(Event):
    """A template is gone from the gallery and from the disk."""

    kind: ClassVar[str] = "template.revoked"
    subject_field: ClassVar[str] = "template"
    template: OpaqueId
    reason: Words


class EnrolmentAsked(Event):
    """Somebody should enrol again, and is asked to until they do.

    Their eyes have drifted from their enrolment, or it is of another encoder than the cabinet's. Codes go on working;
    the platform may send an enrolment code.
    """

    kind: ClassVar[str] = "enrolment.asked"
    subject_field: ClassVar[str] = "person"
    person: OpaqueId
    reason: Literal["drift", "encoder"]


class CredentialIssued(Event):
    """The directory brought a one-time code (as a hash)."""

    kind: ClassVar[str] = "credential.issued"
    subject_field: ClassVar[str] = "credential"
    credential: OpaqueId
    credential_kind: CredentialKind
    person: OpaqueId | None = None
    consignment: OpaqueId | None = None


class CredentialUsed(Event):
    """A one-time code was spent."""

    kind: ClassVar[str] = "credential.used"
    subject_field: ClassVar[str] = "credential"
    credential: OpaqueId
    visit: OpaqueId


class CredentialRevoked(Event):
    """A one-time code is void."""

    kind: ClassVar[str] = "credential.revoked"
    subject_field: ClassVar[str] = "credential"
    credential: OpaqueId
    reason: Words


class LookRefused(Event):
    """Somebody looked and nobody was recognised: no door opened."""

    kind: ClassVar[str] = "look.refused"
    subject_field: ClassVar[str] = "visit"
    visit: OpaqueId
    reason: Literal["not_recognised", "ambiguous", "poor_pictures", "camera"]


class KeypadSlowed(Event):
    """Wrong codes: the next entry waits `delay_s`; zero when quiet has cleared it."""

    kind: ClassVar[str] = "keypad.slowed"
    subject_field: ClassVar[str] = "cabinet"
    cabinet: OpaqueId
    failures: int = Field(ge=0)
    delay_s: int = Field(ge=0, le=60)
    alarm: bool


# The platform


class DirectoryApplied(Event):
    """A version of the directory is in force."""

    kind: ClassVar[str] = "directory.applied"
    subject_field: ClassVar[str] = "cabinet"
    cabinet: OpaqueId
    version: int
    full: bool


class CommandReceived(Event):
    """A command was verified and accepted; written before anything is done about it."""

    kind: ClassVar[str] = "command.received"
    subject_field: ClassVar[str] = "command"
    command: OpaqueId
    command_kind: str


class CommandSettled(Event):
    """How an accepted command ended."""

    kind: ClassVar[str] = "command.settled"
    subject_field: ClassVar[str] = "command"
    command: OpaqueId
    status: Literal["done", "failed", "unknown"]
    reason: Words


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


class JournalRow(Message):
    """One row of the journal, as it is stored, published and exported.

    `hash` is SHA-256 over the RFC 8785 form of every other field; `prev_hash` is the hash of the row before
    (64 zeros for the first).
    """

    ledger_id: OpaqueId
    seq: Annotated[Seq, Field(ge=1)]
    at: Instant
    clock_synced: bool
    boot: int
    kind: str
    subject: OpaqueId
    body: dict[str, JsonValue]
    prev_hash: Digest
    hash: Digest

    def event(self) -> Event:
        """The typed event in the row.

        Raises:
            KeyError: the kind is not known.
            pydantic.ValidationError: the body does not fit its kind.
        """
        return BY_KIND[self.kind].model_validate(self.body)
