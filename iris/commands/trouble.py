"""What a user must mend, as one line and an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TypeAlias

from iris.evaluation.layouts import LayoutError
from iris.match import Incomparable
from iris.refusals import Refusal
from iris.template import TemplateFormatError

TROUBLE, NO_MATCH = 2, 1

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - argparse names it so
"""What a command adds itself to."""


class Trouble(Exception):
    """What the user must mend."""


def guarded(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Turns what the user can mend into one line on stderr and exit code 2."""

    def mended(arguments: argparse.Namespace) -> int:
        try:
            return run(arguments)
        except (Refusal, Incomparable, TemplateFormatError, LayoutError, OSError, Trouble) as error:
            print(f"iris-locker iris: {error}", file=sys.stderr)
            return TROUBLE

    return mended
