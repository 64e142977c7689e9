"""`iris-locker board faults`: what is wrong with lines, boards and doors now, and how fast the lines are read."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from config.load import load_settings
from config.settings import Settings
from firmware_bridge.commands.daemon_word import daemon_word
from firmware_bridge.commands.live_panel import live_panel
from firmware_bridge.commands.outcome import NOT_AS_WISHED, OK, Leaves, explained, local, say
from firmware_bridge.status_file import CycleRecord, FaultRecord, PanelStatus, status_of
from firmware_bridge.words import fault_lines, line_is_down

WATCH_S: Final = 20.0
"""Noise, echo and foreign answers are judged over fifty requests, which a slow line needs this long for."""


def add_faults(leaves: Leaves[argparse.ArgumentParser]) -> None:
    """Add the word and its arguments."""
    leaf = leaves.add_parser(
        "faults", help="print what is wrong with lines, boards and doors, with remedies; the daemon may run"
    )
    leaf.add_argument("--config", required=True, type=Path)
    leaf.add_argument("--json", action="store_true", help="print one JSON object instead")
    leaf.add_argument(
        "--watch", type=float, default=WATCH_S, metavar="SECONDS", help="how long to look while no daemon runs"
    )
    leaf.set_defaults(run=explained(_faults))


def _faults(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config)
    status = daemon_word(settings)
    told = status is not None
    if status is None:
        status = _look(settings, max(0.0, arguments.watch))
    if arguments.json:
        say(status.model_dump_json(indent=1))
    else:
        at = local(status.at)
        if told:
            say(f"守护进程写于 As the daemon wrote at {at}.")
        else:
            say(f"没有守护进程在运行；已直接查看锁控板至 No daemon runs; looked at the boards themselves until {at}.")
        for line in described(status):
            say(line)
    return NOT_AS_WISHED if status.faults else OK


def _look(settings: Settings, seconds: float) -> PanelStatus:
    """What a panel of our own finds in a few seconds; it only reads."""
    with live_panel(settings, {line.name for line in settings.lines}) as (panel, _):
        time.sleep(seconds)
        return status_of(panel, monotonic=time.monotonic(), wall=datetime.now(UTC))


def described(status: PanelStatus) -> Iterator[str]:
    """The whole, line by line, for a person."""
    if not status.faults:
        yield "一切正常 Nothing is wrong."
    for fault in status.faults:
        yield from _fault(fault)
    for cycle in status.cycles:
        yield _cycle(cycle)


def _fault(fault: FaultRecord) -> Iterator[str]:
    often = "once" if fault.count == 1 else f"{fault.count} times"
    first, last = local(fault.first_at), local(fault.last_at)
    since = f"首次 first {first}, 最近 last {last}, 共 {fault.count} 次 {often}"
    yield from fault_lines(fault.part, fault.kind, fault.cause, fault.remedy, since)


def _cycle(cycle: CycleRecord) -> str:
    if not cycle.up:
        return line_is_down(cycle.line)
    reads, take = ("1 read", "takes") if cycle.reads == 1 else (f"{cycle.reads} reads", "take")
    if not cycle.wire_ms:
        return f"线路 {cycle.line} 尚无应答 line {cycle.line}: {reads} for all doors, none answered yet"
    times = cycle.took_ms / cycle.wire_ms
    return (
        f"线路 {cycle.line}：每轮读 {cycle.reads} 次，{cycle.took_ms:g} 毫秒，是线路下限 {cycle.wire_ms:g} 毫秒的 "
        f"{times:.2f} 倍；每扇门至多隔 {cycle.every_ms:g} 毫秒读一次\n"
        f"line {cycle.line}: {reads} for all doors {take} {cycle.took_ms:g} ms, {times:.2f} times the wire's own "
        f"{cycle.wire_ms:g} ms; every door was read again within {cycle.every_ms:g} ms"
    )
