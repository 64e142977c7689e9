"""The `board` commands over a real pseudo-terminal."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from fake_boards import FakeBus
from fake_ports import PtyBus

from config.load import load_settings
from firmware_bridge import scan
from firmware_bridge.boards.driver import driver_named
from firmware_bridge.cli import register
from firmware_bridge.commands import scan as scan_command
from firmware_bridge.commands import unlock, verify, walk
from firmware_bridge.commands.live_panel import patience_s
from firmware_bridge.commissioning.conversation import ConsoleConversation
from firmware_bridge.faults import FaultKind
from firmware_bridge.panel import Latch, Panel, UnlockReport
from firmware_bridge.port import open_serial
from firmware_bridge.status_file import CycleRecord, FaultRecord, PanelStatus, StatusPage, status_file

SITE = """
[site]
community = "garden"
cabinet = "gate"
[storage]
ledger = "ledger.sqlite3"
keys = "keys.toml"
[[lines]]
name = "front"
port = "{port}"
family = "{family}"
reply_timeout_s = 0.1
boards = [{{ address = 1, channels = 12 }}]
[[columns]]
name = "A"
line = "front"
board = 1
sizes = ["S", "M", "L"]
[panel]
open_within_s = 0.3
[mqtt]
host = "localhost"
[platform.signing_keys]
key = "AAAA"
"""

Command = Callable[..., int]


@pytest.fixture
def bus(bus_type: type[FakeBus]) -> FakeBus:
    return bus_type(time.monotonic, 12, (1,))


@pytest.fixture
def pty(bus: FakeBus, tmp_path: Path) -> Iterator[PtyBus]:
    pty = PtyBus(bus, tmp_path / "front")
    pty.plug()
    yield pty
    pty.unplug()


@pytest.fixture
def config(bus: FakeBus, tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(SITE.format(port=tmp_path / "front", family=bus.family))
    return path


@pytest.fixture
def board() -> Command:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())

    def run(*arguments: object) -> int:
        parsed = parser.parse_args(["board", *map(str, arguments)])
        status: int = parsed.run(parsed)
        return status

    return run


@pytest.mark.usefixtures("pty")
def test_doors_prints_every_compartment(
    board: Command, bus: FakeBus, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bus.door(1).open_by_hand()
    assert board("doors", "--config", config) == 0
    assert capsys.readouterr().out == "A01  锁上 latched\nA02  打开 unlatched\nA03  锁上 latched\n"


def test_doors_names_a_line_that_is_down(board: Command, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert board("doors", "--config", config) == 1
    out = capsys.readouterr().out
    assert "A01  不明 unknown" in out
    assert "line front is down" in out
    assert "check the path" in out


def test_doors_beside_a_running_daemon_are_those_that_it_has_written(
    board: Command, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings(config)
    fault = FaultRecord(
        part="A02",
        kind=FaultKind.DOOR_OPENED,
        cause="it opened",
        remedy="look",
        first_at=datetime.now(UTC),
        last_at=datetime.now(UTC),
        count=1,
    )
    told = PanelStatus(
        at=datetime.now(UTC),
        pid=os.getpid(),
        faults=(fault,),
        cycles=(CycleRecord(line="front", up=True, reads=1, wire_ms=10.0, took_ms=12.0, every_ms=250.0),),
        doors={"A01": Latch.LATCHED, "A02": Latch.UNLATCHED, "A03": Latch.LATCHED},
    )
    daemon = StatusPage(status_file(settings.storage.ledger))
    assert daemon.write(told)
    assert board("doors", "--config", config) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("守护进程正在运行并占用串口")
    assert "The daemon runs and holds the ports; as it wrote at" in first
    assert rest == [
        "A01  锁上 latched",
        "A02  打开 unlatched",
        "A03  锁上 latched",
        "A02: 柜门自行打开 door opened: it opened",
        "    请查看柜内，关好门，并在维护时确认",
        "    look",
    ]
    down = told.cycles[0].model_copy(update={"up": False})
    told = told.model_copy(update={"doors": {"A01": Latch.UNKNOWN}, "cycles": (down,), "faults": ()})
    assert daemon.write(told)
    assert board("doors", "--config", config) == 1
    out = capsys.readouterr().out
    assert "A01  不明 unknown\nA02  未告知：守护进程用的是另一份设置 not told" in out
    assert "line front is down" in out
    daemon.close()


@pytest.mark.usefixtures("pty")
@pytest.mark.parametrize("unreadable", ["damaged", "a folder"])
@pytest.mark.parametrize("word", ["doors", "faults"])
def test_a_status_file_that_tells_nothing_keeps_nobody_from_the_boards(
    word: str, unreadable: str, board: Command, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = status_file(load_settings(config).storage.ledger)
    path.touch() if unreadable == "damaged" else path.mkdir()
    assert board(word, "--config", config, *(["--watch", "0", "--json"] if word == "faults" else [])) == 0
    heard = capsys.readouterr()
    assert str(path) in heard.err
    if word == "doors":
        assert heard.out.splitlines() == ["A01  锁上 latched", "A02  锁上 latched", "A03  锁上 latched"]
    else:
        assert json.loads(heard.out)["doors"] == {"A01": "latched", "A02": "latched", "A03": "latched"}


@pytest.mark.usefixtures("pty")
def test_unlock_opens_one_door_and_says_what_it_did(
    board: Command, bus: FakeBus, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert board("unlock", "--config", config, "A02") == 0
    assert "A02  已打开 opened: " in capsys.readouterr().out
    assert [len(door.pulses) for door in bus.boards[1].doors[:3]] == [0, 1, 0]
    bus.door(2).stuck = True
    assert board("unlock", "--config", config, "A03") == 1
    assert "A03  卡住 jammed: " in capsys.readouterr().out


@pytest.mark.usefixtures("pty")
def test_whoever_reads_a_verification_as_json_gets_nothing_else_and_the_fitter_is_asked_beside_it(
    board: Command, bus: FakeBus, config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keyboard, fingers = os.pipe()
    os.write(fingers, f"{load_settings(config).site.cabinet}\n".encode())
    os.close(fingers)
    monkeypatch.setattr(verify, "ConsoleConversation", partial(ConsoleConversation, keyboard))
    assert board("verify", "--config", config, "--door", "A02", "--json") == 1
    os.close(keyboard)
    heard = capsys.readouterr()
    (door,) = json.loads(heard.out)["doors"]
    assert (door["door"], door["verdict"]) == ("A02", "not tried")
    assert "Type the cabinet's name" in heard.err
    assert "For each door: close it when it has opened." in heard.err
    assert "Stopped" in heard.err
    assert bus.unlock_frames == [], "whoever confirmed has gone"


def test_unlock_refuses_while_another_program_holds_the_port(
    board: Command, bus: FakeBus, pty: PtyBus, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    holder = open_serial(str(pty.path), 9600)
    assert board("unlock", "--config", config, "A01") == 1
    assert "held by another program" in capsys.readouterr().out
    assert bus.unlock_frames == []
    holder.close()


def test_unlock_knows_its_compartments(board: Command, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert board("unlock", "--config", config, "Z01") == 2
    assert "no compartment 'Z01'" in capsys.readouterr().out


def test_a_settings_file_that_cannot_be_used_is_explained(
    board: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert board("doors", "--config", tmp_path / "none.toml") == 2
    assert "none.toml" in capsys.readouterr().out


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "SCAN_TIMEOUT_S", 0.03)


@pytest.mark.usefixtures("quick")
def test_scan_prints_what_answers(
    board: Command, bus: FakeBus, pty: PtyBus, capsys: pytest.CaptureFixture[str]
) -> None:
    baud = driver_named(bus.family).bauds[0]
    assert board("scan", "--port", pty.path, "--family", bus.family, "--baud", baud) == 0
    out = capsys.readouterr().out
    found = (
        f"{pty.path}: {bus.family}，波特率 at {baud} baud，地址 address 1，最多 16 路 up to 16 channels：锁反馈 hooks 1"
    )
    assert found in out
    assert bus.unlock_frames == []


@pytest.mark.parametrize("rate", ["0", "-5", "fast"])
def test_a_rate_that_no_line_has_is_refused_before_a_port_is_opened(
    board: Command, capsys: pytest.CaptureFixture[str], rate: str
) -> None:
    with pytest.raises(SystemExit) as left:
        board("scan", "--port", "nowhere", f"--baud={rate}")
    assert left.value.code == 2
    assert "--baud" in capsys.readouterr().err


@pytest.mark.usefixtures("quick")
def test_scan_finds_its_ports_itself_and_skips_one_that_is_held(
    board: Command,
    bus: FakeBus,
    pty: PtyBus,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = PtyBus(bus, pty.path.with_name("held"))
    held.plug()
    holder = open_serial(str(held.path), 9600)
    monkeypatch.setattr(scan_command, "find_ports", lambda: (str(held.path), str(pty.path)))
    assert board("scan", "--family", bus.family, "--json") == 0
    first, second = json.loads(capsys.readouterr().out)["ports"]
    assert "held by another program" in first["problem"]
    assert first["boards"] == []
    assert second["problem"] is None
    assert [(each["family"], each["address"], each["channels"]) for each in second["boards"]] == [(bus.family, 1, 16)]
    holder.close()
    held.unplug()


def test_a_port_that_cannot_be_opened_was_asked_at_no_rate(board: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert board("scan", "--port", "/dev/nowhere", "--json") == 2
    (port,) = json.loads(capsys.readouterr().out)["ports"]
    assert "cannot be opened" in port["problem"]
    assert port["not_asked_at_other_rates"] == {}


def test_scan_without_any_port_says_what_to_do(
    board: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_command, "find_ports", tuple)
    assert board("scan") == 2
    assert "has no serial port" in capsys.readouterr().out


def test_scan_names_a_port_that_is_not_there(
    board: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert board("scan", "--port", tmp_path / "none") == 2
    (line,) = capsys.readouterr().out.splitlines()
    assert line.count(str(tmp_path / "none")) == 1
    assert "cannot be opened (No such file or directory)" in line


@pytest.mark.usefixtures("pty")
@pytest.mark.parametrize(("queued", "said"), [(True, "nothing was sent"), (False, "may have been pulsed")])
def test_unlock_without_a_report_in_time_says_what_is_known(  # noqa: PLR0917 - fixtures and parameters
    board: Command,
    config: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    queued: bool,  # noqa: FBT001 - a parameter
    said: str,
) -> None:
    future: Future[UnlockReport] = Future()
    if not queued:
        future.set_running_or_notify_cancel()
    monkeypatch.setattr(Panel, "unlock", lambda *_: future)
    monkeypatch.setattr(unlock, "patience_s", lambda *_: 0.01)
    assert board("unlock", "--config", config, "A02") == 2
    assert said in capsys.readouterr().out


def test_an_unlock_is_waited_for_as_long_as_the_settings_let_it_take(config: Path) -> None:
    settings = load_settings(config)
    lines = tuple(line.model_copy(update={"reply_timeout_s": 5.0, "read_retries": 10}) for line in settings.lines)
    assert patience_s(settings, "front") < 20
    assert patience_s(settings.model_copy(update={"lines": lines}), "front") > 120


@pytest.mark.usefixtures("pty")
def test_faults_looks_at_the_boards_itself_while_no_daemon_runs(
    board: Command, bus: FakeBus, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert board("faults", "--config", config, "--watch", 0) == 0
    out = capsys.readouterr().out
    assert "No daemon runs" in out
    assert "Nothing is wrong." in out
    assert "times the wire's own" in out
    bus.boards[1].deaf = True
    assert board("faults", "--config", config, "--watch", 0, "--json") == 1
    (fault, *_) = json.loads(capsys.readouterr().out)["faults"]
    assert fault["kind"] in ("board_silent", "line_silent")
    assert fault["remedy"]


@pytest.mark.parametrize("word", ["scan", "walk"])
def test_a_machine_without_a_serial_port_is_told_so(
    word: str, board: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (scan_command, walk):
        monkeypatch.setattr(command, "find_ports", lambda: ())
    assert board(word, *(["--out", tmp_path / "site.toml", "--columns", "A:2M"] if word == "walk" else [])) == 2
    assert "no serial port" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
