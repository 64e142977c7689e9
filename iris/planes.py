"""Many iris codes at once as machine words, and the masked Hamming counts between them, exact.

Laid out word by word over templates, so that each NumPy call works on one word of a whole block: the counts of a block
of 4096 templates stay in the cache. Real signs, imaginary signs and masks are three planes of equal shape.

A template with two readings takes two columns of a gallery and twice the rotations of a probe; its distance is that of
the nearest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
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
    """Codes of n templates: real signs, imaginary signs and masks, each (PLANE_WORDS, n or more).

    Attributes:
        rivals: (columns - n,) the template whose second reading stands in each column behind the first n.
    """

    real: Words
    imaginary: Words
    mask: Words
    rivals: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))

    def __len__(self) -> int:
        return self.columns - self.rivals.size

    @property
    def columns(self) -> int:
        """Readings of all templates."""
        return int(self.mask.shape[1])


@dataclass(frozen=True, slots=True)
class Distances:
    """The best rotation of one probe against each of n templates.

    Attributes:
        distance: (n,) float32, normalised; NaN where no rotation has enough overlap.
        raw: (n,) float32 fraction of disagreeing bits at that rotation; NaN likewise.
        overlap: (n,) int32 bits compared; the largest overlap seen where there is no distance.
        rotation: (n,) int32 columns by which the probe was turned.
        probe_reading, reading: (n,) int32 which reading of the probe and of the template this is about.
    """

    distance: NDArray[np.float32]
    raw: NDArray[np.float32]
    overlap: NDArray[np.int32]
    rotation: NDArray[np.int32]
    probe_reading: NDArray[np.int32]
    reading: NDArray[np.int32]


Scan = Callable[[Planes, Planes], Distances]
"""One distance for each column of the second."""


def planes(templates: list[Template]) -> Planes:
    """Packs templates for bulk comparison."""
    if not templates:
        empty = np.empty((PLANE_WORDS, 0), np.uint64)
        return Planes(empty, empty, empty)
    rivals = [(number, each.rival) for number, each in enumerate(templates) if each.rival is not None]
    readings = templates + [rival for _, rival in rivals]
    bits = np.unpackbits(np.stack([each.code for each in readings]), axis=2).reshape(len(readings), -1, 2)
    real, imaginary = (np.packbits(bits[:, :, part], axis=1) for part in (0, 1))
    mask = np.stack([each.mask for each in readings]).reshape(len(readings), -1)
    owners = np.array([number for number, _ in rivals], np.intp)
    return Planes(_words(real), _words(imaginary), _words(mask), owners)


def _words(rows: NDArray[np.uint8]) -> Words:
    return np.ascontiguousarray(np.ascontiguousarray(rows).view(np.uint64).T)


def turned(template: Template) -> Planes:
    """One template at every rotation, -TURNS to TURNS columns, of its first reading and then of its second.

    Code and mask turn together.
    """
    parts = [_turned(reading) for reading in template.readings]
    if len(parts) == 1:
        return parts[0]
    real, imaginary, mask = (
        np.concatenate([getattr(part, name) for part in parts], axis=1) for name in ("real", "imaginary", "mask")
    )
    return Planes(real, imaginary, mask)


def _turned(template: Template) -> Planes:
    code = np.unpackbits(template.code, axis=1).reshape(CODE_COLUMNS, CODE_ROWS, 2)
    layers = [np.packbits(code[:, :, part], axis=1) for part in (0, 1)] + [template.mask]
    real, imaginary, mask = (_words(layer[_turns()].reshape(ROTATIONS, -1)) for layer in layers)
    return Planes(real, imaginary, mask)


@cache
def _turns() -> NDArray[np.intp]:
    """(ROTATIONS, CODE_COLUMNS) the column that comes to lie at each place."""
    return (np.arange(CODE_COLUMNS) - np.arange(-TURNS, TURNS + 1)[:, None]) % CODE_COLUMNS


def plain_scan(probe: Planes, gallery: Planes) -> Distances:
    """Compares the rotations of one probe (from `turned`) with every column of a gallery, whoever's reading it is."""
    if 0 < gallery.columns <= FEW:
        return _few(probe, gallery)
    parts = [_block(probe, gallery, start) for start in range(0, gallery.columns, BLOCK)]
    if not parts:
        floats, integers = np.empty(0, np.float32), np.empty(0, np.int32)
        return Distances(floats, floats, integers, integers, integers, integers)
    return Distances(*(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS))


def distances(probe: Planes, gallery: Planes, scan: Scan = plain_scan) -> Distances:
    """Compares the rotations of one probe (from `turned`) with every template of a gallery.

    `scan` may be another one than `plain_scan` if it is equal to it (`iris.accelerated`).
    """
    return _nearest_reading(scan(probe, gallery), gallery)


def _nearest_reading(found: Distances, gallery: Planes) -> Distances:
    """One distance for each template instead of one for each of its readings."""
    if not gallery.rivals.size:
        return found
    first = Distances(*(getattr(found, name)[: len(gallery)].copy() for name in _FIELDS))
    second = Distances(*(getattr(found, name)[len(gallery) :] for name in _FIELDS))
    known = np.where(np.isnan(first.distance), np.inf, first.distance)[gallery.rivals]
    nearer = second.distance < known  # NaN is never nearer
    for name in _FIELDS:
        getattr(first, name)[gallery.rivals[nearer]] = getattr(second, name)[nearer]
    first.reading[gallery.rivals[nearer]] = 1
    return first


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
    overlap = np.empty((probe.columns, mask.shape[1]), np.uint16)
    differing = np.empty_like(overlap)
    for rotation in range(probe.columns):
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
        *rotation_of(rotation),
        np.zeros(every.size, np.int32),
    )


def rotation_of(number: NDArray[np.signedinteger]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Columns turned and which reading, of the places in what `turned` gives."""
    return (number % ROTATIONS - TURNS).astype(np.int32), (number // ROTATIONS).astype(np.int32)


_FIELDS = tuple(Distances.__dataclass_fields__)
