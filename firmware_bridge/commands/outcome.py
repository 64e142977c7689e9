"""How every board command ends: its exit status, and expected errors explained instead of raised."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Final

from config.load import SettingsError
from firmware_bridge.errors import BridgeError

OK: Final = 0
NOT_AS_WISHED: Final = 1
CANNOT: Final = 2

Leaves = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


def say(text: str) -> None:
    """One line for whoever called the command."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """One line beside the answer, for people: scripts read standard output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def local(moment: datetime) -> str:
    """A moment by the clock on the wall here, to the second."""
    return moment.astimezone().isoformat(sep=" ", timespec="seconds")


def explained(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """The command with its expected errors, and Ctrl-C, said instead of raised."""

    def run(arguments: argparse.Namespace) -> int:
        try:
            return command(arguments)
        except (BridgeError, SettingsError) as error:
            say(str(error))
            return CANNOT
        except KeyboardInterrupt:
            say("已中断 Interrupted.")
            return CANNOT

    return run
