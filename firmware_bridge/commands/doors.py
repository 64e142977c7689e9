"""`iris-locker board doors`: what the hook of every door says."""

from __future__ import annotations

import argparse
from pathlib import Path

from config.load import load_settings
from firmware_bridge.commands.live_panel import live_panel
from firmware_bridge.commands.outcome import NOT_AS_WISHED, OK, Leaves, explained, say
from firmware_bridge.panel import Latch


def add_doors(leaves: Leaves[argparse.ArgumentParser]) -> None:
    """Add the word and its arguments."""
    leaf = leaves.add_parser("doors", help="print what the hook of every door says")
    leaf.add_argument("--config", required=True, type=Path)
    leaf.set_defaults(run=explained(_doors))


def _doors(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config)
    with live_panel(settings, {line.name for line in settings.lines}) as (panel, causes):
        doors = panel.doors()
        down = [name for name, up in panel.lines().items() if not up]
    for compartment, latch in doors.items():
        say(f"{compartment}  {latch}")
    for name in down:
        say(f"line {name} is down: {causes.get(name, 'nothing heard yet')}")
    return NOT_AS_WISHED if Latch.UNKNOWN in doors.values() else OK
