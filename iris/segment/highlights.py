"""Finding and filling highlights: the reflections of the lamps, small and much brighter than what lies around them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from iris.forgetting import note
from iris.picture import DETECTION_SIDE, DetectionCopy, Picture

SPOT = 9
"""Pixels of the detection copy; wider bright areas are skin or sclera, not the reflection of a lamp."""
RISE = 40
"""Grey levels by which a highlight stands out of its surroundings."""
BRIGHTNESS = 0.9
"""Least grey value of a highlight, in units of the picture's brightest parts; crisp iris texture stays below."""
NEIGHBOURHOOD = 15
"""Pixels of the detection copy: a place lies in the pupil when most of such a square is as dark as the pupil."""
DARKNESS = 0.15
"""Of the way from the darkest grey value to the median: what is below is pupil, and spots in it may be fainter."""

CLOSE_UP_RADIUS = 50.0
"""Pixels of iris radius that a close-up aims at: the bands and spots above are sized for it."""
CLOSE_UP_REACH = 2.0
"""Iris radii around the centre that a close-up shows."""


def detection_copy(picture: Picture) -> DetectionCopy:
    """The picture at detection size with highlights filled.

    Only the highlights change: a grey opening of the whole picture would fuse lashes into the pupil.
    """
    return _filled(picture, max(2, -(-max(picture.shape) // DETECTION_SIDE)))


def finer_copy(picture: Picture, copy: DetectionCopy) -> DetectionCopy | None:
    """The whole picture at twice the size of a copy; nothing where that is more than the picture has."""
    return _filled(picture, copy.step // 2) if copy.step > 1 else None


def coarser_copy(picture: Picture, copy: DetectionCopy) -> DetectionCopy:
    """The whole picture at half the size of a copy."""
    return _filled(picture, 2 * copy.step)


def close_up(picture: Picture, x: float, y: float, radius: float) -> DetectionCopy:
    """The surroundings of a small iris at the size at which edges are found best; all in original pixels."""
    reach = CLOSE_UP_REACH * radius
    left, top = max(0, int(x - reach)), max(0, int(y - reach))
    window = picture[top : int(y + reach) + 1, left : int(x + reach) + 1]
    found = _filled(window, max(1, round(radius / CLOSE_UP_RADIUS)))
    return replace(found, left=left, top=top)


def _filled(picture: Picture, step: int) -> DetectionCopy:
    height, width = picture.shape
    whole = picture[: height // step * step, : width // step * step]
    small = cv2.resize(whole, (width // step, height // step), interpolation=cv2.INTER_AREA)
    square = np.ones((SPOT, SPOT), np.uint8)
    opened = note(cv2.morphologyEx(small, cv2.MORPH_OPEN, square))
    darkest, median, bright = np.percentile(small, (2.0, 50.0, 99.5))
    smooth = note(cv2.medianBlur(small, NEIGHBOURHOOD))
    in_pupil = smooth <= darkest + DARKNESS * (median - darkest)
    lamp_like = (small > BRIGHTNESS * bright) | in_pupil
    peaks = (((cv2.subtract(small, opened) > RISE) & lamp_like) * np.uint8(255)).astype(np.uint8)
    glints = cv2.dilate(peaks, np.ones((3, 3), np.uint8))
    filled = np.where(glints > 0, opened, small).astype(np.uint8)
    return DetectionCopy(filled, filled, np.asarray(small, np.uint8), glints.astype(np.uint8), step)


def opened(copy: DetectionCopy) -> DetectionCopy:
    """The same picture with everything bright and narrow removed: for pupils so full of lamps that no filling is sure.

    Lashes may grow into the pupil in it, so it is a second attempt.
    """
    pixels = cv2.morphologyEx(copy.plain, cv2.MORPH_OPEN, np.ones((SPOT, SPOT), np.uint8))
    return replace(copy, pixels=np.asarray(pixels, np.uint8), opened=True)
