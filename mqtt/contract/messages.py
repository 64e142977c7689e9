"""The other topics: what the cabinet is and says of itself, and what the platform asks of it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.settings import Service
from mqtt.contract.base import (
    CompartmentId,
    CredentialKind,
    Digest,
    Direction,
    Instant,
    Latch,
    Message,
    OpaqueId,
    Seq,
    ServiceState,
    SizeName,
    Words,
)


class Status(Message):
    """Topic `status`: whether the cabinet is there. The will says offline with the same session."""

    state: Literal["online", "offline", "stopping"]
    session: int = Field(ge=1, description="durable; counts the daemon's starts on this ledger")


class CompartmentPlan(Message):
    """One compartment of `about`."""

    id: CompartmentId
    size: SizeName


class BoardPlan(Message):
    """One lock board of `about`."""

    line: OpaqueId
    family: str
    address: int
    channels: int


class About(Message):
    """Topic `about`: what this cabinet is."""

    community: str
    cabinet: str
    ledger_id: OpaqueId
    version: str
    contract: Literal[1] = 1
    compartments: tuple[CompartmentPlan, ...]
    boards: tuple[BoardPlan, ...]
    capabilities: tuple[str, ...]
    encryption_key: str = Field(
        description="X25519 public key of the cabinet, base64url, for the directory's personal part"
    )


class CompartmentNow(Message):
    """Topic `compartments/{id}`: the present value; `rev` grows with every change."""

    id: CompartmentId
    size: SizeName
    door: Latch
    custody: Literal["free", "reserved", "occupied"]
    service: ServiceState
    rev: int = Field(ge=0)


class Ack(Message):
    """Topic `acks`: the highest contiguous seq that the platform has stored of this ledger."""

    ledger_id: OpaqueId
    seq: Seq


class Resync(Message):
    """Topic `resync`: send `about`, every compartment, and the events from a seq (if given) again."""

    from_seq: Annotated[Seq, Field(ge=1)] | None = None


class Telemetry(Message):
    """Topic `telemetry`: may be lost."""

    uptime_s: float
    disk_free_mb: int
    outbox: int = Field(description="events not acknowledged")
    lines_up: int
    lines: int
    temperature_c: float | None = None
    mains: bool | None = None
    match_ms: float | None = None


# Commands: the claims of a compact JWS (Ed25519)


class OpenDoor(Message):
    """Open one door. `collect` and `withdraw` also end the custody of what lies behind it when the door closes."""

    kind: Literal["open"] = "open"
    compartment: CompartmentId
    purpose: Literal["inspect", "collect", "withdraw"] = "inspect"
    on_behalf_of: OpaqueId | None = None
    reason: Words


class SetService(Message):
    """Take a compartment out of service, or bring it back."""

    kind: Literal["set_service"] = "set_service"
    compartment: CompartmentId
    in_service: bool
    reason: Words


class RevokeTemplates(Message):
    """Remove every template of a person and end the consent; or undo what renewed them, and nothing else."""

    kind: Literal["revoke_templates"] = "revoke_templates"
    person: OpaqueId
    reason: Words
    only_renewals: bool = False


CommandBody = Annotated[OpenDoor | SetService | RevokeTemplates, Field(discriminator="kind")]


class Command(Message):
    """The claims of a command. The JWS header carries `alg: EdDSA` and `kid`."""

    command_id: OpaqueId
    audience: str = Field(description="community/cabinet")
    issued_at: Instant
    not_after: Instant
    body: CommandBody


class Reply(Message):
    """Topic `replies`: the latest word on a command."""

    command_id: OpaqueId
    status: Literal["accepted", "rejected", "expired", "done", "failed", "unknown"]
    reason: Words = ""


# The directory: the claims of a compact JWS (Ed25519)


class Resident(Message):
    """A resident, by opaque id; name, room and phone tail are in the personal part."""

    person: OpaqueId
    household: OpaqueId


class Staff(Message):
    """A courier or an attendant; number, name and PIN hash are in the personal part."""

    person: OpaqueId
    role: Literal["courier", "attendant"]
    carrier: OpaqueId | None = Field(default=None, description="a courier has one: its parcels are the courier's work")

    @model_validator(mode="after")
    def _courier_has_a_carrier(self) -> Self:
        if self.role == "courier" and self.carrier is None:
            raise ValueError(
                f"courier {self.person} has no carrier; name the carrier whose parcels this courier brings"
            )
        return self


class ExpectedConsignment(Message):
    """A consignment on its way; its waybill is in the personal part."""

    consignment: OpaqueId
    service: Service = Service.PARCEL
    direction: Direction = Direction.INBOUND
    recipient: OpaqueId
    carrier: OpaqueId
    size: SizeName | None = None
    deadline_h: Annotated[int, Field(gt=0)] | None = None


class OneTimeCode(Message):
    """A one-time code: `digest` is HMAC-SHA-256(code secret, "{kind}:{credential}:{code}").

    An enrolment code names the person who enrols, a deposit code the courier, a delegate code one consignment.
    """

    credential: OpaqueId
    kind: CredentialKind
    digest: Digest
    not_after: Instant
    person: OpaqueId | None = None
    consignment: OpaqueId | None = None


class Removed(Message):
    """What a differential directory takes away, by opaque id."""

    people: tuple[OpaqueId, ...] = ()
    consignments: tuple[OpaqueId, ...] = ()
    credentials: tuple[OpaqueId, ...] = ()


class Directory(Message):
    """Topic `directory`. Full when `base` is absent; otherwise it applies on version `base` alone.

    A full directory replaces residents, staff, codes, and consignments that are still only expected.
    """

    audience: str = Field(description="community/cabinet")
    version: int = Field(ge=1)
    base: Annotated[int, Field(ge=1)] | None = None
    issued_at: Instant
    residents: tuple[Resident, ...] = ()
    staff: tuple[Staff, ...] = ()
    expected: tuple[ExpectedConsignment, ...] = ()
    codes: tuple[OneTimeCode, ...] = ()
    removed: Removed = Removed()
    personal: str | None = Field(default=None, description="compact JWE (ECDH-ES, A256GCM) of PersonalPart")


class ResidentPersonal(Message):
    """What is personal about a resident."""

    name: str
    room: str
    phone_tail: Annotated[str, Field(pattern=r"^[0-9]{4}$")]


class StaffPersonal(Message):
    """What is personal about a courier or an attendant."""

    name: str
    number: Annotated[str, Field(pattern=r"^[0-9]{4,12}$")]
    pin_hash: Annotated[str, Field(pattern=r"^\$argon2id\$")]


class ConsignmentPersonal(Message):
    """The number printed on the parcel."""

    waybill: Annotated[str, Field(pattern=r"^[A-Z0-9-]{4,40}$")]


class PersonalPart(Message):
    """The plaintext of `Directory.personal`, keyed by opaque id."""

    residents: dict[OpaqueId, ResidentPersonal] = Field(default_factory=dict)
    staff: dict[OpaqueId, StaffPersonal] = Field(default_factory=dict)
    consignments: dict[OpaqueId, ConsignmentPersonal] = Field(default_factory=dict)
