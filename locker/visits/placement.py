"""One parcel's way into a compartment: open, put in, close, confirm; or a larger one, or back to the courier."""

from __future__ import annotations

from locker.access.codes import free_nonce
from locker.doors import OPEN
from locker.ledger import Compartment, Consignment
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
        purpose, taking_back = Purpose.DEPOSIT, False
        while True:
            if not await self._open(purpose):
                return await self._shut_out(purpose)
            wish = await self._closed(taking_back=taking_back)
            if wish == "closed" and not self._visit.walked_away:
                wish = await self._confirm()
            match wish:
                case "confirm":
                    await self._deposited(confirmed=True)
                    await self._visit.pause(screens.done(self._compartment.id), notices.NOTICE_S)
                    return None
                case "larger":
                    purpose, taking_back = Purpose.RELOCATE, False
                case "reopen" | "takeback_now":
                    purpose, taking_back = Purpose.REOPEN, wish == "takeback_now"
                case "taken_back":
                    await self._release("taken back by the courier")
                    await self._visit.pause(screens.cancelled(), notices.NOTICE_S)
                    return None
                case _:
                    await self._deposited(confirmed=False)
                    return None

    async def _vacant(self, *, larger: bool = False) -> tuple[Compartment, ...]:
        compartments = await self._cabinet.ledger.run(lambda ledger: ledger.compartments())
        here = self._compartment
        return tuple(
            c
            for c in vacancies(compartments, self._cabinet.doors.latch)
            if c.id != here.id and (not larger or c.size.rank > here.size.rank)
        )

    async def _open(self, purpose: Purpose) -> bool:
        """Open the door that the purpose needs; before the parcel is in, one that fails is replaced by another."""
        if purpose is Purpose.RELOCATE and not await self._relocate(larger=True):
            return False
        while True:
            outcome = await open_door(self._visit, self._compartment.id, purpose, self._consignment.id)
            if outcome in OPEN:
                self._open_doors = [
                    door
                    for door in (*self._open_doors, self._compartment.id)
                    if self._cabinet.doors.latch(door) is not Latch.LATCHED
                ]
                return True
            if purpose is Purpose.REOPEN or outcome is Outcome.REFUSED or not await self._relocate(larger=False):
                return False

    async def _relocate(self, *, larger: bool) -> bool:
        """Move the reservation to another vacant compartment, if there is one."""
        other = choose_compartment(await self._vacant(larger=larger), self._compartment.size, exact=False)
        if other is None:
            return False
        await self._cabinet.ledger.record(
            ConsignmentRelocated(
                consignment=self._consignment.id,
                left=self._compartment.id,
                compartment=other.id,
                visit=self._visit.id,
            )
        )
        self._compartment = other
        return True

    async def _shut_out(self, purpose: Purpose) -> str | None:
        """No door opened. A parcel that lies behind a shut door is in custody; otherwise the courier keeps it."""
        if purpose is Purpose.REOPEN:
            await self._deposited(confirmed=False)
            await self._visit.pause(notices.fault(self._cabinet, self._compartment.id, Outcome.JAMMED), notices.FAULT_S)
            return None
        if self._open_doors:
            await closed_or_act(self._visit, self._open_doors, screens.take_along(self._open_doors))
        await self._release("no door opened")
        return "size.full"

    async def _closed(self, *, taking_back: bool) -> str:
        """Wait for every open door: "closed", "taken_back", or (at once) "larger"."""
        while True:
            can_grow = bool(await self._vacant(larger=True))
            old = [door for door in self._open_doors if door != self._compartment.id]
            screen = screens.placing(self._compartment.id, old, taking_back=taking_back, can_grow=can_grow)
            act = await closed_or_act(self._visit, self._open_doors, screen)
            if act is None:
                return "taken_back" if taking_back else "closed"
            if act.action == "larger":
                return "larger"
            taking_back = act.action == "takeback_now"

    async def _confirm(self) -> str:
        """Ask whether the parcel is in; silence is an answer too."""
        self._open_doors = []
        can_grow = bool(await self._vacant(larger=True))
        screen = screens.confirm(self._compartment.id, can_grow=can_grow)
        act = await self._visit.pause(screen, self._cabinet.settings.kiosk.idle_s)
        if act is None:
            self._visit.walked_away = True
            return "silence"
        return act.action

    async def _deposited(self, *, confirmed: bool) -> None:
        """Custody begins."""
        secret = self._cabinet.keys.code_secret
        nonce = await self._cabinet.ledger.run(lambda ledger: free_nonce(ledger, secret, self._consignment.id))
        await self._cabinet.ledger.record(
            ConsignmentDeposited(
                consignment=self._consignment.id,
                compartment=self._compartment.id,
                visit=self._visit.id,
                by=self._by,
                confirmed=confirmed,
                nonce=nonce,
                deadline=self._cabinet.deadline(self._consignment.service, self._consignment.deadline_h),
            )
        )

    async def _release(self, reason: str) -> None:
        await self._cabinet.ledger.record(
            ConsignmentReleased(consignment=self._consignment.id, state=ConsignmentState.EXPECTED, reason=reason)
        )
