"""What every message of the contract has in common: strict, immutable models and the words they share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

OpaqueId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
"""An id that says nothing about whom or what it names (invariant 12 of the design)."""

CompartmentId = Annotated[str, Field(pattern=r"^[A-Z]{1,2}[0-9]{2}$")]
Seq = Annotated[int, Field(ge=0, le=2**53 - 1)]
Instant = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$")]
"""UTC wall time in RFC 3339 with milliseconds, such as 2026-03-01T08:00:00.000Z."""
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 or HMAC-SHA-256 in lower-case hexadecimal."""
Words = Annotated[str, Field(max_length=400)]


class Message(BaseModel):
    """A body of the contract: unknown fields are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64")


class Latch(StrEnum):
    """What the hook of a lock says, debounced; unknown is neither of the others."""

    LATCHED = "latched"
    UNLATCHED = "unlatched"
    UNKNOWN = "unknown"


class SizeName(StrEnum):
    """Compartment sizes, smallest first."""

    S = "S"
    M = "M"
    L = "L"
    XL = "XL"


class ServiceState(StrEnum):
    """Whether a compartment may be used."""

    IN_SERVICE = "in_service"
    OUT_OF_SERVICE = "out_of_service"  # a fault, or taken out by hand
    NEEDS_CHECK = "needs_check"  # what lies behind the door is not certain: somebody must look


class Direction(StrEnum):
    """Which way a consignment goes."""

    INBOUND = "inbound"  # courier to resident
    OUTBOUND = "outbound"  # resident to courier


class ConsignmentState(StrEnum):
    """Custody of a consignment; `overdue` is derived from the deadline and is no state."""

    EXPECTED = "expected"
    RESERVED = "reserved"
    DEPOSITED = "deposited"
    COLLECTED = "collected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class VisitKind(StrEnum):
    """What a person came for."""

    DEPOSIT = "deposit"
    PICKUP = "pickup"
    ENROLMENT = "enrolment"
    REMOTE = "remote"
    SERVICE = "service"


class VisitResult(StrEnum):
    """How a visit ended."""

    COMPLETED = "completed"
    WALKED_AWAY = "walked_away"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the daemon stopped in the middle of it


class Means(StrEnum):
    """How somebody showed the right to do a thing."""

    IRIS = "iris"
    PICKUP_CODE = "pickup_code"
    DELEGATE_CODE = "delegate_code"
    ENROLMENT_CODE = "enrolment_code"
    DEPOSIT_CODE = "deposit_code"
    PIN = "pin"
    COMMAND = "command"


class Purpose(StrEnum):
    """Why a door is to open."""

    DEPOSIT = "deposit"
    RELOCATE = "relocate"
    PICKUP = "pickup"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    SERVICE = "service"
    REMOTE = "remote"


class Outcome(StrEnum):
    """How an attempt to open a door ended."""

    OPENED = "opened"
    ALREADY_OPEN = "already_open"
    JAMMED = "jammed"
    UNCONFIRMED = "unconfirmed"
    REFUSED = "refused"
    LINE_DOWN = "line_down"
    UNKNOWN = "unknown"  # the daemon stopped between the attempt and its outcome


class CredentialKind(StrEnum):
    """One-time codes that the platform issues."""

    ENROLMENT = "enrolment"
    DEPOSIT = "deposit"
    DELEGATE = "delegate"


class EyeSideName(StrEnum):
    """Which eye a template is of."""

    LEFT = "left"
    RIGHT = "right"
