"""`iris-locker board unlock`: pulse one lock once."""

from __future__ import annotations

import argparse
import uuid
from pathlib import Path

from config.load import load_settings
from firmware_bridge.commands.live_panel import UNLOCK_WITHIN_S, live_panel
from firmware_bridge.commands.outcome import CANNOT, NOT_AS_WISHED, OK, Leaves, explained, say
from firmware_bridge.panel import Outcome


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
        say(f"there is no compartment {arguments.compartment!r} in {arguments.config}")
        return CANNOT
    with live_panel(settings, lines) as (panel, causes):
        report = panel.unlock(arguments.compartment, uuid.uuid4().hex).result(UNLOCK_WITHIN_S)
    cause = "; ".join(causes.values()) if report.outcome is Outcome.LINE_DOWN else report.detail
    say(f"{arguments.compartment}  {report.outcome}: {cause}")
    return OK if report.outcome in (Outcome.OPENED, Outcome.ALREADY_OPEN) else NOT_AS_WISHED
