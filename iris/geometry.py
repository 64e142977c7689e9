"""Closed curves around the pupil and the iris, and what one segmentation consists of.

Coordinates are 0-based pixels of the original picture, x to the right and y down; angles run from +x towards +y.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Affine = NDArray[np.float64]
"""(2, 3): what takes the pixels (x, y, 1) of one picture to those of another."""

RESAMPLED = 128
"""Points by which a curve is described anew about another centre."""
LID_POINTS = 33
"""Places across the iris at which a lid's edge is mapped."""
MAPPED_ORDERS = 8
"""Fourier orders of a curve after an affine map, which makes ellipses of circles; exact to 0.1 % at axes of 2:1."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle in pixels."""

    x: float
    y: float
    r: float

    def scaled(self, factor: float) -> Circle:
        """The same circle in a picture `factor` times as large (pixel centres kept in place)."""
        shift = (factor - 1) / 2
        return Circle(self.x * factor + shift, self.y * factor + shift, self.r * factor)

    def moved(self, x: float, y: float) -> Circle:
        """The same circle x to the right and y down."""
        return Circle(self.x + x, self.y + y, self.r)


def fourier_basis(angles: NDArray[np.floating], orders: int) -> FloatArray:
    """Columns 1, cos t, sin t, cos 2t, sin 2t, ... up to `orders`, one row per angle (radians)."""
    columns = [np.ones_like(angles)]
    for k in range(1, orders + 1):
        columns += [np.cos(k * angles), np.sin(k * angles)]
    return np.stack(columns, axis=1).astype(np.float32)


def mapped(matrix: Affine, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where an affine map takes points."""
    (a, b, right), (c, d, down) = matrix
    return (a * x + b * y + right).astype(np.float32), (c * x + d * y + down).astype(np.float32)


def even_angles(count: int) -> FloatArray:
    """`count` angles evenly over the full turn, from 0, in radians."""
    return (np.arange(count, dtype=np.float32) * np.float32(2 * np.pi / count)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Contour:
    """A star-shaped curve: its radius about (x, y) is a short Fourier series of the angle.

    `coefficients` are in pixels: the mean radius, then cos and sin of each order.
    """

    x: float
    y: float
    coefficients: tuple[float, ...]

    @classmethod
    def of_circle(cls, circle: Circle) -> Contour:
        """The contour that is exactly this circle."""
        return cls(circle.x, circle.y, (circle.r,))

    @property
    def circle(self) -> Circle:
        """The circle nearest to the curve: the first-order terms are a shift of the centre."""
        shift = self.coefficients[1:3] if len(self.coefficients) >= 3 else (0.0, 0.0)  # noqa: PLR2004 - cos and sin
        return Circle(self.x + shift[0], self.y + shift[1], self.coefficients[0])

    def scaled(self, factor: float) -> Contour:
        """The same curve in a picture `factor` times as large."""
        centre = Circle(self.x, self.y, 0.0).scaled(factor)
        return Contour(centre.x, centre.y, tuple(value * factor for value in self.coefficients))

    def moved(self, x: float, y: float) -> Contour:
        """The same curve x to the right and y down."""
        return Contour(self.x + x, self.y + y, self.coefficients)

    def recentred(self) -> Contour:
        """The same curve about the centre of its circle, so that angles do not depend on where the search began."""
        circle = self.circle
        return _through(self.points(even_angles(RESAMPLED)), (circle.x, circle.y), (len(self.coefficients) - 1) // 2)

    def mapped(self, matrix: Affine) -> Contour:
        """The curve that an affine map makes of this one, about the centre of its circle."""
        x, y = mapped(matrix, *self.points(even_angles(RESAMPLED)))
        return _through((x, y), (float(x.mean()), float(y.mean())), MAPPED_ORDERS).recentred()

    @property
    def elongation(self) -> float:
        """Long axis over short axis, from the second-order terms: 1 for a circle."""
        cosine, sine = self.coefficients[3:5] if len(self.coefficients) >= 5 else (0.0, 0.0)  # noqa: PLR2004 - order two
        swing = min(float(np.hypot(cosine, sine)) / self.coefficients[0], 0.9)
        return (1 + swing) / (1 - swing)

    def radii(self, angles: FloatArray) -> FloatArray:
        """Radius in pixels at each angle."""
        basis = fourier_basis(angles, (len(self.coefficients) - 1) // 2)
        with np.errstate(invalid="ignore"):  # OpenBLAS may raise the flag for lanes beyond the last column
            return np.asarray(basis @ np.asarray(self.coefficients, dtype=np.float32), np.float32)

    def points(self, angles: FloatArray) -> tuple[FloatArray, FloatArray]:
        """X and y of the curve at each angle."""
        radii = self.radii(angles)
        return self.x + radii * np.cos(angles), self.y + radii * np.sin(angles)


def _through(points: tuple[FloatArray, FloatArray], centre: tuple[float, float], orders: int) -> Contour:
    """The contour about a centre through `RESAMPLED` points, of which it sees no two in one direction."""
    (x, y), (left, top), angles = points, centre, even_angles(RESAMPLED)
    radii = np.hypot(x - left, y - top)
    seen = np.interp(angles, np.arctan2(y - top, x - left), radii, period=2 * np.pi)
    solution = fourier_basis(angles, orders).T @ seen * (2.0 / RESAMPLED)
    return Contour(left, top, (float(solution[0]) / 2, *(float(value) for value in solution[1:])))


@dataclass(frozen=True, slots=True)
class Lid:
    """A lid's edge as a parabola in units of the iris: v = height + tilt * u + curvature * u * u.

    u and v are pixels from the iris centre divided by the iris radius.
    """

    height: float
    tilt: float
    curvature: float

    def at(self, u: FloatArray) -> FloatArray:
        """V of the edge at each u."""
        return (self.height + self.tilt * u + self.curvature * u * u).astype(np.float32)

    def mapped(self, matrix: Affine, iris: Circle, onto: Circle) -> Lid:
        """The edge after an affine map that takes the iris to the circle `onto`: the parabola nearest to it."""
        u = np.linspace(-1.0, 1.0, LID_POINTS, dtype=np.float32)
        x, y = mapped(matrix, iris.x + iris.r * u, iris.y + iris.r * self.at(u))
        curvature, tilt, height = np.polyfit((x - onto.x) / onto.r, (y - onto.y) / onto.r, 2)
        return Lid(float(height), float(tilt), float(curvature))


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Where the parts of one eye are in one picture.

    Contours are in pixels of the original picture; `confidence` is 0 to 1.
    """

    pupil: Contour
    limbus: Contour
    upper_lid: Lid
    lower_lid: Lid
    confidence: float

    def mapped(self, matrix: Affine) -> Segmentation:
        """The same parts in the picture that an affine map makes of theirs."""
        limbus = self.limbus.mapped(matrix)
        iris, onto = self.limbus.circle, limbus.circle
        upper, lower = (lid.mapped(matrix, iris, onto) for lid in (self.upper_lid, self.lower_lid))
        return Segmentation(self.pupil.mapped(matrix), limbus, upper, lower, self.confidence)
