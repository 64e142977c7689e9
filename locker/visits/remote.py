"""A remote visit: the platform opens a door by a signed command, for somebody on the telephone or for a look inside."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import ClassVar

from locker.cabinet import Cabinet
from locker.doors import OPEN
from locker.doubt import doubted
from locker.kiosk.screen import Screen, text
from locker.ledger import INSIDE, Ledger
from locker.visits.doorway import closed_or_act, open_door
from locker.visits.visit import Moves, Visit
from mqtt.contract.base import ConsignmentState, Means, Outcome, Purpose, VisitKind, VisitResult
from mqtt.contract.events import ConsignmentCollected, ConsignmentWithdrawn, Event
from mqtt.contract.messages import OpenDoor


class RemoteStage(StrEnum):
    """Where a remote visit stands."""

    OPENING = "opening"
    DOOR_OPEN = "door_open"
    CLOSED = "closed"


class RemoteVisit(Visit):
    """Open one door, and settle the custody of what lies behind it when it closes, as the command says.

    The screen is not touched: somebody else may stand before it.
    """

    kind = VisitKind.REMOTE
    first = RemoteStage.OPENING
    moves: ClassVar[Moves] = {
        RemoteStage.OPENING: frozenset({RemoteStage.DOOR_OPEN}),
        RemoteStage.DOOR_OPEN: frozenset({RemoteStage.CLOSED}),
    }

    def __init__(self, cabinet: Cabinet, command_id: str, wish: OpenDoor) -> None:
        """`opened` is settled with the outcome once the door has opened, or cannot be."""
        super().__init__(cabinet)
        self._command_id = command_id
        self._wish = wish
        self.opened: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    async def serve(self) -> VisitResult:
        """Open, wait for the closing, settle."""
        try:
            return await self._serve()
        finally:
            if not self.opened.done():
                self.opened.set_result(Outcome.UNKNOWN)

    async def _serve(self) -> VisitResult:
        await self.begin(Means.COMMAND, self._wish.on_behalf_of)
        compartment = self._wish.compartment
        outcome = await open_door(self, compartment, Purpose.REMOTE, self._command_id)
        self.opened.set_result(outcome)
        if outcome not in OPEN:
            return VisitResult.FAILED
        self.enter(RemoteStage.DOOR_OPEN)
        await closed_or_act(self, (compartment,), Screen("remote_open", text("opening.title", compartment=compartment)))
        self.enter(RemoteStage.CLOSED)
        found_open = outcome is Outcome.ALREADY_OPEN
        await self.decide(lambda ledger: self._closed(ledger, compartment, found_open=found_open))
        self.cabinet.doors.release(compartment, self.id)
        return VisitResult.COMPLETED

    def _closed(self, ledger: Ledger, compartment: str, *, found_open: bool) -> list[Event]:
        """What the closing means, unless a later visit has taken the door over.

        A look inside through a door that somebody had left open leaves in doubt what that somebody did.
        """
        found = ledger.consignments(state=INSIDE, compartment=compartment)
        if not found or not self.cabinet.doors.owns(compartment, self.id):
            return []
        if self._wish.purpose == "inspect":
            return doubted(ledger, compartment, "inspected through an open door", self.id) if found_open else []
        where = {
            "consignment": found[0].id,
            "compartment": compartment,
            "visit": self.id,
            "by": self._wish.on_behalf_of,
        }
        if self._wish.purpose == "withdraw":
            return [ConsignmentWithdrawn(**where)]
        if found[0].state is ConsignmentState.DEPOSITED:
            return [ConsignmentCollected(**where, means=Means.COMMAND)]
        return []
