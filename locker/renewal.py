"""What a visit by eye leaves behind: how near the eye came, a renewal, its undoing, or a request to enrol again.

All of it is one transaction with the visit's end, and only after a completed visit whose first look was accepted:
a person who needed a second look, a code or an attendant changes nothing. Distances are sealed under the person's key;
the journal learns that a template came or went, never why in numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from iris.code import encoder_fingerprint
from iris.decision import Policy
from iris.drift import Sightings
from iris.renewal import NotRenewed, Renewal, limit, renewals, sighting
from iris.template import EyeSide, Template
from locker.cabinet import Cabinet, random_id
from locker.ledger import IllegalTransition, Ledger, PersonalWrite, StoredTemplate, StoreSightings, StoreTemplate
from locker.look import Recognised
from mqtt.contract.events import EnrolmentAsked, Event, TemplateRevoked, TemplateStored, VisitEnded

log = structlog.get_logger(__name__)

RENEWAL_CONSENTS = frozenset({"2026-12"})
"""Versions of the consent whose text speaks of it; who agreed to an earlier one is neither watched nor renewed."""
EVERY_DAYS = 90
"""Least time between an eye's first visit and its renewal, and between two renewals: eyes and cameras change over
years, and each renewal is one more occasion."""


@dataclass(frozen=True)
class New:
    """A renewal for the gallery, and which enrolment it stands beside."""

    template_id: str
    renews: str
    template: Template


@dataclass
class Aftermath:
    """What follows from a visit, for the ledger and then for the gallery; `today` is None when nobody knows it."""

    today: int | None = None
    new_id: Callable[[str], str] = random_id
    events: list[Event] = field(default_factory=list)
    personal: list[PersonalWrite] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    stored: list[New] = field(default_factory=list)
    due: bool = False


@dataclass(frozen=True)
class _Eye:
    """One enrolled eye: its enrolment, what renews it, and its visits so far."""

    stored: StoredTemplate
    original: Template
    renewal: Template | None
    renewal_id: str | None
    sightings: Sightings


async def conclude(cabinet: Cabinet, ended: VisitEnded, seen: Recognised | None) -> None:
    """Record a visit's end with what its look means for the templates; the end is recorded whatever becomes of these.

    Args:
        cabinet: whose visit.
        ended: its end.
        seen: what the look saw, where the first look of a completed visit was accepted.
    """
    if seen is None or not seen.frames:
        await cabinet.ledger.record(ended)
        return
    aftermath = await cabinet.ledger.run(lambda ledger: _record(cabinet, ledger, ended, seen))
    looker = cabinet.looker
    looker.forget(aftermath.revoked)
    for new in aftermath.stored:
        looker.gallery.add(new.template_id, seen.person, new.template, renews=new.renews)
    (looker.linger.add if aftermath.due else looker.linger.discard)(seen.person)


def _record(cabinet: Cabinet, ledger: Ledger, ended: VisitEnded, seen: Recognised) -> Aftermath:
    try:
        aftermath = _aftermath(cabinet, ledger, seen)
        ledger.record(ended, *aftermath.events, personal=tuple(aftermath.personal))
    except (IllegalTransition, ValueError):  # the person went, or enrolled anew, in the course of the visit
        log.exception("nothing is learned of a visit", visit=ended.visit)
        ledger.record(ended)
        return Aftermath()
    return aftermath


def _aftermath(cabinet: Cabinet, ledger: Ledger, seen: Recognised) -> Aftermath:
    """What the frames of a look mean for each eye of a person."""
    iris, size = cabinet.settings.iris, len(cabinet.looker.gallery)
    policy = Policy(iris.false_match_rate, looks=iris.looks)
    today = cabinet.clock.now().date().toordinal() if cabinet.clock.synced() else None
    change, eyes = Aftermath(today, cabinet.new_id), _eyes(ledger, seen.person)
    originals = {side: eye.original for side, eye in eyes.items()}
    fresh = renewals(seen.frames, originals, policy, size)
    drifted = False
    for side, eye in eyes.items():
        found = sighting(seen.frames, originals, side, eye.renewal)
        if found is None:
            continue
        kept = eye.sightings.seen(found)
        drifted = drifted or kept.drifted(limit(policy, size))
        kept = _renewed(eye, kept, fresh[side], change)
        change.personal.append(StoreSightings(eye.stored.template, seen.person, kept.model_dump_json().encode()))
    if drifted and ledger.enrolment_asked(seen.person) is None:
        change.events.append(EnrolmentAsked(person=seen.person, reason="drift"))
    return change


def _renewed(eye: _Eye, kept: Sightings, fresh: Renewal | NotRenewed, change: Aftermath) -> Sightings:
    """Undo a renewal that lies farther than the enrolment; or renew, where it is time and the look was that good."""
    today = change.today
    if eye.renewal_id is not None and kept.worse_for_renewal():
        _revoke(eye.renewal_id, "farther than the enrolment", change)
        return kept.renewed(today)
    if today is None:
        return kept
    kept = kept.dated(today)
    if not kept.due(today, EVERY_DAYS):
        return kept
    if not isinstance(fresh, Renewal):
        change.due = True
        return kept
    if eye.renewal_id is not None:
        _revoke(eye.renewal_id, "renewed", change)
    stored, template_id = eye.stored, change.new_id("tpl")
    change.stored.append(New(template_id, stored.template, fresh.template))
    change.events.append(
        TemplateStored(
            template=template_id,
            person=stored.person,
            side=stored.side,
            encoder=fresh.template.encoder.hex(),
            consent=stored.consent,
            renews=stored.template,
        )
    )
    change.personal.append(StoreTemplate(template_id, stored.person, fresh.template.to_bytes()))
    return kept.renewed(today)


def _revoke(template_id: str, reason: str, change: Aftermath) -> None:
    change.events.append(TemplateRevoked(template=template_id, reason=reason))
    change.revoked.append(template_id)


def _eyes(ledger: Ledger, person: str) -> dict[EyeSide, _Eye]:
    """The eyes of a person that may be watched: enrolled by this encoder, under a consent that speaks of it."""
    agreed = {c.consent for c in ledger.consents(person) if not c.withdrawn and c.text_version in RENEWAL_CONSENTS}
    stored = [t for t in ledger.stored_templates_of(person) if t.consent in agreed and _ours(t)]
    renewing = {t.renews: t for t in stored if t.renews is not None}
    eyes = {}
    for enrolment in (t for t in stored if t.renews is None):
        renewal = renewing.get(enrolment.template)
        eyes[EyeSide(enrolment.side.value)] = _Eye(
            enrolment,
            Template.from_bytes(enrolment.blob),
            Template.from_bytes(renewal.blob) if renewal else None,
            renewal.template if renewal else None,
            _sightings(ledger, enrolment.template),
        )
    return eyes


def _ours(stored: StoredTemplate) -> bool:
    return stored.encoder == encoder_fingerprint().hex()


def _sightings(ledger: Ledger, template: str) -> Sightings:
    kept = ledger.sightings(template)
    return Sightings() if kept is None else Sightings.model_validate_json(kept)


def due(ledger: Ledger, today: int) -> set[str]:
    """Who may be renewed at the next look, so that it lasts a few frames longer."""
    people = set()
    for person in ledger.enrolled():
        if any(eye.sightings.due(today, EVERY_DAYS) for eye in _eyes(ledger, person).values()):
            people.add(person)
    return people


def ask_whose_templates_are_foreign(ledger: Ledger, people: Iterable[str]) -> None:
    """Ask people whose templates another encoder made to enrol again; each is asked once, until they do."""
    new = [person for person in people if ledger.enrolment_asked(person) is None]
    ledger.record(*(EnrolmentAsked(person=person, reason="encoder") for person in new))
