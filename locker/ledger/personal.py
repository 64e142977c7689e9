"""What is personal, and how it is written: beside the journal, in the transaction of the event that tells of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from locker.ledger.erasure import ends_custody, erase_strangers
from locker.ledger.errors import IllegalTransition
from locker.ledger.records import Role
from locker.ledger.vault import Vault
from mqtt.contract.events import (
    ConsentWithdrawn,
    CredentialIssued,
    CredentialRevoked,
    CredentialUsed,
    Event,
    TemplateRevoked,
    TemplateStored,
)
from mqtt.contract.messages import ResidentPersonal, StaffPersonal

RESIDENT, STAFF, WAYBILL, TEMPLATE, CONSENT = "resident", "staff", "waybill", "template", "consent"
SIGHTINGS = "sightings"
"""Kinds of sealed values."""


@dataclass(frozen=True)
class SetPersonRow:
    """Somebody is in the directory, in a role; replaces what was said before."""

    person: str
    role: Role
    household: str | None = None
    carrier: str | None = None


@dataclass(frozen=True)
class DropPersonRow:
    """Somebody is no longer in the directory: erased at once, or with the end of the last parcel for them."""

    person: str


@dataclass(frozen=True)
class StorePerson:
    """Name, room and phone tail of a resident, or number, name and PIN hash of staff."""

    person: str
    personal: ResidentPersonal | StaffPersonal = field(repr=False)


@dataclass(frozen=True)
class StoreWaybill:
    """The number printed on a parcel, sealed under its recipient's key. The end of its custody drops it."""

    consignment: str
    person: str
    waybill: str = field(repr=False)


@dataclass(frozen=True)
class DropWaybill:
    """Remove a parcel's number; before another `StoreWaybill` when the recipient changes."""

    consignment: str


@dataclass(frozen=True)
class StoreConsent:
    """The wording that a resident agreed to, sealed under the resident's key."""

    consent: str
    person: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class StoreTemplate:
    """An encoded iris; must accompany its `TemplateStored`. Revoking the template drops it."""

    template: str
    person: str
    blob: bytes = field(repr=False)


@dataclass(frozen=True)
class DropTemplate:
    """Remove an encoded iris; `TemplateRevoked` implies it."""

    template: str


@dataclass(frozen=True)
class StoreSightings:
    """How near an eye came to its enrolment in the last visits. Revoking the enrolment drops it."""

    template: str
    person: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class StoreCode:
    """The digest of a one-time code; must accompany its `CredentialIssued`, and may later replace the digest."""

    credential: str
    digest: str = field(repr=False)
    not_after: str


@dataclass(frozen=True)
class DropCode:
    """Remove a digest; `CredentialUsed` and `CredentialRevoked` imply it."""

    credential: str


@dataclass(frozen=True)
class ErasePerson:
    """Destroy a person's key, all that is sealed under it, and the directory row. Templates must be revoked.

    Whoever is in no list and awaits nothing is erased without it.
    """

    person: str


PersonalWrite = (
    SetPersonRow
    | DropPersonRow
    | StorePerson
    | StoreWaybill
    | DropWaybill
    | StoreConsent
    | StoreTemplate
    | DropTemplate
    | StoreSightings
    | StoreCode
    | DropCode
    | ErasePerson
)


def write_personal(
    db: sqlite3.Connection, vault: Vault, events: Sequence[Event], asked: Iterable[PersonalWrite]
) -> bool:
    """Write what was asked and what the events imply, then check that the two agree.

    Returns:
        Whether anybody was erased.

    Raises:
        IllegalTransition: a template or code has no content, a template or a consent is of nobody in the directory, a
            consent ends with templates left, or a person is erased with templates left.
    """
    writes = (*asked, *_implied(events))
    for write in writes:
        _write(db, vault, write)
    _refuse_half_told(db, events)
    strangers = erase_strangers(db, vault, events)
    return strangers or any(isinstance(write, ErasePerson) for write in writes)


def _implied(events: Iterable[Event]) -> Iterable[PersonalWrite]:
    for event in events:
        if isinstance(event, TemplateRevoked):
            yield DropTemplate(event.template)
        elif isinstance(event, CredentialUsed | CredentialRevoked):
            yield DropCode(event.credential)
        elif ends_custody(event):
            yield DropWaybill(event.consignment)


