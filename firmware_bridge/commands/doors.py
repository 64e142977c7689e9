"""`iris-locker board doors`: what the hook of every door says, or how its lock has fared; the daemon may run."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from config.load import load_settings
from config.settings import Settings
from firmware_bridge.commands.daemon_word import daemon_word
from firmware_bridge.commands.live_panel import live_panel
from firmware_bridge.commands.outcome import CANNOT, NOT_AS_WISHED, OK, Leaves, explained, local, say
from firmware_bridge.health import store
from firmware_bridge.health.book import HealthBook, wiring_of
from firmware_bridge.health.report import health_lines
from firmware_bridge.panel import Latch
from firmware_bridge.status_file import PanelStatus
from firmware_bridge.words import fault_lines, line_is_down, spoken


def add_doors(leaves: Leaves[argparse.ArgumentParser]) -> None:
    """Add the word and its arguments."""
    leaf = leaves.add_parser("doors", help="print what the hook of every door says; the daemon may run")
    leaf.add_argument("--config", required=True, type=Path)
    leaf.add_argument(
        "--health",
        action="store_true",
        help="print how the locks have fared instead",
    )
    leaf.add_argument("--json", action="store_true", help="with --health: print the records as one JSON object")
    leaf.set_defaults(run=explained(_doors))


def _doors(arguments: argparse.Namespace) -> int:
    if arguments.json and not arguments.health:
        say("--json 须与 --health 同用 --json goes with --health only")
        return CANNOT
    settings = load_settings(arguments.config)
    if arguments.health:
        return _health(settings, as_json=arguments.json)
    status = daemon_word(settings)
    if status is not None:
        return _as_told(settings, status)
    with live_panel(settings, {line.name for line in settings.lines}) as (panel, causes):
        doors = panel.doors()
        down = [name for name, up in panel.lines().items() if not up]
        faults = panel.faults()
    for compartment, latch in doors.items():
        say(f"{compartment}  {spoken(latch)}")
    for name in down:
        say(line_is_down(name, causes.get(name, "尚无消息 nothing heard yet")))
    for fault in faults:
        for text in fault_lines(fault.part, fault.kind, fault.cause, fault.remedy):
            say(text)
    return NOT_AS_WISHED if Latch.UNKNOWN in doors.values() else OK


def _as_told(settings: Settings, status: PanelStatus) -> int:
    """What the running daemon has written: it holds the ports, so nobody else can read the doors."""
    at = local(status.at)
    say(
        "守护进程正在运行并占用串口，以下由它写下（柜门一动，数秒内写下） "
        f"The daemon runs and holds the ports; as it wrote at {at} (it writes within seconds of a move)."
    )
    compartments = [each.id for each in settings.compartments]
    for compartment in compartments:
        latch = status.doors.get(compartment)
        said = "未告知：守护进程用的是另一份设置 not told: the daemon runs with other settings"
        say(f"{compartment}  {said if latch is None else spoken(latch)}")
    for cycle in status.cycles:
        if not cycle.up:
            say(line_is_down(cycle.line))
    for fault in status.faults:
        for text in fault_lines(fault.part, fault.kind, fault.cause, fault.remedy):
            say(text)
    known = all(status.doors.get(compartment, Latch.UNKNOWN) is not Latch.UNKNOWN for compartment in compartments)
    return OK if known else NOT_AS_WISHED


def _health(settings: Settings, *, as_json: bool) -> int:
    """What the daemon has written of the locks that the settings have now."""
    path = store.health_file(settings.storage.ledger)
    kept = store.read(path)
    book = HealthBook(wiring_of(settings.lines, settings.compartments), kept, on_drift=lambda _: None)
    records = book.snapshot()
    if as_json:
        say(records.model_dump_json(indent=1))
    else:
        for line in health_lines(records):
            say(line)
        say("")
        say(
            f"写于 written {_written(path)}"
            if kept
            else f"{path} 尚不存在：开过门后由守护进程写下 is not there: the daemon writes it once doors were opened"
        )
    return NOT_AS_WISHED if records.standing else OK


def _written(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime).astimezone().isoformat(sep=" ", timespec="minutes")
