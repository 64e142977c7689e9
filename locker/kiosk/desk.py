"""The cabinet's one screen: who holds it, what it shows, and what people do there.

Whoever serves a person holds the screen. A visit that goes on without its person (a door left open) lets go of it.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from locker.kiosk.screen import Act, Screen, StaleAct, UnknownAct

ACT_SETTLES_WITHIN_S = 1.0
"""How long `act` waits for the screen to answer; after that the page learns of it through its updates."""


class Holder(Protocol):
    """A visit or the reception: anything that can hold the screen."""


class NotHolder(Exception):
    """The screen belongs to somebody else by now."""


class ScreenDesk:
    """The one screen. Everything happens on the loop's thread."""

    def __init__(self, plan: tuple[tuple[str, tuple[tuple[str, str], ...]], ...], first: Screen) -> None:
        """Start with a screen; `plan` is the drawing of the cabinet (see `locker.kiosk.screen.Desk`)."""
        self._plan = plan
        self._screen = first
        self._rev = 1
        self._holder: Holder | None = None
        self._waiting: asyncio.Future[Act] | None = None
        self._changed = asyncio.Event()

    @property
    def rev(self) -> int:
        """Revision of the screen; grows with every change."""
        return self._rev

    @property
    def screen(self) -> Screen:
        """What is shown now."""
        return self._screen

    @property
    def plan(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Columns of the cabinet."""
        return self._plan

    def hand_to(self, holder: Holder | None) -> None:
        """Give the screen to somebody, or to nobody; whoever waits for an act there is told so."""
        self._holder = holder
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(NotHolder("the screen was handed on"))
        self._waiting = None

    def held_by(self, holder: Holder) -> bool:
        """Whether `holder` has the screen."""
        return self._holder is holder

    def show(self, holder: Holder, screen: Screen) -> None:
        """Show a screen, if `holder` still has it; otherwise nothing happens."""
        if self._holder is not holder or screen == self._screen:
            return
        self._screen = screen
        self._rev += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def next_act(self, holder: Holder) -> Act:
        """Wait for what the person does on the present screen.

        Raises:
            NotHolder: the screen is, or comes, in other hands.
        """
        if self._holder is not holder:
            raise NotHolder("the screen is in other hands")
        waiting: asyncio.Future[Act] = asyncio.get_running_loop().create_future()
        self._waiting = waiting
        try:
            return await waiting
        finally:
            if self._waiting is waiting:
                self._waiting = None

    async def act(self, act: Act) -> None:
        """Take up what a person does (see `locker.kiosk.screen.Desk`)."""
        if act.rev != self._rev or self._waiting is None or self._waiting.done():
            raise StaleAct("the screen has changed")
        if not any((choice.action, choice.value) == (act.action, act.value) for choice in self._screen.choices):
            raise UnknownAct(f"the screen {self._screen.name!r} offers no {act.action!r}")
        known = {entry.name for entry in self._screen.entries}
        entries = {name: value.strip() for name, value in act.entries.items() if name in known}
        self._waiting.set_result(Act(act.rev, act.action, act.value, entries))
        self._waiting = None
        try:
            await asyncio.wait_for(self.changed(act.rev), ACT_SETTLES_WITHIN_S)
        except TimeoutError:
            return

    async def changed(self, rev: int) -> int:
        """Wait until the revision differs from `rev`."""
        while self._rev == rev:
            await self._changed.wait()
        return self._rev
