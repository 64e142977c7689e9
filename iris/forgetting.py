"""Overwriting what was taken from an eye picture: arrays are noted while they are made, and zeroed when encoding ends.

What NumPy and OpenCV make and free inside one call is beyond reach.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Pixels = TypeVar("Pixels", bound=np.generic)

_noted: ContextVar[list[NDArray[Any]] | None] = ContextVar("_noted", default=None)


def note(made: NDArray[Pixels]) -> NDArray[Pixels]:
    """The array itself, which is zeroed when the surrounding `forgetting` ends; outside of one nothing is done."""
    arrays = _noted.get()
    if arrays is not None:
        arrays.append(made)
    return made


@contextmanager
def forgetting() -> Iterator[None]:
    """Zeroes at its end, whatever happens, every array noted inside; each thread notes its own."""
    arrays: list[NDArray[Any]] = []
    before = _noted.set(arrays)
    try:
        yield
    finally:
        _noted.reset(before)
        for array in arrays:
            array.fill(0)
