"""Candidates for the pupil: dark discs found at many grey levels, ranked by how consistently they brighten outwards.

No level is trusted: percentiles fail on pictures with clipped blacks and fixed steps on dim ones, so both are tried.
The largest circle that fits into a dark region ignores lashes that hang on to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from iris.geometry import Circle, FloatArray, even_angles
from iris.picture import Picture
from iris.segment.rings import sample

PERCENTILES = (1.0, 2.0, 4.0, 6.0, 9.0, 13.0, 18.0, 25.0)
EVEN_LEVELS = 8
DISCS_PER_LEVEL = 4
LEAST_RADIUS = 3.5
"""Pixels of the detection copy; a smaller disc is a gap between lashes."""
RAYS = 48
STEP_LEVELS = 12.0
"""Grey levels at which one ray counts as fully brightening: above noise, below any pupil's contrast."""
FACTORS = np.geomspace(0.5, 1.8, 26).astype(np.float32)
"""Radii at which the edge is sought, in units of the inscribed disc's radius."""


@dataclass(frozen=True, slots=True)
class PupilCandidate:
    """A circle that may be the pupil, and how much of its rim brightens outwards around an even inside (-2 to 1)."""

    circle: Circle
    rim: float


def pupil_candidates(pixels: Picture, count: int) -> list[PupilCandidate]:
    """The best `count` distinct candidates in a detection copy, best first; may be empty."""
    discs = _dark_discs(np.asarray(cv2.GaussianBlur(pixels, (5, 5), 0), np.uint8))
    if not discs:
        return []
    ranked = sorted(_scored(pixels, discs), key=lambda candidate: -candidate.rim)
    kept: list[PupilCandidate] = []
    for candidate in ranked:
        if all(_differ(candidate.circle, other.circle) for other in kept):
            kept.append(candidate)
            if len(kept) == count:
                break
    return kept


def _differ(a: Circle, b: Circle) -> bool:
    apart = np.hypot(a.x - b.x, a.y - b.y) + abs(a.r - b.r)
    return bool(apart > 0.4 * max(a.r, b.r))


def _levels(pixels: Picture) -> list[int]:
    low, median = np.percentile(pixels, (0.2, 60.0))
    even = np.linspace(low, median, EVEN_LEVELS + 2)[1:-1]
    return sorted({int(level) + 1 for level in (*np.percentile(pixels, PERCENTILES), *even)})


def _dark_discs(pixels: Picture) -> list[Circle]:
    """The largest circles inside the dark regions of every level."""
    discs: list[Circle] = []
    greatest = 0.3 * min(pixels.shape)
    for level in _levels(pixels):
        dark = cv2.copyMakeBorder((pixels < level).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        depth = cv2.distanceTransform(dark, cv2.DIST_L2, 3)
        for _ in range(DISCS_PER_LEVEL):
            _, radius, _, (x, y) = cv2.minMaxLoc(depth)
            if radius < LEAST_RADIUS:
                break
            if radius <= greatest:
                discs.append(Circle(x - 1.0, y - 1.0, float(radius)))
            cv2.circle(depth, (x, y), int(radius) + 1, 0.0, -1)
    return discs


def _scored(pixels: Picture, discs: list[Circle]) -> list[PupilCandidate]:
    """Each disc at the radius where most of its rays brighten while the inside is still as dark as the middle."""
    angles = even_angles(RAYS)
    x = np.array([disc.x for disc in discs], np.float32)[:, None, None]
    y = np.array([disc.y for disc in discs], np.float32)[:, None, None]
    r = np.array([disc.r for disc in discs], np.float32)[:, None, None] * FACTORS[:, None]
    rays: FloatArray = sample(pixels, x + r * np.cos(angles), y + r * np.sin(angles))
    rise = np.clip((rays[:, 3:] - rays[:, :-3]) / STEP_LEVELS, -1.0, 1.0).mean(axis=2)
    grey = np.median(rays, axis=2)
    contrast = np.maximum(grey[:, 3:] - grey[:, :-3], 1.0)
    evenness = 1.0 - np.abs(grey[:, :-3] - grey[:, :1]) / contrast
    rim = rise + np.maximum(evenness, 0.0) - 1.0
    best = rim.argmax(axis=1)
    found = []
    for disc, index, row in zip(discs, best, rim, strict=True):
        radius = disc.r * float(FACTORS[index + 1] * FACTORS[index + 2]) ** 0.5
        found.append(PupilCandidate(Circle(disc.x, disc.y, radius), float(row[index])))
    return found
