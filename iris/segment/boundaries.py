"""Pupil and limbus chosen together: the hypothesis that the picture supports best, then both curves drawn exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from iris.geometry import Circle, Contour, FloatArray, even_angles
from iris.picture import DetectionCopy, Picture
from iris.refusals import NoEye
from iris.segment import contour
from iris.segment.hypotheses import PUPIL_STEP, Hypothesis
from iris.segment.search import apart, most_probable, near

LIMBUS_STEP = 6.0
"""Grey levels at which a ray counts as fully brightening across the limbus."""
LIMBUS_BELOW = 0.012
"""Iris radii by which the limbus' centre usually lies below the pupil's; lids hide what would tell it exactly."""
LIMBUS_FOOT = 0.992
"""Of the radius at which the limbus is steepest: people see the iris end where the sclera begins to shine through."""
MOST_DILATED = 0.95
"""Part of the way to the limbus that a pupil may reach anywhere; a ring thinner than that holds no texture."""
SAME = 0.03
"""Radii within which two drawn curves are one."""


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
    def in_picture(self) -> tuple[Contour, Contour]:
        """Pupil and limbus in pixels of the picture."""
        return self.copy.in_picture(self.pupil), self.copy.in_picture(self.limbus)

    @property
    def confidence(self) -> float:
        """0 to 1: the geometric mean of both rims' rise and the pupil's evenness."""
        product = max(self.pupil_rim.rise, 0.0) * self.pupil_rim.evenness * max(self.limbus_rim.rise, 0.0)
        return float(product ** (1 / 3))


def readings(picture: Picture) -> tuple[Boundaries, ...]:
    """Finds both boundaries, the most probable first; raises `NoEye` where no pair of curves is plausible.

    Where another pair is nearly as probable it is given as well, so that comparing can decide between them.
    """
    chosen = most_probable(picture)
    if not chosen:
        raise NoEye("no dark disc inside a larger one")
    return _drawn_apart(chosen)


def boundaries(picture: Picture) -> Boundaries:
    """The most probable of `readings`; raises `NoEye`."""
    return readings(picture)[0]


def boundaries_near(picture: Picture, pupil: Circle, limbus: Circle, *, open_first: bool) -> Boundaries:
    """The most probable about a pupil where both circles are roughly known, in pixels of the picture.

    `open_first` removes everything bright and narrow before. Raises `NoEye`.
    """
    chosen = near(picture, pupil, limbus, open_first=open_first)
    if chosen is None:
        raise NoEye("nothing larger lies around the pupil")
    return _drawn(chosen)


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
    (a_pupil, a_limbus), (b_pupil, b_limbus) = a.in_picture, b.in_picture
    return apart(a_limbus.circle, b_limbus.circle, SAME) or apart(a_pupil.circle, b_pupil.circle, SAME)


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
