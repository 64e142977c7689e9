"""Walks and verifications that go wrong: wrong words, interruptions, a second fitter, a daemon that has the ports."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_boards import FakeBus, bus_of
from fake_ports import PtyBus
from fitter_site import FAMILY, written_site

from config.settings import CompartmentSettings, LineSettings, PanelSettings, Size
from firmware_bridge import scan
from firmware_bridge.cli import register
from firmware_bridge.commissioning.column_plan import ColumnPlanError, read_columns
from firmware_bridge.commissioning.conversation import ConsoleConversation
from firmware_bridge.commissioning.handover import Verdict
from firmware_bridge.commissioning.notebook import Notebook, WalkBoard, WalkLine, load_notebook, save_notebook
from firmware_bridge.commissioning.ports import lasting_name
from firmware_bridge.commissioning.site_file import spliced
from firmware_bridge.commissioning.verify import Verification
from firmware_bridge.commissioning.wiring import Wiring
from firmware_bridge.panel import Panel
from firmware_bridge.port import open_serial
from firmware_bridge.reports import Outcome
from firmware_bridge.scan import FoundBoard, PortScan

Command = Callable[..., int]


@pytest.fixture
def bus() -> FakeBus:
    return bus_of(FAMILY)(time.monotonic, 12, (1,))


@pytest.fixture
def pty(bus: FakeBus, tmp_path: Path) -> Iterator[PtyBus]:
    pty = PtyBus(bus, tmp_path / "left")
    pty.plug()
    yield pty
    pty.unplug()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return written_site(tmp_path)


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setattr(scan, "SCAN_TIMEOUT_S", 0.03)
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())

    def run(*arguments: object) -> int:
        parsed = parser.parse_args(["board", *map(str, arguments)])
        status: int = parsed.run(parsed)
        return status

    return run


class Answers:
    """A keyboard with lines typed ahead, at which somebody sits on, or nobody any more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *lines: str, gone: bool = True) -> None:
        reading, writing = os.pipe()
        os.write(writing, "".join(f"{line}\n" for line in lines).encode())
        if gone:
            os.close(writing)
        monkeypatch.setattr(ConsoleConversation.__init__, "__defaults__", (reading,))


# Walking


def test_a_column_has_no_more_compartments_than_two_digits_can_name() -> None:
    assert len(read_columns("A:99S")[0].doors) == 99
    with pytest.raises(ColumnPlanError, match="at the most"):
        read_columns("A:60S,60S")


