"""Aftercare: what a closing door means for custody when the visit that opened it was interrupted by a restart.

The evidence is the journal's. A door that is still open is waited for; one that was seen to close is settled as its
visit would have; one that may have opened and closed unseen leaves the consignment in doubt, until somebody has looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from locker.access.codes import free_nonce
from locker.cabinet import Cabinet
from locker.doors import OPEN
from locker.ledger import Attempt, Consignment, Ledger, Visit
from mqtt.contract.base import ConsignmentState, Latch, Outcome, Purpose, ServiceState, VisitResult
from mqtt.contract.events import (
    CompartmentServiceChanged,
    ConsignmentCollected,
    ConsignmentDeposited,
    ConsignmentDoubted,
    ConsignmentReleased,
    ConsignmentWithdrawn,
    Event,
    VisitEnded,
)

INTO = frozenset({Purpose.DEPOSIT, Purpose.RELOCATE})


class Evidence(StrEnum):
    """What the journal says of a door since its last attempt."""

    NEVER_OPENED = "never_opened"
    CLOSED = "closed"  # seen to open and to close
    OPEN = "open"  # seen to open, and open still
    UNSEEN = "unseen"  # it may have opened and closed while nobody watched


@dataclass(frozen=True)
class Pending:
    """A door of an interrupted visit, and what lies or was to lie behind it."""

    attempt: Attempt
    consignment: Consignment | None
    evidence: Evidence


def pending_door(ledger: Ledger, visit: Visit, latch: Latch, compartment: str) -> Pending | None:
    """The last attempt of a visit at one compartment, judged by the journal and the door as it is found now."""
    attempts = [attempt for attempt in ledger.attempts(visit.visit) if attempt.compartment == compartment]
    if not attempts:
        return None
    last = attempts[-1]
    kept = ledger.consignments(compartment=compartment)
    return Pending(last, kept[0] if kept else None, _evidence(ledger, attempts, latch))


def _evidence(ledger: Ledger, attempts: list[Attempt], latch: Latch) -> Evidence:
    compartment = attempts[-1].compartment
    if latch is Latch.UNLATCHED:
        return Evidence.OPEN
    may_have_opened = [a for a in attempts if a.outcome in {*OPEN, Outcome.UNKNOWN, Outcome.UNCONFIRMED}]
    if not may_have_opened:
        return Evidence.NEVER_OPENED
    moves = [
        row.body["latch"]
        for row in ledger.history(compartment)
        if row.kind == "door.changed" and row.seq > may_have_opened[-1].started_seq and row.boot < ledger.boot
    ]
    return Evidence.CLOSED if moves[-1:] == [Latch.LATCHED] and Latch.UNLATCHED in moves else Evidence.UNSEEN


def settle(cabinet: Cabinet, ledger: Ledger, visit: Visit, pending: Pending) -> list[Event]:
    """The events that end the custody question of one door that is closed now."""
    consignment, compartment = pending.consignment, pending.attempt.compartment
    if pending.evidence is Evidence.NEVER_OPENED:
        return _never_opened(consignment, visit)
    if pending.evidence is Evidence.UNSEEN or consignment is None:
        return _doubt(consignment, compartment, visit) if pending.evidence is Evidence.UNSEEN else []
    return _closed(cabinet, ledger, visit, pending.attempt, consignment)


def _never_opened(consignment: Consignment | None, visit: Visit) -> list[Event]:
    if consignment is None or consignment.state is not ConsignmentState.RESERVED:
        return []
    if consignment.last_visit != visit.visit:
        return []
    return [
        ConsignmentReleased(consignment=consignment.id, state=ConsignmentState.EXPECTED, reason="no door had opened")
    ]


def _doubt(consignment: Consignment | None, compartment: str, visit: Visit) -> list[Event]:
    reason = "the door may have opened and closed while the cabinet was down"
    events: list[Event] = [
        CompartmentServiceChanged(
            compartment=compartment, state=ServiceState.NEEDS_CHECK, reason=reason, visit=visit.visit
        )
    ]
    if consignment is not None:
        events.append(ConsignmentDoubted(consignment=consignment.id, doubted=True, reason=reason))
    return events


def _closed(cabinet: Cabinet, ledger: Ledger, visit: Visit, attempt: Attempt, consignment: Consignment) -> list[Event]:
    """What the visit itself would have recorded at this closing."""
    compartment = attempt.compartment
    if consignment.state is ConsignmentState.RESERVED:
        return [
            ConsignmentDeposited(
                consignment=consignment.id,
                compartment=compartment,
                visit=visit.visit,
                by=consignment.reserved_by or "",
                confirmed=False,
                nonce=free_nonce(ledger, cabinet.keys.code_secret, consignment.id),
                deadline=cabinet.deadline(consignment.service, consignment.deadline_h),
            )
        ]
    if attempt.purpose is Purpose.PICKUP:
        return [
            ConsignmentCollected(
                consignment=consignment.id,
                compartment=compartment,
                visit=visit.visit,
                means=visit.means,
                by=visit.person,
            )
        ]
    if attempt.purpose is Purpose.WITHDRAW:
        return [
            ConsignmentWithdrawn(
                consignment=consignment.id, compartment=compartment, visit=visit.visit, by=visit.person
            )
        ]
    return _doubt(consignment, compartment, visit)


def _record(cabinet: Cabinet, visit: Visit, pending: Pending, ledger: Ledger) -> None:
    ledger.record(*settle(cabinet, ledger, visit, pending))


async def see_to(cabinet: Cabinet, visit: Visit, compartments: tuple[str, ...]) -> None:
    """Settle every door of an interrupted visit, waiting for those that are open, and end the visit."""
    for compartment in compartments:
        latch = cabinet.doors.latch(compartment)
        pending = await cabinet.ledger.run(partial(pending_door, visit=visit, latch=latch, compartment=compartment))
        if pending is None:
            continue
        if pending.evidence is Evidence.OPEN:
            cabinet.doors.expect(compartment, visit.visit)
            await cabinet.doors.until((compartment,), Latch.LATCHED)
            pending = Pending(pending.attempt, pending.consignment, Evidence.CLOSED)
        await cabinet.ledger.run(partial(_record, cabinet, visit, pending))
    cabinet.doors.forget(visit.visit)
    await cabinet.ledger.record(VisitEnded(visit=visit.visit, result=VisitResult.INTERRUPTED))
