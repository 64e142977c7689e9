"""Smooth random fields, the raw material of iris stroma and skin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


def smooth_field(rng: np.random.Generator, shape: tuple[int, int], scale: tuple[float, float]) -> Field:
    """Gaussian noise with a Gaussian correlation.

    The field is periodic along its columns (an iris closes on itself) and not along its rows.

    Args:
        rng: the random source.
        shape: rows and columns.
        scale: standard deviation of the smoothing along rows and columns, in samples.

    Returns:
        float32 of that shape with mean 0 and standard deviation 1.
    """
    rows, columns = shape
    # Rows beyond the smoothing's reach are made and cut off, so that the first and the last row are independent.
    made = rows + int(4 * scale[0]) + 1
    spectrum = np.fft.rfft2(rng.standard_normal((made, columns), dtype=np.float32))
    down = np.fft.fftfreq(made)[:, np.newaxis] * scale[0]
    along = np.fft.rfftfreq(columns)[np.newaxis, :] * scale[1]
    spectrum *= np.exp(-2 * np.pi**2 * (down**2 + along**2))
    field = np.fft.irfft2(spectrum, s=(made, columns))[:rows]
    field -= field.mean()
    return np.asarray(field / field.std(), np.float32)
