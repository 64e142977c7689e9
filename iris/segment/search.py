"""The search for an eye: at the size of the copy, then, where doubt is left, in coarser, finer and opened copies.

A small iris is a few dark pixels in the copy, and its pupil, lashes and lamps melt into one another there; it is sought
again in a close-up, at the size that every band and spot is made for. An iris that nearly fills a large picture is
greater than any circle tried in the copy, and is sought at half its size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from iris.geometry import Circle
from iris.picture import DetectionCopy, Picture
from iris.segment.highlights import close_up, coarser_copy, detection_copy, finer_copy, opened
from iris.segment.hypotheses import Hypothesis, around, hypotheses
from iris.segment.limbus import GREATEST_RADIUS

SURE = 0.95
"""Probability at which no other dark disc is looked at."""
CLEAR = 0.8
"""Probability at which no further attempt is made."""
READINGS = 2
"""Pairs of circles that one picture may give; a third was never the eye in the pictures of the development halves."""
RIVALRY = 4.0
"""Log odds by which a rival may be less probable."""
LIMBUS_APART, PUPIL_APART = 0.10, 0.15
"""Radii by which radius or centre of two circles must differ to show something else."""
LEAST_IN_PICTURE = 44.0
"""Pixels of the picture: a smaller circle in a whole copy may be the pupil around its lamps; close-ups show these."""
MOST_OF_SIDE = 0.45
"""Of the picture's longer side: the radius of the greatest iris that is sought."""
GREATEST_OVERLAP = 0.9
"""Of the greatest radius tried in the copy: from there on a coarser copy is asked as well."""
SMALL = 38.0
"""Pixels of iris radius in a reduced copy below which the eye is sought again in a close-up."""


def most_probable(picture: Picture) -> list[Hypothesis]:
    """The most probable pair of circles and its nearest rivals that show something else; at most `READINGS`.

    Empty where no dark disc lies inside a larger one.
    """
    closer: list[Hypothesis] = []
    for found in _distinct(_searched(attempts(picture))):
        closer += _closer(picture, found)
    return _distinct(closer)


def apart(a: Circle, b: Circle, part: float) -> bool:
    """Whether radius or centre of two circles differ by more than this part of the greater radius."""
    return max(abs(a.r - b.r), math.hypot(a.x - b.x, a.y - b.y)) > part * max(a.r, b.r)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A copy in which an eye is sought, and the radius of the least limbus that it is there to show."""

    copy: DetectionCopy
    least: float
    """Pixels of the picture."""

    def found(self) -> list[Hypothesis]:
        """Its hypotheses, those of the most promising disc first."""
        return [one for one in _sought(self.copy) if one.limbus_in_picture.r >= self.least]


def attempts(picture: Picture) -> Iterator[Attempt]:
    """Where an eye is sought one after the other; copies are made as they are asked for."""
    coarse = detection_copy(picture)
    yield Attempt(coarse, LEAST_IN_PICTURE)
    untried = GREATEST_RADIUS * coarse.step
    if untried < MOST_OF_SIDE * max(picture.shape):
        yield Attempt(coarser_copy(picture, coarse), GREATEST_OVERLAP * untried)
    fine = finer_copy(picture, coarse)
    if fine is not None:
        yield Attempt(fine, LEAST_IN_PICTURE)
    yield Attempt(opened(coarse), LEAST_IN_PICTURE)
    if fine is not None:
        yield Attempt(opened(fine), LEAST_IN_PICTURE)


def _searched(tried: Iterator[Attempt]) -> list[Hypothesis]:
    """The hypotheses of one attempt after the other, until one leaves no doubt."""
    found: list[Hypothesis] = []
    for attempt in tried:
        found += attempt.found()
        if any(each.probability >= CLEAR for each in found):
            break
    return found


def _sought(copy: DetectionCopy) -> list[Hypothesis]:
    """The hypotheses of one disc after the other, until one is sure."""
    found: list[Hypothesis] = []
    for group in hypotheses(copy):
        found += group
        if any(each.probability >= SURE for each in group):
            break
    return found


def near(picture: Picture, pupil: Circle, limbus: Circle, *, open_first: bool) -> Hypothesis | None:
    """The most probable pair about a pupil where both circles are roughly known, in a close-up; in original pixels."""
    copy = close_up(picture, limbus.x, limbus.y, limbus.r)
    copy = opened(copy) if open_first else copy
    return max(around(copy, copy.of_picture(pupil)), key=lambda one: one.log_odds, default=None)


def _closer(picture: Picture, coarse: Hypothesis) -> list[Hypothesis]:
    """What a close-up of a small eye shows; any other as it is."""
    found: list[Hypothesis] = []
    for close in close_ups(picture, coarse):
        found += _sought(close)
        if not any(each.probability >= CLEAR for each in found):
            found += around(close, close.of_picture(coarse.pupil_in_picture))
    return found or [coarse]


def close_ups(picture: Picture, coarse: Hypothesis) -> list[DetectionCopy]:
    """The close-up that a small eye needs; none for any other."""
    if coarse.copy.step == 1 or coarse.limbus.r >= SMALL:
        return []
    limbus = coarse.limbus_in_picture
    near = close_up(picture, limbus.x, limbus.y, limbus.r)
    return [opened(near) if coarse.copy.opened else near]


def _distinct(found: list[Hypothesis]) -> list[Hypothesis]:
    chosen: list[Hypothesis] = []
    for each in sorted(found, key=lambda one: -one.log_odds):
        near = not chosen or each.log_odds > chosen[0].log_odds - RIVALRY
        if near and len(chosen) < READINGS and all(_differ(each, other) for other in chosen):
            chosen.append(each)
    return chosen


def _differ(a: Hypothesis, b: Hypothesis) -> bool:
    limbi = apart(a.limbus_in_picture, b.limbus_in_picture, LIMBUS_APART)
    return limbi or apart(a.pupil_in_picture, b.pupil_in_picture, PUPIL_APART)
