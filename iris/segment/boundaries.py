"""Pupil and limbus chosen together: the hypothesis that the picture supports best, then both curves drawn exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from iris.geometry import Circle, Contour, FloatArray, even_angles
from iris.picture import DetectionCopy, Picture
from iris.refusals import NoEye
from iris.segment import contour
from iris.segment.highlights import close_up, detection_copy, opened
from iris.segment.hypotheses import PUPIL_STEP, Hypothesis, around, hypotheses

SURE = 0.95
"""Probability at which no other dark disc is looked at."""
CLEAR = 0.8
"""Probability at which no second attempt is made."""
LIMBUS_STEP = 6.0
"""Grey levels at which a ray counts as fully brightening across the limbus."""
LIMBUS_BELOW = 0.012
"""Iris radii by which the limbus' centre usually lies below the pupil's; lids hide what would tell it exactly."""
LIMBUS_FOOT = 0.992
"""Of the radius at which the limbus is steepest: people see the iris end where the sclera begins to shine through."""
MOST_DILATED = 0.95
"""Part of the way to the limbus that a pupil may reach anywhere; a ring thinner than that holds no texture."""
READINGS = 2
"""Pairs of curves that one picture may give; a third was never the eye in the pictures of the development halves."""
RIVALRY = 4.0
"""Log odds by which a rival may be less probable."""
LIMBUS_APART, PUPIL_APART = 0.10, 0.15
"""Radii by which radius or centre of two circles must differ to show something else."""
SAME = 0.03
"""Radii within which two drawn curves are one."""
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


def readings(picture: Picture) -> tuple[Boundaries, ...]:
    """Finds both boundaries, the most probable first; raises `NoEye` where no pair of curves is plausible.

    Where another pair is nearly as probable it is given as well, so that comparing can decide between them; at most
    `READINGS`. A second search, on the opened picture, is made where the first leaves doubt.
    """
    chosen = _distinct(_searched(detection_copy(picture)))
    if not chosen:
        raise NoEye("no dark disc inside a larger one")
    return _drawn_apart(_distinct([closer for found in chosen for closer in _closer(picture, found)]))


def boundaries(picture: Picture) -> Boundaries:
    """The most probable of `readings`; raises `NoEye`."""
    return readings(picture)[0]


def _searched(copy: DetectionCopy) -> list[Hypothesis]:
    """The hypotheses of one disc after the other, until one is sure."""
    found: list[Hypothesis] = []
    for second in (False, True):
        if any(each.probability >= CLEAR for each in found):
            break
        tried = opened(copy) if second else copy
        for group in hypotheses(tried, second=second):
            found += group
            if any(each.probability >= SURE for each in group):
                return found
    return found


def _distinct(found: list[Hypothesis]) -> list[Hypothesis]:
    """The most probable one and its nearest rivals that show something else."""
    chosen: list[Hypothesis] = []
    for each in sorted(found, key=lambda one: -one.log_odds):
        near = not chosen or each.log_odds > chosen[0].log_odds - RIVALRY
        if near and len(chosen) < READINGS and all(_differ(each, other) for other in chosen):
            chosen.append(each)
    return chosen


def _differ(a: Hypothesis, b: Hypothesis) -> bool:
    return _apart(a.limbus, b.limbus, LIMBUS_APART) or _apart(a.pupil, b.pupil, PUPIL_APART)


def _apart(a: Circle, b: Circle, part: float) -> bool:
    return max(abs(a.r - b.r), math.hypot(a.x - b.x, a.y - b.y)) > part * max(a.r, b.r)


def _closer(picture: Picture, coarse: Hypothesis) -> list[Hypothesis]:
    """A small eye in a close-up, at the size that every band and spot is made for; any other as it is."""
    step = coarse.copy.step
    if coarse.limbus.r >= SMALL or step == 1:
        return [coarse]
    x, y = coarse.copy.origin
    limbus, pupil = coarse.limbus, coarse.pupil
    near = close_up(picture, x + limbus.x * step, y + limbus.y * step, limbus.r * step)
    if coarse.evidence.second:
        near = opened(near)
    left, top = near.origin
    start = Circle(
        (x + pupil.x * step - left) / near.step, (y + pupil.y * step - top) / near.step, pupil.r * step / near.step
    )
    return around(near, start, second=bool(coarse.evidence.second)) or [coarse]


def _drawn_apart(chosen: list[Hypothesis]) -> tuple[Boundaries, ...]:
    """Both curves of every choice, without those that come to lie on an earlier one's."""
    drawn: list[Boundaries] = []
    for each in chosen:
        try:
            curves = _drawn(each)
        except NoEye:
            if each is chosen[-1] and not drawn:
                raise
            continue
        if all(_drawn_elsewhere(curves, other) for other in drawn):
            drawn.append(curves)
    return tuple(drawn)


def _drawn_elsewhere(a: Boundaries, b: Boundaries) -> bool:
    """Whether two readings are more than one: rivals on copies of other sizes are not asked."""
    if a.copy.step != b.copy.step or a.copy.origin != b.copy.origin:
        return True
    return _apart(a.limbus.circle, b.limbus.circle, SAME) or _apart(a.pupil.circle, b.pupil.circle, SAME)


def _drawn(found: Hypothesis) -> Boundaries:
    copy, trust = found.copy, _side_trust()
    pupil = contour.draw(copy, found.pupil, contour.PUPIL, contour.lash_trust())
    rough = found.limbus
    start = Circle(rough.x, pupil.circle.y + LIMBUS_BELOW * rough.r, rough.r)
    limbus = _at_its_foot(contour.draw(copy, start, contour.LIMBUS, trust))
    pupil = _at_its_foot(pupil)
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


def _at_its_foot(limbus: Contour) -> Contour:
    mean, *shape = limbus.coefficients
    return Contour(limbus.x, limbus.y, (mean * LIMBUS_FOOT, *shape))


def _lies_inside(pupil: Contour, limbus: Contour) -> bool:
    x, y = pupil.points(even_angles(contour.RAYS))
    outward = np.arctan2(y - limbus.y, x - limbus.x)
    reach = np.hypot(x - limbus.x, y - limbus.y)
    return bool((reach < MOST_DILATED * limbus.radii(outward.astype(np.float32))).all())


def _side_trust() -> FloatArray:
    angles = even_angles(contour.RAYS)
    return (np.clip(np.cos(angles) ** 2 - 0.25, 0, 1) + 0.02).astype(np.float32)
