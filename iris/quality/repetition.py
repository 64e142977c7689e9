"""Whether a code repeats itself when it is turned, as those of checkerboards and spoked wheels do, and irises never.

What repeats holds little that tells it from others of its kind, so its template could match theirs.
"""

from __future__ import annotations

import numpy as np

from iris.code import CODE_COLUMNS, IrisCode

LEAST_TURN = CODE_COLUMNS // 10
"""Columns, 34 degrees: one wavelength of the filter, from which on neighbours no longer look alike."""
LEAST_OVERLAP = 1 / 6
"""Part of all bits that must be believed on both sides, as in comparing two templates."""
STRANGER = 0.5
"""The distance told where too little can be compared."""


def least_distance_turned(code: IrisCode) -> float:
    """The least distance of a code to itself at any turn of at least LEAST_TURN columns; 0 repeats, 0.5 does not.

    The agreement at every turn at once is the autocorrelation of the signs around the circle.
    """
    signs = np.where(code.bits, np.float32(1), np.float32(-1)) * code.mask[:, :, None]
    agreement = _around(signs.reshape(CODE_COLUMNS, -1))
    compared = 2.0 * _around(code.mask.astype(np.float32))
    turns = slice(LEAST_TURN, CODE_COLUMNS - LEAST_TURN + 1)
    enough = compared[turns] >= LEAST_OVERLAP * code.bits.size
    if not enough.any():
        return STRANGER
    return float(0.5 * (1.0 - (agreement[turns][enough] / compared[turns][enough]).max()))


def _around(columns: np.ndarray) -> np.ndarray:
    """Autocorrelation along the first axis, circular, summed over the second."""
    spectrum = np.fft.rfft(columns, axis=0)
    return np.asarray(np.fft.irfft((spectrum.real**2 + spectrum.imag**2).sum(axis=1), len(columns)))
