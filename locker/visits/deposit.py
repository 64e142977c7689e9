"""A deposit visit: a courier signs in, names parcels by their waybill and puts them in; or takes back what waits.

Custody begins with the closing of the door in a deposit that is confirmed. A courier who walks away leaves the parcel
deposited but unconfirmed, and may confirm it at the next visit.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import structlog

from config.settings import Size
from locker.cabinet import Cabinet
from locker.doors import OPEN
from locker.kiosk.screen import Act, Screen, Text, text
from locker.ledger import Compartment, Consignment, IllegalTransition, Ledger, Person
from locker.people import masked_recipient
from locker.vacancy import choose_compartment, count_by_size, vacancies
from locker.visits import deposit_screens as screens
from locker.visits import notices
from locker.visits.doorway import closed_or_act, open_door
from locker.visits.placement import Placement
from locker.visits.visit import Moves, Visit
from mqtt.contract.base import ConsignmentState, Direction, Means, Purpose, VisitKind, VisitResult
from mqtt.contract.events import (
    ConsignmentCollected,
    ConsignmentConfirmed,
    ConsignmentWithdrawn,
    CredentialUsed,
    Event,
)

log = structlog.get_logger(__name__)


class DepositStage(StrEnum):
    """Where a deposit visit stands."""

    HOME = "home"
    CHOOSING = "choosing"
    PLACING = "placing"
    TAKING_OUT = "taking_out"


WORK = frozenset({ConsignmentState.EXPECTED, ConsignmentState.DEPOSITED, ConsignmentState.REFUSED})
"""States in which a courier has something to do about a consignment."""


class DepositVisit(Visit):
    """Everything a courier does in one go: any number of parcels in, and refused or overdue ones out."""

    kind = VisitKind.DEPOSIT
    first = DepositStage.HOME
    moves: ClassVar[Moves] = {
        DepositStage.HOME: frozenset({DepositStage.CHOOSING, DepositStage.TAKING_OUT}),
        DepositStage.CHOOSING: frozenset({DepositStage.HOME, DepositStage.PLACING}),
        DepositStage.PLACING: frozenset({DepositStage.HOME}),
        DepositStage.TAKING_OUT: frozenset({DepositStage.HOME}),
    }

    def __init__(self, cabinet: Cabinet, courier: Person, name: str, credential: str | None = None) -> None:
        """A visit of `courier`, who signed in with a PIN, or with the one-time deposit code `credential`."""
        super().__init__(cabinet)
        self._courier = courier
        self._name = name
        self._credential = credential

    async def serve(self) -> VisitResult:
        """Home screen, parcel after parcel, until the courier is done."""
        if self._credential is None:
            await self.begin(Means.PIN, self._courier.person)
        else:
            spent = CredentialUsed(credential=self._credential, visit=self.id)
            await self.begin(Means.DEPOSIT_CODE, self._courier.person, spent)
        problem: Text | None = None
        while not self.walked_away:
            self.enter(DepositStage.HOME)
            act = await self.ask(await self._home(problem))
            if act.action == "finish":
                return VisitResult.COMPLETED
            try:
                problem = await self._do(act)
            except IllegalTransition as fault:  # what the screen showed is no longer so
                log.info("nothing was done", visit=self.id, fault=str(fault))
                problem = text("courier.changed")
        return VisitResult.WALKED_AWAY

    async def _do(self, act: Act) -> Text | None:
        """What the courier asks for; returns what to tell when it cannot be."""
        match act.action:
            case "deposit":
                return await self._deposit(act.entries.get("waybill", ""))
            case "confirm":
                confirmed = ConsignmentConfirmed(consignment=act.value, by=self._courier.person)
                await self.cabinet.ledger.record(confirmed)
            case _:
                await self._take_out(act.value)
        return None

    async def _home(self, problem: Text | None) -> Screen:
        """The home screen, with what waits for this courier's carrier."""
        carrier = self._courier.carrier
        mine = await self.cabinet.ledger.run(
            lambda ledger: ledger.consignments(carrier=carrier, state=WORK) if carrier is not None else ()
        )
        deposited = [c for c in mine if c.state is ConsignmentState.DEPOSITED]
        return screens.home(
            self._name,
            expected=sum(c.state is ConsignmentState.EXPECTED and c.direction is Direction.INBOUND for c in mine),
            returns=[c for c in mine if c.direction is Direction.INBOUND and self._may_take(c)],
            outgoing=[c for c in deposited if c.direction is Direction.OUTBOUND],
            unconfirmed=[c for c in deposited if not c.confirmed and c.deposited_by == self._courier.person],
            problem=problem,
        )

    async def _deposit(self, waybill: str) -> Text | None:
        """Put in the parcel of a waybill; returns what to tell the courier when it cannot be."""
        consignment = await self._expected(waybill)
        if consignment is None:
            return text("courier.unknown_waybill")
        if await self.cabinet.ledger.run(lambda ledger: ledger.low_space()):
            return text("size.low_space")
        self.enter(DepositStage.CHOOSING)
        compartment = await self._choose(consignment)
        if not isinstance(compartment, Compartment):
            return compartment
        self.enter(DepositStage.PLACING)
        problem = await Placement(self, consignment, compartment, self._courier.person).run()
        return text(problem) if problem else None

    async def _expected(self, waybill: str) -> Consignment | None:
        """The expected consignment of the courier's carrier with this waybill."""
        wanted = waybill.strip().upper()

        def find(ledger: Ledger) -> Consignment | None:
            for consignment_id in ledger.consignments_of_waybill(wanted):
                found = ledger.consignment(consignment_id)
                if found is None or found.direction is not Direction.INBOUND:
                    continue
                if found.state is ConsignmentState.EXPECTED and found.carrier == self._courier.carrier:
                    return found
            return None

        return await self.cabinet.ledger.run(find) if wanted else None

    async def _choose(self, consignment: Consignment) -> Compartment | Text | None:
        """Let the courier choose a size, or be given one. A text says why not; None means the courier went back."""
        free = await self._vacant()
        if not free:
            return text("size.full")
        recipient = await masked_recipient(self.cabinet.ledger, consignment.recipient)
        announced = Size(consignment.size) if consignment.size else None
        act = await self.ask(screens.size(recipient, count_by_size(free), announced))
        if act.action == "back":
            return None
        wanted = Size(act.value) if act.action == "size" else announced or Size.S
        chosen = choose_compartment(await self._vacant(), wanted, exact=act.action == "size")
        return chosen or text("size.full")

    async def _vacant(self) -> tuple[Compartment, ...]:
        compartments = await self.cabinet.ledger.run(lambda ledger: ledger.compartments())
        return vacancies(compartments, self.cabinet.doors.latch)

    async def _take_out(self, consignment_id: str) -> None:
        """Hand the carrier what a resident sends, or what was refused or is overdue."""
        consignment = await self.cabinet.ledger.run(lambda ledger: ledger.consignment(consignment_id))
        if consignment is None or consignment.compartment is None or not self._may_take(consignment):
            raise IllegalTransition(f"{consignment_id} is not for this courier to take out")
        compartment = consignment.compartment
        self.enter(DepositStage.TAKING_OUT)
        sent = consignment.direction is Direction.OUTBOUND and consignment.state is ConsignmentState.DEPOSITED
        purpose = Purpose.PICKUP if sent else Purpose.WITHDRAW
        outcome = await open_door(self, compartment, purpose, consignment.id)
        if outcome not in OPEN:
            await self.pause(notices.fault(self.cabinet, compartment, outcome), notices.FAULT_S)
            return
        await closed_or_act(self, (compartment,), screens.withdrawing(compartment))
        await self.decide(lambda ledger: self._taken_out(ledger, consignment_id, compartment, purpose))
        self.cabinet.doors.release(compartment, self.id)

    def _may_take(self, consignment: Consignment) -> bool:
        """Whether it is the courier's own carrier's, and refused, overdue or sent."""
        if self._courier.carrier is None or consignment.carrier != self._courier.carrier:
            return False
        if consignment.state is ConsignmentState.REFUSED:
            return True
        waits = consignment.direction is Direction.OUTBOUND or self.cabinet.overdue(consignment)
        return consignment.state is ConsignmentState.DEPOSITED and waits

    def _taken_out(self, ledger: Ledger, consignment_id: str, compartment: str, purpose: Purpose) -> list[Event]:
        """What the closing means, unless a later visit has taken the door over or custody has ended already."""
        now = ledger.consignment(consignment_id)
        if now is None or now.compartment != compartment or not self.cabinet.doors.owns(compartment, self.id):
            return []
        where = {"consignment": now.id, "compartment": compartment, "visit": self.id, "by": self._courier.person}
        if purpose is Purpose.PICKUP:
            means = Means.PIN if self._credential is None else Means.DEPOSIT_CODE
            return [ConsignmentCollected(**where, means=means)]
        return [ConsignmentWithdrawn(**where)]
