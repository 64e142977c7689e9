"""Lock health in the daemon: it may lose an hour of what it knows, and nobody's door."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.settings import Settings
from firmware_bridge.health import store
from firmware_bridge.panel import DoorChanged, Latch, LockDrifted, LockPulsed, Outcome, PanelEvent
from firmware_bridge.reports import Drift
from locker import health
from locker.health import WRITE_DRIFT_EVERY_S, WRITE_EVERY_S, LockHealth

DAY_S = 86400.0


@dataclass
class Desk:
    """A daemon's health, its folder, and a clock that the test moves."""

    folder: Path
    now: float = 1000.0
    heard: list[PanelEvent] = field(default_factory=list)

    def begin(self) -> LockHealth:
        self.health = LockHealth(site(self.folder), self.heard.append, lambda: self.now)
        return self.health

    @property
    def file(self) -> Path:
        return self.folder / store.FILE_NAME

    def open_and_shut(self, door: str, latency_s: float = 0.08) -> None:
        sent = self.now
        self._move(door, Latch.LATCHED, Latch.UNLATCHED, sent + latency_s)
        read = sent + latency_s
        self.health.from_panel(LockPulsed(door, Outcome.OPENED, sent, read, read - 0.02, read))
        self._move(door, Latch.UNLATCHED, Latch.LATCHED, sent + 20.0)
        self.now = sent + 60.0

    def jam(self, door: str) -> None:
        """A wish in vain: three pulses, and nobody pushes."""
        for number in range(3):
            sent = self.now + 5.0 * number
            self.health.from_panel(LockPulsed(door, Outcome.JAMMED, sent, sent + 1.5))
        self.now += 100.0
        self.health.pass_time()

    def drifts(self) -> list[LockDrifted]:
        return [event for event in self.heard if isinstance(event, LockDrifted)]

    def _move(self, door: str, previous: Latch, latch: Latch, at: float) -> None:
        self.health.from_panel(DoorChanged(door, latch, previous, at))


def site(folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "site": {"community": "garden", "cabinet": "gate"},
            "storage": {"ledger": folder / "ledger.sqlite3", "keys": folder / "keys.toml"},
            "lines": [
                {"name": "left", "port": "none", "family": "kerong-cu24", "boards": [{"address": 0, "channels": 12}]}
            ],
            "columns": [{"name": "A", "line": "left", "board": 0, "sizes": ["S", "M", "L"]}],
            "mqtt": {"host": "localhost"},
            "platform": {"signing_keys": {"key": "AAAA"}},
        }
    )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.begin()
    return desk


def test_everything_but_pulse_times_goes_on_to_who_listens(desk: Desk) -> None:
    desk.open_and_shut("A01")
    assert [type(event) for event in desk.heard] == [DoorChanged, DoorChanged]


def test_a_drift_is_told_like_any_event_of_the_panel(desk: Desk) -> None:
    for _ in range(4):
        desk.jam("A02")
    [drift] = desk.drifts()
    assert (drift.cause, drift.part, drift.over) == ("lying_sensor", "A02", False)


def test_what_is_known_outlives_a_restart_and_is_not_told_again(desk: Desk) -> None:
    for _ in range(40):
        desk.open_and_shut("A01")
    for _ in range(4):
        desk.jam("A02")
    desk.health.write()
    desk.heard.clear()
    desk.begin()
    desk.jam("A02")
    assert desk.drifts() == []
    kept = store.read(desk.file)
    assert kept is not None
    assert kept.locks["A01"].episodes == 40


@pytest.mark.parametrize("damage", [b"", b"{torn", b'{"version": 7}', b"\x00" * 100])
def test_a_damaged_file_is_set_aside_and_the_locks_are_learned_anew(desk: Desk, damage: bytes) -> None:
    desk.file.write_bytes(damage)
    desk.begin()
    assert desk.file.with_suffix(".damaged").read_bytes() == damage
    desk.open_and_shut("A01")
    desk.health.write()
    assert store.read(desk.file) is not None


def test_a_folder_where_nothing_can_be_moved_or_written_stops_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.file.write_bytes(b"{torn")

    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(store, "set_aside", refuse)
    monkeypatch.setattr(store, "write", refuse)
    desk.begin()
    desk.open_and_shut("A01")
    desk.health.write()
    assert len(desk.heard) == 2


def test_a_full_disk_is_tried_again_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    true_write, full = store.write, [True]

    def write(path: Path, records: store.Records) -> None:
        if full[0]:
            raise OSError(28, "No space left on device")
        true_write(path, records)

    monkeypatch.setattr(store, "write", write)
    desk.open_and_shut("A01")
    desk.health.write()
    full[0] = False
    desk.health.write()
    assert store.read(desk.file) is not None


def test_an_error_in_the_book_keeps_no_door_from_who_listens(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(desk.health._book, "take", fail)
    monkeypatch.setattr(desk.health._book, "pass_time", fail)
    desk.open_and_shut("A01")
    desk.health.pass_time()
    assert len(desk.heard) == 2


def writes_in_a_day(desk: Desk, monkeypatch: pytest.MonkeyPatch, *, drifting: bool) -> int:
    """How often the file is written in a day of openings, looked at as often as the daemon does."""
    written: list[Path] = []
    monkeypatch.setattr(store, "write", lambda path, _: written.append(path))
    end = desk.now + DAY_S
    while desk.now < end:
        desk.open_and_shut("A01")
        if drifting:
            desk.health._tell(LockDrifted(Drift.WEAK_LOCK, "A01", over=False, evidence="", remedy="", at=desk.now))
        if desk.health.due:
            desk.health.write()
    return len(written)


def test_a_day_of_openings_is_written_at_most_once_an_hour(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 20 <= writes_in_a_day(desk, monkeypatch, drifting=False) <= DAY_S / WRITE_EVERY_S


def test_a_lock_that_drifts_to_and_fro_all_day_does_not_wear_the_flash(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 100 <= writes_in_a_day(desk, monkeypatch, drifting=True) <= DAY_S / WRITE_DRIFT_EVERY_S


def test_nothing_learned_is_nothing_written(desk: Desk) -> None:
    desk.now += 100 * WRITE_EVERY_S
    desk.health.write()
    assert not desk.file.exists()


def test_the_daemon_writes_it_when_it_stops(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOOK_EVERY_S", 0.0)
    desk.open_and_shut("A01")

    async def life() -> None:
        keeping = asyncio.create_task(desk.health.keep())
        await asyncio.sleep(0)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    asyncio.run(life())
    assert store.read(desk.file) is not None
    assert list(desk.folder.iterdir()) == [desk.file]
