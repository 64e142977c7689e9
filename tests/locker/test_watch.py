"""The box watches itself: what crosses the watermark or jumps is recorded, once, and not lost to a full disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from locker import watch
from locker.keys import new_keys
from locker.ledger import Ledger, LedgerThread
from locker.ledger.space import MEBIBYTE
from mqtt.contract.events import JournalRow, StorageChanged
from mqtt.contract.messages import Telemetry

NAME = "gate-east"


@dataclass
class BoxClock:
    """Both clocks, moved by hand."""

    mono: float = 1000.0
    wall: datetime = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.mono

    def now(self) -> datetime:
        return self.wall

    def synced(self) -> bool:
        return True

    def step(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)


@dataclass
class Box:
    """As much of a cabinet as its watch uses, and a pace that the test sets."""

    ledger: LedgerThread
    clock: BoxClock
    name: str = NAME
    free: int = 1000 * MEBIBYTE
    looks: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    looked: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def look(self) -> None:
        """Let the watch look once, and wait until it has."""
        self.looks.put_nowait(None)
        async with asyncio.timeout(5):
            await self.looked.get()

    async def rows(self) -> list[tuple[str, dict[str, Any]]]:
        rows: tuple[JournalRow, ...] = await self.ledger.run(lambda ledger: ledger.events(0))
        return [(row.kind, row.body) for row in rows]


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    clock = BoxClock()

    def open_ledger() -> Ledger:
        return Ledger.open(
            tmp_path / "ledger.sqlite3",
            keys=new_keys(),
            clock=clock,
            cabinet=NAME,
            watermark_mb=64,
            reserve_mb=1,
            free_bytes=lambda _folder: box.free,
        )

    box = Box(None, clock)  # type: ignore[arg-type] - its ledger asks it for space
    box.ledger = await LedgerThread.start(open_ledger)
    yield box
    await box.ledger.close()


@asynccontextmanager
async def watched(box: Box, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The watch at work; each of its rests ends when the test says so."""

    async def rest(_seconds: float) -> None:
        box.looked.put_nowait(None)
        await box.looks.get()

    with monkeypatch.context() as patched:
        patched.setattr(watch.asyncio, "sleep", rest)
        task = asyncio.create_task(watch.watch_box(box))  # type: ignore[arg-type] - as much of one as it uses
        try:
            await box.looked.get()
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_quiet_box_writes_nothing(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    async with watched(box, monkeypatch):
        for _ in range(3):
            box.clock.mono += 5
            box.clock.step(5)
            await box.look()
    assert await box.rows() == []


async def test_crossing_the_watermark_is_recorded_once_in_each_direction(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(box, monkeypatch):
        for free_mb in (63, 62, 200, 300):
            box.free = free_mb * MEBIBYTE
            await box.look()
    assert await box.rows() == [
        ("storage.changed", {"cabinet": NAME, "low": True, "free_mb": 63}),
        ("storage.changed", {"cabinet": NAME, "low": False, "free_mb": 200}),
    ]


@pytest.mark.parametrize("by_s", [3600, -3600])
async def test_a_jump_of_the_clock_is_recorded_once(box: Box, monkeypatch: pytest.MonkeyPatch, by_s: int) -> None:
    async with watched(box, monkeypatch):
        box.clock.step(by_s)
        await box.look()
        await box.look()
    assert await box.rows() == [("clock.stepped", {"cabinet": NAME, "by_s": by_s})]


async def set_disk(box: Box, *, full: bool) -> None:
    """SQLite may not make the file any larger, or may again: a real SQLITE_FULL."""

    def limit(ledger: Ledger) -> None:
        pages = ledger._db.execute("PRAGMA page_count").fetchone()[0] if full else 2**30
        ledger._db.execute(f"PRAGMA max_page_count = {pages}")

    await box.ledger.run(limit)


async def test_a_jump_of_the_clock_on_a_full_disk_is_recorded_when_there_is_space_again(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(box, monkeypatch):
        await set_disk(box, full=True)
        low = False
        while not low:  # the reserve is used up first
            before = len(await box.rows())
            box.clock.step(3600)
            await box.look()
            low = len(await box.rows()) == before
        recorded = len(await box.rows())
        box.clock.step(-1800)
        await box.look()
        await set_disk(box, full=False)
        await box.look()
        await box.look()
    jumps = [body for kind, body in (await box.rows())[recorded:] if kind == "clock.stepped"]
    assert jumps == [{"cabinet": NAME, "by_s": 3600 - 1800}]


@pytest.mark.parametrize(("shown", "degrees"), [("48250\n", 48.25), ("-5000\n", -5.0), ("hot\n", None), (None, None)])
def test_a_temperature_is_what_the_kernel_shows_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: str | None, degrees: float | None
) -> None:
    zone = tmp_path / "temp"
    if shown is not None:
        zone.write_text(shown)
    monkeypatch.setattr(watch, "THERMAL_ZONE", zone)
    assert watch._temperature() == degrees


async def test_telemetry_tells_how_the_box_is_at_that_moment(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Telemetry] = []

    async def publish(telemetry: Telemetry) -> None:
        told.append(telemetry)

    rests = iter((60.0, 60.0))

    async def rest(seconds: float) -> None:
        assert seconds == 60.0
        if next(rests, None) is None:
            raise asyncio.CancelledError
        box.clock.mono += seconds

    cabinet = SimpleNamespace(
        settings=SimpleNamespace(mqtt=SimpleNamespace(telemetry_every_s=60.0)),
        looker=SimpleNamespace(last_match_ms=12.5),
        ledger=box.ledger,
        clock=box.clock,
    )
    panel = SimpleNamespace(lines=lambda: {"left": True, "right": False})
    platform = SimpleNamespace(link=SimpleNamespace(publish_telemetry=publish))
    monkeypatch.setattr(watch, "_temperature", lambda: 48.25)
    await box.ledger.record(*(StorageChanged(cabinet=NAME, low=low, free_mb=1) for low in (True, False, True)))
    await box.ledger.run(lambda ledger: (ledger.mark_published(1), ledger.acknowledge(ledger.ledger_id, 1)))
    with monkeypatch.context() as patched:
        patched.setattr(watch.asyncio, "sleep", rest)
        with pytest.raises(asyncio.CancelledError):
            await watch.send_telemetry(cabinet, panel, platform)  # type: ignore[arg-type] - as much as it uses
    assert [telemetry.uptime_s for telemetry in told] == [60.0, 120.0]
    now = told[-1]
    assert (now.outbox, now.disk_free_mb, now.lines, now.lines_up) == (2, 1000, 2, 1)
    assert (now.temperature_c, now.match_ms) == (48.25, 12.5)
