"""A pickup: a resident (by iris or pickup code) or a delegate takes what is theirs, door after door.

Custody ends when a door closes. What the person puts back is refused, not collected; for `kiosk.reopen_s` the same
visit may open its doors again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from locker.cabinet import Cabinet
from locker.doors import OPEN
from locker.kiosk.screen import Screen, text
from locker.ledger import INSIDE, Consignment, Ledger
from locker.visits import notices
from locker.visits import pickup_screens as screens
from locker.visits.doorway import closed_or_act, open_door
from locker.visits.visit import Moves, Visit
from mqtt.contract.base import ConsignmentState, Means, Outcome, Purpose, ServiceState, VisitKind, VisitResult
from mqtt.contract.events import ConsignmentCollected, ConsignmentDoubted, ConsignmentRefused, CredentialUsed, Event


class PickupStage(StrEnum):
    """Where a pickup stands."""

    ENTITLED = "entitled"
    OPENING = "opening"
    DOOR_OPEN = "door_open"
    CLOSED = "closed"
    FAULT = "fault"


@dataclass(frozen=True)
class Entitlement:
    """What somebody may take, and by what right. `person` is absent where a code names nobody."""

    means: Means
    person: str | None
    consignments: tuple[Consignment, ...]
    credential: str | None = None


class PickupVisit(Visit):
    """Open every compartment of an entitlement, one after another."""

    kind = VisitKind.PICKUP
    first = PickupStage.ENTITLED
    moves: ClassVar[Moves] = {
        PickupStage.ENTITLED: frozenset({PickupStage.OPENING}),
        PickupStage.OPENING: frozenset({PickupStage.DOOR_OPEN, PickupStage.CLOSED, PickupStage.FAULT}),
        PickupStage.DOOR_OPEN: frozenset({PickupStage.CLOSED}),
        PickupStage.CLOSED: frozenset({PickupStage.OPENING}),
        PickupStage.FAULT: frozenset({PickupStage.OPENING}),
    }

    def __init__(self, cabinet: Cabinet, entitlement: Entitlement) -> None:
        """A visit for what `entitlement` grants."""
        super().__init__(cabinet)
        self._right = entitlement

    async def serve(self) -> VisitResult:
        """Open, wait, record; then offer to open again."""
        await self.begin(self._right.means, self._right.person)
        consignments = self._right.consignments
        if not consignments:
            await self.pause(notices.notice("pickup_nothing", text("pickup.nothing.title")), notices.NOTICE_S)
            return VisitResult.COMPLETED
        reachable: list[Consignment] = []
        for number, consignment in enumerate(consignments, start=1):
            if self.walked_away:
                return VisitResult.WALKED_AWAY
            if await self._hand_over(consignment, number, Purpose.PICKUP):
                reachable.append(consignment)
        if reachable and not self.walked_away:
            await self._offer_reopening(reachable)
        if not self.walked_away:
            await self._ask_to_enrol_again()
        return VisitResult.COMPLETED if reachable else VisitResult.FAILED

    async def _ask_to_enrol_again(self) -> None:
        """Whose enrolment has become hard to recognise is told so at every pickup, until they have enrolled anew."""
        person = self._right.person
        if person is None and self._right.means is Means.PICKUP_CODE:
            person = self._right.consignments[0].recipient
        if person is None or not self.on_screen:
            return
        if await self.cabinet.ledger.run(lambda ledger: ledger.enrolment_asked(person)) is not None:
            title, line = text("pickup.enrol_again.title"), text("pickup.enrol_again.line")
            await self.pause(notices.notice("enrol_again", title, line), notices.FAULT_S)

    async def _hand_over(self, consignment: Consignment, number: int, purpose: Purpose) -> bool:
        """Open one door and record what became of its consignment; false when the door stayed shut."""
        compartment = consignment.compartment
        assert compartment is not None
        self.enter(PickupStage.OPENING)
        outcome = await self._open(consignment, compartment, purpose)
        if outcome is None:
            self.enter(PickupStage.CLOSED)
            return True
        if outcome not in OPEN:
            self.enter(PickupStage.FAULT)
            await self.pause(notices.fault(self.cabinet, compartment, outcome), notices.FAULT_S)
            return False
        self.enter(PickupStage.DOOR_OPEN)
        put_back = await self._was_put_back(consignment)
        while await closed_or_act(self, (compartment,), self._open_screen(compartment, number, put_back=put_back)):
            put_back = not put_back
        self.enter(PickupStage.CLOSED)
        await self.decide(lambda ledger: self._closed(ledger, consignment.id, compartment, put_back=put_back))
        self.cabinet.doors.release(compartment, self.id)
        return True

    async def _open(self, consignment: Consignment, compartment: str, purpose: Purpose) -> Outcome | None:
        """Open the door, unless it is out of service (refused) or somebody has the consignment by now (None)."""
        now, row = await self.cabinet.ledger.run(
            lambda ledger: (ledger.consignment(consignment.id), ledger.compartment(compartment))
        )
        if purpose is Purpose.PICKUP and (now is None or now.compartment != compartment):
            return None
        if row is None or row.service is ServiceState.OUT_OF_SERVICE:
            return Outcome.REFUSED
        return await open_door(self, compartment, purpose, consignment.id)

    async def _was_put_back(self, consignment: Consignment) -> bool:
        now = await self.cabinet.ledger.run(lambda ledger: ledger.consignment(consignment.id))
        return now is not None and now.state is ConsignmentState.REFUSED

    def _closed(self, ledger: Ledger, consignment_id: str, compartment: str, *, put_back: bool) -> list[Event]:
        """What the closing means, unless a later visit has taken the door over or custody has ended already."""
        now = ledger.consignment(consignment_id)
        if now is None or not self.cabinet.doors.owns(compartment, self.id):
            return []
        where = {"consignment": now.id, "compartment": compartment, "visit": self.id, "by": self._right.person}
        events: list[Event] = []
        if put_back and (now.state is ConsignmentState.DEPOSITED or self._took(now)):
            events.append(ConsignmentRefused(**where))
        elif not put_back and now.compartment == compartment and now.state in INSIDE:
            events.append(ConsignmentCollected(**where, means=self._right.means))
            events += self._spend(ledger)
        if put_back and self.walked_away:
            events += [
                ConsignmentDoubted(consignment=now.id, doubted=True, reason="said to be put back, then left open")
            ]
        return events

    def _took(self, now: Consignment) -> bool:
        """Whether it was this visit that collected it: only then may it put it back."""
        return now.state is ConsignmentState.COLLECTED and now.last_visit == self.id

    def _spend(self, ledger: Ledger) -> list[Event]:
        """A one-time code is spent by the first pickup; one that was revoked meanwhile is gone already."""
        credential = ledger.credential(self._right.credential) if self._right.credential is not None else None
        if credential is None or credential.state != "open":
            return []
        return [CredentialUsed(credential=credential.credential, visit=self.id)]

    def _open_screen(self, compartment: str, number: int, *, put_back: bool) -> Screen:
        if put_back:
            return screens.putting_back(compartment)
        return screens.door_open(compartment, number, len(self._right.consignments))

    async def _offer_reopening(self, consignments: list[Consignment]) -> None:
        """For a while the same visit may open its doors again: something was forgotten, or is to be put back."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.cabinet.settings.kiosk.reopen_s
        doors = {c.compartment: c for c in consignments if c.compartment is not None}
        screen = screens.done(doors)
        while (left := until - loop.time()) > 0 and not self.walked_away:
            act = await self.pause(screen, min(left, self.cabinet.settings.kiosk.idle_s))
            if act is None or act.action == "finish":
                return
            await self._hand_over(doors[act.value], 1, Purpose.REOPEN)
