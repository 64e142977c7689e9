"""Which families of boards can be simulated, by the names that a site's settings use."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from simulator.boards.board import Family


class UnknownFamilyError(Exception):
    """No file in `simulator/boards/` has the family's name."""


def family_named(name: str) -> Family:
    """Find a family: `some-board` lives in `simulator/boards/some_board.py`, as `FAMILY`.

    Raises:
        UnknownFamilyError: there is no such file.
    """
    module = f"simulator.boards.{name.replace('-', '_')}"
    try:
        family: Family = importlib.import_module(module).FAMILY
    except (ModuleNotFoundError, AttributeError) as error:
        known = ", ".join(family_names())
        raise UnknownFamilyError(f"no lock boards of family {name!r} are simulated; there are {known}") from error
    return family


def family_names() -> Iterator[str]:
    """Every family that can be simulated, in the order of the alphabet."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if hasattr(importlib.import_module(f"{__package__}.{module.name}"), "FAMILY"):
            yield module.name.replace("_", "-")
