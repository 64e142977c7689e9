"""Both eyelids as parabolas: the curves that best part what looks like this iris from what does not.

A lid may be brighter than the iris, darker or alike (skin, lashes, shadow): no sign of its edge is assumed. Every place
votes by how far its grey value lies outside the range seen at the sides of the same iris, which lids seldom reach.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from iris.geometry import Contour, FloatArray, Lid
from iris.picture import Picture
from iris.segment.iris_grey import IrisGrey
from iris.segment.rings import inside, sample

COLUMNS = np.linspace(-0.95, 0.95, 39).astype(np.float32)
ROWS = np.linspace(-1.1, 1.1, 67).astype(np.float32)
"""Places looked at, in units of the iris radius from its centre."""
HEIGHTS = np.linspace(-1.1, 0.4, 31).astype(np.float32)
CURVATURES = np.array([0.0, 0.15, 0.3, 0.45, 0.6], np.float32)
TILTS = np.array([-0.5, -0.3, -0.15, 0.0, 0.15, 0.3, 0.5], np.float32)
"""Upper lids tried: apex from above the iris to below its centre, straight to arched, either corner lower."""
FREE_DEVIATIONS = 1.8
"""Deviations of grey value at which a place is as likely iris as not."""
STIFFNESS = 0.15
"""Votes per column that a lid must win over no lid at all, so that a free iris is not cut."""


def eyelids(pixels: Picture, pupil: Contour, limbus: Contour, grey: IrisGrey) -> tuple[Lid, Lid]:
    """The upper and the lower lid of an iris (contours in pixels of `pixels`)."""
    votes = _votes(pixels, pupil, limbus, grey)
    upper = _upper(votes)
    mirrored = _upper(votes[::-1])
    return upper, Lid(-mirrored.height, -mirrored.tilt, -mirrored.curvature)


def _votes(pixels: Picture, pupil: Contour, limbus: Contour, grey: IrisGrey) -> FloatArray:
    """(row, column) votes from -1 (surely iris) to 1 (surely not); 0 outside the annulus."""
    circle, hole = limbus.circle, pupil.circle
    u, v = np.meshgrid(COLUMNS, ROWS)
    x, y = circle.x + u * circle.r, circle.y + v * circle.r
    deviations: FloatArray = np.abs(grey.deviations(sample(pixels, x, y), _depth(x, y, pupil, limbus)))
    votes = np.clip(deviations - FREE_DEVIATIONS, -1.0, 1.0)
    annulus = (u * u + v * v < 0.97**2) & (np.hypot(x - hole.x, y - hole.y) > 1.1 * hole.r)
    return np.asarray(np.where(annulus & inside(pixels.shape, x, y), votes, 0.0), np.float32)


def _depth(x: FloatArray, y: FloatArray, pupil: Contour, limbus: Contour) -> FloatArray:
    """0 at the pupil to 1 at the limbus, by the two circles."""
    inner, outer = pupil.circle, limbus.circle
    from_pupil = np.hypot(x - inner.x, y - inner.y) - inner.r
    from_limbus = outer.r - np.hypot(x - outer.x, y - outer.y)
    return np.asarray(np.clip(from_pupil / np.maximum(from_pupil + from_limbus, 1.0), 0.0, 1.0), np.float32)


def _upper(votes: FloatArray) -> Lid:
    """The parabola with the most votes above it."""
    above = np.concatenate([np.zeros((1, COLUMNS.size), np.float32), np.cumsum(votes, axis=0)])
    height, curvature, tilt = np.meshgrid(HEIGHTS, CURVATURES, TILTS, indexing="ij")
    edge = height[..., None] + tilt[..., None] * COLUMNS + curvature[..., None] * COLUMNS**2
    step = float(ROWS[1] - ROWS[0])
    row: NDArray[np.intp] = np.clip(np.rint((edge - ROWS[0]) / step), 0, ROWS.size).astype(np.intp)
    score = above[row, np.arange(COLUMNS.size)].sum(axis=-1)
    score -= STIFFNESS * COLUMNS.size * (np.abs(tilt) + (height + 1.1))
    best = int(score.argmax())
    return Lid(float(height.flat[best]), float(tilt.flat[best]), float(curvature.flat[best]))
