"""What the platform's copy consists of: values without names or rooms, by opaque id."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Compartment:
    """A compartment as the events have it."""

    size: str
    service: str = "in_service"
    reason: str = ""
    door: str = "unknown"
    custody: str = "free"
    consignment: str | None = None


@dataclass(frozen=True, slots=True)
class Consignment:
    """A consignment and its custody; `compartment` is where it is kept or lies now."""

    service: str
    direction: str
    recipient: str
    carrier: str
    size: str | None
    deadline_h: int | None
    state: str = "expected"
    compartment: str | None = None
    last_compartment: str | None = None
    reserved_by: str | None = None
    deposited_by: str | None = None
    deposited_at: str | None = None
    deposit_visit: str | None = None
    confirmed: bool = False
    doubted: bool = False
    nonce: int | None = None
    deadline: str | None = None
    collected_by: str | None = None
    means: str | None = None
    last_visit: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit; `result` is absent while it goes on."""

    kind: str
    means: str
    person: str | None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to open a door; `outcome` is absent until it is settled."""

    visit: str
    compartment: str
    purpose: str
    cause: str
    number: int
    outcome: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """That an encoded iris exists, whose, and of which eye."""

    person: str
    side: str
    encoder: str
    consent: str
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent to iris recognition."""

    person: str
    text_version: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Credential:
    """A one-time code: open, used (in which visit) or revoked."""

    kind: str
    person: str | None
    consignment: str | None
    state: str = "open"
    visit: str | None = None


@dataclass(frozen=True, slots=True)
class CommandState:
    """A command that the cabinet has accepted, and how it ended."""

    kind: str
    status: str = "accepted"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A serial line."""

    up: bool
    cause: str


@dataclass(frozen=True, slots=True)
class Keypad:
    """The keypad's slowness after wrong codes."""

    failures: int = 0
    delay_s: int = 0
    alarm: bool = False
