"""What the link asks of the ledger: rows in order, a pointer that no full disk loses, and the cabinet as it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from still_clock import StillClock

from config.load import load_settings
from config.settings import Settings
from locker import platform_link
from locker.keys import Keys, new_keys
from locker.ledger import Ledger, LedgerFull, LedgerThread
from locker.platform_link import CabinetPresence, LedgerJournal, PlatformLink
from locker.remote import RemoteHands
from mqtt.contract.base import Latch, ServiceState, SizeName
from mqtt.contract.events import CompartmentInstalled, DaemonStarted, DoorChanged
from mqtt.contract.messages import CompartmentNow, Directory, PersonalPart
from mqtt.directory import OpenedDirectory
from mqtt.errors import AckRejected

EXAMPLE = Path(__file__).parents[2] / "config" / "examples" / "two-boards.toml"


@dataclass
class LinkedCabinet:
    """As much of a cabinet as its link uses before anybody calls."""

    settings: Settings
    ledger: LedgerThread
    keys: Keys
    clock: StillClock

    @property
    def name(self) -> str:
        return self.settings.site.cabinet


@pytest.fixture
async def cabinet(tmp_path: Path) -> AsyncIterator[Any]:
    """The example site with its compartments installed; typed loosely, for it is only as much of one as is used."""
    settings, keys, clock = load_settings(EXAMPLE), new_keys(), StillClock()

    def open_ledger() -> Ledger:
        return Ledger.open(
            tmp_path / "ledger.sqlite3",
            keys=keys,
            clock=clock,
            cabinet=settings.site.cabinet,
            watermark_mb=1,
            reserve_mb=1,
        )

    ledger = await LedgerThread.start(open_ledger)
    await ledger.record(
        DaemonStarted(cabinet=settings.site.cabinet, boot=ledger.boot, version="test"),
        *(CompartmentInstalled(compartment=c.id, size=SizeName(c.size)) for c in settings.compartments),
    )
    yield LinkedCabinet(settings, ledger, keys, clock)
    await ledger.close()


async def test_the_journal_is_read_in_order_and_from_any_place(cabinet: LinkedCabinet) -> None:
    journal = LedgerJournal(cabinet.ledger)
    last = await journal.last_seq()
    assert journal.ledger_id == cabinet.ledger.ledger_id
    assert [row.seq for row in await journal.rows(0, 1000)] == list(range(1, last + 1))
    assert [row.seq for row in await journal.rows(2, 3)] == [3, 4, 5]
    assert await journal.rows(last, 10) == ()


async def test_an_acknowledgement_moves_the_pointer_only_over_what_was_published_here(cabinet: LinkedCabinet) -> None:
    journal = LedgerJournal(cabinet.ledger)
    await journal.mark_published(3)
    for ledger_id, seq in (("led-other", 2), (journal.ledger_id, 4)):
        with pytest.raises(AckRejected):
            await journal.acknowledge(ledger_id, seq)
        assert await journal.acked_seq() == 0
    await journal.acknowledge(journal.ledger_id, 2)
    assert await journal.acked_seq() == 2


@pytest.mark.parametrize("step", ["publish", "acknowledge"])
async def test_on_a_full_disk_the_outbox_rests_and_then_goes_on(
    cabinet: LinkedCabinet, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    journal, rests = LedgerJournal(cabinet.ledger), 0
    await journal.mark_published(1)
    sound: Callable[..., object] = getattr(Ledger, "mark_published" if step == "publish" else "acknowledge")

    async def rest(_seconds: float) -> None:
        nonlocal rests
        rests += 1

    def full(self: Ledger, *arguments: object) -> object:
        if rests < 2:
            raise platform_link.LedgerFull("no space is left")
        return sound(self, *arguments)

    monkeypatch.setattr(platform_link.asyncio, "sleep", rest)
    monkeypatch.setattr(Ledger, sound.__name__, full)
    if step == "publish":
        await journal.mark_published(3)
        assert await cabinet.ledger.run(lambda ledger: ledger.published_seq) == 3
    else:
        await journal.acknowledge(journal.ledger_id, 1)
        assert await journal.acked_seq() == 1
    assert rests == 2


async def test_the_cabinet_says_what_it_is_without_saying_who_uses_it(cabinet: Any) -> None:
    about = await CabinetPresence(cabinet).about()
    site = cabinet.settings
    assert (about.community, about.cabinet) == (site.site.community, site.site.cabinet)
    assert about.ledger_id == cabinet.ledger.ledger_id
    assert [plan.id for plan in about.compartments] == [compartment.id for compartment in site.compartments]
    assert [(board.line, board.address) for board in about.boards] == [
        (line.name, board.address) for line in site.lines for board in line.boards
    ]
    assert about.encryption_key == cabinet.keys.encryption_key


async def test_compartments_are_told_as_the_ledger_has_them_now(cabinet: Any) -> None:
    door = cabinet.settings.compartments[0].id
    before = {now.id: now for now in await CabinetPresence(cabinet).compartments()}
    await cabinet.ledger.record(DoorChanged(compartment=door, latch=Latch.UNLATCHED))
    after = {now.id: now for now in await CabinetPresence(cabinet).compartments()}
    assert after[door].door is Latch.UNLATCHED
    assert after[door].service is ServiceState.IN_SERVICE
    assert after[door].rev > before[door].rev
    assert {name: now for name, now in after.items() if name != door} == {
        name: now for name, now in before.items() if name != door
    }


@pytest.fixture
def platform(cabinet: Any) -> PlatformLink:
    def begin(*_: object) -> None:
        raise AssertionError("nobody asked for a visit")

    return PlatformLink(cabinet, RemoteHands(cabinet, begin))  # type: ignore[arg-type] - never called


async def test_each_revision_of_a_compartment_is_published_once_as_it_is_then(
    cabinet: Any, platform: PlatformLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: asyncio.Queue[CompartmentNow] = asyncio.Queue()

    async def publish(now: CompartmentNow) -> None:
        told.put_nowait(now)

    monkeypatch.setattr(platform.link, "publish_compartment", publish)
    door = cabinet.settings.compartments[0].id
    keeping = asyncio.create_task(platform._keep_compartments())
    async with asyncio.timeout(5):
        await platform.on_connected()
        first = [await told.get() for _ in cabinet.settings.compartments]
        for latch in (Latch.UNLATCHED, Latch.LATCHED):
            platform.on_commit(await cabinet.ledger.record(DoorChanged(compartment=door, latch=latch)))
            now = await told.get()
            assert (now.id, now.door) == (door, latch)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert [now.id for now in first] == [compartment.id for compartment in cabinet.settings.compartments]
    assert told.empty()


@pytest.mark.parametrize("token", ["", "no token", "a.b.c", "e30.e30.e30"])
async def test_what_is_no_directory_changes_nothing_and_ends_nothing(
    cabinet: Any, platform: PlatformLink, token: str
) -> None:
    before = await cabinet.ledger.run(lambda ledger: ledger.last_seq)
    await platform.on_directory(token)
    assert await cabinet.ledger.run(lambda ledger: ledger.last_seq) == before


async def test_a_directory_that_finds_no_space_is_told_and_ends_nothing(
    cabinet: Any, platform: PlatformLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = Directory(audience="maple-court/gate-east", version=7, issued_at="2026-03-01T08:00:00.000Z")
    opened = OpenedDirectory(sent, PersonalPart())

    def full(self: Ledger, *events: object, personal: object = ()) -> None:  # noqa: ARG001 - as the ledger
        raise LedgerFull("no space is left")

    monkeypatch.setattr(platform._reader, "read", lambda _token, _in_force: opened)
    monkeypatch.setattr(Ledger, "record", full)
    with structlog.testing.capture_logs() as said:
        await platform.on_directory("a token")
    assert [(line["event"], line["fault"]) for line in said] == [("directory not applied", "no space is left")]
    assert await cabinet.ledger.run(lambda ledger: ledger.directory_version()) is None


async def test_a_command_that_comes_while_the_daemon_stops_is_left_to_the_next_start(
    platform: PlatformLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    async def take(token: str) -> None:
        taken.append(token)

    monkeypatch.setattr(platform._commands, "on_command", take)
    await platform.on_command("first")
    await platform.stop_commands()
    await platform.on_command("second")
    assert taken == ["first"]
