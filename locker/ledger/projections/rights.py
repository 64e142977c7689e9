"""What people may do by themselves: consents, templates and one-time codes, by opaque id."""

from __future__ import annotations

import sqlite3

from locker.ledger.errors import IllegalTransition
from mqtt.contract.events import (
    ConsentGiven,
    ConsentWithdrawn,
    CredentialIssued,
    CredentialRevoked,
    CredentialUsed,
    EnrolmentAsked,
    JournalRow,
    TemplateRevoked,
    TemplateStored,
)


def consent_given(db: sqlite3.Connection, event: ConsentGiven, _row: JournalRow) -> None:
    """A resident agrees."""
    if db.execute("SELECT 1 FROM consents WHERE consent = ?", (event.consent,)).fetchone():
        raise IllegalTransition(f"consent {event.consent} was given before; every consent has an id of its own")
    db.execute(
        "INSERT INTO consents (consent, person, text_version) VALUES (?, ?, ?)",
        (event.consent, event.person, event.text_version),
    )


def consent_withdrawn(db: sqlite3.Connection, event: ConsentWithdrawn, _row: JournalRow) -> None:
    """A resident takes the consent back."""
    _refuse_without_consent(db, event.consent, event.person)
    db.execute("UPDATE consents SET withdrawn = 1 WHERE consent = ?", (event.consent,))


def template_stored(db: sqlite3.Connection, event: TemplateStored, _row: JournalRow) -> None:
    """A template is in the gallery, under a consent that stands."""
    _refuse_without_consent(db, event.consent, event.person)
    if db.execute("SELECT 1 FROM templates WHERE template = ?", (event.template,)).fetchone():
        raise IllegalTransition(f"template {event.template} was stored before; every template has an id of its own")
    if event.renews is not None:
        _refuse_renewal(db, event, event.renews)
    else:
        db.execute("DELETE FROM enrolments_asked WHERE person = ?", (event.person,))
    db.execute(
        "INSERT INTO templates (template, person, side, encoder, consent, renews) VALUES (?, ?, ?, ?, ?, ?)",
        (event.template, event.person, event.side, event.encoder, event.consent, event.renews),
    )


def template_revoked(db: sqlite3.Connection, event: TemplateRevoked, _row: JournalRow) -> None:
    """A template is gone."""
    changed = db.execute(
        "UPDATE templates SET revoked = 1 WHERE template = ? AND revoked = 0", (event.template,)
    ).rowcount
    if not changed:
        raise IllegalTransition(f"template {event.template} is not in the gallery, so it cannot be revoked")
    db.execute(
        "DELETE FROM enrolments_asked WHERE person = (SELECT person FROM templates WHERE template = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM templates t WHERE t.person = enrolments_asked.person AND revoked = 0)",
        (event.template,),
    )


def enrolment_asked(db: sqlite3.Connection, event: EnrolmentAsked, _row: JournalRow) -> None:
    """Somebody who has enrolled should enrol again."""
    if not db.execute("SELECT 1 FROM templates WHERE person = ? AND revoked = 0", (event.person,)).fetchone():
        raise IllegalTransition(f"{event.person} has no template, so cannot be asked to enrol again")
    db.execute("INSERT OR REPLACE INTO enrolments_asked VALUES (?, ?)", (event.person, event.reason))


def credential_issued(db: sqlite3.Connection, event: CredentialIssued, _row: JournalRow) -> None:
    """A one-time code may be used."""
    if db.execute("SELECT 1 FROM credentials WHERE credential = ?", (event.credential,)).fetchone():
        raise IllegalTransition(f"credential {event.credential} was issued before; every code has an id of its own")
    db.execute(
        "INSERT INTO credentials (credential, kind, person, consignment) VALUES (?, ?, ?, ?)",
        (event.credential, event.credential_kind, event.person, event.consignment),
    )


def credential_used(db: sqlite3.Connection, event: CredentialUsed, _row: JournalRow) -> None:
    """A one-time code is spent."""
    _close_credential(db, event.credential, "used", event.visit)


def credential_revoked(db: sqlite3.Connection, event: CredentialRevoked, _row: JournalRow) -> None:
    """A one-time code is void."""
    _close_credential(db, event.credential, "revoked", None)


def _close_credential(db: sqlite3.Connection, credential: str, state: str, visit: str | None) -> None:
    found = db.execute("SELECT state FROM credentials WHERE credential = ?", (credential,)).fetchone()
    if found is None:
        raise IllegalTransition(f"credential {credential} was never issued, so it cannot be {state}")
    if found["state"] != "open":
        raise IllegalTransition(f"credential {credential} is {found['state']}, so it cannot be {state}")
    db.execute("UPDATE credentials SET state = ?, visit = ? WHERE credential = ?", (state, visit, credential))


def _refuse_renewal(db: sqlite3.Connection, event: TemplateStored, original: str) -> None:
    """A renewal stands beside an enrolment of the same eye, alone, and never beside another renewal."""
    found = db.execute("SELECT * FROM templates WHERE template = ? AND revoked = 0", (original,)).fetchone()
    if found is None or (found["person"], found["side"]) != (event.person, event.side) or found["renews"] is not None:
        raise IllegalTransition(f"template {event.template} renews {original}, which is no enrolment of that eye")
    other = db.execute("SELECT template FROM templates WHERE renews = ? AND revoked = 0", (original,)).fetchone()
    if other is not None:
        raise IllegalTransition(f"{other['template']} renews {original} already; revoke it in the same record")


def _refuse_without_consent(db: sqlite3.Connection, consent: str, person: str) -> None:
    found = db.execute("SELECT person, withdrawn FROM consents WHERE consent = ?", (consent,)).fetchone()
    if found is None or found["person"] != person:
        raise IllegalTransition(f"{person} gave no consent {consent}")
    if found["withdrawn"]:
        raise IllegalTransition(f"consent {consent} of {person} was withdrawn")
