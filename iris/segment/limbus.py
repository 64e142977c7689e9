"""The outer boundary of the iris as a circle that need not be concentric with the pupil.

An integro-differential search (Daugman 1993) over centre and radius at once, on gradients that are saturated so that
no single strong edge (a lamp, a lid, the pupil) outweighs the long faint one.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from iris.geometry import Circle, FloatArray, even_angles
from iris.picture import Picture
from iris.segment.rings import inside, sample

RAYS = 64
LEAST_RADIUS = 20
GREATEST_RADIUS = 84
"""Pixels of the detection copy; irises of 45 to 165 px in a picture of 640x480 or 320x280."""
PUPIL_RATIO = (0.13, 0.80)
"""Least and greatest pupil radius in units of the iris radius (ISO/IEC 29794-6 expects 0.2 to 0.7)."""
PUPIL_CLEARANCE = 1.15
"""Pupil radii within which no limbus passes, so that the pupil's own edge is not taken for it."""
OFFSETS = np.linspace(-0.24, 0.24, 7).astype(np.float32)
"""Shift of the iris centre from the pupil centre, in units of the iris radius."""
BANDS = (3, 10)
"""Pixels of the detection copy over which each side of an edge is averaged. The narrow band places the edge; the wide
one tells the limbus, beyond which it stays bright, from the collarette, beyond which it darkens again."""
LEVEL = 1.0
"""The steps of the strongest twentieth of places on the sides, in units of which every step is saturated."""
SIDE = 0.6
"""Sine of the steepest ray that counts as a side."""
LEAST_STEP = 4.0
"""Grey levels; steps below this are noise even where nothing else is seen."""
USUAL_RATIO = 0.55
RATIO_SPREAD = 0.25
RATIO_WEIGHT = 0.03
"""A mild preference against very tight irises: the usual pupil radius in units of the iris radius, the usual deviation
of its logarithm, and what one such deviation costs, enough to decide between two equally faint edges."""
RADIUS_STEP = 2
"""Pixels between the radii tried; the curve is drawn exactly afterwards."""


@dataclass(frozen=True, slots=True)
class LimbusCandidate:
    """A circle that may be the limbus, and how much of it brightens outwards (-1 to 1)."""

    circle: Circle
    rim: float


def limbus_candidates(pixels: Picture, pupil: Circle, count: int) -> list[LimbusCandidate]:
    """The best `count` circles around this pupil that differ in radius, best first; may be empty."""
    low = max(LEAST_RADIUS, int(pupil.r / PUPIL_RATIO[1]))
    high = min(GREATEST_RADIUS, int(pupil.r / PUPIL_RATIO[0]), int(0.75 * max(pixels.shape)))
    if high - low < 2:  # noqa: PLR2004 - at least two radii to choose from
        return []
    rise, weight = _edges(pixels, pupil)
    radii = np.arange(low, high + 1, RADIUS_STEP, dtype=np.float32)
    scores = _scores(rise, weight, radii, pupil.r)
    return _peaks(scores, radii, pupil, count)


def _ray_weights(angles: FloatArray) -> FloatArray:
    """Trust in each ray: the sides are free of lids, the bottom mostly, the top seldom."""
    sides = np.cos(angles) ** 2
    downwards = np.clip(np.sin(angles), 0, 1) ** 2
    return np.asarray(0.15 + 0.85 * sides + 0.30 * downwards, np.float32)


def _edges(pixels: Picture, pupil: Circle) -> tuple[FloatArray, FloatArray]:
    """Saturated outward rise at (ray, radius in px), and the weight of each such place."""
    reach = int(GREATEST_RADIUS * 1.3)
    angles = even_angles(RAYS)
    r = np.arange(reach, dtype=np.float32)
    x = pupil.x + np.cos(angles)[:, None] * r
    y = pupil.y + np.sin(angles)[:, None] * r
    rays = sample(pixels, x, y)
    rays = np.asarray(cv2.GaussianBlur(rays, (1, 3), 0), np.float32)
    rise = 0.5 * sum(_saturated_rise(rays, band, pupil.r) for band in BANDS)
    weight = _ray_weights(angles)[:, None] * inside(pixels.shape, x, y)
    return np.asarray(rise, np.float32), weight.astype(np.float32)


def _saturated_rise(rays: FloatArray, band: int, pupil_radius: float) -> FloatArray:
    """Mean of the `band` px beyond each place less the mean of those before it, over the usual size of such steps."""
    clear = int(pupil_radius * PUPIL_CLEARANCE) + 2
    rays = np.where(np.arange(rays.shape[1]) < clear, rays[:, clear : clear + 1], rays)
    padded = np.pad(rays, ((0, 0), (band, band - 1)), mode="edge")
    sums = np.cumsum(np.pad(padded, ((0, 0), (1, 0))), axis=1)
    means = (sums[:, band:] - sums[:, :-band]) / band
    rise = means[:, band:] - means[:, :-band]
    beyond = rise[np.abs(np.sin(even_angles(RAYS))) < SIDE, clear : clear + 60]
    level = max(LEAST_STEP, LEVEL * float(np.percentile(beyond, 95.0)))
    rise = np.clip(rise / level, -0.5, 1.0)
    rise[:, :clear] = -0.5
    return np.asarray(rise, np.float32)


def _scores(rise: FloatArray, weight: FloatArray, radii: FloatArray, pupil_radius: float) -> FloatArray:
    """Weighted mean rise along every circle (offset u, offset v, radius)."""
    angles = even_angles(RAYS)
    u, v = OFFSETS[:, None, None], OFFSETS[None, :, None]
    along = u * np.cos(angles) + v * np.sin(angles)
    across = u * np.sin(angles) - v * np.cos(angles)
    unit = along + np.sqrt(np.maximum(0.0, 1 - across * across))
    index = np.rint(unit[:, :, None, :] * radii[:, None]).astype(np.intp)
    index = np.clip(index, 0, rise.shape[1] - 1) + (np.arange(RAYS) * rise.shape[1])
    weighted = (rise * weight).ravel()
    total = weight.ravel()[index].sum(axis=3)
    full = float(_ray_weights(angles).sum())
    scores = weighted[index].sum(axis=3) / np.maximum(total, 0.3 * full)
    scores -= 0.15 * (np.hypot(u, 2.0 * v) / 0.24) ** 2
    scores -= RATIO_WEIGHT * (np.log(pupil_radius / radii / USUAL_RATIO) / RATIO_SPREAD) ** 2
    return np.asarray(scores, np.float32)


def _peaks(scores: FloatArray, radii: FloatArray, pupil: Circle, count: int) -> list[LimbusCandidate]:
    by_radius = scores.reshape(-1, radii.size)
    best_offset = by_radius.argmax(axis=0)
    profile = by_radius.max(axis=0).copy()
    found: list[LimbusCandidate] = []
    while len(found) < count:
        index = int(profile.argmax())
        if profile[index] <= 0:
            break
        i, j = divmod(int(best_offset[index]), OFFSETS.size)
        r = float(radii[index])
        circle = Circle(pupil.x + float(OFFSETS[i]) * r, pupil.y + float(OFFSETS[j]) * r, r)
        found.append(LimbusCandidate(circle, float(profile[index])))
        profile[np.abs(radii - r) < 0.12 * r] = -1.0
    return found
