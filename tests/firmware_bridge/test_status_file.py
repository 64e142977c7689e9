"""What is wrong now can be read while the daemon holds the ports, and a dead daemon's word is not taken for news."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest

from config.settings import BoardSettings, CompartmentSettings, LineSettings, PanelSettings, Size
from firmware_bridge import status_file
from firmware_bridge.commands.faults import described
from firmware_bridge.faults import FaultKind
from firmware_bridge.panel import DoorChanged, Latch, Panel
from firmware_bridge.status_file import (
    CycleRecord,
    PanelStatus,
    StatusFileError,
    StatusPage,
    keep_status,
    read_status,
    status_of,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DEAD_PID = 2**22 + 1
"""Beyond the largest process number of Linux."""


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    line = LineSettings(
        name="left", port=str(tmp_path / "none"), family="kerong-cu24", boards=(BoardSettings(address=0, channels=12),)
    )
    door = CompartmentSettings(id="A01", size=Size.M, line="left", board=0, channel=0)
    return Panel([line], [door], PanelSettings(), on_event=lambda _: None, clock=lambda: 100.0)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[StatusPage]:
    page = StatusPage(tmp_path / "panel-status.json")
    yield page
    page.close()


def left_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def status(at: datetime = NOW, pid: int = 0) -> PanelStatus:
    cycle = CycleRecord(line="left", up=True, reads=2, wire_ms=20.0, took_ms=25.0, every_ms=250.0)
    return PanelStatus(at=at, pid=pid or os.getpid(), faults=(), cycles=(cycle,))


def test_a_fault_is_kept_with_cause_times_count_and_remedy(panel: Panel) -> None:
    panel._faults.latch(FaultKind.DOOR_JAMMED, "A01", "the hook stayed latched", 40.0)
    panel._faults.latch(FaultKind.DOOR_JAMMED, "A01", "the hook stayed latched again", 70.0)
    (fault,) = status_of(panel, monotonic=100.0, wall=NOW).faults
    assert (fault.part, fault.kind, fault.count) == ("A01", FaultKind.DOOR_JAMMED, 2)
    assert (fault.first_at, fault.last_at) == (NOW - timedelta(seconds=60), NOW - timedelta(seconds=30))
    text = "\n".join(described(status_of(panel, monotonic=100.0, wall=NOW)))
    assert "A01: 柜门卡住 door jammed (首次 first" in text
    assert "共 2 次 2 times): the hook stayed latched again" in text
    assert fault.remedy in text
    assert "请用钥匙开门" in text


def test_the_pace_of_a_line_is_told_beside_the_wires_own() -> None:
    nothing, line = described(status())
    assert nothing == "一切正常 Nothing is wrong."
    chinese, line = line.split("\n")
    assert chinese == "线路 left：每轮读 2 次，25 毫秒，是线路下限 20 毫秒的 1.25 倍；每扇门至多隔 250 毫秒读一次"
    assert line.startswith("line left: 2 reads for all doors take 25 ms, 1.25 times the wire's own 20 ms;")
    assert line.endswith("every door was read again within 250 ms")


async def test_the_file_follows_the_faults_and_goes_with_the_daemon(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "panel-status.json"
    monkeypatch.setattr(status_file, "LOOK_EVERY_S", 0.001)

    def told(faults: int) -> bool:
        word = read_status(path, datetime.now(UTC))
        return word is not None and len(word.faults) == faults

    async def until(faults: int) -> None:
        async with asyncio.timeout(10):
            while not told(faults):  # noqa: ASYNC110 - a file tells nobody that it has changed
                await asyncio.sleep(0.001)

    duty = asyncio.create_task(keep_status(panel, path))
    await until(faults=0)
    panel._faults.latch(FaultKind.DOOR_OPENED, "A01", "it opened", 100.0)
    await until(faults=1)
    panel.clear_faults("A01")
    await until(faults=0)
    duty.cancel()
    await asyncio.gather(duty, return_exceptions=True)
    assert not path.exists()


async def test_a_file_that_cannot_be_written_costs_nothing_else(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_file, "LOOK_EVERY_S", 0.001)
    duty = asyncio.create_task(keep_status(panel, tmp_path / "nowhere" / "panel-status.json"))
    done, _ = await asyncio.wait([duty], timeout=0.05)
    assert not done
    duty.cancel()


def test_a_fault_that_returns_again_and_again_is_not_written_every_time() -> None:
    panel_said, later = status(), status(NOW + timedelta(seconds=5))
    assert not status_file._is_news(later, panel_said)
    assert status_file._is_news(status(NOW + timedelta(seconds=601)), panel_said)


@pytest.mark.parametrize(
    "word", [status(pid=DEAD_PID), status(NOW - timedelta(hours=1)), status(NOW + timedelta(hours=1))]
)
def test_the_word_of_a_daemon_that_died_or_of_another_time_is_not_taken(
    word: PanelStatus, daemon: StatusPage, tmp_path: Path
) -> None:
    path = tmp_path / "panel-status.json"
    path.write_text(word.model_dump_json())
    assert read_status(path, NOW) is None
    assert daemon.write(word)
    assert (read_status(path, NOW) is None) == (word.at != NOW)
    assert daemon.write(status())
    assert read_status(path, NOW) == status()


def test_the_word_of_a_killed_daemon_is_not_taken_though_its_process_number_lives(tmp_path: Path) -> None:
    path = tmp_path / "panel-status.json"
    path.write_text(status(pid=os.getpid()).model_dump_json())
    assert read_status(path, NOW) is None


def test_a_word_that_is_put_in_place_of_the_one_being_read_is_read_instead(
    daemon: StatusPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "panel-status.json"
    assert daemon.write(status(pid=1))
    looks: list[bool] = []
    real = status_file._is_locked

    def replaced_meanwhile(file: IO[bytes]) -> bool:
        if not looks:
            assert daemon.write(status(pid=2))
        looks.append(real(file))
        return looks[-1]

    monkeypatch.setattr(status_file, "_is_locked", replaced_meanwhile)
    assert read_status(path, NOW) == status(pid=2)
    assert looks == [False, True]


async def test_a_word_that_cannot_be_replaced_is_taken_away_and_tried_again(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "panel-status.json"
    monkeypatch.setattr(status_file, "LOOK_EVERY_S", 0.001)
    full, seen_gone = [False], asyncio.Event()
    real = Path.open
    loop = asyncio.get_running_loop()

    def opened(self: Path, *arguments: Any, **more: Any) -> Any:
        if full[0] and self == path.with_suffix(".new"):
            if not path.exists():
                loop.call_soon_threadsafe(seen_gone.set)
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, *arguments, **more)

    monkeypatch.setattr(Path, "open", opened)

    def told(latch: Latch) -> bool:
        word = read_status(path, datetime.now(UTC))
        return word is not None and word.doors["A01"] is latch

    async def until(latch: Latch) -> None:
        async with asyncio.timeout(10):
            while not told(latch):  # noqa: ASYNC110 - a file tells nobody that it has changed
                await asyncio.sleep(0.001)

    duty = asyncio.create_task(keep_status(panel, path))
    await until(Latch.UNKNOWN)
    full[0] = True
    panel._take_event(DoorChanged("A01", Latch.UNLATCHED, Latch.UNKNOWN, 0.0))
    await asyncio.wait_for(seen_gone.wait(), 10)
    assert read_status(path, datetime.now(UTC)) is None
    full[0] = False
    await until(Latch.UNLATCHED)
    duty.cancel()
    await asyncio.gather(duty, return_exceptions=True)
    assert left_in(tmp_path) == []


def test_a_word_that_can_neither_be_replaced_nor_taken_away_is_believed_no_more(
    daemon: StatusPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "panel-status.json"
    assert daemon.write(status())

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "replace", refused)
    monkeypatch.setattr(Path, "unlink", refused)
    assert not daemon.write(status())
    assert path.exists()
    assert read_status(path, NOW) is None


async def test_a_daemon_that_ends_in_the_middle_of_a_write_leaves_no_file(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "panel-status.json"
    writing, ending = threading.Event(), threading.Event()
    written: list[Path] = []
    real = Path.replace

    def slow(self: Path, target: Path) -> Path:
        writing.set()
        ending.wait(10)
        written.append(real(self, target))
        return target

    monkeypatch.setattr(Path, "replace", slow)
    duty = asyncio.create_task(keep_status(panel, path))
    await asyncio.to_thread(writing.wait, 10)
    duty.cancel()
    asyncio.get_running_loop().call_later(0.01, ending.set)
    await asyncio.gather(duty, return_exceptions=True)
    assert written == [path]
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("text", ["", "{", '{"at": 1}', "\0" * 100])
def test_a_damaged_file_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "panel-status.json"
    path.write_text(text)
    with pytest.raises(StatusFileError, match="damaged"):
        read_status(path, NOW)


def test_a_door_that_moved_is_written_at_once() -> None:
    said = status().model_copy(update={"doors": {"A01": Latch.LATCHED}})
    later = said.model_copy(update={"at": NOW + timedelta(seconds=2)})
    assert not status_file._is_news(later, said)
    assert status_file._is_news(later.model_copy(update={"doors": {"A01": Latch.UNLATCHED}}), said)


def test_every_door_is_kept_as_the_panel_knows_it(panel: Panel) -> None:
    kept = status_of(panel, monotonic=100.0, wall=NOW)
    assert kept.doors == {"A01": Latch.UNKNOWN}
    assert PanelStatus.model_validate_json(kept.model_dump_json()) == kept
