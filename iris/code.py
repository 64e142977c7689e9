"""The iris code: phase of the sheet's texture along the angle, two bits per place, and which places can be believed.

Log-Gabor filters (Field 1987) along the columns after a Gaussian average over the rows; the signs of the real and the
imaginary part are the bits (Daugman 1993). All bits of one column lie together, so that a turned head is a roll of
whole columns and codes and masks can only turn together.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.geometry import FloatArray
from iris.segment.cover import Flags
from iris.unwrap import COLUMNS, ROWS

ENCODER = "rubber sheet, log-Gabor phase, 6"
"""Raise the number with every change of segmentation or encoding that constants do not show."""
CODE_ROWS = 8
CODE_COLUMNS = 128
"""Angles at which the phase is read; one column is 2.8 degrees, a twelfth of the filter's wavelength."""
WAVELENGTH = 24.0
"""Sheet columns per period at the centre of the filter: 34 degrees."""
BANDWIDTH = 0.4
"""Ratio of the standard deviation to the centre frequency on the logarithmic axis."""
ROW_SPREAD = 1.6
"""Standard deviation in sheet rows of the average behind one code row."""
LEAST_SUPPORT = 0.75
"""Part of a filter's weight that must lie on usable iris for its bits to count."""

LOCAL_MEAN = (17, 7)
"""Columns and rows over which the local mean is taken."""
WRAP = 32
"""Columns repeated at both ends of a sheet, so that filters see a closed ring."""


@dataclass(frozen=True, slots=True)
class IrisCode:
    """Bits and mask of one iris.

    Attributes:
        bits: (CODE_COLUMNS, CODE_ROWS, 2) the signs of the real and the imaginary part.
        mask: (CODE_COLUMNS, CODE_ROWS) true where the bits can be believed.
    """

    bits: NDArray[np.bool_]
    mask: NDArray[np.bool_]

    def mirrored(self) -> IrisCode:
        """The code that the picture's reflection in a horizontal axis would have given.

        Reflection negates the angle, and the phase of a response with it: columns run backwards, the real part stays,
        the sign of the imaginary part changes.
        """
        bits = np.roll(self.bits[::-1], 1, axis=0)
        bits[..., 1] ^= True
        return IrisCode(np.ascontiguousarray(bits), np.ascontiguousarray(np.roll(self.mask[::-1], 1, axis=0)))


def iris_code(grey: FloatArray, usable: Flags) -> IrisCode:
    """Encodes a sheet (ROWS, COLUMNS); places that are not usable are filled so that they say nothing."""
    weights = _row_weights()
    trust = usable.astype(np.float32)
    filled = _filled(grey, trust)
    support = weights @ cv2.filter2D(_wrapped(trust), -1, _envelope())[:, WRAP:-WRAP]
    spectrum = np.fft.fft(weights @ filled, axis=1)
    step = COLUMNS // CODE_COLUMNS
    response = np.fft.ifft(spectrum * _log_gabor(), axis=1)[:, ::step]
    bits = np.stack([response.real > 0, response.imag > 0], axis=2)
    return IrisCode(
        np.ascontiguousarray(bits.transpose(1, 0, 2)), np.ascontiguousarray((support[:, ::step] > LEAST_SUPPORT).T)
    )


def _filled(grey: FloatArray, trust: FloatArray) -> FloatArray:
    """The sheet less its local mean, zero where nothing is known."""
    size = LOCAL_MEAN
    local = cv2.blur(_wrapped(grey * trust), size) / np.maximum(cv2.blur(_wrapped(trust), size), 1e-3)
    return ((grey - local[:, WRAP:-WRAP]) * trust).astype(np.float32)


def _wrapped(sheet: FloatArray) -> FloatArray:
    return np.concatenate([sheet[:, -WRAP:], sheet, sheet[:, :WRAP]], axis=1)


@cache
def encoder_fingerprint() -> bytes:
    """Eight bytes that change with anything that makes codes incomparable: templates of another encoder are refused."""
    facts = (ENCODER, ROWS, COLUMNS, CODE_ROWS, CODE_COLUMNS, WAVELENGTH, BANDWIDTH, ROW_SPREAD, LOCAL_MEAN)
    return hashlib.sha256(repr(facts).encode()).digest()[:8]


@cache
def _row_weights() -> FloatArray:
    centres = (np.arange(CODE_ROWS) + 0.5) * (ROWS / CODE_ROWS) - 0.5
    weights = np.exp(-0.5 * ((np.arange(ROWS) - centres[:, None]) / ROW_SPREAD) ** 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


@cache
def _log_gabor() -> FloatArray:
    frequency = np.fft.fftfreq(COLUMNS)
    gain = np.zeros(COLUMNS)
    positive = frequency > 0
    gain[positive] = np.exp(-0.5 * (np.log(frequency[positive] * WAVELENGTH) / np.log(BANDWIDTH)) ** 2)
    return gain.astype(np.float32)


@cache
def _envelope() -> FloatArray:
    kernel = cv2.getGaussianKernel(2 * int(WAVELENGTH / 2) + 1, WAVELENGTH / 4, cv2.CV_32F)
    return np.asarray(kernel.T, np.float32)
