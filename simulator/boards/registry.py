"""Which families of boards can be simulated, by the names that a site's settings use."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from simulator import boards
from simulator.boards.board import Family


class UnknownFamilyError(Exception):
    """No file in `simulator/boards/` has the family's name."""


def family_named(name: str) -> Family:
    """Find a family: `some-board` lives in `simulator/boards/some_board.py`, as `FAMILY`.

    Raises:
        UnknownFamilyError: there is no such file. What fails inside a file that is there comes out as it is.
    """
    module = f"simulator.boards.{name.replace('-', '_')}"
    try:
        family: Family = importlib.import_module(module).FAMILY
    except (ModuleNotFoundError, AttributeError) as error:
        if _fails_inside(error, module):
            raise
        known = ", ".join(family_names())
        raise UnknownFamilyError(f"no lock boards of family {name!r} are simulated; there are {known}") from error
    return family


def _fails_inside(error: ModuleNotFoundError | AttributeError, module: str) -> bool:
    """Whether a file is there, and it is something inside it that is missing; a file without a FAMILY is no family."""
    stem = module.removeprefix(f"{__package__}.")
    there = any(each.name == stem for each in pkgutil.iter_modules(boards.__path__))
    return there and not (isinstance(error, AttributeError) and error.name == "FAMILY")


def family_names() -> Iterator[str]:
    """Every family that can be simulated, in the order of the alphabet."""
    for module in pkgutil.iter_modules(boards.__path__):
        if hasattr(importlib.import_module(f"{__package__}.{module.name}"), "FAMILY"):
            yield module.name.replace("_", "-")
