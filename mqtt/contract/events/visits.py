"""What people do, and every unlocking for it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from mqtt.contract.base import CompartmentId, Means, OpaqueId, Outcome, Purpose, VisitKind, VisitResult, Words
from mqtt.contract.events.event import Event


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
