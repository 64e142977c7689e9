"""`iris-locker board unlock`: pulse one lock once."""

from __future__ import annotations

import argparse
import uuid
from pathlib import Path

from config.load import load_settings
from firmware_bridge.commands.live_panel import live_panel, patience_s
from firmware_bridge.commands.outcome import CANNOT, NOT_AS_WISHED, OK, Leaves, explained, say
from firmware_bridge.panel import Outcome
from firmware_bridge.words import spoken


def add_unlock(leaves: Leaves[argparse.ArgumentParser]) -> None:
    """Add the word and its arguments."""
    leaf = leaves.add_parser("unlock", help="pulse one lock once; only while the daemon does not run")
    leaf.add_argument("--config", required=True, type=Path)
    leaf.add_argument("compartment", help="such as A07")
    leaf.set_defaults(run=explained(_unlock))


def _unlock(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config)
    lines = {each.line for each in settings.compartments if each.id == arguments.compartment}
    if not lines:
        say(f"没有这个柜格 there is no compartment {arguments.compartment!r} in {arguments.config}")
        return CANNOT
    with live_panel(settings, lines) as (panel, causes):
        future = panel.unlock(arguments.compartment, uuid.uuid4().hex)
        try:
            report = future.result(patience_s(settings, *lines))
        except TimeoutError:
            said = (
                "什么也没有发出 nothing was sent"
                if future.cancel()
                else "锁可能已通电，请看门 its lock may have been pulsed: look at the door"
            )
            say(f"{arguments.compartment}  线路未及时回报 no report from its line in time; {said}")
            return CANNOT
    cause = "; ".join(causes.values()) if report.outcome is Outcome.LINE_DOWN else report.detail
    say(f"{arguments.compartment}  {spoken(report.outcome)}: {cause}")
    return OK if report.outcome in (Outcome.OPENED, Outcome.ALREADY_OPEN) else NOT_AS_WISHED
