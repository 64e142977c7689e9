"""What happens to people's rights: consent, templates, codes, looks and the keypad."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from mqtt.contract.base import CredentialKind, EyeSideName, OpaqueId, Words
from mqtt.contract.events.event import Event


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
    reason: Literal["not_recognised", "ambiguous", "wrong_view", "poor_pictures", "camera"]


class KeypadSlowed(Event):
    """Wrong codes: the next entry waits `delay_s`; zero when quiet has cleared it."""

    kind: ClassVar[str] = "keypad.slowed"
    subject_field: ClassVar[str] = "cabinet"
    cabinet: OpaqueId
    failures: int = Field(ge=0)
    delay_s: int = Field(ge=0, le=60)
    alarm: bool
