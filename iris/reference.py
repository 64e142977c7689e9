"""The matcher as one would first write it: flags, one rotation after the other. The fast ones must equal it bit by bit.

Slow on purpose, sharing nothing with `iris.planes` but constants; `iris bench` and the tests hold it beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from iris.code import CODE_COLUMNS, CODE_ROWS
from iris.planes import LEAST_OVERLAP, TURNS
from iris.template import CODE_BITS, Template


@dataclass(frozen=True, slots=True)
class Nearest:
    """What `iris.match.Comparison` says, of the nearest rotation and readings."""

    distance: np.float32
    raw: np.float32
    overlap: int
    rotation: int
    readings: tuple[int, int]


def nearest(a: Template, b: Template) -> Nearest | None:
    """Compares at every rotation of `a`, every reading with every other; None where all share too few bits.

    Encoders, sides and information are not looked at: that is `iris.match.compare`'s.
    """
    found: Nearest | None = None
    for number, stored in enumerate(b.readings):
        best: tuple[float, Nearest] | None = None
        for probe_number, probe in enumerate(a.readings):
            for distance, raw, overlap, turn in _turned(probe, stored):
                if best is None or distance < best[0]:
                    figures = np.float32(distance), np.float32(raw), overlap, turn
                    best = distance, Nearest(*figures, (probe_number, number))
        if best is not None and (found is None or best[1].distance < found.distance):
            found = best[1]
    return found


def _turned(a: Template, b: Template) -> Iterator[tuple[float, float, int, int]]:
    """Normalised distance, part of unlike bits, bits compared and columns turned, where enough bits are common."""
    code = np.unpackbits(a.code).reshape(CODE_COLUMNS, CODE_ROWS, 2)
    mask = np.unpackbits(a.mask).reshape(CODE_COLUMNS, CODE_ROWS, 1)
    other_code = np.unpackbits(b.code).reshape(CODE_COLUMNS, CODE_ROWS, 2)
    other_mask = np.unpackbits(b.mask).reshape(CODE_COLUMNS, CODE_ROWS, 1)
    for turn in range(-TURNS, TURNS + 1):
        both = np.roll(mask, turn, axis=0) & other_mask
        overlap = 2 * int(both.sum())
        if overlap >= LEAST_OVERLAP:
            raw = int(((np.roll(code, turn, axis=0) ^ other_code) & both).sum()) / overlap
            yield 0.5 - (0.5 - raw) * float(np.sqrt(overlap / CODE_BITS)), raw, overlap, turn
