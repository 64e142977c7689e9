"""Columns and sizes as a fitter says them: `A:S,S,M,L B:6M,2L`."""

from __future__ import annotations

import re
from typing import Final

from pydantic import ValidationError

from config.settings import Size
from firmware_bridge.commissioning.notebook import ColumnPlan
from firmware_bridge.errors import BridgeError

EXAMPLE: Final = "A:S,S,M,L B:6M,2L"
MOST_DOORS: Final = 99
"""Compartments have two digits."""
WORD: Final = re.compile(r"(\d{0,2})(S|M|L|XL)", re.IGNORECASE)


class ColumnPlanError(BridgeError):
    """The columns were said in a way that is not understood."""


def read_columns(text: str) -> tuple[ColumnPlan, ...]:
    """Columns left to right; each has its sizes top to bottom, a number before a size repeats it.

    Raises:
        ColumnPlanError: it cannot be understood, or a column stands twice.
    """
    columns = tuple(_column(word) for word in text.split())
    if not columns or len({column.name for column in columns}) != len(columns):
        raise ColumnPlanError(f"name every column once, such as {EXAMPLE}")
    return columns


def _column(word: str) -> ColumnPlan:
    name, colon, sizes = word.partition(":")
    found = [WORD.fullmatch(each) for each in sizes.split(",")]
    if not colon or not re.fullmatch(r"[A-Za-z]{1,2}", name) or not all(found):
        raise ColumnPlanError(f"{word!r} is no column with sizes S, M, L or XL; write such as {EXAMPLE}")
    repeated = [Size(each[2].upper()) for each in found if each for _ in range(int(each[1] or 1))]
    if len(repeated) > MOST_DOORS:
        raise ColumnPlanError(f"column {name} has {len(repeated)} compartments; a column has {MOST_DOORS} at the most")
    try:
        return ColumnPlan(name=name.upper(), sizes=tuple(repeated))
    except ValidationError as error:
        raise ColumnPlanError(f"column {name} has no compartment; write such as {EXAMPLE}") from error
