"""Aftercare: what a closing door means for custody when the visit that opened it did not live to see it.

The evidence is the journal's. Only the consignment that an attempt was made for is judged, and only if nobody has
changed its custody since. A door that is still open is waited for; one that was seen to close is settled as its visit
would have; one that may have opened and closed unseen leaves what is kept there in doubt, until somebody has looked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import structlog

from locker.access.codes import free_nonce
from locker.cabinet import Cabinet
from locker.doors import OPEN
from locker.doubt import doubted
from locker.ledger import INSIDE, Attempt, Consignment, Ledger, LedgerFault, Visit
from locker.visits.doorway import alarm_left_open
from mqtt.contract.base import ConsignmentState, Latch, Outcome, Purpose, VisitResult
from mqtt.contract.events import (
    AttemptSettled,
    ConsignmentCollected,
    ConsignmentDeposited,
    ConsignmentReleased,
    ConsignmentWithdrawn,
    Event,
    VisitEnded,
)

log = structlog.get_logger(__name__)

_Decision = Callable[[Ledger], Sequence[Event]]

AGAIN_S = 5.0
"""A ledger that could not take the outcome (the disk is full) is asked again after this."""

PUTS_IN = frozenset({Purpose.DEPOSIT, Purpose.RELOCATE, Purpose.REOPEN})
"""Purposes for which a door is opened to put something in, as long as it is only reserved."""


class Evidence(StrEnum):
    """What is known of a door since the visit's first attempt at it."""

    NEVER_OPENED = "never_opened"
    CLOSED = "closed"  # seen to open and to close
    UNSEEN = "unseen"  # it may have opened and closed while nobody watched


@dataclass(frozen=True)
class Interrupted:
    """A visit that ended before its doors did."""

    visit: Visit
    result: VisitResult = VisitResult.INTERRUPTED


async def see_to(cabinet: Cabinet, interrupted: Interrupted) -> None:
    """Settle every door of the visit, waiting for those that are open, and end the visit. Never gives up."""
    visit = interrupted.visit
    await _until_recorded(cabinet, partial(_unsettled, visit))
    doors = await cabinet.ledger.run(partial(doors_of, visit=visit))
    await asyncio.gather(*(_see_to_door(cabinet, interrupted, door) for door in doors))
    cabinet.doors.forget(visit.visit)
    await _until_recorded(cabinet, lambda _ledger: [VisitEnded(visit=visit.visit, result=interrupted.result)])
    log.info("interrupted visit ended", visit=visit.visit, doors=len(doors))


async def adopt(cabinet: Cabinet, interrupted: Sequence[Interrupted]) -> None:
    """Before any door's move is recorded: the doors that stand open belong to the visits that opened them."""
    for one in interrupted:
        for door in await cabinet.ledger.run(partial(doors_of, visit=one.visit)):
            if cabinet.doors.latch(door) is Latch.UNLATCHED:
                cabinet.doors.claim(door, one.visit.visit)


async def _see_to_door(cabinet: Cabinet, interrupted: Interrupted, compartment: str) -> None:
    visit = interrupted.visit.visit
    if cabinet.doors.latch(compartment) is Latch.UNLATCHED:
        await _until_closed(cabinet, compartment, visit)
        if not cabinet.doors.owns(compartment, visit):
            return  # a later visit has taken the door over, and says what its closing means
    await _until_recorded(cabinet, lambda ledger: settle(cabinet, ledger, interrupted.visit, compartment))
    cabinet.doors.release(compartment, visit)


async def _until_closed(cabinet: Cabinet, compartment: str, visit: str) -> None:
    """Wait for a door however long it takes; the platform hears of one that stays open."""
    closed = cabinet.doors.until((compartment,), Latch.LATCHED)
    try:
        await asyncio.wait_for(closed, 2 * cabinet.settings.kiosk.door_reminder_s)
    except TimeoutError:
        await alarm_left_open(cabinet, (compartment,), visit)
        await cabinet.doors.until((compartment,), Latch.LATCHED)


async def _until_recorded(cabinet: Cabinet, events: _Decision) -> None:
    while True:
        try:
            await cabinet.ledger.run(lambda ledger: ledger.record(*events(ledger)))
        except LedgerFault as fault:
            log.warning("the end of an interrupted visit is not recorded yet", fault=str(fault))
            await asyncio.sleep(AGAIN_S)
        else:
            return


def _unsettled(visit: Visit, ledger: Ledger) -> list[Event]:
    """Attempts whose outcome could not be written end as unknown."""
    left = [attempt for attempt in ledger.attempts(visit.visit) if attempt.outcome is None]
    return [AttemptSettled(attempt=a.attempt, outcome=Outcome.UNKNOWN, detail="not recorded in time") for a in left]


def doors_of(ledger: Ledger, visit: Visit) -> tuple[str, ...]:
    """Compartments that a visit tried to open, and the one that it still keeps reserved."""
    tried = [attempt.compartment for attempt in ledger.attempts(visit.visit)]
    reserved = ledger.consignments(state={ConsignmentState.RESERVED})
    kept = [c.compartment for c in reserved if c.last_visit == visit.visit and c.compartment is not None]
    return tuple(dict.fromkeys((*tried, *kept)))


