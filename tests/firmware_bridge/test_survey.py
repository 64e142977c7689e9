"""Several ports are looked at together, and whoever waits is told how far it is."""

from __future__ import annotations

import argparse
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.boards.driver import driver_named
from firmware_bridge.commands import survey as surveying
from firmware_bridge.commands.scan import describe, remarks
from firmware_bridge.commands.survey import INTERRUPTED, TELL_EVERY_S, ProgressLine, survey
from firmware_bridge.commissioning.search_order import Search
from firmware_bridge.errors import PortAbsentError
from firmware_bridge.scan import FoundBoard, PortScan, Progress

ARGUMENTS = argparse.Namespace(family=["wkly"], baud=None, all=False)


def board(port: str, family: str = "wkly", channels: int | None = 8) -> FoundBoard:
    return FoundBoard(port, family, 9600, 1, channels, (True,) * 8, echo=False)


def progress(left: int, seconds_left: float) -> Progress:
    search = Search("wkly", 9600, 3, driver_named("wkly").probe(3))
    return Progress(search, 1, left, seconds_left)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_ports_are_looked_at_together_and_reported_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2, timeout=10)

    def boards(scan: PortScan) -> Iterator[FoundBoard]:
        both.wait()
        if scan.port == "one":
            raise PortAbsentError("one cannot be opened")
        scan.found.append(board(scan.port))
        yield scan.found[-1]

    monkeypatch.setattr(PortScan, "boards", boards)
    first, second = survey(["one", "two", "one"], ARGUMENTS, None)
    assert (first.scan.port, first.problem) == ("one", "one cannot be opened")
    assert (second.scan.found, second.problem) == ([board("two")], "")


def test_ctrl_c_ends_every_look_and_keeps_what_was_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = threading.Barrier(3, timeout=10)

    def boards(scan: PortScan) -> Iterator[FoundBoard]:
        scan.found.append(board(scan.port))
        yield scan.found[-1]
        found.wait()
        scan.stopped = scan._stop.wait(10)

    def interrupted(_looks: object) -> Any:
        found.wait()
        raise KeyboardInterrupt

    monkeypatch.setattr(PortScan, "boards", boards)
    monkeypatch.setattr(surveying, "wait", interrupted)
    surveys = survey(["one", "two"], ARGUMENTS, describe)
    assert [(each.scan.found, each.problem) for each in surveys] == [
        ([board("one")], INTERRUPTED),
        ([board("two")], INTERRUPTED),
    ]
    assert {line.split(":")[0] for line in capsys.readouterr().out.splitlines()} == {"one", "two"}