def _write(db: sqlite3.Connection, vault: Vault, write: PersonalWrite) -> None:
    match write:
        case SetPersonRow(person, role, household, carrier):
            db.execute("INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?)", (person, role, household, carrier))
        case DropPersonRow(person):
            db.execute("DELETE FROM people WHERE person = ?", (person,))
        case StorePerson(person, personal):
            kind, other = (RESIDENT, STAFF) if isinstance(personal, ResidentPersonal) else (STAFF, RESIDENT)
            vault.drop(other, person)
            vault.store(person, kind, person, personal.model_dump_json().encode("utf-8"))
        case StoreWaybill(consignment, person, waybill):
            vault.store(person, WAYBILL, consignment, sealed_waybill(waybill), findable=True)
        case DropWaybill(consignment):
            vault.drop(WAYBILL, consignment)
        case StoreConsent(consent, person, text):
            _refuse_stranger(db, person)
            vault.store(person, CONSENT, consent, text.encode("utf-8"))
        case StoreTemplate(template, person, blob):
            _refuse_stranger(db, person)
            _refuse_foreign_template(db, template, person)
            vault.store(person, TEMPLATE, template, blob)
        case DropTemplate(template):
            vault.drop(TEMPLATE, template)
            vault.drop(SIGHTINGS, template)
        case StoreSightings(template, person, content):
            _refuse_foreign_template(db, template, person)
            vault.store(person, SIGHTINGS, template, content)
        case StoreCode(credential, digest, not_after):
            _refuse_closed_credential(db, credential)
            db.execute("INSERT OR REPLACE INTO code_digests VALUES (?, ?, ?)", (credential, digest, not_after))
        case DropCode(credential):
            db.execute("DELETE FROM code_digests WHERE credential = ?", (credential,))
        case ErasePerson(person):
            _refuse_enrolled(db, person)
            db.execute("DELETE FROM people WHERE person = ?", (person,))
            vault.erase(person)


def sealed_waybill(waybill: str) -> bytes:
    """A parcel's number as it is sealed."""
    return json.dumps(waybill).encode("utf-8")


def _refuse_stranger(db: sqlite3.Connection, person: str) -> None:
    if db.execute("SELECT 1 FROM people WHERE person = ?", (person,)).fetchone() is None:
        raise IllegalTransition(f"{person} is not in the directory and cannot enrol; the platform must list {person}")


def _refuse_foreign_template(db: sqlite3.Connection, template: str, person: str) -> None:
    found = db.execute(
        "SELECT 1 FROM templates WHERE template = ? AND person = ? AND revoked = 0", (template, person)
    ).fetchone()
    if found is None:
        raise IllegalTransition(f"no event says that template {template} of {person} is in the gallery")


def _refuse_closed_credential(db: sqlite3.Connection, credential: str) -> None:
    found = db.execute("SELECT state FROM credentials WHERE credential = ?", (credential,)).fetchone()
    if found is None or found["state"] != "open":
        raise IllegalTransition(f"credential {credential} is {found['state'] if found else 'not issued'}")


def _refuse_enrolled(db: sqlite3.Connection, person: str) -> None:
    left = db.execute("SELECT template FROM templates WHERE person = ? AND revoked = 0", (person,)).fetchone()
    if left is not None:
        raise IllegalTransition(
            f"{person} cannot be erased: template {left['template']} is in the gallery; revoke it in the same record"
        )


def _refuse_half_told(db: sqlite3.Connection, events: Iterable[Event]) -> None:
    for event in events:
        if isinstance(event, TemplateStored):
            _refuse_missing(
                db,
                "SELECT template FROM templates t WHERE template = ? AND revoked = 0 AND NOT EXISTS "
                "(SELECT 1 FROM sealed WHERE kind = 'template' AND id = t.template)",
                event.template,
                f"template {event.template} has no content; add StoreTemplate to the same record",
            )
        elif isinstance(event, TemplateRevoked):
            _refuse_missing(
                db,
                "SELECT template FROM templates WHERE renews = ? AND revoked = 0",
                event.template,
                f"template {event.template} cannot go before what renews it; revoke both in the same record",
            )
        elif isinstance(event, CredentialIssued):
            _refuse_missing(
                db,
                "SELECT credential FROM credentials c WHERE credential = ? AND state = 'open' AND NOT EXISTS "
                "(SELECT 1 FROM code_digests WHERE credential = c.credential)",
                event.credential,
                f"credential {event.credential} has no digest; add StoreCode to the same record",
            )
        elif isinstance(event, ConsentWithdrawn):
            _refuse_missing(
                db,
                "SELECT template FROM templates WHERE consent = ? AND revoked = 0",
                event.consent,
                f"consent {event.consent} cannot end with templates left; revoke them in the same record",
            )


def _refuse_missing(db: sqlite3.Connection, question: str, id_: str, complaint: str) -> None:
    if db.execute(question, (id_,)).fetchone() is not None:
        raise IllegalTransition(complaint)
