"""One parcel's way into a compartment: open, put in, close, confirm; or a larger one, or back to the courier."""

from __future__ import annotations

from locker.access.codes import free_nonce
from locker.doors import OPEN
from locker.doubt import doubted
from locker.ledger import Compartment, Consignment, Ledger
from locker.vacancy import choose_compartment, vacancies
from locker.visits import deposit_screens as screens
from locker.visits import notices
from locker.visits.doorway import closed_or_act, open_door
from locker.visits.visit import Visit
from mqtt.contract.base import ConsignmentState, Latch, Outcome, Purpose
from mqtt.contract.events import (
    ConsignmentDeposited,
    ConsignmentReleased,
    ConsignmentRelocated,
    ConsignmentReserved,
    Event,
)


class Placement:
    """Puts one consignment into custody, for a visit of the person `by`."""

    def __init__(self, visit: Visit, consignment: Consignment, compartment: Compartment, by: str) -> None:
        """Nothing is reserved before `run`."""
        self._visit = visit
        self._cabinet = visit.cabinet
        self._consignment = consignment
        self._compartment = compartment
        self._by = by
        self._open_doors: list[str] = []

    async def run(self) -> str | None:
        """See the parcel in; returns the key of what to tell the courier when no door could be opened for it."""
        await self._cabinet.ledger.record(
            ConsignmentReserved(
                consignment=self._consignment.id, compartment=self._compartment.id, visit=self._visit.id, by=self._by
            )
        )
        if not await self._open_any(Purpose.DEPOSIT):
            await self._release("no door opened")
            return "size.full"
        taking_back = False
        while True:
            wish = await self._closed(taking_back=taking_back)
            if wish == "closed" and not self._visit.walked_away:
                wish = await self._confirm()
            taking_back = wish == "takeback_now"
            if wish == "larger":
                goes_on = await self._grow()
            elif wish in {"reopen", "takeback_now"}:
                goes_on = await self._reopen()
            else:
                goes_on = False
                await self._conclude(wish)
            if not goes_on:
                return None

    async def _conclude(self, wish: str) -> None:
        """Every door is closed and nothing more is wished."""
        if wish == "taken_back" and not self._visit.walked_away:
            await self._release("taken back by the courier")
            await self._visit.pause(screens.cancelled(), notices.NOTICE_S)
            return
        await self._deposited(confirmed=wish == "confirm", doubt=wish == "taken_back")
        if wish == "confirm":
            await self._visit.pause(screens.done(self._compartment.id), notices.NOTICE_S)

    # Doors

    async def _open_any(self, purpose: Purpose) -> bool:
        """Open the reserved compartment; one that does not open is replaced by another, as far as there are any."""
        while not await self._open(purpose):
            other = choose_compartment(await self._vacant(larger=False), self._compartment.size, exact=False)
            if other is None:
                return False
            await self._relocate(other)
        return True

    async def _open(self, purpose: Purpose) -> bool:
        """Open the compartment of the reservation."""
        outcome = await open_door(self._visit, self._compartment.id, purpose, self._consignment.id)
        if outcome in OPEN and self._compartment.id not in self._open_doors:
            self._open_doors.append(self._compartment.id)
        return outcome in OPEN

    async def _reopen(self) -> bool:
        """Open the door behind which the parcel may lie; if it jams now, the parcel is in custody, unconfirmed."""
        if await self._open(Purpose.REOPEN):
            return True
        await self._deposited(confirmed=False, doubt=True)
        fault = notices.fault(self._cabinet, self._compartment.id, Outcome.JAMMED)
        await self._visit.pause(fault, notices.FAULT_S)
        return False

    async def _grow(self) -> bool:
        """Open a larger compartment beside the present one, which is opened again if it has closed on the parcel.

        If no larger one opens, the parcel stays where it is. False when the present one jams on the parcel.
        """
        here = self._compartment
        if here.id not in self._open_doors and not await self._reopen():
            return False
        while (larger := choose_compartment(await self._vacant(larger=True), here.size, exact=False)) is not None:
            await self._relocate(larger)
            if await self._open(Purpose.RELOCATE):
                return True
        if self._compartment.id != here.id:
            await self._relocate(here)
        return True

    async def _vacant(self, *, larger: bool) -> tuple[Compartment, ...]:
        compartments = await self._cabinet.ledger.run(lambda ledger: ledger.compartments())
        here = self._compartment
        return tuple(
            c
            for c in vacancies(compartments, self._cabinet.doors.latch)
            if c.id != here.id and (not larger or c.size.rank > here.size.rank)
        )

    async def _relocate(self, other: Compartment) -> None:
        """Move the reservation; nothing is typed again."""
        await self._cabinet.ledger.record(
            ConsignmentRelocated(
                consignment=self._consignment.id,
                left=self._compartment.id,
                compartment=other.id,
                visit=self._visit.id,
            )
        )
        self._compartment = other

    # What the courier says

    async def _closed(self, *, taking_back: bool) -> str:
        """Wait for every open door: "closed", "taken_back", or (at once) "larger"."""
        while True:
            can_grow = bool(await self._vacant(larger=True))
            old = [door for door in self._open_doors if door != self._compartment.id]
            screen = screens.placing(self._compartment.id, old, taking_back=taking_back, can_grow=can_grow)
            act = await closed_or_act(self._visit, self._open_doors, screen)
            if act is None:
                for door in self._open_doors:
                    self._cabinet.doors.release(door, self._visit.id)
                self._open_doors = []
                return "taken_back" if taking_back else "closed"
            if act.action == "larger":
                self._open_doors = [d for d in self._open_doors if self._cabinet.doors.latch(d) is not Latch.LATCHED]
                return "larger"
            taking_back = act.action == "takeback_now"

    async def _confirm(self) -> str:
        """Ask whether the parcel is in; silence is an answer too."""
        can_grow = bool(await self._vacant(larger=True))
        screen = screens.confirm(self._compartment.id, can_grow=can_grow)
        act = await self._visit.pause(screen, self._cabinet.settings.kiosk.idle_s)
        if act is None:
            self._visit.walked_away = True
            return "silence"
        return act.action

    # Custody

    async def _deposited(self, *, confirmed: bool, doubt: bool = False) -> None:
        """Custody begins."""
        await self._visit.decide(lambda ledger: self._deposit_events(ledger, confirmed=confirmed, doubt=doubt))

    def _deposit_events(self, ledger: Ledger, *, confirmed: bool, doubt: bool) -> list[Event]:
        deposited = ConsignmentDeposited(
            consignment=self._consignment.id,
            compartment=self._compartment.id,
            visit=self._visit.id,
            by=self._by,
            confirmed=confirmed,
            nonce=free_nonce(ledger, self._cabinet.keys.code_secret, self._consignment.id),
            deadline=self._cabinet.deadline(self._consignment.service, self._consignment.deadline_h),
        )
        reason = "nobody has said that it is inside"
        return [deposited, *(doubted(ledger, self._compartment.id, reason, self._visit.id) if doubt else [])]

    async def _release(self, reason: str) -> None:
        await self._cabinet.ledger.record(
            ConsignmentReleased(consignment=self._consignment.id, state=ConsignmentState.EXPECTED, reason=reason)
        )
