"""The cabinet as its retained messages show it at this moment; compared with the copy that its events made."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from simulator.platform.copy import Copy


class UnreadableMessage(Exception):
    """A message of the cabinet that does not fit the contract: which topic, and how."""


@dataclass(frozen=True)
class About:
    """What the cabinet says it is."""

    ledger_id: str
    version: str
    encryption_key: str
    compartments: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Status:
    """Whether the cabinet is there."""

    state: str
    session: int


@dataclass(frozen=True)
class CompartmentNow:
    """One compartment at this moment."""

    id: str
    size: str
    door: str
    custody: str
    service: str
    rev: int


@dataclass(frozen=True)
class Difference:
    """Where the retained message and the copy say different things of a compartment."""

    compartment: str
    what: str
    retained: str
    copy: str


@dataclass
class Cabinet:
    """The latest of every retained message."""

    about: About | None = None
    status: Status | None = None
    compartments: dict[str, CompartmentNow] = field(default_factory=dict)
    telemetry: str | None = None

    @property
    def online(self) -> bool:
        """True when the cabinet says so."""
        return self.status is not None and self.status.state == "online"

    def differences(self, copy: Copy) -> tuple[Difference, ...]:
        """Compartments that the copy has otherwise; empty once every event has arrived."""
        found = []
        for name in sorted(set(self.compartments) | set(copy.compartments)):
            shown, known = self.compartments.get(name), copy.compartments.get(name)
            if shown is None or known is None:
                found.append(Difference(name, "presence", str(shown is not None), str(known is not None)))
                continue
            for what in ("size", "door", "custody", "service"):
                retained, copied = getattr(shown, what), getattr(known, what)
                if retained != copied:
                    found.append(Difference(name, what, retained, copied))
        return tuple(found)


def read_about(payload: bytes) -> About:
    """The body of `about`.

    Raises:
        UnreadableMessage: it does not fit the contract.
    """
    value = read_object("about", payload)
    try:
        compartments = tuple((str(part["id"]), str(part["size"])) for part in value["compartments"])
        return About(str(value["ledger_id"]), str(value["version"]), str(value["encryption_key"]), compartments)
    except (KeyError, TypeError) as error:
        raise UnreadableMessage(f"about: {error!r}") from error


def read_status(payload: bytes) -> Status:
    """The body of `status`.

    Raises:
        UnreadableMessage: it does not fit the contract.
    """
    value = read_object("status", payload)
    if value.get("state") not in ("online", "offline", "stopping") or not isinstance(value.get("session"), int):
        raise UnreadableMessage(f"status: {value}")
    return Status(value["state"], value["session"])


def read_compartment(payload: bytes) -> CompartmentNow:
    """The body of `compartments/{id}`.

    Raises:
        UnreadableMessage: it does not fit the contract.
    """
    value = read_object("compartments", payload)
    try:
        shown = CompartmentNow(**value)
    except TypeError as error:
        raise UnreadableMessage(f"compartments: {error}") from error
    if not isinstance(shown.rev, int) or not all(
        isinstance(word, str) for word in (shown.id, shown.size, shown.door, shown.custody, shown.service)
    ):
        raise UnreadableMessage(f"compartments: {shown}")
    return shown


def read_object(topic: str, payload: bytes) -> dict[str, Any]:
    """A JSON object.

    Raises:
        UnreadableMessage: the payload is none.
    """
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise UnreadableMessage(f"{topic}: {error}") from error
    if not isinstance(value, dict):
        raise UnreadableMessage(f"{topic}: not an object")
    return value
