"""A desk without a cabinet behind it: it shows what a test puts there and remembers what was done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from locker.kiosk.app import create_app
from locker.kiosk.screen import Act, Choice, Screen, StaleAct, UnknownAct, text

PLAN = (
    ("A", (("A01", "S"), ("A02", "S"), ("A03", "M"))),
    ("B", (("B01", "L"), ("B02", "M"))),
)
WELCOME = Screen(
    "welcome",
    text("welcome.title"),
    (text("welcome.line"),),
    (Choice("look", text("choice.look"), primary=True), Choice("code", text("choice.code"))),
)


class FakeDesk:
    """Answers acts as `answer` says; by default it only remembers them."""

    def __init__(self) -> None:
        self.plan = PLAN
        self.screen = WELCOME
        self.rev = 1
        self.acts: list[Act] = []
        self.acted = asyncio.Event()
        self.answer: Callable[[Act], None] = lambda _act: None
        self._changed = asyncio.Event()

    def show(self, screen: Screen) -> None:
        self.screen = screen
        self.rev += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def act(self, act: Act) -> None:
        if act.rev != self.rev:
            raise StaleAct("the screen has changed")
        if not any((choice.action, choice.value) == (act.action, act.value) for choice in self.screen.choices):
            raise UnknownAct(act.action)
        self.acts.append(act)
        self.acted.set()
        self.answer(act)

    async def changed(self, rev: int) -> int:
        while self.rev == rev:
            await self._changed.wait()
        return self.rev


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
async def page(desk: FakeDesk) -> AsyncIterator[httpx.AsyncClient]:
    """A program that speaks HTTP to the screen, as a page with scripts does."""
    app = create_app(desk, title_zh="阳光花园", title_en="Sunshine Garden", language="zh", strict=True)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost:8080", headers={"HX-Request": "true"}
    ) as client:
        yield client
