"""The pupil's edge along many rays: its width tells focus, wider in one direction motion, its place the gaze.

The edge of a pupil is a knife edge in every eye, whatever its texture, so its width measures the lens and the movement
and neither the iris nor the sensor's noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from iris.geometry import Contour, FloatArray, even_angles, fourier_basis
from iris.picture import Picture
from iris.segment.rings import inside, sample

RAYS = 64
PLACES = np.linspace(0.65, 1.45, 41).astype(np.float32)
"""Where each ray is read, in units of the pupil's radius."""
WITHIN, BEYOND, ACROSS = slice(4, 13), slice(22, 34), slice(5, 30)
"""Places that tell the pupil's grey, the iris' grey, and between which the steepest rise is sought."""
LEAST_STEP = 5.0
"""Grey levels; a ray with a smaller step tells no width."""
DIRECTIONS = 8
"""Directions of motion told apart; each pools the rays of both sides, so that lashes on one of them do not decide."""
NO_EDGE = 1.0
"""Iris radii; the width reported where no ray shows a step."""

SWINGS, PHASES = (0.06, 0.12, 0.18, 0.24, 0.30, 0.36), 12
"""Ellipses tried: second-order amplitudes in pupil radii, each in so many directions."""
NEAR = 0.08
"""Pupil radii from a tried ellipse within which a ray speaks for it."""
ROUNDNESS = 0.3
"""Of all rays, for each pupil radius of amplitude: the agreement that a less round ellipse must gain."""
TRIMS = (0.08, 0.06, 0.05)
"""Pupil radii from the ellipse beyond which a ray has no say in it, round by round: lashes and lamps lie there."""
RIDGE = 0.01 * np.eye(5, dtype=np.float32)
"""Keeps the fit defined where rays of one side alone are left."""
LEAST_RAYS = 24
"""Rays that an ellipse needs."""


@dataclass(frozen=True, slots=True)
class PupilEdge:
    """What the rays across the pupil's edge tell.

    Attributes:
        width: usual width of the edge, iris radii.
        smear: its smear along one direction, iris radii.
        elongation: long over short axis of the ellipse through the steepest places, 1 or more.
        axis: direction of the long axis, radians from +x towards +y.
    """

    width: float
    smear: float
    elongation: float
    axis: float


def pupil_edge(picture: Picture, pupil: Contour, iris_radius: float) -> PupilEdge:
    """Measures the edge in the picture as it is; contours and radius in its pixels.

    A width is the step over the steepest rise (2.5 standard deviations of a Gaussian blur). Squared widths of a smeared
    edge go with the square of the cosine of the angle to the motion, which is fitted to the directions' medians.
    """
    angles = even_angles(RAYS)
    radii = pupil.radii(angles)[:, None] * PLACES
    x = pupil.x + np.cos(angles)[:, None] * radii
    y = pupil.y + np.sin(angles)[:, None] * radii
    rays = sample(picture, x, y)
    smooth = cv2.blur(np.concatenate([rays[-1:], rays, rays[:1]]), (3, 3))[1:-1]
    step = _middle(rays[:, BEYOND]) - _middle(rays[:, WITHIN])
    slope = np.diff(smooth, axis=1)[:, ACROSS] / float(PLACES[1] - PLACES[0])
    told = inside(picture.shape, x[:, -1], y[:, -1]) & (step > LEAST_STEP)
    if not told.any():
        return PupilEdge(NO_EDGE, 0.0, 1.0, 0.0)
    scale = pupil.circle.r / iris_radius
    width = np.asarray(step / np.maximum(slope.max(axis=1), 1.0) * scale, np.float32)
    steepest = 0.5 * (PLACES[ACROSS] + PLACES[ACROSS.start + 1 : ACROSS.stop + 1])[slope.argmax(axis=1)]
    place = np.asarray(steepest * radii[:, 0] / PLACES[0] / pupil.coefficients[0], np.float32)
    return PupilEdge(min(float(np.median(width[told])), NO_EDGE), _smear(width, told), *_ellipse(place, told))


def _middle(values: FloatArray) -> FloatArray:
    """The median of each row (the upper one of an even number)."""
    return np.asarray(np.sort(values, axis=1)[:, values.shape[1] // 2])


@cache
def _basis() -> FloatArray:
    return fourier_basis(even_angles(RAYS), 2)


@cache
def _ellipses() -> tuple[FloatArray, FloatArray]:
    """What is tried: (candidates, RAYS) deviations from a circle in pupil radii, and each one's amplitude."""
    swings = np.array((0.0, *np.repeat(SWINGS, PHASES)), np.float32)
    phases = np.array((0.0, *np.tile(np.arange(PHASES) * (2 * np.pi / PHASES), len(SWINGS))), np.float32)
    return swings[:, None] * np.cos(2 * even_angles(RAYS) - phases[:, None]), swings


def _agreed(place: FloatArray, told: np.ndarray) -> FloatArray:
    """The ellipse (radius at each ray) that most rays agree with; lashes move many rays, but not to one ellipse."""
    ellipses, swings = _ellipses()
    off = place[told] - ellipses[:, told]
    mean = np.median(off, axis=1)
    votes = np.maximum(0.0, 1.0 - ((off - mean[:, None]) / NEAR) ** 2).mean(axis=1) - ROUNDNESS * swings
    best = int(votes.argmax())
    return np.asarray(ellipses[best] + mean[best], np.float32)


def _ellipse(place: FloatArray, told: np.ndarray) -> tuple[float, float]:
    """Elongation and axis of the second-order curve through the places (in mean radii), outliers trimmed in rounds."""
    basis, curve = _basis(), _agreed(place, told)
    solution = np.zeros(basis.shape[1], np.float32)
    for trim in TRIMS:
        kept = told & (np.abs(place - curve) < trim)
        if kept.sum() < LEAST_RAYS:
            return 1.0, 0.0
        chosen = basis[kept]
        solution = np.linalg.solve(chosen.T @ chosen + RIDGE, chosen.T @ place[kept])
        curve = basis @ solution
    swing = min(float(np.hypot(solution[3], solution[4]) / solution[0]), 0.5)
    return (1 + swing) / (1 - swing), 0.5 * float(np.arctan2(solution[4], solution[3]))


def _smear(width: FloatArray, told: np.ndarray) -> float:
    """The square root of how much the squared width swings with direction; 0 where a direction shows no edge."""
    sides = np.arange(RAYS).reshape(2, DIRECTIONS, -1).swapaxes(0, 1).reshape(DIRECTIONS, -1)
    counts = told[sides].sum(axis=1)
    if not counts.all():
        return 0.0
    ordered = np.sort(np.where(told, width, np.inf)[sides], axis=1)
    squares = ordered[np.arange(DIRECTIONS), counts // 2] ** 2
    middle = (np.arange(DIRECTIONS) + 0.5) * (2 * np.pi / DIRECTIONS)
    swing = np.hypot((squares * np.cos(middle)).mean(), (squares * np.sin(middle)).mean()) * 2
    return float(np.sqrt(2 * swing))
