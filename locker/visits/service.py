"""A service visit: an attendant opens any compartment, hands over or removes what is inside, and ends faults."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from locker.cabinet import Cabinet
from locker.doors import OPEN
from locker.kiosk.screen import Choice, Entry, EntryKind, Screen, Text, Tone, text
from locker.ledger import Compartment, Consignment, Ledger, Person
from locker.visits import notices
from locker.visits.doorway import closed_or_act, open_door
from locker.visits.visit import Moves, Visit
from mqtt.contract.base import ConsignmentState, Means, Purpose, ServiceState, VisitKind, VisitResult
from mqtt.contract.events import (
    CompartmentServiceChanged,
    ConsignmentCollected,
    ConsignmentDoubted,
    ConsignmentReleased,
    ConsignmentWithdrawn,
    Event,
)


class ServiceStage(StrEnum):
    """Where a service visit stands."""

    HOME = "home"
    OPENING = "opening"
    DOOR_OPEN = "door_open"
    RESOLVING = "resolving"


class ServiceVisit(Visit):
    """What an attendant does in one go."""

    kind = VisitKind.SERVICE
    first = ServiceStage.HOME
    moves: ClassVar[Moves] = {
        ServiceStage.HOME: frozenset({ServiceStage.OPENING}),
        ServiceStage.OPENING: frozenset({ServiceStage.DOOR_OPEN, ServiceStage.HOME}),
        ServiceStage.DOOR_OPEN: frozenset({ServiceStage.RESOLVING, ServiceStage.HOME}),
        ServiceStage.RESOLVING: frozenset({ServiceStage.HOME}),
    }

    def __init__(self, cabinet: Cabinet, attendant: Person, name: str) -> None:
        """A visit of `attendant`, who has signed in."""
        super().__init__(cabinet)
        self._attendant = attendant
        self._name = name

    async def serve(self) -> VisitResult:
        """Compartment after compartment, until the attendant is done."""
        await self.begin(Means.PIN, self._attendant.person)
        problem: Text | None = None
        while not self.walked_away:
            self.enter(ServiceStage.HOME)
            compartments = await self.cabinet.ledger.run(lambda ledger: ledger.compartments())
            act = await self.ask(home_screen(self._name, compartments, problem))
            problem = None
            if act.action == "finish":
                return VisitResult.COMPLETED
            wanted = (act.value or act.entries.get("compartment", "")).upper()
            chosen = next((c for c in compartments if c.id == wanted), None)
            if chosen is None:
                problem = text("service.unknown_compartment", compartment=wanted or "?")
            else:
                await self._attend(chosen)
        return VisitResult.WALKED_AWAY

    async def _attend(self, compartment: Compartment) -> None:
        """Open one compartment, and ask what was done once it is closed."""
        self.enter(ServiceStage.OPENING)
        outcome = await open_door(self, compartment.id, Purpose.SERVICE, compartment.consignment or self.id)
        if outcome not in OPEN:
            await self.pause(notices.fault(self.cabinet, compartment.id, outcome), notices.FAULT_S)
            return
        self.enter(ServiceStage.DOOR_OPEN)
        await closed_or_act(self, (compartment.id,), open_screen(compartment.id))
        if self.walked_away:
            await self._leave_in_doubt(compartment)
            return
        self.enter(ServiceStage.RESOLVING)
        act = await self.ask(resolve_screen(compartment))
        await self._resolve(compartment, act.action)

    async def _leave_in_doubt(self, compartment: Compartment) -> None:
        """The attendant left an open door: whoever closed it, nobody said what is inside."""
        await self.cabinet.ledger.record(
            CompartmentServiceChanged(
                compartment=compartment.id,
                state=ServiceState.NEEDS_CHECK,
                reason="left open by an attendant",
                visit=self.id,
            )
        )

    async def _resolve(self, compartment: Compartment, action: str) -> None:
        """Record what the attendant says was done; `out_of_service` keeps the compartment closed to everybody."""
        now, consignment = await self.cabinet.ledger.run(lambda ledger: _contents(ledger, compartment.id))
        events: list[Event] = []
        if consignment is not None:
            where = {"consignment": consignment.id, "compartment": compartment.id, "visit": self.id}
            by = self._attendant.person
            if consignment.doubted:
                events.append(
                    ConsignmentDoubted(consignment=consignment.id, doubted=False, reason="checked by an attendant")
                )
            if action == "handed_over":
                events.append(ConsignmentCollected(**where, means=Means.PIN, by=by))
            elif action == "removed" and consignment.state is not ConsignmentState.RESERVED:
                events.append(ConsignmentWithdrawn(**where, by=by))
            elif action in {"removed", "empty"} and consignment.state is ConsignmentState.RESERVED:
                events.append(
                    ConsignmentReleased(
                        consignment=consignment.id,
                        state=ConsignmentState.EXPECTED,
                        reason="found empty by an attendant",
                    )
                )
            elif action == "empty":
                events.append(ConsignmentWithdrawn(**where, by=by))
        in_service = action != "out_of_service"
        if in_service is not (now.service is ServiceState.IN_SERVICE):
            events.append(
                CompartmentServiceChanged(
                    compartment=compartment.id,
                    state=ServiceState.IN_SERVICE if in_service else ServiceState.OUT_OF_SERVICE,
                    reason="by an attendant",
                    visit=self.id,
                )
            )
        if events:
            await self.cabinet.ledger.record(*events)


def _contents(ledger: Ledger, compartment: str) -> tuple[Compartment, Consignment | None]:
    """A compartment as it is now, and what the ledger has behind its door."""
    now = ledger.compartment(compartment)
    assert now is not None, "the site's compartments are never removed from the ledger"
    return now, ledger.consignment(now.consignment) if now.consignment is not None else None


def home_screen(name: str, compartments: tuple[Compartment, ...], problem: Text | None) -> Screen:
    """What needs attention, and a field for any other compartment."""
    troubled = [c for c in compartments if c.service is not ServiceState.IN_SERVICE]
    return Screen(
        "service_home",
        text("service.title", name=name),
        lines=(*((problem,) if problem else ()), text("service.line", count=len(troubled))),
        entries=(Entry("compartment", text("service.doors"), EntryKind.WORD, 4),),
        choices=(
            Choice("open", text("choice.open_any"), primary=True),
            *(Choice("open", text("choice.open", compartment=c.id, reason=c.reason), c.id) for c in troubled),
            Choice("finish", text("choice.finish")),
        ),
        doors=tuple(c.id for c in troubled),
        tone=Tone.WARN if problem else Tone.ASK,
    )


def open_screen(compartment: str) -> Screen:
    """The door is open."""
    title = text("service.open.title", compartment=compartment)
    return Screen("service_open", title, doors=(compartment,), tone=Tone.GOOD)


def resolve_screen(compartment: Compartment) -> Screen:
    """What was done?"""
    actions = (
        ("handed_over", "removed", "left_inside", "out_of_service")
        if compartment.consignment
        else ("empty", "out_of_service")
    )
    return Screen(
        "service_resolve",
        text("service.resolve.title", compartment=compartment.id),
        choices=tuple(Choice(action, text(f"choice.{action}")) for action in actions),
        doors=(compartment.id,),
        tone=Tone.ASK,
    )
