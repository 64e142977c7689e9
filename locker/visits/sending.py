"""A sending: a resident puts in what a courier is to take along, by a look or by a one-time deposit code.

It is a deposit in the other direction: the same doors, the same custody, and the carrier's courier collects it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from config.settings import Size
from locker.cabinet import Cabinet
from locker.kiosk.screen import Choice, Screen, Text, Tone, text
from locker.ledger import Compartment, Consignment
from locker.vacancy import choose_compartment, count_by_size, vacancies
from locker.visits import deposit_screens as screens
from locker.visits import notices
from locker.visits.placement import Placement
from locker.visits.visit import Moves, Visit
from mqtt.contract.base import Means, VisitKind, VisitResult
from mqtt.contract.events import CredentialUsed


class SendingStage(StrEnum):
    """Where a sending stands."""

    CHOOSING = "choosing"
    PLACING = "placing"


class SendingVisit(Visit):
    """One resident puts in one or more things that are expected of them."""

    kind = VisitKind.DEPOSIT
    first = SendingStage.CHOOSING
    moves: ClassVar[Moves] = {
        SendingStage.CHOOSING: frozenset({SendingStage.PLACING}),
        SendingStage.PLACING: frozenset({SendingStage.CHOOSING}),
    }

    def __init__(
        self, cabinet: Cabinet, person: str, consignments: tuple[Consignment, ...], credential: str | None = None
    ) -> None:
        """A visit of `person`, who looked, or who typed the one-time deposit code `credential`."""
        super().__init__(cabinet)
        self._person = person
        self._waiting = list(consignments)
        self._credential = credential

    async def serve(self) -> VisitResult:
        """Thing after thing, as long as there is one and the resident wishes."""
        if self._credential is None:
            await self.begin(Means.IRIS, self._person)
        else:
            spent = CredentialUsed(credential=self._credential, visit=self.id)
            await self.begin(Means.DEPOSIT_CODE, self._person, spent)
        if not self._waiting:
            await self.pause(notices.notice("send_nothing", text("send.nothing.title")), notices.NOTICE_S)
            return VisitResult.COMPLETED
        while self._waiting and not self.walked_away:
            self.enter(SendingStage.CHOOSING)
            chosen = await self._choose(self._waiting[0])
            if chosen is None:
                return VisitResult.CANCELLED
            if isinstance(chosen, Text):
                await self.pause(notices.notice("send_full", chosen, tone=Tone.WARN), notices.FAULT_S)
                return VisitResult.FAILED
            self.enter(SendingStage.PLACING)
            problem = await Placement(self, self._waiting.pop(0), chosen, self._person).run()
            if problem is not None:
                await self.pause(notices.notice("send_full", text(problem), tone=Tone.WARN), notices.FAULT_S)
                return VisitResult.FAILED
        return VisitResult.COMPLETED

    async def _choose(self, consignment: Consignment) -> Compartment | Text | None:
        """Let the resident choose a size. A text says why not; None means that the resident went back."""
        if await self.cabinet.ledger.run(lambda ledger: ledger.low_space()):
            return text("size.low_space")
        compartments = await self.cabinet.ledger.run(lambda ledger: ledger.compartments())
        free = vacancies(compartments, self.cabinet.doors.latch)
        if not free:
            return text("size.full")
        waybill = await self.cabinet.ledger.run(lambda ledger: ledger.waybill(consignment.id))
        announced = Size(consignment.size) if consignment.size else None
        act = await self.ask(screens.size(text("send.waybill", waybill=waybill or "-"), count_by_size(free), announced))
        if act.action == "back":
            return None
        wanted = Size(act.value) if act.action == "size" else announced or Size.S
        return choose_compartment(free, wanted, exact=act.action == "size") or text("size.full")


def ask_how() -> Screen:
    """A look or a code: who sends?"""
    return Screen(
        "send",
        text("send.title"),
        lines=(text("send.line"),),
        choices=(
            Choice("look", text("choice.send_look"), primary=True),
            Choice("code", text("choice.send_code")),
            Choice("cancel", text("choice.cancel")),
        ),
        tone=Tone.ASK,
    )
