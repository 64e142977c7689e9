"""What somebody may take out of the cabinet, found from an eye or from a code."""

from __future__ import annotations

from config.settings import Service, ServicePolicy
from locker.access.codes import ActiveCodes, find_one_time, open_one_time
from locker.cabinet import Cabinet
from locker.clock import parse_instant
from locker.ledger import Consignment, Credential, Ledger, Person
from locker.visits.pickup import Entitlement
from mqtt.contract.base import ConsignmentState, CredentialKind, Direction, Means

COLLECTABLE = frozenset({ConsignmentState.DEPOSITED})


def of_person(ledger: Ledger, person: str, services: dict[Service, ServicePolicy]) -> Entitlement:
    """Everything in custody that a resident may collect: the household's, where the service's policy allows it."""
    resident = ledger.resident(person)
    household = ledger.household(resident.household) if resident and resident.household else ()
    family = {person, *(member.person for member in household)}
    found = tuple(
        consignment
        for consignment in ledger.consignments(state=COLLECTABLE, recipients=family)
        if consignment.direction is Direction.INBOUND
        and (consignment.recipient == person or services[consignment.service].collectors == "household")
    )
    return Entitlement(Means.IRIS, person, found)


def of_code(cabinet: Cabinet, ledger: Ledger, entered: str) -> Entitlement | None:
    """What a pickup code or a delegate's code opens; None when it is neither."""
    secret = cabinet.keys.code_secret
    consignment_id = ActiveCodes.of(ledger, secret).find(entered)
    delegate = one_time(cabinet, ledger, CredentialKind.DELEGATE, entered)
    if consignment_id is not None:
        return Entitlement(Means.PICKUP_CODE, None, _collectable(ledger, consignment_id))
    if delegate is not None and delegate.consignment is not None:
        found = _collectable(ledger, delegate.consignment)
        return Entitlement(Means.DELEGATE_CODE, None, found, delegate.credential)
    return None


def one_time(cabinet: Cabinet, ledger: Ledger, kind: CredentialKind, entered: str) -> Credential | None:
    """The open one-time code of a kind that was entered, unless its time is over (by a clock that can be believed)."""
    found = find_one_time(cabinet.keys.code_secret, open_one_time(ledger, kind), entered)
    credential = ledger.credential(found) if found is not None else None
    if credential is None or credential.not_after is None:
        return None
    over = cabinet.clock.synced() and cabinet.clock.now() > parse_instant(credential.not_after)
    return None if over else credential


def _collectable(ledger: Ledger, consignment_id: str) -> tuple[Consignment, ...]:
    consignment = ledger.consignment(consignment_id)
    if consignment is None or consignment.state not in COLLECTABLE or consignment.direction is not Direction.INBOUND:
        return ()
    return (consignment,)


def depositor(cabinet: Cabinet, ledger: Ledger, entered: str) -> tuple[Person, str] | None:
    """The courier whose one-time deposit code was entered, and the code's credential."""
    credential = one_time(cabinet, ledger, CredentialKind.DEPOSIT, entered)
    person = ledger.person(credential.person) if credential is not None and credential.person is not None else None
    if credential is None or person is None or person.role != "courier":
        return None
    return person, credential.credential


def sender(cabinet: Cabinet, ledger: Ledger, entered: str) -> tuple[str, str, tuple[Consignment, ...]] | None:
    """The resident whose one-time deposit code was entered: credential, person, and what there is to send."""
    credential = one_time(cabinet, ledger, CredentialKind.DEPOSIT, entered)
    person = ledger.resident(credential.person) if credential is not None and credential.person is not None else None
    waiting = to_send(ledger, person.person) if person is not None else ()
    if credential is None or person is None or not waiting:
        return None
    return credential.credential, person.person, waiting


def to_send(ledger: Ledger, person: str) -> tuple[Consignment, ...]:
    """What a resident is expected to put in for a courier."""
    expected = ledger.consignments(state={ConsignmentState.EXPECTED}, recipients={person})
    return tuple(consignment for consignment in expected if consignment.direction is Direction.OUTBOUND)
