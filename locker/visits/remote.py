"""A remote visit: the platform opens a door by a signed command, for somebody on the telephone or for a look inside."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import ClassVar

from locker.cabinet import Cabinet
from locker.doors import OPEN
from locker.kiosk.screen import Screen, text
from locker.ledger import INSIDE
from locker.visits.doorway import closed_or_act, open_door
from locker.visits.visit import Moves, Visit
from mqtt.contract.base import ConsignmentState, Means, Outcome, Purpose, VisitKind, VisitResult
from mqtt.contract.events import ConsignmentCollected, ConsignmentWithdrawn
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
        await self.begin(Means.COMMAND, self._wish.on_behalf_of)
        compartment = self._wish.compartment
        outcome = await open_door(self, compartment, Purpose.REMOTE, self._command_id)
        self.opened.set_result(outcome)
        if outcome not in OPEN:
            return VisitResult.FAILED
        self.enter(RemoteStage.DOOR_OPEN)
        await closed_or_act(self, (compartment,), Screen("remote_open", text("opening.title", compartment=compartment)))
        self.enter(RemoteStage.CLOSED)
        await self._settle_custody(compartment)
        return VisitResult.COMPLETED

    async def _settle_custody(self, compartment: str) -> None:
        found = await self.cabinet.ledger.run(lambda ledger: ledger.consignments(state=INSIDE, compartment=compartment))
        if not found or self._wish.purpose == "inspect":
            return
        consignment = found[0]
        if self._wish.purpose == "withdraw":
            await self.cabinet.ledger.record(
                ConsignmentWithdrawn(
                    consignment=consignment.id, compartment=compartment, visit=self.id, by=self._wish.on_behalf_of
                )
            )
        elif consignment.state is ConsignmentState.DEPOSITED:
            await self.cabinet.ledger.record(
                ConsignmentCollected(
                    consignment=consignment.id,
                    compartment=compartment,
                    visit=self.id,
                    means=Means.COMMAND,
                    by=self._wish.on_behalf_of,
                )
            )
