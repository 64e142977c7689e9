"""A whole cabinet without wires: the real ledger, doors, desk and visits, with parts of paper around them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from paper_parts import PaperClock, PaperLooker, PaperPanel

from config.settings import Settings
from firmware_bridge.panel import Latch as HookLatch
from locker.access.codes import pickup_code
from locker.access.keypad import Keypad
from locker.cabinet import Cabinet
from locker.daemon import plan_of
from locker.doors import Doors
from locker.keys import Keys
from locker.kiosk.desk import ScreenDesk
from locker.kiosk.screen import Act, Screen
from locker.ledger import Ledger, LedgerThread
from locker.reception import Reception
from locker.recovery import begin_boot, compare_doors, interrupted_visits
from locker.visits.aftercare import adopt
from locker.visits.desk_screens import welcome
from mqtt.contract.base import Latch
from mqtt.contract.events import JournalRow


@dataclass
class Bank:
    """The cabinet and what a test does with it."""

    cabinet: Cabinet
    panel: PaperPanel
    looker: PaperLooker
    clock: PaperClock
    reception: Reception
    tasks: list[asyncio.Task[None]]

    @property
    def desk(self) -> ScreenDesk:
        return self.cabinet.desk

    async def screen(self, *names: str) -> Screen:
        """Wait for a screen."""
        async with asyncio.timeout(5):
            while self.desk.screen.name not in names:
                await self.desk.changed(self.desk.rev)
        return self.desk.screen

    async def press(self, name: str, action: str, value: str = "", **entries: str) -> None:
        """Wait for a screen, and press a button there."""
        await self.screen(name)
        for _ in range(200):  # the screen stands a moment before its visit listens
            try:
                await self.desk.act(Act(self.desk.rev, action, value, entries))
            except Exception as error:
                if type(error).__name__ != "StaleAct":
                    raise
                await asyncio.sleep(0)
            else:
                return
        raise AssertionError(f"nobody listens on {name}")

    async def close(self, door: str) -> None:
        """Push a door shut, once the ledger has it open."""
        async with asyncio.timeout(5):
            await self.cabinet.doors.until((door,), Latch.UNLATCHED)
        self.panel.move(door, HookLatch.LATCHED)

    async def close_after(self, work: Coroutine[object, object, None], door: str) -> None:
        """Let `work` begin to wait, push the door shut, and see `work` end."""
        task = asyncio.create_task(work)
        await self.close(door)
        async with asyncio.timeout(5):
            await task

    async def rows(self, *kinds: str) -> list[JournalRow]:
        """The journal's rows of some kinds, or all."""
        rows = await self.cabinet.ledger.run(lambda ledger: ledger.events(0, 10_000))
        return [row for row in rows if not kinds or row.kind in kinds]

    async def recorded(self, kind: str) -> None:
        """Wait until the journal has a row of a kind."""
        async with asyncio.timeout(5):
            while not await self.rows(kind):
                await self.cabinet.ledger.run(lambda _ledger: None)

    async def state(self, consignment: str) -> str:
        found = await self.cabinet.ledger.run(lambda ledger: ledger.consignment(consignment))
        assert found is not None
        return str(found.state)

    async def read(self, work: Callable[[Ledger], object]) -> object:
        return await self.cabinet.ledger.run(work)

    def code(self, consignment: str, nonce: int = 0) -> str:
        return pickup_code(self.cabinet.keys.code_secret, consignment, nonce)


Open = Callable[[], Awaitable[Bank]]
Stock = Callable[[Bank], Awaitable[None]]


async def opened(settings: Settings, keys: Keys) -> Bank:
    """The cabinet on the ledger of these settings, not serving yet."""
    clock, panel, looker = PaperClock(), PaperPanel(), PaperLooker()

    def open_ledger() -> Ledger:
        return Ledger.open(
            settings.storage.ledger,
            keys=keys,
            clock=clock,
            cabinet=settings.site.cabinet,
            watermark_mb=1,
            reserve_mb=1,
        )

    ledger = await LedgerThread.start(open_ledger)
    await ledger.run(lambda book: begin_boot(book, settings, "test"))
    counter = iter(range(10**6))
    doors = Doors(ledger, lambda prefix: f"{prefix}-{ledger.boot}-{next(counter)}")
    panel.tell = doors.from_panel
    recorded = await ledger.run(lambda book: {c.id: c.door for c in book.compartments()})
    for door, latch in recorded.items():
        panel.latches[door] = HookLatch.LATCHED if latch is Latch.UNKNOWN else HookLatch(latch.value)
    cabinet = Cabinet(
        settings=settings,
        ledger=ledger,
        doors=doors,
        desk=ScreenDesk(plan_of(settings), welcome()),
        looker=looker,  # type: ignore[arg-type] - a looker of paper
        keypad=Keypad(clock.monotonic, (await ledger.run(lambda book: book.keypad_failures())).failures),
        keys=keys,
        clock=clock,
        new_id=lambda prefix: f"{prefix}-{ledger.boot}-{next(counter)}",
    )
    return Bank(cabinet, panel, looker, clock, Reception(cabinet), [])


async def serve(bank: Bank) -> None:
    """Compare the doors with the ledger and begin to serve."""
    found = {door: Latch(latch.value) for door, latch in bank.panel.latches.items()}
    await bank.cabinet.ledger.run(lambda book: compare_doors(book, found))
    bank.cabinet.doors.begin(bank.panel, found)
    await adopt(bank.cabinet, await bank.cabinet.ledger.run(interrupted_visits))
    bank.tasks += [asyncio.create_task(bank.cabinet.doors.run()), asyncio.create_task(bank.reception.run())]


async def shut(bank: Bank) -> None:
    """The daemon dies: nothing of what it was doing goes on."""
    if bank not in _SHUT:
        _SHUT.append(bank)
        await bank.reception.close()
        for task in bank.tasks:
            task.cancel()
        await asyncio.gather(*bank.tasks, return_exceptions=True)
        await bank.cabinet.ledger.close()


_SHUT: list[Bank] = []
