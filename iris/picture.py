"""What a picture must be before anything looks at it, and the small copy that detection works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.forgetting import note
from iris.geometry import Circle, Contour
from iris.refusals import BadPicture, Blank

Picture = NDArray[np.uint8]
Curve = TypeVar("Curve", Circle, Contour)

MIN_SIDE = 120
"""Pixels; a smaller picture cannot hold an iris of the least radius with its surroundings."""
MAX_SIDE = 4096
"""Pixels; bounds the work that one picture can cause."""
BLANK_SIDE = 40
"""Pixels of the longest side of the copy that tells a blank picture, too small for a sensor's noise."""
LEAST_RANGE = 10
"""Grey levels of that copy; the pupil of an eye alone makes more, even in an eighth of the usual light."""
DETECTION_SIDE = 320
"""Pixels; the longest side of the detection copy. An iris has 22 to 80 px of radius there, enough to find it."""


def checked(picture: object) -> Picture:
    """The picture itself, C-contiguous; raises `BadPicture` naming what is wrong with it, or `Blank`."""
    if not isinstance(picture, np.ndarray):
        raise BadPicture(f"expected a NumPy array, got {type(picture).__name__}")
    if picture.dtype != np.uint8:
        raise BadPicture(f"expected 8-bit grey values, got {picture.dtype}")
    if picture.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise BadPicture(f"expected one grey plane, got an array of shape {picture.shape}")
    if not MIN_SIDE <= min(picture.shape) <= max(picture.shape) <= MAX_SIDE:
        raise BadPicture(f"expected sides of {MIN_SIDE} to {MAX_SIDE} px, got {picture.shape[1]}x{picture.shape[0]}")
    valid = picture if picture.flags.c_contiguous else note(np.ascontiguousarray(picture))
    _refuse_blank(valid)
    return valid


def _refuse_blank(picture: Picture) -> None:
    step = -(-max(picture.shape) // BLANK_SIDE)
    small = note(cv2.resize(picture, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA))
    darkest, brightest = int(small.min()), int(small.max())
    if brightest - darkest < LEAST_RANGE:
        raise Blank(f"grey values from {darkest} to {brightest}, a range of at least {LEAST_RANGE}")


@dataclass(frozen=True, slots=True)
class DetectionCopy:
    """A picture reduced by a whole factor, its highlights filled with their surroundings.

    Attributes:
        pixels: (h, w) grey values without highlights, in which boundaries are sought.
        filled: (h, w) grey values with the highlights filled and all else untouched; what lids are judged by.
        plain: (h, w) grey values as seen.
        glints: (h, w), 255 where a highlight was filled.
        step: original pixels per pixel of the copy.
        left, top: original pixels before the copy's first column and row.
        opened: whether everything bright and narrow was removed from `pixels`, not highlights alone.
    """

    pixels: Picture
    filled: Picture
    plain: Picture
    glints: Picture
    step: int
    left: int = 0
    top: int = 0
    opened: bool = False

    def __post_init__(self) -> None:
        """Notes the pixels as an eye's: they are overwritten when encoding ends."""
        for made in (self.pixels, self.filled, self.plain, self.glints):
            note(made)

    def in_picture(self, curve: Curve) -> Curve:
        """A curve of the copy in pixels of the original picture."""
        return curve.scaled(self.step).moved(self.left, self.top)

    def of_picture(self, circle: Circle) -> Circle:
        """A circle of the original picture in pixels of the copy."""
        return circle.moved(-self.left, -self.top).scaled(1 / self.step)

    @property
    def origin(self) -> tuple[float, float]:
        """Where the centre of the copy's first pixel lies in the original picture."""
        shift = (self.step - 1) / 2
        return self.left + shift, self.top + shift