def settle(cabinet: Cabinet, ledger: Ledger, visit: Visit, compartment: str) -> list[Event]:
    """The events that end the question of one door that is closed now (or cannot be read)."""
    attempts = [attempt for attempt in ledger.attempts(visit.visit) if attempt.compartment == compartment]
    evidence = _evidence(ledger, attempts)
    if evidence is Evidence.NEVER_OPENED:
        return _never_opened(ledger, visit, _reserved_here(ledger, visit, compartment))
    last = attempts[-1]
    consignment = ledger.consignment(last.cause)
    if consignment is None:  # an inspection, remote or by an attendant: nobody has said what is inside
        return _doubt_if_kept(ledger, compartment, visit)
    if _touched_since(ledger, consignment, attempts):
        return []
    if evidence is Evidence.UNSEEN or consignment.compartment != compartment:
        return doubted(ledger, compartment, UNSEEN_REASON, visit.visit)
    return _closed(cabinet, ledger, visit, last, consignment)


UNSEEN_REASON = "the door may have opened and closed while nobody watched"


def _evidence(ledger: Ledger, attempts: Sequence[Attempt]) -> Evidence:
    """Judged by the moves that the journal gives to the visit itself, from its first attempt on."""
    if not attempts:
        return Evidence.NEVER_OPENED
    first = attempts[0]
    moves = [
        row.body["latch"]
        for row in ledger.history(first.compartment)
        if row.kind == "door.changed" and row.seq > first.started_seq and row.body["visit"] == first.visit
    ]
    if moves:
        return Evidence.CLOSED if moves[-1] == Latch.LATCHED else Evidence.UNSEEN
    may_have = {*OPEN, Outcome.UNKNOWN, Outcome.UNCONFIRMED}
    return Evidence.UNSEEN if any(a.outcome in may_have for a in attempts) else Evidence.NEVER_OPENED


def _reserved_here(ledger: Ledger, visit: Visit, compartment: str) -> Consignment | None:
    kept = ledger.consignments(state={ConsignmentState.RESERVED}, compartment=compartment)
    return kept[0] if kept and kept[0].last_visit == visit.visit else None


def _touched_since(ledger: Ledger, consignment: Consignment, attempts: Sequence[Attempt]) -> bool:
    """Whether its custody has changed after the last attempt that was made for it: then that change has settled it."""
    last = max(attempt.started_seq for attempt in attempts if attempt.cause == consignment.id)
    return any(row.seq > last and row.kind in SETTLES for row in ledger.history(consignment.id))


SETTLES = frozenset(
    {
        "consignment.relocated",
        "consignment.deposited",
        "consignment.collected",
        "consignment.refused",
        "consignment.withdrawn",
        "consignment.released",
    }
)


def _never_opened(ledger: Ledger, visit: Visit, reserved: Consignment | None) -> list[Event]:
    """Nothing went in here; but what was reserved may lie behind another door that the same visit opened for it."""
    if reserved is None or reserved.compartment is None:
        return []
    others = [a for a in ledger.attempts(visit.visit) if a.cause == reserved.id]
    for compartment in {a.compartment for a in others}:
        tried = [a for a in others if a.compartment == compartment]
        if _evidence(ledger, tried) is not Evidence.NEVER_OPENED:
            return doubted(ledger, reserved.compartment, "it may lie behind another door", visit.visit)
    return [ConsignmentReleased(consignment=reserved.id, state=ConsignmentState.EXPECTED, reason="no door had opened")]


def _doubt_if_kept(ledger: Ledger, compartment: str, visit: Visit) -> list[Event]:
    kept = ledger.consignments(compartment=compartment, state=INSIDE)
    return doubted(ledger, compartment, "nobody has said what is inside", visit.visit) if kept else []


def _closed(cabinet: Cabinet, ledger: Ledger, visit: Visit, last: Attempt, consignment: Consignment) -> list[Event]:
    """What the visit itself would have recorded at this closing."""
    where = {"consignment": consignment.id, "compartment": last.compartment, "visit": visit.visit}
    if consignment.state is ConsignmentState.RESERVED and last.purpose in PUTS_IN:
        return [
            ConsignmentDeposited(
                **where,
                by=consignment.reserved_by or visit.person or "",
                confirmed=False,
                nonce=free_nonce(ledger, cabinet.keys.code_secret, consignment.id),
                deadline=cabinet.deadline(consignment.service, consignment.deadline_h),
            )
        ]
    if consignment.state is ConsignmentState.DEPOSITED and last.purpose is Purpose.PICKUP:
        return [ConsignmentCollected(**where, means=visit.means, by=visit.person)]
    if consignment.state in INSIDE and last.purpose is Purpose.WITHDRAW:
        return [ConsignmentWithdrawn(**where, by=visit.person)]
    return doubted(ledger, last.compartment, "nobody has said what is inside", visit.visit)
