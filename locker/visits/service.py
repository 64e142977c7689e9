"""A service visit: an attendant opens any compartment, hands over or removes what is inside, and ends faults."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from locker.access.codes import free_nonce
from locker.cabinet import Cabinet
from locker.doors import OPEN
from locker.doubt import doubted
from locker.kiosk.screen import Choice, Entry, EntryKind, Screen, Text, Tone, text
from locker.ledger import Compartment, Consignment, Ledger, Person
from locker.visits import notices
from locker.visits.doorway import closed_or_act, open_door
from locker.visits.visit import Moves, Visit
from mqtt.contract.base import ConsignmentState, Means, Purpose, ServiceState, VisitKind, VisitResult
from mqtt.contract.events import (
    CompartmentServiceChanged,
    ConsignmentCollected,
    ConsignmentDeposited,
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
        """Open one compartment, and ask what was done once it is closed. Silence leaves it in doubt."""
        self.enter(ServiceStage.OPENING)
        outcome = await open_door(self, compartment.id, Purpose.SERVICE, compartment.consignment or self.id)
        if outcome not in OPEN:
            await self.pause(notices.fault(self.cabinet, compartment.id, outcome), notices.FAULT_S)
            return
        self.enter(ServiceStage.DOOR_OPEN)
        await closed_or_act(self, (compartment.id,), open_screen(compartment.id))
        self.enter(ServiceStage.RESOLVING)
        answers = await self.cabinet.ledger.run(lambda ledger: answers_for(_contents(ledger, compartment.id)))
        act = await self.pause(resolve_screen(compartment.id, answers), self.cabinet.settings.kiosk.idle_s)
        if act is None:
            self.walked_away = True
            reason = "opened by an attendant who did not say what is inside"
            await self.decide(lambda ledger: doubted(ledger, compartment.id, reason, self.id))
        else:
            await self.decide(lambda ledger: self._resolved(ledger, compartment.id, act.action))
            if act.action != "out_of_service":
                self.cabinet.doors.seen_to(compartment.id)
        self.cabinet.doors.release(compartment.id, self.id)

    def _resolved(self, ledger: Ledger, compartment: str, answer: str) -> list[Event]:
        """Record what the attendant says was done; `out_of_service` keeps the compartment closed to everybody."""
        consignment = _contents(ledger, compartment)
        events: list[Event] = []
        if consignment is not None and answer in answers_for(consignment):
            if consignment.doubted:
                checked = "checked by an attendant"
                events.append(ConsignmentDoubted(consignment=consignment.id, doubted=False, reason=checked))
            events += self._custody(ledger, consignment, compartment, answer)
        row = ledger.compartment(compartment)
        in_service = answer != "out_of_service"
        if row is not None and in_service is not (row.service is ServiceState.IN_SERVICE):
            state = ServiceState.IN_SERVICE if in_service else ServiceState.OUT_OF_SERVICE
            events.append(
                CompartmentServiceChanged(compartment=compartment, state=state, reason="by an attendant", visit=self.id)
            )
        return events

    def _custody(self, ledger: Ledger, consignment: Consignment, compartment: str, answer: str) -> list[Event]:
        """What the answer means for custody. What was only reserved and is found inside has been deposited."""
        where = {"consignment": consignment.id, "compartment": compartment, "visit": self.id}
        by = self._attendant.person
        reserved = consignment.state is ConsignmentState.RESERVED
        events: list[Event] = []
        if reserved and answer in {"handed_over", "left_inside"}:
            events.append(
                ConsignmentDeposited(
                    **where,
                    by=consignment.reserved_by or by,
                    confirmed=True,
                    nonce=free_nonce(ledger, self.cabinet.keys.code_secret, consignment.id),
                    deadline=self.cabinet.deadline(consignment.service, consignment.deadline_h),
                )
            )
        if answer == "handed_over":
            events.append(ConsignmentCollected(**where, means=Means.PIN, by=by))
        elif answer in {"removed", "empty"} and reserved:
            reason = "found empty by an attendant"
            events.append(
                ConsignmentReleased(consignment=consignment.id, state=ConsignmentState.EXPECTED, reason=reason)
            )
        elif answer in {"removed", "empty"}:
            events.append(ConsignmentWithdrawn(**where, by=by))
        return events


def answers_for(consignment: Consignment | None) -> tuple[str, ...]:
    """What an attendant may say was done with what the ledger has behind a door."""
    if consignment is None:
        return ("empty", "out_of_service")
    if consignment.state is ConsignmentState.REFUSED:
        return ("removed", "left_inside", "out_of_service")
    return ("handed_over", "removed", "left_inside", "empty", "out_of_service")


def _contents(ledger: Ledger, compartment: str) -> Consignment | None:
    """What the ledger keeps behind a door, or for it."""
    kept = ledger.consignments(compartment=compartment)
    return kept[0] if kept else None


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


def resolve_screen(compartment: str, answers: tuple[str, ...]) -> Screen:
    """What was done?"""
    return Screen(
        "service_resolve",
        text("service.resolve.title", compartment=compartment),
        choices=tuple(Choice(answer, text(f"choice.{answer}")) for answer in answers),
        doors=(compartment,),
        tone=Tone.ASK,
    )
