"""What the ledger answers: one frozen value for each thing that it keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from config.settings import Service, Size
from mqtt.contract.base import (
    ConsignmentState,
    CredentialKind,
    Direction,
    EyeSideName,
    Latch,
    Means,
    Outcome,
    Purpose,
    ServiceState,
    VisitKind,
    VisitResult,
)
from mqtt.contract.events import PanelFault

Custody = Literal["free", "reserved", "occupied"]
Role = Literal["resident", "courier", "attendant"]

HELD = frozenset({ConsignmentState.RESERVED, ConsignmentState.DEPOSITED, ConsignmentState.REFUSED})
"""States in which a consignment has a compartment."""
INSIDE = frozenset({ConsignmentState.DEPOSITED, ConsignmentState.REFUSED})
"""States in which a consignment lies behind a door."""


@dataclass(frozen=True)
class Compartment:
    """One compartment, as the journal has it; `rev` grows with each change."""

    id: str
    size: Size
    service: ServiceState
    reason: str
    door: Latch
    custody: Custody
    consignment: str | None
    rev: int


@dataclass(frozen=True)
class Consignment:
    """A parcel or another item, from its announcement to its end.

    `compartment` is where it is kept now, None before and after; `last_visit` is the last visit that changed its
    custody.
    """

    id: str
    service: Service
    direction: Direction
    recipient: str
    carrier: str
    size: Size | None
    deadline_h: int | None
    state: ConsignmentState
    compartment: str | None
    last_compartment: str | None
    reserved_by: str | None
    deposited_by: str | None
    deposit_visit: str | None
    deposited_at: str | None
    confirmed: bool
    doubted: bool
    nonce: int | None
    deadline: str | None
    last_visit: str | None


@dataclass(frozen=True)
class Visit:
    """What one person does in one go; `result` is None while it lasts."""

    visit: str
    kind: VisitKind
    means: Means
    person: str | None
    started_seq: int
    result: VisitResult | None


@dataclass(frozen=True)
class Attempt:
    """One opening of one door; `outcome` is None until it is settled."""

    attempt: str
    visit: str
    compartment: str
    purpose: Purpose
    cause: str
    number: int
    started_seq: int
    outcome: Outcome | None
    detail: str


@dataclass(frozen=True)
class StandingFault:
    """A fault of a door that has not ended: as first told, when first and last, and how often it has happened."""

    fault: PanelFault
    first_at: str
    last_at: str
    count: int


@dataclass(frozen=True)
class PastPulse:
    """A pulse of an earlier run, which began `ago_s` seconds or more before that run's last row."""

    compartment: str
    ago_s: float


@dataclass(frozen=True)
class Person:
    """Somebody of the directory, by opaque id. Residents have a household, couriers a carrier."""

    person: str
    role: Role
    household: str | None
    carrier: str | None


@dataclass(frozen=True)
class Credential:
    """A one-time code; `digest` and `not_after` are gone once it is spent or void."""

    credential: str
    kind: CredentialKind
    person: str | None
    consignment: str | None
    state: Literal["open", "used", "revoked"]
    digest: str | None = field(repr=False)
    not_after: str | None


@dataclass(frozen=True)
class Consent:
    """An agreement to iris recognition."""

    consent: str
    person: str
    text_version: str
    withdrawn: bool


@dataclass(frozen=True)
class StoredTemplate:
    """A template of the gallery; `blob` is decrypted and lives in memory only.

    `renews` is the enrolment beside which it stands, None for an enrolment itself.
    """

    template: str
    person: str
    side: EyeSideName
    encoder: str
    blob: bytes = field(repr=False)
    consent: str
    renews: str | None


@dataclass(frozen=True)
class StoredCommand:
    """A platform command and the latest word on it."""

    command: str
    kind: str
    status: Literal["accepted", "done", "failed", "unknown"]
    reason: str


@dataclass(frozen=True)
class KeypadRecord:
    """How slow the keypad was when it last changed."""

    failures: int
    delay_s: int
    alarm: bool
