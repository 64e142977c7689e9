"""A visit: its id, its stages, its hold on the screen, and how it begins and ends in the ledger.

Each kind of visit states which stage may follow which; a move that is not stated is a fault of the program. A visit may
go on without its person and without the screen: a door that was left open is waited for however long it takes.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import ClassVar

import structlog

from locker.cabinet import Cabinet
from locker.kiosk.screen import Act, Screen
from locker.ledger import Ledger, PersonalWrite
from locker.look import Recognised
from locker.renewal import conclude
from mqtt.contract.base import Means, VisitKind, VisitResult
from mqtt.contract.events import Event, VisitEnded, VisitStarted

log = structlog.get_logger(__name__)

Moves = Mapping[StrEnum, frozenset[StrEnum]]


class WalkedAway(Exception):
    """Nobody did anything at the screen for `kiosk.idle_s`."""


class Visit(ABC):
    """What one person does in one go."""

    kind: ClassVar[VisitKind]
    first: ClassVar[StrEnum]
    moves: ClassVar[Moves]

    def __init__(self, cabinet: Cabinet) -> None:
        """A visit that has not begun: the ledger hears of it once somebody has shown a right to something."""
        self.cabinet = cabinet
        self.id = cabinet.new_id("vis")
        self.stage = self.first
        self.walked_away = False
        self.seen: Recognised | None = None
        """The look that began the visit, where it was the first one and nothing else was needed."""
        self.left_screen = asyncio.Event()
        self._begun = False

    @abstractmethod
    async def serve(self) -> VisitResult:
        """Serve the person from the first screen to the last door."""

    async def run(self) -> VisitResult:
        """Serve, and see to it that the ledger and the screen hear of the end."""
        try:
            result = await self.serve()
        except WalkedAway:
            result = VisitResult.WALKED_AWAY
        if self.walked_away and result is VisitResult.COMPLETED:
            result = VisitResult.WALKED_AWAY
        await self.end(result)
        return result

    def enter(self, stage: StrEnum) -> None:
        """Move to another stage.

        Raises:
            RuntimeError: the kind of visit does not state this move.
        """
        if stage is not self.stage and stage not in self.moves.get(self.stage, frozenset()):
            raise RuntimeError(f"a {self.kind} visit cannot go from {self.stage} to {stage}")
        self.stage = stage

    async def decide(self, events: Callable[[Ledger], Sequence[Event]]) -> None:
        """Read the ledger, decide, and record, in one go: nobody else can change anything in between."""
        await self.cabinet.ledger.run(lambda ledger: ledger.record(*events(ledger)))

    async def begin(
        self, means: Means, person: str | None, *more: Event, personal: tuple[PersonalWrite, ...] = ()
    ) -> None:
        """Tell the ledger who came and by what right, with whatever else became true in the same moment."""
        started = VisitStarted(visit=self.id, visit_kind=self.kind, means=means, person=person)
        await self.cabinet.ledger.record(started, *more, personal=personal)
        self._begun = True

    async def end(self, result: VisitResult) -> None:
        """Let go of the screen and the doors, and tell the ledger how it ended."""
        self.leave_screen()
        self.cabinet.doors.forget(self.id)
        if self._begun:
            self._begun = False
            seen = self.seen if result is VisitResult.COMPLETED else None
            await conclude(self.cabinet, VisitEnded(visit=self.id, result=result), seen)
            log.info("visit ended", visit=self.id, kind=self.kind, result=result)

    def show(self, screen: Screen) -> None:
        """Show a screen, unless this visit has let go of it."""
        self.cabinet.desk.show(self, screen)

    async def ask(self, screen: Screen, *, idle_s: float | None = None) -> Act:
        """Show a screen and wait for what the person does.

        Raises:
            WalkedAway: nothing was done for `idle_s` (by default the site's `kiosk.idle_s`), or somebody else has the
                screen.
        """
        if not self.on_screen:
            self.walked_away = True
            raise WalkedAway(self.id)
        self.show(screen)
        try:
            return await asyncio.wait_for(
                self.cabinet.desk.next_act(self), idle_s if idle_s is not None else self.cabinet.settings.kiosk.idle_s
            )
        except TimeoutError:
            self.walked_away = True
            raise WalkedAway(self.id) from None

    async def pause(self, screen: Screen, seconds: float) -> Act | None:
        """Show a screen for a while; a touch ends it early."""
        try:
            walked = self.walked_away
            return await self.ask(screen, idle_s=seconds)
        except WalkedAway:
            self.walked_away = walked
            return None

    @property
    def begun(self) -> bool:
        """Whether the ledger has heard of it, and not of its end."""
        return self._begun

    @property
    def on_screen(self) -> bool:
        """Whether this visit still has the screen."""
        return self.cabinet.desk.held_by(self)

    def leave_screen(self) -> None:
        """Let somebody else have the screen."""
        self.left_screen.set()
