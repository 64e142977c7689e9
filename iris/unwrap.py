"""The rubber sheet (Daugman 1993): the iris between its boundaries as a rectangle, free of size, dilation and shift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iris.forgetting import note
from iris.geometry import Contour, FloatArray, even_angles
from iris.picture import Picture
from iris.segment.rings import inside, sample

ROWS = 32
COLUMNS = 256
EDGE = 0.007
"""Of the way from pupil to limbus: so much of the pupil's edge, at whose foot the curve lies, is no texture yet."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where every place of the rectangle lies in the picture, and what is there.

    Attributes:
        x, y: (ROWS, COLUMNS) pixels of the original picture.
        grey: (ROWS, COLUMNS) grey values.
        inside: (ROWS, COLUMNS) which places the picture holds.
    """

    x: FloatArray
    y: FloatArray
    grey: FloatArray
    inside: NDArray[np.bool_]


def unwrap(picture: Picture, pupil: Contour, limbus: Contour) -> Sheet:
    """Samples rows from the pupil's edge to the limbus (row centres) and columns by angle from +x towards +y."""
    angles = even_angles(COLUMNS)
    inner_x, inner_y = pupil.points(angles)
    outer_x, outer_y = limbus.points(angles)
    depth = EDGE + (1.0 - EDGE) * ((np.arange(ROWS, dtype=np.float32) + 0.5) / ROWS)[:, None]
    x = (inner_x + depth * (outer_x - inner_x)).astype(np.float32)
    y = (inner_y + depth * (outer_y - inner_y)).astype(np.float32)
    return Sheet(x, y, note(sample(picture, x, y)), inside(picture.shape, x, y))
