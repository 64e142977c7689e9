"""A whole cabinet without wires: the real ledger, doors, desk and visits; a panel, an eye and a clock of paper."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from config.load import load_settings
from config.settings import Settings
from firmware_bridge.panel import DoorChanged, Fault, Outcome, Priority, UnlockReport
from firmware_bridge.panel import Latch as HookLatch
from iris.code import CODE_COLUMNS
from iris.template import EyeSide, Template
from locker.access.codes import one_time_digest, pickup_code
from locker.access.keypad import Keypad
from locker.cabinet import Cabinet
from locker.clock import instant
from locker.daemon import plan_of
from locker.doors import Doors
from locker.keys import Keys, new_keys
from locker.kiosk.desk import ScreenDesk
from locker.kiosk.screen import Act, Screen
from locker.ledger import Ledger, LedgerThread, SetPersonRow, StoreCode, StorePerson, StoreWaybill
from locker.look import NotEnrolled, NotRecognised, Recognised
from locker.reception import Reception
from locker.recovery import begin_boot, compare_doors, interrupted_visits
from locker.visits.aftercare import adopt
from locker.visits.desk_screens import welcome
from mqtt.contract.base import CredentialKind, Direction, Latch, Means, SizeName, VisitKind, VisitResult
from mqtt.contract.events import (
    ConsignmentDeposited,
    ConsignmentExpected,
    ConsignmentReserved,
    CredentialIssued,
    DirectoryApplied,
    Event,
    JournalRow,
    VisitEnded,
    VisitStarted,
)
from mqtt.contract.messages import ResidentPersonal, StaffPersonal

EXAMPLE = Path(__file__).parents[3] / "config" / "examples" / "two-boards.toml"
HOUR = timedelta(hours=1)


@dataclass
class PaperClock:
    """Wall time that a test sets; the monotonic clock is the loop's, so that timeouts are real but short.

    `later` is added to it.
    """

    wall: datetime = datetime(2026, 3, 1, 8, tzinfo=UTC)
    believed: bool = True
    later: float = 0.0

    def monotonic(self) -> float:
        return self.later + (asyncio.get_running_loop().time() if _loop_runs() else 0.0)

    def now(self) -> datetime:
        return self.wall

    def synced(self) -> bool:
        return self.believed


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@dataclass
class PaperPanel:
    """Doors that open when pulsed, unless the test says otherwise; every pulse is remembered."""

    tell: Callable[[DoorChanged], None] = lambda _event: None
    latches: dict[str, HookLatch] = field(default_factory=dict)
    jammed: dict[str, Outcome] = field(default_factory=dict)
    pulses: list[tuple[str, str]] = field(default_factory=list)
    before_pulse: Callable[[str, str], None] = lambda _door, _attempt: None
    priorities: list[Priority] = field(default_factory=list)
    seen_to: list[str] = field(default_factory=list)

    def unlock(self, compartment: str, attempt: str, *, priority: Priority = Priority.PERSON) -> Future[UnlockReport]:
        self.before_pulse(compartment, attempt)
        self.priorities.append(priority)
        future: Future[UnlockReport] = Future()
        if self.latches[compartment] is HookLatch.UNLATCHED:
            future.set_result(UnlockReport(Outcome.ALREADY_OPEN, "", frame_sent=False))
            return future
        self.pulses.append((compartment, attempt))
        outcome = self.jammed.get(compartment, Outcome.OPENED)
        if outcome is Outcome.OPENED:
            self.move(compartment, HookLatch.UNLATCHED)
        future.set_result(UnlockReport(outcome, "", frame_sent=True))
        return future

    def doors(self) -> dict[str, HookLatch]:
        return dict(self.latches)

    def clear_faults(self, part: str) -> tuple[Fault, ...]:
        self.seen_to.append(part)
        return ()

    def move(self, compartment: str, latch: HookLatch) -> None:
        previous, self.latches[compartment] = self.latches[compartment], latch
        self.tell(DoorChanged(compartment, latch, previous, 0.0))


@dataclass
class PaperGallery:
    """Remembers what was added and removed."""

    templates: dict[str, str] = field(default_factory=dict)
    renews: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.templates)

    def add(self, template_id: str, person: str, _template: object, *, renews: str | None = None) -> None:
        assert renews is None or renews in self.templates
        self.templates[template_id] = person
        if renews is not None:
            self.renews[template_id] = renews

    def remove(self, template_id: str) -> None:
        self.templates.pop(template_id, None)
        self.renews.pop(template_id, None)


@dataclass
class PaperLooker:
    """Recognises whoever the test says is there."""

    sees: str | None = None
    reason: str = "not_recognised"
    gallery: PaperGallery = field(default_factory=PaperGallery)
    last_match_ms: float | None = None
    moves: float = 0.0
    looks: int = 0
    watches: int = 0
    frames: tuple[Template, ...] = ()
    linger: set[str] = field(default_factory=set)

    stalled: asyncio.Event | None = None
    looked: asyncio.Condition = field(default_factory=asyncio.Condition)

    enrols: list[NotEnrolled] = field(default_factory=list)

    async def enrol(
        self,
        side: EyeSide,
        _person: str,
        _watch: object,
        *,
        other: Template | None = None,  # noqa: ARG002 - as the looker
    ) -> Template | NotEnrolled:
        if self.enrols:
            return self.enrols.pop()
        return Template(np.zeros((CODE_COLUMNS, 2), np.uint8), np.zeros((CODE_COLUMNS, 1), np.uint8), side)

    def forget(self, templates: Iterable[str]) -> None:
        for template in templates:
            self.gallery.remove(template)

    async def motion(self) -> float:
        if self.stalled is not None:
            await self.stalled.wait()
        async with self.looked:
            self.watches += 1
            self.looked.notify_all()
        return self.moves

    async def watched(self, times: int) -> None:
        """Wait until so many more glances for motion have been taken."""
        async with self.looked:
            enough = self.watches + times
            await self.looked.wait_for(lambda: self.watches >= enough)

    async def seen(self, looks: int) -> None:
        """Wait for so many looks."""
        async with self.looked:
            await self.looked.wait_for(lambda: self.looks >= looks)

    async def look(self, _watch: object) -> Recognised | NotRecognised:
        async with self.looked:
            self.looks += 1
            self.looked.notify_all()
        return Recognised(self.sees, self.frames) if self.sees else NotRecognised(self.reason)  # type: ignore[arg-type] - any reason


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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The example site, with short patience."""
    site = load_settings(EXAMPLE)
    kiosk = site.kiosk.model_copy(update={"idle_s": 0.5, "door_reminder_s": 0.2, "reopen_s": 0.5})
    storage = site.storage.model_copy(
        update={"ledger": tmp_path / "ledger.sqlite3", "free_space_watermark_mb": 1, "reserve_mb": 1}
    )
    assert site.camera is not None
    camera = site.camera.model_copy(update={"preview_every_s": 0.0})
    return site.model_copy(update={"kiosk": kiosk, "storage": storage, "camera": camera})


