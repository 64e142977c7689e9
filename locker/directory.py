"""Putting a directory of the platform into force: what becomes true, as events, and what is personal beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from locker.ledger import (
    DropPersonRow,
    DropWaybill,
    Ledger,
    PersonalWrite,
    SetPersonRow,
    StoreCode,
    StorePerson,
    StoreWaybill,
)
from mqtt.contract.base import ConsignmentState
from mqtt.contract.events import (
    ConsignmentExpected,
    ConsignmentReleased,
    CredentialIssued,
    CredentialRevoked,
    DirectoryApplied,
    Event,
    TemplateRevoked,
)
from mqtt.contract.messages import Directory, ExpectedConsignment, OneTimeCode, PersonalPart, Removed

GONE = "no longer in the directory"


@dataclass
class Change:
    """What one directory changes."""

    events: list[Event] = field(default_factory=list)
    personal: list[PersonalWrite] = field(default_factory=list)
    revoked_templates: list[str] = field(default_factory=list)


def apply(ledger: Ledger, cabinet: str, directory: Directory, personal: PersonalPart) -> tuple[str, ...]:
    """Put a directory into force in one transaction; returns the templates that left the gallery by it.

    Raises:
        IllegalTransition: the directory contradicts the ledger; nothing was changed.
    """
    change = Change()
    gone = _gone(ledger, directory)
    _people(directory, personal, change)
    _consignments(ledger, directory, personal, change)
    _codes(ledger, directory.codes, gone, change)
    _remove(ledger, gone, change)
    change.events.append(DirectoryApplied(cabinet=cabinet, version=directory.version, full=directory.base is None))
    ledger.record(*change.events, personal=change.personal)
    return tuple(change.revoked_templates)


def _people(directory: Directory, personal: PersonalPart, change: Change) -> None:
    for resident in directory.residents:
        change.personal.append(SetPersonRow(resident.person, "resident", household=resident.household))
        if resident.person in personal.residents:
            change.personal.append(StorePerson(resident.person, personal.residents[resident.person]))
    for staff in directory.staff:
        change.personal.append(SetPersonRow(staff.person, staff.role, carrier=staff.carrier))
        if staff.person in personal.staff:
            change.personal.append(StorePerson(staff.person, personal.staff[staff.person]))


def _consignments(ledger: Ledger, directory: Directory, personal: PersonalPart, change: Change) -> None:
    for expected in directory.expected:
        known = ledger.consignment(expected.consignment)
        if known is not None and known.state is not ConsignmentState.EXPECTED:
            continue  # it is here already, or has been: the ledger knows better than a list on its way
        event = _expected(expected)
        if known is None or _expected_of(ledger, expected.consignment) != event:
            change.events.append(event)
        corrected = known is not None and known.recipient != expected.recipient
        _waybill(ledger, expected, personal, change, corrected=corrected)


def _waybill(
    ledger: Ledger, expected: ExpectedConsignment, personal: PersonalPart, change: Change, *, corrected: bool
) -> None:
    """Keep the number under its recipient's key; a number that the directory does not repeat moves to a new one's."""
    consignment = expected.consignment
    told = personal.consignments.get(consignment)
    waybill = told.waybill if told is not None else ledger.waybill(consignment) if corrected else None
    if corrected:
        change.personal.append(DropWaybill(consignment))
    if waybill is not None:
        change.personal.append(StoreWaybill(consignment, expected.recipient, waybill))


def _expected(consignment: ExpectedConsignment) -> ConsignmentExpected:
    return ConsignmentExpected(**consignment.model_dump())


def _expected_of(ledger: Ledger, consignment: str) -> ConsignmentExpected | None:
    """The announcement of a consignment as the ledger has it."""
    known = ledger.consignment(consignment)
    if known is None:
        return None
    return ConsignmentExpected.model_validate(
        {
            "consignment": known.id,
            "service": known.service,
            "direction": known.direction,
            "recipient": known.recipient,
            "carrier": known.carrier,
            "size": known.size,
            "deadline_h": known.deadline_h,
        }
    )


def _codes(ledger: Ledger, codes: Iterable[OneTimeCode], gone: Removed, change: Change) -> None:
    for code in codes:
        if code.credential in gone.credentials or code.person in gone.people:
            continue  # it would be void at once
        known = ledger.credential(code.credential)
        if known is not None and known.state != "open":
            continue  # spent or void; a list that still has it does not bring it back
        if known is None:
            change.events.append(
                CredentialIssued(
                    credential=code.credential,
                    credential_kind=code.kind,
                    person=code.person,
                    consignment=code.consignment,
                )
            )
        change.personal.append(StoreCode(code.credential, code.digest, code.not_after))


def _gone(ledger: Ledger, directory: Directory) -> Removed:
    """What a differential names, or whatever a full directory does not have."""
    removed = directory.removed
    if directory.base is not None:
        return removed
    listed = {r.person for r in directory.residents} | {s.person for s in directory.staff}
    known = {person.person for person in (*ledger.residents(), *ledger.staff())} | set(ledger.enrolled())
    announced = {consignment.id for consignment in ledger.consignments(state={ConsignmentState.EXPECTED})}
    credentials = {credential.credential for credential in ledger.credentials()}
    return Removed(
        people=_sorted(set(removed.people) | (known - listed)),
        consignments=_sorted(set(removed.consignments) | (announced - {c.consignment for c in directory.expected})),
        credentials=_sorted(set(removed.credentials) | (credentials - {c.credential for c in directory.codes})),
    )


def _sorted(ids: set[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))


def _remove(ledger: Ledger, gone: Removed, change: Change) -> None:
    """Void the codes, announcements and people that are gone; what is personal about them the ledger erases itself."""
    for credential in ledger.credentials():
        if credential.credential in gone.credentials or credential.person in gone.people:
            change.events.append(CredentialRevoked(credential=credential.credential, reason=GONE))
    for consignment in gone.consignments:
        held = ledger.consignment(consignment)
        if held is not None and held.state is ConsignmentState.EXPECTED:
            change.events.append(
                ConsignmentReleased(consignment=consignment, state=ConsignmentState.CANCELLED, reason=GONE)
            )
    for person in gone.people:
        for template in ledger.templates_of(person):
            change.events.append(TemplateRevoked(template=template, reason=GONE))
            change.revoked_templates.append(template)
        change.personal.append(DropPersonRow(person))