def test_an_error_of_this_program_at_one_port_leaves_what_the_others_find(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def boards(scan: PortScan) -> Iterator[FoundBoard]:
        if scan.port == "bad":
            raise ZeroDivisionError("a slip")
        scan.found.append(board(scan.port))
        yield scan.found[-1]

    monkeypatch.setattr(PortScan, "boards", boards)
    bad, good = survey(["bad", "good"], ARGUMENTS, None)
    assert "ZeroDivisionError: a slip" in bad.problem
    assert (good.scan.found, good.problem) == ([board("good")], "")
    heard = capsys.readouterr()
    assert "Traceback" in heard.err
    assert heard.out == ""


def waits_for_the_end(scan: PortScan) -> Iterator[FoundBoard]:
    """A look that goes on until it is stopped."""
    scan.stopped = scan._stop.wait(10)
    yield from ()


def test_ctrl_c_while_the_looks_are_being_started_ends_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    submit = surveying.ThreadPoolExecutor.submit
    started: list[Any] = []

    def interrupted(pool: Any, *call: Any) -> Any:
        started.append(call)
        if len(started) == 2:
            raise KeyboardInterrupt
        return submit(pool, *call)

    monkeypatch.setattr(PortScan, "boards", waits_for_the_end)
    monkeypatch.setattr(surveying.ThreadPoolExecutor, "submit", interrupted)
    surveys = survey(["one", "two", "three"], ARGUMENTS, None)
    assert [(each.scan.port, each.problem) for each in surveys] == [
        (port, INTERRUPTED) for port in ("one", "two", "three")
    ]


@pytest.mark.parametrize("end", [SystemExit, MemoryError])
def test_whatever_ends_the_survey_ends_every_look(monkeypatch: pytest.MonkeyPatch, end: type[BaseException]) -> None:
    stopped: list[PortScan] = []

    def boards(scan: PortScan) -> Iterator[FoundBoard]:
        yield from waits_for_the_end(scan)
        stopped.extend([scan] if scan.stopped else [])

    def ends(_looks: object) -> Any:
        raise end

    monkeypatch.setattr(PortScan, "boards", boards)
    monkeypatch.setattr(surveying, "wait", ends)
    with pytest.raises(end):
        survey(["one", "two"], ARGUMENTS, None)
    assert len(stopped) == 2


def test_nobody_looks_on_for_a_reader_who_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def boards(scan: PortScan) -> Iterator[FoundBoard]:
        scan.found.append(board(scan.port))
        yield scan.found[-1]
        yield from waits_for_the_end(scan)

    def gone(_text: str) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(PortScan, "boards", boards)
    monkeypatch.setattr(surveying, "say", gone)
    surveys = survey(["one", "two"], ARGUMENTS, describe)
    assert [each.problem for each in surveys] == [INTERRUPTED, INTERRUPTED]


def test_progress_that_nobody_sees_ends_no_look() -> None:
    class Closed(Terminal):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    line = ProgressLine(Closed(), clock=lambda: 0.0)
    line.show("one", progress(10, 5.0))
    line.done("one")


def test_no_port_makes_no_survey() -> None:
    assert survey([], ARGUMENTS, describe) == []


def test_two_names_of_one_adapter_are_one_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter, by_path = tmp_path / "ttyUSB0", tmp_path / "by-path"
    adapter.touch()
    by_path.symlink_to(adapter)
    monkeypatch.setattr(PortScan, "boards", lambda _: iter(()))
    names = [str(by_path), str(adapter), "socket://server:4001", "socket://server:4001"]
    assert [each.scan.port for each in survey(names, ARGUMENTS, None)] == [str(by_path), "socket://server:4001"]


def test_a_terminal_has_one_line_for_all_ports() -> None:
    out = Terminal()
    line = ProgressLine(out, clock=lambda: 0.0)
    line.show("one", progress(10, 5.0))
    line.show("two", progress(20, 65.4))
    assert (
        out.getvalue().split("\r")[-1]
        == "2 个串口 ports, two: wkly 9600 地址 address 3; 待问 30 to ask, 最多 at most 1:05"
    )
    line.done("one")
    line.show("two", progress(19, 64.0))
    assert out.getvalue().split("\r")[-1].rstrip() == "two: wkly 9600 地址 address 3; 待问 19 to ask, 最多 at most 1:04"


def test_a_log_is_told_now_and_then_that_the_look_lasts() -> None:
    out, now = io.StringIO(), [0.0]
    line = ProgressLine(out, clock=lambda: now[0])
    for second in range(25):
        now[0] = float(second)
        line.show("one", progress(100 - second, 50.0))
    line.done("one")
    told = out.getvalue().splitlines()
    assert len(told) == 24 // int(TELL_EVERY_S)
    assert told[0] == "仍在查找 still looking: one: wkly 9600 地址 address 3; 待问 90 to ask, 最多 at most 0:50"


@pytest.mark.parametrize("family", ["kerong-cu24", "lock485-8a", "winnsen"])
def test_a_board_is_shown_with_what_its_count_of_channels_is_worth(family: str) -> None:
    assert driver_named(family).channels_told in describe(board("one", family))


def test_addresses_that_were_left_out_are_named() -> None:
    scan = PortScan("one", ["modbus-relay"])
    scan.found.append(board("one", "modbus-relay"))
    scan.not_asked = tuple(range(66, 248))
    (remark,) = remarks(surveying.Survey(scan))
    assert "addresses 66 to 247 were not asked" in remark
    assert "--all" in remark


def test_what_was_left_out_on_a_line_where_nothing_answers_is_named() -> None:
    remark = list(remarks(surveying.Survey(PortScan("one", ["wkly", "modbus-relay"]))))[-1]
    assert "modbus-relay addresses 33 to 247 were asked at 9600 baud only" in remark
    assert "--all" in remark
