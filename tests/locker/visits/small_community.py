"""Three residents, a courier, an attendant and four parcels: who and what the visits of the tests are about."""

from __future__ import annotations

from datetime import timedelta

from paper_bank import Bank

from locker.access.codes import one_time_digest
from locker.clock import instant
from locker.ledger import SetPersonRow, StoreCode, StorePerson, StoreWaybill
from mqtt.contract.base import CredentialKind, Direction, Means, SizeName, VisitKind, VisitResult
from mqtt.contract.events import (
    ConsignmentDeposited,
    ConsignmentExpected,
    ConsignmentReserved,
    CredentialIssued,
    DirectoryApplied,
    Event,
    VisitEnded,
    VisitStarted,
)
from mqtt.contract.messages import ResidentPersonal, StaffPersonal

PLACES = {"con-1": "A01", "con-2": "B02", "con-3": "E01", "con-4": "D01"}
"""Where `stock` puts the parcels."""
PIN_HASH = "$argon2id$v=19$m=8,t=1,p=1$9AnmwRXDa9wyXOvVC5lhSQ$b37dTSRQy5fRpbJNB7WFz4f6oL4Ax4sEQZ55RA5f1sg"
"""Of the PIN 4321."""


async def announce(bank: Bank) -> None:
    """Ann and Ben share a home, Cai lives alone; a courier, an attendant; four parcels on their way."""
    people = [("per-ann", "hh-1", "安娜"), ("per-ben", "hh-1", "本一"), ("per-cai", "hh-2", "蔡明")]
    staff = [("per-cou", "courier", "car-1", "10001"), ("per-att", "attendant", None, "20002")]
    parcels = [("con-1", "per-ann"), ("con-2", "per-ben"), ("con-3", "per-cai"), ("con-4", "per-cai")]
    secret = bank.cabinet.keys.code_secret
    personal: list[object] = []
    for person, household, name in people:
        personal.append(SetPersonRow(person, "resident", household=household))
        personal.append(StorePerson(person, ResidentPersonal(name=name, room="1-101", phone_tail="0001")))
    for person, role, carrier, number in staff:
        personal.append(SetPersonRow(person, role, carrier=carrier))  # type: ignore[arg-type] - a role
        personal.append(StorePerson(person, StaffPersonal(name="工", number=number, pin_hash=PIN_HASH)))
    events: list[Event] = []
    for consignment, recipient in parcels:
        events.append(
            ConsignmentExpected(
                consignment=consignment,
                service="parcel",  # type: ignore[arg-type] - validated by the model
                direction=Direction.INBOUND,
                recipient=recipient,
                carrier="car-1",
                size=SizeName.S,
            )
        )
        personal.append(StoreWaybill(consignment, recipient, f"WB-{consignment[-1]}000"))
    not_after = instant(bank.clock.wall + timedelta(hours=24))
    for kind, credential, code in (("delegate", "cred-d", "11112222"), ("enrolment", "cred-e", "33334444")):
        events.append(
            CredentialIssued(
                credential=credential,
                credential_kind=CredentialKind(kind),
                person="per-cai",
                consignment="con-3" if kind == "delegate" else None,
            )
        )
        personal.append(
            StoreCode(credential, one_time_digest(secret, CredentialKind(kind), credential, code), not_after)
        )
    events.append(DirectoryApplied(cabinet=bank.cabinet.name, version=1, full=True))
    await bank.cabinet.ledger.record(*events, personal=personal)  # type: ignore[arg-type] - personal writes


async def put_in_all(bank: Bank) -> None:
    ledger = bank.cabinet.ledger
    await ledger.record(VisitStarted(visit="vis-d", visit_kind=VisitKind.DEPOSIT, means=Means.PIN, person="per-cou"))
    for consignment, door in PLACES.items():
        where = {"consignment": consignment, "compartment": door, "visit": "vis-d", "by": "per-cou"}
        await ledger.record(
            ConsignmentReserved.model_validate(where),
            ConsignmentDeposited.model_validate({**where, "confirmed": True, "nonce": 0}),
        )
    await ledger.record(VisitEnded(visit="vis-d", result=VisitResult.COMPLETED))