def test_wrong_columns_are_told_before_minutes_of_scanning(
    board: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert board("walk", "--port", "none", "--out", tmp_path / "new.toml", "--columns", "A1:S") == 2
    out = capsys.readouterr().out
    assert "A1:S" in out
    assert "cannot be opened" not in out


@pytest.mark.usefixtures("pty")
def test_more_doors_than_channels_are_told_before_the_walk(
    board: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search = ("--port", tmp_path / "left", "--port", tmp_path / "left", "--family", FAMILY, "--baud", 19200)
    assert board("walk", *search, "--out", tmp_path / "new.toml", "--columns", "A:40S") == 2
    assert "40 doors, the boards that were found 16 channels" in capsys.readouterr().out
    assert not (tmp_path / "new.toml.walk").exists()


def notebook_of(port: Path) -> Notebook:
    line = WalkLine(
        name="left",
        port=str(port),
        family=FAMILY,
        baud=None,
        echo=False,
        boards=(WalkBoard(address=1, channels=16),),
    )
    return Notebook(lines=(line,), columns=read_columns("A:3S"))


def test_a_port_that_is_named_from_here_is_written_as_it_is_found_from_anywhere(
    board: Command, bus: FakeBus, pty: PtyBus, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write_text(site.read_text(encoding="utf-8").replace(str(pty.path), "./left"), encoding="utf-8")
    monkeypatch.chdir(site.parent)
    Answers(monkeypatch)  # nobody opens a door: the walk ends, and its notebook stays
    search = ("--port", "left", "--family", FAMILY, "--baud", 19200)
    assert board("walk", *search, "--out", site, "--columns", "A:S,M,L") == 1
    notebook = load_notebook(site.with_name("site.toml.walk"))
    assert notebook is not None
    assert [(line.name, line.port) for line in notebook.lines] == [("left", str(pty.path))]
    assert bus.unlock_frames == []
    walked = {"name": "left", "port": str(pty.path), "family": FAMILY, "boards": []}
    assert "reply_timeout_s = 0.1" in spliced(site.read_text(encoding="utf-8"), Wiring((walked,), ({"name": "A"},), ()))


@pytest.mark.parametrize("port", ["socket://10.0.0.7:4001", "rfc2217://gate:4001", "/dev/serial/by-path/left"])
def test_an_address_in_a_network_and_a_whole_path_stay_as_they_are(port: str) -> None:
    assert lasting_name(port) == port


def test_of_two_fitters_the_second_is_told_and_writes_nothing(
    board: Command, pty: PtyBus, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_in = tmp_path / "new.toml.walk"
    save_notebook(kept_in, notebook_of(pty.path))
    before = kept_in.stat().st_mtime_ns
    first = open_serial(str(pty.path), 19200)
    Answers(monkeypatch, "y")
    assert board("walk", "--out", tmp_path / "new.toml") == 2
    first.close()
    assert "held by another program" in capsys.readouterr().out
    assert kept_in.stat().st_mtime_ns == before


@pytest.mark.usefixtures("pty")
def test_a_walk_whose_terminal_goes_away_keeps_what_it_knows(
    board: Command, bus: FakeBus, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    save_notebook(tmp_path / "new.toml.walk", notebook_of(tmp_path / "left"))
    Answers(monkeypatch, "y")
    assert board("walk", "--out", tmp_path / "new.toml", "--columns", "B:2M") == 1
    out = capsys.readouterr().out
    assert "has other columns than --columns says" in out
    assert "Not known yet: A01, A02, A03. Run the same command again to go on." in out
    assert load_notebook(tmp_path / "new.toml.walk") == notebook_of(tmp_path / "left")
    assert bus.unlock_frames == []


@pytest.mark.parametrize("found", [0, 1])
def test_a_search_that_was_interrupted_blames_nothing_but_that(
    board: Command,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    found: int,
) -> None:
    def boards(scan: PortScan) -> Iterator[FoundBoard]:
        scan.found += [FoundBoard(scan.port, FAMILY, 19200, 1, 2, (True, True), echo=False)] * found
        yield from scan.found
        scan.stopped = True

    monkeypatch.setattr(PortScan, "boards", boards)
    assert board("walk", "--out", tmp_path / "new.toml", "--port", "somewhere", "--columns", "A:3M") == 2
    out = capsys.readouterr().out
    assert "the search was interrupted" in out
    assert "run the same command again" in out
    assert "power" not in out


def test_ctrl_c_at_a_question_is_an_answer(
    board: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    save_notebook(tmp_path / "new.toml.walk", notebook_of(tmp_path / "left"))
    monkeypatch.setattr(ConsoleConversation, "ask", interrupted)
    assert board("walk", "--out", tmp_path / "new.toml") == 2
    assert "Interrupted" in capsys.readouterr().out


# Verifying


def test_while_the_daemon_has_the_port_nobody_is_asked_for_consent(
    board: Command, bus: FakeBus, pty: PtyBus, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon = open_serial(str(pty.path), 19200)
    assert board("verify", "--config", site) == 2
    daemon.close()
    out = capsys.readouterr().out
    assert "held by another program" in out
    assert "Nothing was pulsed" in out
    assert "Type the cabinet's name" not in out
    assert bus.unlock_frames == []


@pytest.mark.usefixtures("pty")
def test_a_report_that_cannot_be_written_is_told_before_locks_are_fired(
    board: Command, bus: FakeBus, site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert board("verify", "--config", site, "--report", tmp_path / "none" / "report.txt") == 2
    assert "name another --report" in capsys.readouterr().out
    assert bus.unlock_frames == []


@pytest.mark.usefixtures("pty")
def test_a_door_named_twice_is_tried_once(
    board: Command, bus: FakeBus, site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bus.door(1).stuck = True
    Answers(monkeypatch, "gate", gone=False)
    assert board("verify", "--config", site, "--door", "A02", "--door", "A02") == 1
    assert [len(door.pulses) for door in bus.boards[1].doors[:3]] == [0, 1, 0]
    assert "0 of 1 doors are good" in capsys.readouterr().out


@pytest.mark.usefixtures("pty")
def test_a_consent_that_is_piped_in_by_nobody_fires_nothing(
    board: Command, bus: FakeBus, site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Answers(monkeypatch, "gate")
    assert board("verify", "--config", site) == 1
    assert "Stopped; the doors that are left were not tried." in capsys.readouterr().out
    assert bus.unlock_frames == []


DOORS = [
    CompartmentSettings(id=f"A{number:02d}", size=Size.M, line="left", board=1, channel=number - 1)
    for number in range(1, 4)
]


class Interrupter:
    """A fitter who types a word too late for the first door, and presses Ctrl-C while the second stands open."""

    def __init__(self, bus: FakeBus, late_word: str = "") -> None:
        self.bus = bus
        self.late_word: str | None = late_word or None
        self.open = ""
        self.verification: Verification

    def say(self, text: str) -> None:
        if "opened. Close" in text:
            self.open = text[:3]

    def ask(self, _question: str) -> str:
        return "gate"

    def typed(self) -> str | None:
        if self.open == "A02":
            raise KeyboardInterrupt
        if self.open == "A01":
            self.bus.door(0).close()
            self.open = ""
        if self.verification.reports and self.late_word:
            word, self.late_word = self.late_word, None
            return word
        return None


@pytest.fixture
def panel(pty: PtyBus) -> Iterator[Panel]:
    line = LineSettings.model_validate(
        {"name": "left", "port": str(pty.path), "family": FAMILY, "boards": [{"address": 1, "channels": 12}]}
    )
    panel = Panel([line], DOORS, PanelSettings(open_within_s=0.2, poll_rest_s=0.02), on_event=lambda _: None)
    panel.start()
    assert panel.wait_until_read(10)
    yield panel
    panel.stop()


@pytest.mark.parametrize("late_word", ["", "n", "s"])
def test_a_late_word_counts_for_no_other_door_and_ctrl_c_leaves_no_fired_lock_unsaid(
    bus: FakeBus, panel: Panel, late_word: str
) -> None:
    fitter = Interrupter(bus, late_word)
    verification = Verification(fitter, panel, pause=lambda seconds: time.sleep(min(seconds, 0.15)))
    fitter.verification = verification
    with pytest.raises(KeyboardInterrupt):
        verification.run(DOORS)
    assert [(each.door, each.verdict) for each in verification.reports] == [
        ("A01", Verdict.GOOD),
        ("A02", Verdict.FAILED),
    ]
    left_open = verification.reports[1]
    assert left_open.detail == "未见关上即中断 interrupted before A02 was seen to close"
    assert left_open.outcome is Outcome.OPENED
    assert left_open.latency_s is not None
    assert [len(door.pulses) for door in bus.boards[1].doors[:3]] == [1, 1, 0]
