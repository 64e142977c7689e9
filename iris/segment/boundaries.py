"""Pupil and limbus chosen together: the pair of circles that explains the picture best, then both drawn exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from iris.geometry import Circle, Contour, even_angles
from iris.picture import DetectionCopy
from iris.refusals import NoEye
from iris.segment import contour
from iris.segment.limbus import LimbusCandidate, limbus_candidates
from iris.segment.pupil import pupil_candidates

PUPILS = 4
SURE = 0.8
"""Certainty at which no other candidate for the pupil is looked at."""
FULL_CONTRAST = 60.0
"""Grey levels; a pupil this much darker than the iris is as good as any."""
LIMBUS_SATURATION = 0.6
"""A limbus this consistent is as good as any: beyond it, only the pupil decides (rings of lamps have sharper edges)."""
PUPIL_STEP = 12.0
LIMBUS_STEP = 6.0
"""Grey levels at which a ray counts as fully brightening across the boundary."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Pupil and limbus in pixels of the detection copy, how their rims look, and how well the picture supports them."""

    pupil: Contour
    limbus: Contour
    pupil_rim: contour.Rim
    limbus_rim: contour.Rim

    @property
    def confidence(self) -> float:
        """0 to 1: the geometric mean of both rims' rise and the pupil's evenness."""
        product = max(self.pupil_rim.rise, 0.0) * self.pupil_rim.evenness * max(self.limbus_rim.rise, 0.0)
        return float(product ** (1 / 3))


@dataclass(frozen=True, slots=True)
class _Pair:
    pupil: Contour
    rim: contour.Rim
    limbus: LimbusCandidate

    @property
    def certain(self) -> float:
        """How surely the inner curve is a pupil, 0 to 1."""
        return max(self.rim.rise, 0.0) * self.rim.evenness

    @property
    def score(self) -> float:
        """Pupil and limbus together; both saturate, so that neither lamps nor a strong lid decide alone."""
        contrast = min(self.rim.contrast / FULL_CONTRAST, 1.0)
        return self.certain + 0.3 * contrast + 0.5 * min(self.limbus.rim, LIMBUS_SATURATION)


def boundaries(copy: DetectionCopy) -> Boundaries:
    """Finds both boundaries; raises `NoEye` where no pair of circles is plausible.

    The best dark disc is taken when its curve is surely a pupil; otherwise every candidate is drawn and compared.
    """
    pairs: list[_Pair] = []
    for candidate in pupil_candidates(copy.pixels, PUPILS):
        pair = _pair(copy, candidate.circle)
        if pair is None:
            continue
        pairs.append(pair)
        if pairs[0].certain >= SURE:
            break
    if not pairs:
        raise NoEye("no dark disc inside a larger one")
    best = max(pairs, key=lambda pair: pair.score)
    rough = best.limbus.circle
    start = Circle(rough.x, best.pupil.circle.y, rough.r)
    limbus = contour.draw(copy, start, contour.LIMBUS, _side_trust())
    outer = contour.rim(copy.pixels, limbus, LIMBUS_STEP, _side_trust())
    return Boundaries(best.pupil, limbus, best.rim, outer)


def _pair(copy: DetectionCopy, candidate: Circle) -> _Pair | None:
    pupil = _drawn_pupil(copy, candidate)
    limbi = limbus_candidates(copy.pixels, pupil.circle, 1)
    return _Pair(pupil, contour.rim(copy.pixels, pupil, PUPIL_STEP), limbi[0]) if limbi else None


def _drawn_pupil(copy: DetectionCopy, candidate: Circle) -> Contour:
    """First the best circle, then the best curve: a candidate may be small and off centre where lashes cross it."""
    circle = contour.draw(copy, candidate, contour.PUPIL_CIRCLE).circle
    return contour.draw(copy, circle, contour.PUPIL)


def _side_trust() -> np.ndarray:
    angles = even_angles(contour.RAYS)
    return (np.clip(np.cos(angles) ** 2 - 0.25, 0, 1) + 0.02).astype(np.float32)
