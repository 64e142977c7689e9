"""Which families of boards can be simulated, by the names that a site's settings use."""

from __future__ import annotations

import importlib

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
        raise UnknownFamilyError(f"lock boards of family {name!r} cannot be simulated: there is no {module}") from error
    return family
