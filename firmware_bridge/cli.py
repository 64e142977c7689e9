"""`iris-locker board`: look at lock boards and open single doors by hand, without the daemon."""

from __future__ import annotations

import argparse
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from config.load import SettingsError, load_settings
from config.settings import Settings
from firmware_bridge.boards.driver import families
from firmware_bridge.errors import BridgeError
from firmware_bridge.panel import Latch, LineChanged, Outcome, Panel, PanelEvent
from firmware_bridge.scan import scan

READ_WITHIN_S: Final = 10.0
UNLOCK_WITHIN_S: Final = 15.0

OK: Final = 0
NOT_AS_WISHED: Final = 1
CANNOT: Final = 2


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `board scan|doors|unlock`."""
    board = subparsers.add_parser("board", help="talk to lock boards directly")
    leaves = board.add_subparsers(required=True, metavar="scan|doors|unlock")

    leaf = leaves.add_parser("scan", help="find boards on a port; reads only, no lock moves")
    leaf.add_argument("--port", required=True, help="device path or pyserial URL")
    leaf.add_argument("--family", action="append", choices=families())
    leaf.add_argument("--baud", action="append", type=int)
    leaf.set_defaults(run=_explained(_scan))

    leaf = leaves.add_parser("doors", help="print what the hook of every door says")
    leaf.add_argument("--config", required=True, type=Path)
    leaf.set_defaults(run=_explained(_doors))

    leaf = leaves.add_parser("unlock", help="pulse one lock once; only while the daemon does not run")
    leaf.add_argument("--config", required=True, type=Path)
    leaf.add_argument("compartment", help="such as A07")
    leaf.set_defaults(run=_explained(_unlock))


def _explained(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """The command with its expected errors printed instead of raised."""

    def run(arguments: argparse.Namespace) -> int:
        try:
            return command(arguments)
        except (BridgeError, SettingsError) as error:
            print(error)
            return CANNOT

    return run


def _scan(arguments: argparse.Namespace) -> int:
    found = 0
    for board in scan(arguments.port, arguments.family or families(), arguments.baud or ()):
        found += 1
        hooks = "".join("1" if bit else "0" for bit in board.hooks)
        echo = ", the adapter echoes" if board.echo else ""
        print(f"{board.family} at {board.baud} baud, address {board.address}: hooks {hooks} (first channel left){echo}")
    if not found:
        print(f"nothing answers on {arguments.port}: check power, the A and B wires, the DIP switches and the family")
    return OK if found else NOT_AS_WISHED


def _doors(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config)
    with _panel(settings, {line.name for line in settings.lines}) as (panel, causes):
        panel.wait_until_read(READ_WITHIN_S)
        doors = panel.doors()
        down = [name for name, up in panel.lines().items() if not up]
    for compartment, latch in doors.items():
        print(f"{compartment}  {latch}")
    for name in down:
        print(f"line {name} is down: {causes.get(name, 'nothing heard yet')}")
    return NOT_AS_WISHED if Latch.UNKNOWN in doors.values() else OK


def _unlock(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config)
    lines = {each.line for each in settings.compartments if each.id == arguments.compartment}
    if not lines:
        print(f"there is no compartment {arguments.compartment!r} in {arguments.config}")
        return CANNOT
    with _panel(settings, lines) as (panel, causes):
        panel.wait_until_read(READ_WITHIN_S)
        future = panel.unlock(arguments.compartment, uuid.uuid4().hex)
        report = future.result(UNLOCK_WITHIN_S)
    cause = "; ".join(causes.values()) if report.outcome is Outcome.LINE_DOWN else report.detail
    print(f"{arguments.compartment}  {report.outcome}: {cause}")
    return OK if report.outcome in (Outcome.OPENED, Outcome.ALREADY_OPEN) else NOT_AS_WISHED


@contextmanager
def _panel(settings: Settings, names: set[str]) -> Iterator[tuple[Panel, dict[str, str]]]:
    """A running panel over some lines, and the last cause that each line that is down gave."""
    causes: dict[str, str] = {}
    guard = threading.Lock()

    def note(event: PanelEvent) -> None:
        if isinstance(event, LineChanged):
            with guard:
                causes[event.line] = event.cause

    panel = Panel(
        [line for line in settings.lines if line.name in names],
        [each for each in settings.compartments if each.line in names],
        settings.panel,
        on_event=note,
    )
    panel.start()
    try:
        yield panel, causes
    finally:
        panel.stop()
