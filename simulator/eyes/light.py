"""Reflections of the illuminators, and the unevenness of their light."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.eyes.geometry import EYEBALL, Projection, to_picture
from simulator.eyes.lids import Lids
from simulator.eyes.noise import Field
from simulator.eyes.view import Light, Pose

CORNEA = 0.75
"""Iris radii from the plane of the iris back to the cornea's centre of curvature, where reflections seem to stand."""
RING_LAMPS = 8
TEAR_BEADS = np.array(
    [[-0.3, 0.01], [-0.2, 0.04], [-0.1, 0.06], [0.02, 0.05], [0.1, 0.015], [0.16, 0.03], [0.27, 0.012]], np.float32
)
"""Place along the lower margin and half length of each glint in the film of tears, iris radii."""
_SHIFT = 4


def draw_reflections(light: Light, pose: Pose, projection: Projection, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Draw the lamps' images in the cornea, 0 to 255 (255: saturates the sensor)."""
    cover = np.zeros(size, np.uint8)
    if light.lamps == "none":
        return cover
    straight = projection.head[:2, 2]
    turned = np.asarray(pose.centre)
    # Eyeball and cornea turn about one centre; the reflection goes part of the iris's way.
    share = 1 - CORNEA / EYEBALL
    middle = straight + share * (turned - straight) + pose.iris_radius * np.asarray(light.shift)
    for x, y, radius in _lamps(light):
        where = middle + pose.iris_radius * np.array([x, y])
        cv2.circle(
            cover,
            tuple(int(v) for v in np.rint(where * (1 << _SHIFT))),
            round(radius * pose.iris_radius * (1 << _SHIFT)),
            (255,),
            -1,
            cv2.LINE_AA,
            _SHIFT,
        )
    return cover


def _lamps(light: Light) -> list[tuple[float, float, float]]:
    """Places and radii of the lamps' images, iris radii."""
    if light.lamps == "spots":
        return [(0.0, 0.06, 0.048), (0.26, 0.0, 0.02)]
    angles = np.arange(RING_LAMPS) * (2 * np.pi / RING_LAMPS)
    return [
        (light.ring_radius * float(np.cos(angle)), light.ring_radius * float(np.sin(angle)), 0.033) for angle in angles
    ]


def draw_tear_line(light: Light, lids: Lids, projection: Projection, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Draw the glints on the wet margin of the lower lid, 0 to 255."""
    cover = np.zeros(size, np.uint8)
    if light.lamps == "none":
        return cover
    x = TEAR_BEADS[:, 0] + np.float32(light.shift[0])
    margin = np.column_stack([x, lids.lower_at(x) - 0.01]).astype(np.float64)
    scale = float(np.hypot(*projection.head[:2, 0]))
    for point, reach in zip(to_picture(projection.head, margin), TEAR_BEADS[:, 1], strict=True):
        where = tuple(int(v) for v in np.rint(point * (1 << _SHIFT)))
        axes = (round(float(reach) * scale * (1 << _SHIFT)), round(0.012 * scale * (1 << _SHIFT)))
        cv2.ellipse(cover, where, axes, 0, 0, 360, (200,), -1, cv2.LINE_AA, _SHIFT)
    return cover


def shade(picture: Field, light: Light) -> Field:
    """Apply gain, gradient and the fall-off of the lamps towards the corners."""
    height, width = picture.shape
    x = np.linspace(-0.5, 0.5, width, dtype=np.float32)[np.newaxis, :]
    y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, np.newaxis]
    across = np.float32(light.gain) * (1 + light.gradient[0] * x - 0.25 * x * x)
    down = 1 + light.gradient[1] * y - 0.25 * y * y
    return picture * across * down
