"""What grey values this iris has, learnt from its two sides, where lids and lashes seldom lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from iris.geometry import FloatArray

SIDE = 0.62
"""Half-width in radians of each side sector (36 degrees)."""
DEPTHS = 8
"""Rings between pupil and limbus that have a grey value of their own."""
LEAST_DEVIATION = 5.0
"""Grey levels; a flatter iris is judged as if it varied this much, or noise would count as cover."""


@dataclass(frozen=True, slots=True)
class IrisGrey:
    """Typical grey value at `DEPTHS` depths from pupil (0) to limbus (1), and the usual deviation from it."""

    medians: FloatArray
    deviation: float

    def deviations(self, values: FloatArray, depth: FloatArray) -> FloatArray:
        """How many usual deviations each value lies from the iris at its depth."""
        centres = (np.arange(DEPTHS, dtype=np.float32) + 0.5) / DEPTHS
        expected = np.interp(depth, centres, self.medians)
        return ((values - expected) / self.deviation).astype(np.float32)


def iris_grey(strip: FloatArray, usable: np.ndarray) -> IrisGrey:
    """Learns from an unwrapped iris (rows by depth, columns by angle from +x); `usable` excludes highlights."""
    columns = strip.shape[1]
    angle = np.arange(columns) * (2 * np.pi / columns)
    side = np.abs(np.sin(angle)) < np.sin(SIDE)
    values = np.where(usable, strip, np.nan)[:, side].reshape(DEPTHS, -1)
    lost = np.isnan(values).all(axis=1)
    values[lost] = float(np.median(strip))
    medians = np.nanmedian(values, axis=1)
    deviation = 1.4826 * float(np.nanmedian(np.abs(values - medians[:, None])))
    return IrisGrey(medians.astype(np.float32), max(deviation, LEAST_DEVIATION))
