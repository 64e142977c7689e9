"""What happens to a consignment, from its announcement to the end of its custody."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from config.settings import Service
from mqtt.contract.base import CompartmentId, ConsignmentState, Direction, Instant, Means, OpaqueId, SizeName, Words
from mqtt.contract.events.event import Event


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
