"""One view of an eye, rendered with its truth.

Layers from back to front: sclera, iris and pupil, lids and skin, reflections, lashes; then light, lens and sensor.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.eyes import geometry
from simulator.eyes.anatomy import Anatomy
from simulator.eyes.eye import Eye
from simulator.eyes.lashes import draw_lashes
from simulator.eyes.lids import Seen, place_lids, see
from simulator.eyes.light import draw_reflections, draw_tear_line, shade
from simulator.eyes.noise import Field
from simulator.eyes.sensor import expose
from simulator.eyes.skin import paint_skin
from simulator.eyes.texture import ANGLES, RADII
from simulator.eyes.truth import Truth
from simulator.eyes.view import Pose, View

HALF = 0.5
"""A pixel belongs to what covers half of it."""
HIDES = 90
"""Cover (of 255) by a lash or a reflection from which the iris below no longer counts as visible."""


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """A picture, uint8 (H, W), and what it truly shows."""

    picture: NDArray[np.uint8]
    truth: Truth


def render(eye: Eye, view: View, rng: np.random.Generator) -> Rendered:
    """Render a view of an eye; the random source makes the sensor's noise and nothing else."""
    pose, anatomy = view.pose, eye.anatomy
    projection = geometry.project(pose)
    lids = place_lids(anatomy, pose)
    seen = see(lids, projection.head, view.size)

    scene = _sclera(anatomy, seen)
    iris_share, pupil_share = _paint_iris(scene, eye, view, projection.iris)
    # The upper lid and its lashes throw a soft shadow on the eyeball.
    scene *= 1 - 0.3 * np.exp(-np.maximum(seen.below_upper, 0) / 0.13)
    reflections = draw_reflections(view.light, pose, projection, view.size)
    scene += reflections * np.float32(1.3)

    opening = np.clip(np.minimum(seen.below_upper, seen.above_lower) * pose.iris_radius + 0.5, 0, 1)
    scene += (1 - opening) * (paint_skin(eye.skin, anatomy, seen) - scene)
    tears = draw_tear_line(view.light, lids, projection, view.size)
    scene += tears * np.float32(pose.openness)
    hairs = draw_lashes(eye.lashes, lids, projection.head, pose.iris_radius, view.size)
    scene += hairs * np.float32(0.88 / 255) * (0.24 * anatomy.skin_grey - scene)

    picture = expose(shade(scene, view.light), view.optics, rng)
    ring = (iris_share >= HALF) & (pupil_share < HALF)
    visible = ring & (opening >= HALF) & (np.maximum(np.maximum(hairs, reflections), tears) < HIDES)
    return Rendered(picture, _truth(anatomy, view.pose, ring, visible))


def _truth(anatomy: Anatomy, pose: Pose, ring: NDArray[np.bool_], visible: NDArray[np.bool_]) -> Truth:
    projection, lids = geometry.project(pose), place_lids(anatomy, pose)
    inside = lids.upper < lids.lower
    margins = [
        geometry.to_picture(projection.head, np.column_stack([lids.x[inside], margin[inside]]).astype(np.float64))
        for margin in (lids.upper, lids.lower)
    ]
    return Truth(
        pupil=geometry.image_of_circle(projection.iris, anatomy.pupil_offset, pose.pupil_ratio),
        iris=geometry.image_of_circle(projection.iris, (0.0, 0.0), 1.0),
        upper_lid=margins[0],
        lower_lid=margins[1],
        visible=visible,
        visible_fraction=float(visible.sum() / max(1, int(ring.sum()))),
    )


def _sclera(anatomy: Anatomy, seen: Seen) -> Field:
    """A white ball: darker towards the canthi, where it turns away from the lamps."""
    away = seen.x * seen.x * 0.025 + seen.y * seen.y * 0.03
    flesh = np.exp(-(((seen.x - anatomy.nasal * anatomy.inner_canthus) / 0.35) ** 2))
    return np.asarray(anatomy.sclera_grey * (1 - np.minimum(away, 0.35)) - 18 * flesh, np.float32)


def _paint_iris(scene: Field, eye: Eye, view: View, projection: NDArray[np.float64]) -> tuple[Field, Field]:
    """Paint iris and pupil into the scene; returns the share of each pixel inside limbus and inside pupil."""
    pose, anatomy = view.pose, eye.anatomy
    iris_share, pupil_share = np.zeros_like(scene), np.zeros_like(scene)
    box = _box(pose.centre, 1.25 * pose.iris_radius, view.size)
    if box is None:
        return iris_share, pupil_share
    rows, columns = box
    x, y = geometry.to_plane(projection, columns, rows)
    fraction, angle = geometry.to_polar(x, y, anatomy.pupil_offset, pose.pupil_ratio)
    radius = geometry.unstretch(fraction, pose.pupil_ratio)
    stroma = anatomy.iris_grey + anatomy.iris_contrast * _sample(
        eye.texture, radius, angle + np.radians(pose.torsion_deg)
    )
    # The limbus is a transition, not an edge: the stroma darkens, then fades into the sclera.
    stroma -= 10 * np.clip((radius - 0.85) / 0.15, 0, 1) ** 2
    distance = np.hypot(x, y) - 1
    limbus = 0.5 - 0.5 * np.tanh(distance / (0.6 * anatomy.limbus_width))
    width = (1 - pose.pupil_ratio) * pose.iris_radius
    pupil = np.clip(0.5 - fraction * width * 0.8, 0, 1)
    patch = scene[rows, columns]
    patch += limbus * (stroma - patch)
    patch += pupil * (anatomy.pupil_grey - patch)
    iris_share[rows, columns] = limbus
    pupil_share[rows, columns] = pupil
    return iris_share, pupil_share


def _sample(texture: Field, radius: Field, angle: Field) -> Field:
    """Look the texture up at fractions of the radius and angles in radians."""
    wrapped = np.concatenate([texture, texture[:, :2]], axis=1)
    columns = np.mod(angle * (ANGLES / (2 * np.pi)), ANGLES).astype(np.float32)
    rows = radius * np.float32(RADII - 1)
    return np.asarray(cv2.remap(wrapped, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _box(centre: tuple[float, float], reach: float, size: tuple[int, int]) -> tuple[slice, slice] | None:
    left, right = max(0, int(centre[0] - reach)), min(size[1], int(centre[0] + reach) + 1)
    top, bottom = max(0, int(centre[1] - reach)), min(size[0], int(centre[1] + reach) + 1)
    return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None
