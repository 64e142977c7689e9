"""`iris-locker board`: look at lock boards and open single doors by hand, without the daemon."""

from __future__ import annotations

import argparse

from firmware_bridge.commands.doors import add_doors
from firmware_bridge.commands.faults import add_faults
from firmware_bridge.commands.scan import add_scan
from firmware_bridge.commands.unlock import add_unlock
from firmware_bridge.commands.verify import add_verify
from firmware_bridge.commands.walk import add_walk


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `board` and its words."""
    board = subparsers.add_parser("board", help="talk to lock boards directly")
    leaves = board.add_subparsers(required=True, metavar="scan|walk|verify|doors|faults|unlock")
    for add in (add_scan, add_walk, add_verify, add_doors, add_faults, add_unlock):
        add(leaves)
