"""`iris-locker board scan`: which boards are on which ports; reads only, no lock moves."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from firmware_bridge.boards.driver import families
from firmware_bridge.commands.outcome import CANNOT, NOT_AS_WISHED, OK, Leaves, explained, say
from firmware_bridge.commissioning.ports import find_ports
from firmware_bridge.errors import PortBusyError, PortError
from firmware_bridge.scan import FoundBoard, PortScan, Progress, speed_is_settable

MOST_RATES_NAMED = 3
LEAST_RATE, GREATEST_RATE = 300, 1_000_000
"""Bits per second of any serial line."""


def add_scan(leaves: Leaves[argparse.ArgumentParser]) -> None:
    """Add the word and its arguments."""
    leaf = leaves.add_parser("scan", help="find boards; reads only, no lock moves")
    add_search_arguments(leaf)
    leaf.add_argument("--json", action="store_true", help="print one JSON object instead")
    leaf.set_defaults(run=explained(_scan))


def add_search_arguments(leaf: argparse.ArgumentParser) -> None:
    """Where and for what to look."""
    leaf.add_argument(
        "--port",
        action="append",
        help="device path or pyserial URL such as socket://host:port; may be given several times; all when absent",
    )
    leaf.add_argument("--family", action="append", choices=families(), help="look for these only")
    leaf.add_argument("--baud", action="append", type=_rate, help="try this rate only; may be given several times")


def _rate(text: str) -> int:
    rate = int(text)
    if not LEAST_RATE <= rate <= GREATEST_RATE:
        raise argparse.ArgumentTypeError(
            f"{rate} is no rate of a line: {LEAST_RATE} to {GREATEST_RATE} bits per second"
        )
    return rate


@dataclass(frozen=True, slots=True)
class Survey:
    """What came of one port; `problem` says why it could not be looked at, or could not be to the end."""

    scan: PortScan
    problem: str = ""


def survey(port: str, arguments: argparse.Namespace, *, quiet: bool) -> Survey:
    """Look at one port; boards are said as they are found, unless `quiet`. Ctrl-C ends the look, not what was found."""
    progress = _ProgressLine(port)
    wanted = arguments.family or families()
    scan = PortScan(port, wanted, arguments.baud or (), on_progress=progress.show)
    try:
        for board in scan.boards():
            progress.clear()
            if not quiet:
                say(describe(board))
    except PortBusyError as error:
        return Survey(scan, f"{error}; skipped")
    except PortError as error:
        return Survey(scan, str(error))
    except KeyboardInterrupt:
        return Survey(scan, "interrupted: what was not asked yet is not known")
    finally:
        progress.clear()
    return Survey(scan)


def describe(board: FoundBoard) -> str:
    """A board in one line."""
    speed = f"at {board.baud} baud" if speed_is_settable(board.port) else "at its serial server's speed"
    hooks = "".join({True: "1", False: "0", None: "?"}[bit] for bit in board.hooks)
    channels = f", up to {board.channels} channels" if board.channels else ""
    echo = ", the adapter echoes" if board.echo else ""
    return (
        f"{board.port}: {board.family} {speed}, address {board.address}{channels}: "
        f"hooks {hooks or '?'} (first channel left){echo}"
    )


def remarks(seen: Survey) -> Iterable[str]:
    """What else a fitter should know about a port."""
    scan = seen.scan
    if seen.problem:
        yield f"{scan.port}: {seen.problem}"
    if scan.rogue:
        yield (
            f"{scan.port}: every address answers, so one board answers to all of them (damaged DIP switches?): "
            "unplug the boards one by one until most addresses fall silent, and change that board"
        )
    if scan.found or seen.problem:
        return
    echo = "; the adapter echoes, so its end works" if scan.echo else ""
    yield f"{scan.port}: nothing answers{echo}: check power, the A and B wires, the DIP switches and the family"
    talkative = [f"{baud}" for baud, count in scan.garbage.most_common(MOST_RATES_NAMED) if count]
    if talkative:
        yield (
            f"{scan.port}: bytes came that no family's answer explains (at {', '.join(talkative)} baud): a board that "
            "nobody here knows, one at an unusual speed, two with one address, or noise on an open line"
        )


def _scan(arguments: argparse.Namespace) -> int:
    ports = arguments.port or find_ports()
    if not ports:
        say("this machine has no serial port: plug the adapter in, or name a TCP serial server with --port")
        return CANNOT
    surveys = []
    for port in ports:
        surveys.append(survey(port, arguments, quiet=arguments.json))
        if not arguments.json:
            for remark in remarks(surveys[-1]):
                say(remark)
    if arguments.json:
        say(json.dumps({"ports": [_as_json(each) for each in surveys]}, indent=1))
    if all(each.problem and not each.scan.found for each in surveys):
        return CANNOT
    return OK if any(each.scan.found for each in surveys) else NOT_AS_WISHED


def _as_json(seen: Survey) -> dict[str, Any]:
    return {
        "port": seen.scan.port,
        "problem": seen.problem or None,
        "echo": seen.scan.echo,
        "rogue": seen.scan.rogue,
        "garbage_bytes": {str(baud): count for baud, count in seen.scan.garbage.items() if count},
        "boards": [asdict(board) for board in seen.scan.found],
    }


class _ProgressLine:
    """One line that is written over, on a terminal only."""

    def __init__(self, port: str) -> None:
        self._port = port
        self._width = 0

    def show(self, progress: Progress) -> None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        search = progress.search
        self._write(
            f"{self._port}: {search.family} {search.baud} address {search.address}; {progress.left} to ask, "
            f"at most {minutes}:{seconds:02d}"
        )

    def clear(self) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{text:{self._width}}" if text else f"\r{'':{self._width}}\r")
            sys.stderr.flush()
            self._width = len(text)
