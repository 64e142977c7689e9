"""One eye in one picture: every part of the segmentation in its order."""

from __future__ import annotations

from dataclasses import dataclass

from iris.geometry import Segmentation
from iris.picture import Picture
from iris.segment.boundaries import Boundaries, boundaries, readings
from iris.segment.cover import Cover, cover
from iris.segment.iris_grey import IrisGrey, iris_grey
from iris.segment.lids import eyelids
from iris.segment.rings import sample
from iris.unwrap import Sheet, unwrap

GLINT_SHARE = 64.0
"""Of 255: a place counts as highlight when a quarter of its neighbourhood does."""


@dataclass(frozen=True, slots=True)
class Eye:
    """What the segmentation found, in the picture and on the unwrapped sheet."""

    segmentation: Segmentation
    boundaries: Boundaries
    sheet: Sheet
    cover: Cover
    grey: IrisGrey


def find_eyes(picture: Picture) -> tuple[Eye, ...]:
    """Segments a checked picture in every way that is nearly as probable as the best, which is the first.

    Raises `NoEye`.
    """
    return tuple(eye_within(picture, found) for found in readings(picture))


def find_eye(picture: Picture) -> Eye:
    """The most probable of `find_eyes`; raises `NoEye`."""
    return eye_within(picture, boundaries(picture))


def eye_within(picture: Picture, small: Boundaries) -> Eye:
    """Everything that follows from two boundaries in a checked picture."""
    copy = small.copy
    pupil, limbus = small.in_picture
    sheet = unwrap(picture, pupil, limbus)
    x, y = copy.origin
    glint = sample(copy.glints, (sheet.x - x) / copy.step, (sheet.y - y) / copy.step) > GLINT_SHARE
    grey = iris_grey(sheet.grey, sheet.inside & ~glint)
    upper, lower = eyelids(copy.filled, small.pupil, small.limbus, grey)
    hidden = cover(sheet, glint, grey, limbus.circle, (upper, lower))
    return Eye(Segmentation(pupil, limbus, upper, lower, small.confidence), small, sheet, hidden, grey)
