"""A look at all ports at once, each in a thread of its own: a scan spends its time waiting for answers.

Boards are said as they are found, and how far the look is while it lasts.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, TextIO

from firmware_bridge.boards.driver import families
from firmware_bridge.commands.outcome import note, say
from firmware_bridge.errors import PortBusyError, PortError
from firmware_bridge.scan import FoundBoard, PortScan, Progress

MOST_AT_ONCE: Final = 16
"""No machine at hand has more ports; those beyond wait for their turn."""
TELL_EVERY_S: Final = 10.0
"""How often a log or a pipe is told that the look lasts; a terminal's line is written over."""
INTERRUPTED: Final = "已中断，未问的地址情况不明 interrupted: what was not asked yet is not known"


@dataclass(frozen=True, slots=True)
class Survey:
    """What came of one port; `problem` says why it could not be looked at, or could not be to the end."""

    scan: PortScan
    problem: str = ""


def survey(
    ports: Iterable[str], arguments: argparse.Namespace, describe: Callable[[FoundBoard], str] | None
) -> list[Survey]:
    """Look at every port; `describe` makes the words for a board that is found, None says nothing.

    Ctrl-C ends the look, not what was found.
    """
    line = ProgressLine(sys.stderr)
    scans = [
        PortScan(
            port,
            arguments.family or families(),
            arguments.baud or (),
            every_address=arguments.all,
            on_progress=partial(line.show, port),
        )
        for port in _each_once(ports)
    ]

    def stop() -> None:
        for scan in scans:
            scan.stop()

    def found(board: FoundBoard) -> None:
        if describe is None:
            return
        try:
            line.say(describe(board))
        except BrokenPipeError:  # whoever reads has heard enough; the caller's next words end the command
            stop()

    return _looked_at(scans, stop, lambda scan: _look(scan, found, line)) if scans else []


def _each_once(ports: Iterable[str]) -> list[str]:
    """Every port by the first of its names."""
    names: dict[str, str] = {}
    for port in ports:
        names.setdefault(port if "://" in port else os.path.realpath(port), port)
    return list(names.values())


def _looked_at(scans: Sequence[PortScan], stop: Callable[[], None], look: Callable[[PortScan], Survey]) -> list[Survey]:
    """Look at all at once. Whatever ends this early ends every look; after Ctrl-C what was found is kept."""
    looks: list[Future[Survey]] = []
    with ThreadPoolExecutor(min(MOST_AT_ONCE, len(scans)), thread_name_prefix="scan") as pool:
        try:
            try:
                looks.extend(pool.submit(look, scan) for scan in scans)
                wait(looks)
            except KeyboardInterrupt:
                stop()
            return [each.result() for each in looks] + [look(scan) for scan in scans[len(looks) :]]
        except BaseException:
            stop()
            raise


def _look(scan: PortScan, found: Callable[[FoundBoard], None], line: ProgressLine) -> Survey:
    try:
        for board in scan.boards():
            found(board)
    except PortBusyError as error:
        return Survey(scan, f"{error}; 已跳过 skipped")
    except PortError as error:
        return Survey(scan, str(error))
    except Exception as error:  # noqa: BLE001 - a bug at one port leaves what the others find
        note(traceback.format_exc())
        return Survey(scan, f"程序出错 an error of this program ended the look: {type(error).__name__}: {error}")
    finally:
        line.done(scan.port)
    return Survey(scan, INTERRUPTED if scan.stopped else "")


class ProgressLine:
    """How far all scans are: one line that is written over on a terminal, now and then a new one elsewhere.

    Where it cannot be shown the scans go on without it.
    """

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._guard = threading.Lock()
        self._under_way: dict[str, Progress] = {}
        self._width = 0
        self._told_at = clock()

    def show(self, port: str, progress: Progress) -> None:
        """A port is so far."""
        with self._guard:
            self._under_way[port] = progress
            text = _described(port, self._under_way)
            if self._out.isatty():
                self._write(text)
            elif self._clock() - self._told_at >= TELL_EVERY_S:
                self._told_at = self._clock()
                self._put(f"仍在查找 still looking: {text}\n")

    def done(self, port: str) -> None:
        """Nothing more comes of a port."""
        with self._guard:
            self._under_way.pop(port, None)
            self._write("")

    def say(self, text: str) -> None:
        """A line that stays, in the place of the one that does not."""
        with self._guard:
            self._write("")
            say(text)

    def _write(self, text: str) -> None:
        if self._out.isatty():
            self._put(f"\r{text:{self._width}}" if text else f"\r{'':{self._width}}\r")
            self._width = len(text)

    def _put(self, text: str) -> None:
        with suppress(OSError):
            self._out.write(text)
            self._out.flush()


def _described(port: str, under_way: dict[str, Progress]) -> str:
    """What is asked at a port now, and how long all of them take at most."""
    search = under_way[port].search
    left: Sequence[Progress] = tuple(under_way.values())
    minutes, seconds = divmod(round(max(each.seconds_left for each in left)), 60)
    where = port if len(left) == 1 else f"{len(left)} 个串口 ports, {port}"
    return (
        f"{where}: {search.family} {search.baud} 地址 address {search.address}; "
        f"待问 {sum(each.left for each in left)} to ask, 最多 at most {minutes}:{seconds:02d}"
    )