@pytest.fixture
def keys() -> Keys:
    """Fresh keys."""
    return new_keys()


Open = Callable[[], Awaitable[Bank]]


@pytest.fixture
async def open_bank(settings: Settings, keys: Keys) -> AsyncIterator[Open]:
    """Opens the cabinet on the test's ledger; called again after `shut_bank` it is a restart."""
    banks: list[Bank] = []

    async def start() -> Bank:
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
        bank = Bank(cabinet, panel, looker, clock, Reception(cabinet), [])
        banks.append(bank)
        return bank

    yield start
    for bank in banks:
        await shut(bank)


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


@pytest.fixture
async def bank(open_bank: Open) -> Bank:
    """A cabinet that serves, with a small community and its parcels announced."""
    bank = await open_bank()
    await announce(bank)
    await serve(bank)
    return bank


@pytest.fixture
def restart(open_bank: Open) -> Callable[[Bank], Awaitable[Bank]]:
    """Kill a cabinet and open it again, not serving yet; the doors are as they were left."""

    async def again(bank: Bank) -> Bank:
        latches = dict(bank.panel.latches)
        await shut(bank)
        fresh = await open_bank()
        fresh.panel.latches.update(latches)
        return fresh

    return again


@pytest.fixture
def begin_service() -> Callable[[Bank], Awaitable[None]]:
    """Begins to serve with a cabinet that was opened again."""
    return serve


