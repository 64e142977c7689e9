"""Whether a code repeats itself when it is turned or mirrored, as those of patterns do, and irises never.

Checkerboards and spoked wheels repeat themselves around; straight bars of any direction, such as a faulty sensor lays
over every picture, are their own mirror image about any line across them. What repeats holds little that tells it from
others of its kind, so its template could match theirs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from iris.code import CODE_COLUMNS, IrisCode
from iris.geometry import FloatArray

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
    signs, known = _signs(code), code.mask.astype(np.float32)
    turns = slice(LEAST_TURN, CODE_COLUMNS - LEAST_TURN + 1)
    agreement, compared = _around(signs, signs)[turns], 2.0 * _around(known, known)[turns]
    enough = compared >= LEAST_OVERLAP * code.bits.size
    if not enough.any():
        return STRANGER
    return float(0.5 * (1.0 - (agreement[enough] / compared[enough]).max()))


def least_distance_mirrored(code: IrisCode) -> float:
    """The least distance of a code to its own mirror image about any line through its centre.

    0 is symmetric, 0.5 is not. Agreement counts by the root of what can be compared, so that a few bits that happen
    to agree do not look like symmetry.
    """
    image = code.mirrored()
    agreement = _around(_signs(code), _signs(image))
    compared = 2.0 * _around(code.mask.astype(np.float32), image.mask.astype(np.float32))
    enough = compared >= LEAST_OVERLAP * code.bits.size
    if not enough.any():
        return STRANGER
    agreeing = agreement[enough] / np.sqrt(compared[enough] * code.bits.size)
    return float(0.5 * (1.0 - agreeing.max()))


def _signs(code: IrisCode) -> FloatArray:
    signs = np.where(code.bits, np.float32(1), np.float32(-1)) * code.mask[:, :, None]
    return np.asarray(signs.reshape(CODE_COLUMNS, -1), np.float32)


def _around(a: FloatArray, b: FloatArray) -> NDArray[np.floating]:
    """Correlation along the first axis at every turn, circular, summed over the second."""
    spectrum = (np.fft.rfft(a, axis=0) * np.fft.rfft(b, axis=0).conj()).sum(axis=1)
    return np.asarray(np.fft.irfft(spectrum, len(a)))
