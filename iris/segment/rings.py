"""Grey values along rays from a centre: the one sampling that every boundary search uses."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.geometry import FloatArray
from iris.picture import Picture


def sample(pixels: Picture | FloatArray, x: NDArray[np.floating], y: NDArray[np.floating]) -> FloatArray:
    """Bilinear values at the points (x, y), same shape as they; outside the picture its border is repeated."""
    rows = x.shape[0]
    values = cv2.remap(
        pixels,
        x.reshape(rows, -1).astype(np.float32),
        y.reshape(rows, -1).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return values.reshape(x.shape).astype(np.float32)


def inside(shape: tuple[int, ...], x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which of the points lie inside a picture of this shape."""
    return (x >= 0) & (y >= 0) & (x <= shape[1] - 1) & (y <= shape[0] - 1)
