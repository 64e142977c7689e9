"""What a rendered picture truly shows, to compare a segmentation with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse in a picture, 0-based pixels; `angle_deg` turns the major axis from the x axis towards y (down)."""

    x: float
    y: float
    major: float
    minor: float
    angle_deg: float

    @property
    def radius(self) -> float:
        """Radius of the circle of the same area."""
        return float(np.sqrt(self.major * self.minor))


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Exact boundaries before blur and noise."""

    pupil: Ellipse
    iris: Ellipse
    upper_lid: NDArray[np.float32]
    """Points (N, 2) along the upper lid's margin, x and y in pixels, from canthus to canthus."""
    lower_lid: NDArray[np.float32]
    visible: NDArray[np.bool_]
    """(H, W): iris seen by the camera, free of pupil, lids, lashes and reflections."""
    visible_fraction: float
    """Share of the iris ring inside the picture plane that is visible, 0 to 1."""


def ellipse_of(conic: NDArray[np.float64]) -> Ellipse:
    """The ellipse x'Qx = 0 of a symmetric 3x3 matrix in homogeneous pixels.

    Source: Hartley and Zisserman, Multiple View Geometry, 2nd ed., section 2.2.3.

    Raises:
        ValueError: the conic is not a real ellipse.
    """
    quadratic = conic[:2, :2]
    if np.linalg.det(quadratic) <= 0:
        raise ValueError("the conic is not an ellipse: the circle is seen edge-on")
    centre = np.linalg.solve(quadratic, -conic[:2, 2])
    level = float(conic[:2, 2] @ centre + conic[2, 2])
    values, vectors = np.linalg.eigh(quadratic * -np.sign(level))
    axes = np.sqrt(abs(level) / np.abs(values))
    order = int(np.argmax(axes))
    direction = vectors[:, order]
    angle = float(np.degrees(np.arctan2(direction[1], direction[0])) % 180)
    return Ellipse(float(centre[0]), float(centre[1]), float(axes.max()), float(axes.min()), angle)
