"""Pupil and limbus chosen together: the hypothesis that the picture supports best, then both curves drawn exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from iris.geometry import Circle, Contour, FloatArray, even_angles
from iris.picture import DetectionCopy, Picture
from iris.refusals import NoEye
from iris.segment import contour
from iris.segment.highlights import close_up, detection_copy, opened
from iris.segment.hypotheses import PUPIL_STEP, Hypothesis, around, hypotheses

SURE = 0.95
"""Probability at which no other dark disc, and no second attempt, is looked at."""
LIMBUS_STEP = 6.0
"""Grey levels at which a ray counts as fully brightening across the limbus."""
LIMBUS_BELOW = 0.012
"""Iris radii by which the limbus' centre usually lies below the pupil's; lids hide what would tell it exactly."""
MOST_DILATED = 0.95
"""Part of the way to the limbus that a pupil may reach anywhere; a ring thinner than that holds no texture."""
SMALL = 38.0
"""Pixels of iris radius in the detection copy below which the curves are drawn in a close-up."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Pupil and limbus, how their rims look, and how well the picture supports them.

    Attributes:
        copy: the detection copy in whose pixels the curves are given.
        probability: that both circles are right, before the curves were drawn.
    """

    copy: DetectionCopy
    pupil: Contour
    limbus: Contour
    pupil_rim: contour.Rim
    limbus_rim: contour.Rim
    probability: float

    @property
    def confidence(self) -> float:
        """0 to 1: the geometric mean of both rims' rise and the pupil's evenness."""
        product = max(self.pupil_rim.rise, 0.0) * self.pupil_rim.evenness * max(self.limbus_rim.rise, 0.0)
        return float(product ** (1 / 3))


def boundaries(picture: Picture) -> Boundaries:
    """Finds both boundaries; raises `NoEye` where no pair of curves is plausible.

    A second attempt, on the opened picture, is made where the first leaves doubt.
    """
    best = _most_probable(detection_copy(picture))
    if best is None:
        raise NoEye("no dark disc inside a larger one")
    if best.limbus.r < SMALL and best.copy.step > 1:
        best = _closer(picture, best)
    return _drawn(best)


def _most_probable(copy: DetectionCopy) -> Hypothesis | None:
    best: Hypothesis | None = None
    for second in (False, True):
        tried = opened(copy) if second else copy
        for group in hypotheses(tried, second=second):
            best = max(group, key=lambda found: found.log_odds) if best is None and group else best
            best = max([best, *group], key=lambda found: found.log_odds) if best is not None else None
            if best is not None and best.probability >= SURE:
                return best
    return best


def _closer(picture: Picture, coarse: Hypothesis) -> Hypothesis:
    """The same eye in a close-up, at the size that every band and spot is made for."""
    step = coarse.copy.step
    x, y = coarse.copy.origin
    limbus, pupil = coarse.limbus, coarse.pupil
    near = close_up(picture, x + limbus.x * step, y + limbus.y * step, limbus.r * step)
    if coarse.evidence.second:
        near = opened(near)
    left, top = near.origin
    start = Circle(
        (x + pupil.x * step - left) / near.step, (y + pupil.y * step - top) / near.step, pupil.r * step / near.step
    )
    found = around(near, start, second=bool(coarse.evidence.second))
    return max(found, key=lambda closer: closer.log_odds, default=coarse)


def _drawn(found: Hypothesis) -> Boundaries:
    copy, trust = found.copy, _side_trust()
    pupil = contour.draw(copy, found.pupil, contour.PUPIL, contour.lash_trust())
    rough = found.limbus
    start = Circle(rough.x, pupil.circle.y + LIMBUS_BELOW * rough.r, rough.r)
    limbus = contour.draw(copy, start, contour.LIMBUS, trust)
    if not _lies_inside(pupil, limbus):
        raise NoEye("the pupil's curve does not lie inside the limbus")
    return Boundaries(
        copy,
        pupil,
        limbus,
        contour.rim(copy.pixels, pupil, PUPIL_STEP),
        contour.rim(copy.pixels, limbus, LIMBUS_STEP, trust),
        found.probability,
    )


def _lies_inside(pupil: Contour, limbus: Contour) -> bool:
    x, y = pupil.points(even_angles(contour.RAYS))
    outward = np.arctan2(y - limbus.y, x - limbus.x)
    reach = np.hypot(x - limbus.x, y - limbus.y)
    return bool((reach < MOST_DILATED * limbus.radii(outward.astype(np.float32))).all())


def _side_trust() -> FloatArray:
    angles = even_angles(contour.RAYS)
    return (np.clip(np.cos(angles) ** 2 - 0.25, 0, 1) + 0.02).astype(np.float32)
