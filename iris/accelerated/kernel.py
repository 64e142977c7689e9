"""The masked Hamming scan, written for a compiler: what `iris.planes.plain_scan` does, with the same roundings.

Plain Python that runs as it stands, slowly; `iris.accelerated.compiled` makes machine code of it. Templates are taken
in tiles that stay in the cache while all rotations pass; the innermost loops run over the templates of a tile, without
branches, so that a compiler can do several at once. No bound skips anything: every rotation is counted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from iris.code import CODE_COLUMNS, CODE_ROWS
from iris.planes import LEAST_OVERLAP, PLANE_WORDS, Words
from iris.template import CODE_BITS

TILE = 128
"""Templates at a time, 48 kB of words: of 32, 64 and 128 the fastest, by a third, where eight are counted at once."""
_NONE = np.inf


def ones(word: np.uint64) -> np.int64:
    """How many bits are set; the compiler puts one instruction in its place."""
    return np.int64(np.bitwise_count(word))


def scan(  # noqa: PLR0917 - numba takes arrays by place
    probe_real: Words,
    probe_imaginary: Words,
    probe_mask: Words,
    gallery_real: Words,
    gallery_imaginary: Words,
    gallery_mask: Words,
    distance: NDArray[np.float32],
    raw: NDArray[np.float32],
    overlap: NDArray[np.int32],
    rotation: NDArray[np.int32],
) -> None:
    """Fills the last four, (n,) each, from rotations (PLANE_WORDS, m) against templates (PLANE_WORDS, n).

    `rotation` is the number of the rotation, 0 to m - 1. Of equally near rotations the first is taken.
    """
    templates = gallery_mask.shape[1]
    real = np.empty((PLANE_WORDS, TILE), np.uint64)
    imaginary = np.empty((PLANE_WORDS, TILE), np.uint64)
    mask = np.zeros((PLANE_WORDS, TILE), np.uint64)
    common, unlike = np.empty(TILE, np.int64), np.empty(TILE, np.int64)
    nearest, fraction = np.empty(TILE, np.float64), np.empty(TILE, np.float64)
    compared, turn = np.empty(TILE, np.int64), np.empty(TILE, np.int64)
    most, most_turn = np.empty(TILE, np.int64), np.empty(TILE, np.int64)
    for start in range(0, templates, TILE):
        size = min(TILE, templates - start)
        for word in range(PLANE_WORDS):
            for k in range(size):
                real[word, k] = gallery_real[word, start + k]
                imaginary[word, k] = gallery_imaginary[word, start + k]
                mask[word, k] = gallery_mask[word, start + k]
        nearest[:] = _NONE
        most[:] = -1
        for r in range(probe_mask.shape[1]):
            common[:] = 0
            unlike[:] = 0
            for word in range(PLANE_WORDS):
                a, b, c = probe_real[word, r], probe_imaginary[word, r], probe_mask[word, r]
                for k in range(TILE):
                    both = mask[word, k] & c
                    common[k] += ones(both)
                    unlike[k] += ones((real[word, k] ^ a) & both) + ones((imaginary[word, k] ^ b) & both)
            for k in range(TILE):
                bits = 2 * common[k]
                part = unlike[k] / max(bits, 1)
                value = 0.5 - (0.5 - part) * np.sqrt(bits / CODE_BITS)
                nearer = (bits >= LEAST_OVERLAP) & (value < nearest[k])
                nearest[k] = value if nearer else nearest[k]
                fraction[k] = part if nearer else fraction[k]
                compared[k] = bits if nearer else compared[k]
                turn[k] = r if nearer else turn[k]
                more = bits > most[k]
                most[k] = bits if more else most[k]
                most_turn[k] = r if more else most_turn[k]
        for k in range(size):
            known = nearest[k] < _NONE
            distance[start + k] = nearest[k] if known else np.nan
            raw[start + k] = fraction[k] if known else np.nan
            overlap[start + k] = compared[k] if known else most[k]
            rotation[start + k] = turn[k] if known else most_turn[k]


assert CODE_COLUMNS * CODE_ROWS == 64 * PLANE_WORDS, "the last word of a plane is full, so that no bit is padding"