async def announce(bank: Bank) -> None:
    """Ann and Ben share a home, Cai lives alone; a courier, an attendant; four parcels on their way."""
    people = [("per-ann", "hh-1", "安娜"), ("per-ben", "hh-1", "本一"), ("per-cai", "hh-2", "蔡明")]
    staff = [("per-cou", "courier", "car-1", "10001"), ("per-att", "attendant", None, "20002")]
    parcels = [("con-1", "per-ann"), ("con-2", "per-ben"), ("con-3", "per-cai"), ("con-4", "per-cai")]
    secret = bank.cabinet.keys.code_secret
    personal: list[object] = []
    for person, household, name in people:
        personal.append(SetPersonRow(person, "resident", household=household))
        personal.append(StorePerson(person, ResidentPersonal(name=name, room="1-101", phone_tail="0001")))
    for person, role, carrier, number in staff:
        personal.append(SetPersonRow(person, role, carrier=carrier))  # type: ignore[arg-type] - a role
        personal.append(StorePerson(person, StaffPersonal(name="工", number=number, pin_hash=PIN_HASH)))
    events: list[Event] = []
    for consignment, recipient in parcels:
        events.append(
            ConsignmentExpected(
                consignment=consignment,
                service="parcel",  # type: ignore[arg-type] - validated by the model
                direction=Direction.INBOUND,
                recipient=recipient,
                carrier="car-1",
                size=SizeName.S,
            )
        )
        personal.append(StoreWaybill(consignment, recipient, f"WB-{consignment[-1]}000"))
    not_after = instant(bank.clock.wall + 24 * HOUR)
    for kind, credential, code in (("delegate", "cred-d", "11112222"), ("enrolment", "cred-e", "33334444")):
        events.append(
            CredentialIssued(
                credential=credential,
                credential_kind=CredentialKind(kind),
                person="per-cai",
                consignment="con-3" if kind == "delegate" else None,
            )
        )
        personal.append(
            StoreCode(credential, one_time_digest(secret, CredentialKind(kind), credential, code), not_after)
        )
    events.append(DirectoryApplied(cabinet=bank.cabinet.name, version=1, full=True))
    await bank.cabinet.ledger.record(*events, personal=personal)  # type: ignore[arg-type] - personal writes


PLACES = {"con-1": "A01", "con-2": "B02", "con-3": "E01", "con-4": "D01"}
"""Where `stock` puts the parcels."""

Stock = Callable[[Bank], Awaitable[None]]


@pytest.fixture
def stock() -> Stock:
    """Puts all four parcels in, confirmed."""
    return put_in_all


async def put_in_all(bank: Bank) -> None:
    ledger = bank.cabinet.ledger
    await ledger.record(VisitStarted(visit="vis-d", visit_kind=VisitKind.DEPOSIT, means=Means.PIN, person="per-cou"))
    for consignment, door in PLACES.items():
        where = {"consignment": consignment, "compartment": door, "visit": "vis-d", "by": "per-cou"}
        await ledger.record(
            ConsignmentReserved.model_validate(where),
            ConsignmentDeposited.model_validate({**where, "confirmed": True, "nonce": 0}),
        )
    await ledger.record(VisitEnded(visit="vis-d", result=VisitResult.COMPLETED))


PIN_HASH = "$argon2id$v=19$m=8,t=1,p=1$9AnmwRXDa9wyXOvVC5lhSQ$b37dTSRQy5fRpbJNB7WFz4f6oL4Ax4sEQZ55RA5f1sg"
"""Of the PIN 4321."""
