"""Many iris codes at once as machine words, and the masked Hamming counts between them, exact.

Laid out word by word over templates, so that each NumPy call works on one word of a whole block: the counts of a block
of 4096 templates stay in the cache. Real signs, imaginary signs and masks are three planes of equal shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from iris.code import CODE_COLUMNS, CODE_ROWS
from iris.template import CODE_BITS, Template

Words = NDArray[np.uint64]

PLANE_WORDS = CODE_COLUMNS * CODE_ROWS // 64
TURNS = 11
"""Columns by which a code is turned either way: 31 degrees, for a tilted head."""
ROTATIONS = 2 * TURNS + 1
BLOCK = 4096
FEW = 16
"""Templates up to which all rotations are compared in one step, which then costs less than a step for each."""
LEAST_OVERLAP = CODE_BITS // 6
"""Bits that two masks must share, of 2048; below it a distance would rest on a corner of the iris."""


@dataclass(frozen=True, slots=True)
class Planes:
    """Codes of n templates: real signs, imaginary signs and masks, each (PLANE_WORDS, n)."""

    real: Words
    imaginary: Words
    mask: Words

    def __len__(self) -> int:
        return int(self.mask.shape[1])


@dataclass(frozen=True, slots=True)
class Distances:
    """The best rotation of one probe against each of n templates.

    Attributes:
        distance: (n,) float32, normalised; NaN where no rotation has enough overlap.
        raw: (n,) float32 fraction of disagreeing bits at that rotation; NaN likewise.
        overlap: (n,) int32 bits compared; the largest overlap seen where there is no distance.
        rotation: (n,) int32 columns by which the probe was turned.
    """

    distance: NDArray[np.float32]
    raw: NDArray[np.float32]
    overlap: NDArray[np.int32]
    rotation: NDArray[np.int32]


def planes(templates: list[Template]) -> Planes:
    """Packs templates for bulk comparison."""
    if not templates:
        empty = np.empty((PLANE_WORDS, 0), np.uint64)
        return Planes(empty, empty, empty)
    bits = np.unpackbits(np.stack([t.code for t in templates]), axis=2).reshape(len(templates), -1, 2)
    real, imaginary = (np.packbits(bits[:, :, part], axis=1) for part in (0, 1))
    mask = np.stack([t.mask for t in templates]).reshape(len(templates), -1)
    return Planes(_words(real), _words(imaginary), _words(mask))


def _words(rows: NDArray[np.uint8]) -> Words:
    return np.ascontiguousarray(np.ascontiguousarray(rows).view(np.uint64).T)


def turned(template: Template) -> Planes:
    """One template at every rotation, -TURNS to TURNS columns; code and mask turn together."""
    code = np.unpackbits(template.code, axis=1).reshape(CODE_COLUMNS, CODE_ROWS, 2)
    layers = [np.packbits(code[:, :, part], axis=1) for part in (0, 1)] + [template.mask]
    real, imaginary, mask = (_words(layer[_turns()].reshape(ROTATIONS, -1)) for layer in layers)
    return Planes(real, imaginary, mask)


@cache
def _turns() -> NDArray[np.intp]:
    """(ROTATIONS, CODE_COLUMNS) the column that comes to lie at each place."""
    return (np.arange(CODE_COLUMNS) - np.arange(-TURNS, TURNS + 1)[:, None]) % CODE_COLUMNS


def distances(probe: Planes, gallery: Planes) -> Distances:
    """Compares the rotations of one probe (from `turned`) with every template of a gallery."""
    if 0 < len(gallery) <= FEW:
        return _few(probe, gallery)
    parts = [_block(probe, gallery, start) for start in range(0, len(gallery), BLOCK)]
    if not parts:
        floats, integers = np.empty(0, np.float32), np.empty(0, np.int32)
        return Distances(floats, floats, integers, integers)
    return Distances(
        np.concatenate([part.distance for part in parts]),
        np.concatenate([part.raw for part in parts]),
        np.concatenate([part.overlap for part in parts]),
        np.concatenate([part.rotation for part in parts]),
    )


def _few(probe: Planes, gallery: Planes) -> Distances:
    """All rotations of all templates at once: what `_block` does, for few templates without its loop."""
    both = probe.mask[:, :, None] & gallery.mask[:, None]
    unlike = np.bitwise_count((probe.real[:, :, None] ^ gallery.real[:, None]) & both)
    unlike += np.bitwise_count((probe.imaginary[:, :, None] ^ gallery.imaginary[:, None]) & both)
    overlap = 2 * np.bitwise_count(both).sum(axis=0, dtype=np.int32)
    return _best(overlap, unlike.sum(axis=0, dtype=np.uint16))


def _block(probe: Planes, gallery: Planes, start: int) -> Distances:
    block = slice(start, start + BLOCK)
    real, imaginary, mask = gallery.real[:, block], gallery.imaginary[:, block], gallery.mask[:, block]
    overlap = np.empty((ROTATIONS, mask.shape[1]), np.uint16)
    differing = np.empty_like(overlap)
    for rotation in range(ROTATIONS):
        both = mask & probe.mask[:, rotation, None]
        overlap[rotation] = np.bitwise_count(both).sum(axis=0, dtype=np.uint16)
        unlike = np.bitwise_count((real ^ probe.real[:, rotation, None]) & both)
        unlike += np.bitwise_count((imaginary ^ probe.imaginary[:, rotation, None]) & both)
        differing[rotation] = unlike.sum(axis=0, dtype=np.uint16)
    return _best(2 * overlap.astype(np.int32), differing)


def _best(overlap: NDArray[np.int32], differing: NDArray[np.uint16]) -> Distances:
    """Picks the rotation of least normalised distance among those with enough overlap.

    Normalisation: 0.5 - (0.5 - raw) * sqrt(overlap / all bits), so that few bits cannot pass for certainty (after
    Daugman 2007, with the number of all bits for the typical one).
    """
    enough = overlap >= LEAST_OVERLAP
    raw = differing / np.maximum(overlap, 1)
    normalised = np.where(enough, 0.5 - (0.5 - raw) * np.sqrt(overlap / CODE_BITS), np.inf)
    rotation = normalised.argmin(axis=0)
    known = enough.any(axis=0)
    rotation = np.where(known, rotation, overlap.argmax(axis=0))
    every = np.arange(overlap.shape[1])
    return Distances(
        np.where(known, normalised[rotation, every], np.nan).astype(np.float32),
        np.where(known, raw[rotation, every], np.nan).astype(np.float32),
        overlap[rotation, every],
        (rotation - TURNS).astype(np.int32),
    )
