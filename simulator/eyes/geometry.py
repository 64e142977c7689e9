"""From the plane of the iris, and from the head, to pixels and back.

The iris plane is a disc of radius 1 about (0, 0). Refraction by the cornea is left out: the boundaries that it moves
are moved together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.eyes.noise import Field
from simulator.eyes.truth import Ellipse, ellipse_of
from simulator.eyes.view import Pose

CAMERA_DISTANCE = 40.0
"""Iris radii from eye to camera: 24 cm, where a reader of this kind focuses."""
EYEBALL = 1.75
"""Iris radii from the eyeball's centre of rotation to the plane of the iris."""
STRETCH = 0.55
"""How far the dilated stroma departs from a linear stretch (after Wyatt 2000, Vision Research 40:2283)."""
REST_PUPIL = 0.4
"""Pupil ratio at which the texture lies linearly between pupil and limbus."""


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """The maps of one pose; 3x3 matrices on homogeneous points, into pixels."""

    iris: NDArray[np.float64]
    head: NDArray[np.float64]


def project(pose: Pose) -> Projection:
    """Place iris and head in the picture.

    The head's origin is where the iris's centre would be with a straight gaze, so the lids stay when the eye turns.
    """
    yaw, pitch, roll = np.radians([pose.yaw_deg, pose.pitch_deg, pose.roll_deg])
    turn = _turn_y(yaw) @ _turn_x(pitch)
    perspective = np.array([[*turn[0, :2], 0], [*turn[1, :2], 0], [*turn[2, :2] / CAMERA_DISTANCE, 1]])
    tilt = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    scale = np.diag([pose.iris_radius, pose.iris_radius, 1.0])
    place = np.eye(3)
    place[:2, 2] = pose.centre
    straight = np.eye(3)
    # The gaze direction is the turned plane's normal, pointing at the camera (negative z).
    straight[:2, 2] = EYEBALL * turn[:2, 2]
    return Projection(iris=place @ tilt @ scale @ perspective, head=place @ tilt @ scale @ straight)


def _turn_x(angle: float) -> NDArray[np.float64]:
    return np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])


def _turn_y(angle: float) -> NDArray[np.float64]:
    return np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]])


def image_of_circle(projection: NDArray[np.float64], centre: tuple[float, float], radius: float) -> Ellipse:
    """The ellipse in the picture of a circle in the iris plane."""
    x, y = centre
    circle = np.array([[1, 0, -x], [0, 1, -y], [-x, -y, x * x + y * y - radius * radius]])
    back = np.linalg.inv(projection)
    return ellipse_of(back.T @ circle @ back)


def to_plane(projection: NDArray[np.float64], columns: slice, rows: slice) -> tuple[Field, Field]:
    """Plane coordinates of every pixel of a rectangle of the picture, as two float32 arrays (rows, columns)."""
    back = np.linalg.inv(projection).astype(np.float32)
    x = np.arange(columns.start, columns.stop, dtype=np.float32)[np.newaxis, :]
    y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, np.newaxis]
    depth = back[2, 0] * x + back[2, 1] * y + back[2, 2]
    across = (back[0, 0] * x + back[0, 1] * y + back[0, 2]) / depth
    down = (back[1, 0] * x + back[1, 1] * y + back[1, 2]) / depth
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


def to_picture(projection: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Pixels (N, 2) of plane points (N, 2)."""
    seen = np.column_stack([points, np.ones(len(points))]) @ projection.T
    return np.asarray(seen[:, :2] / seen[:, 2:], np.float32)


def to_polar(x: Field, y: Field, pupil: tuple[float, float], ratio: float) -> tuple[Field, Field]:
    """Where plane points lie between an eccentric pupil and the limbus.

    A point at fraction s and angle t is (1 - s) (pupil + ratio e(t)) + s e(t), Daugman's rubber sheet; it is solved
    for s here. Below 0 is pupil, above 1 is sclera.

    Returns:
        the fraction s and the angle t in radians, each of the points' shape.
    """
    px, py = pupil
    # |point - (1-s) pupil| = ratio + s (1 - ratio) is a quadratic in s.
    dx, dy, grow = x - px, y - py, 1 - ratio
    a = px * px + py * py - grow * grow
    b = dx * px + dy * py - ratio * grow
    c = dx * dx + dy * dy - ratio * ratio
    fraction = (-b - np.sqrt(np.maximum(b * b - a * c, 0))) / a
    rest = 1 - fraction
    angle = np.arctan2(y - rest * py, x - rest * px)
    return np.asarray(fraction, np.float32), np.asarray(angle, np.float32)


def unstretch(fraction: Field, ratio: float) -> Field:
    """Texture radius that a dilation to `ratio` has moved to `fraction`; 0 and 1 stay, the middle moves outwards."""
    bend = STRETCH * (ratio - REST_PUPIL)
    clipped = np.clip(fraction, 0, 1)
    # The inverse of t + bend t (1 - t), in the form that stays exact as the bend goes to 0.
    root = np.sqrt((1 + bend) ** 2 - 4 * bend * clipped)
    return np.asarray(2 * clipped / (1 + bend + root), np.float32)
