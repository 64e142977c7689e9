"""What hides the iris, place by place of the unwrapped sheet: highlights, lids, lashes, the picture's border."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.geometry import Circle, Lid
from iris.segment.iris_grey import IrisGrey
from iris.unwrap import ROWS, Sheet

LID_MARGIN = 0.03
"""Iris radii kept clear of a lid's edge: its shadow and its wet rim."""
DARK = -2.8
BRIGHT = 3.2
"""Usual deviations beyond which a place is a lash, or skin and reflection."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cover:
    """(ROWS, COLUMNS) flags of one sheet.

    Attributes:
        glint: a lamp's reflection.
        lid: beyond an eyelid.
        lash: much darker or brighter than this iris.
        usable: none of these, and inside the picture.
    """

    glint: Flags
    lid: Flags
    lash: Flags
    usable: Flags


def cover(sheet: Sheet, glint: Flags, grey: IrisGrey, iris: Circle, lids: tuple[Lid, Lid]) -> Cover:
    """Flags every place of the sheet; `iris` is the limbus circle in pixels of the original picture."""
    u = (sheet.x - iris.x) / iris.r
    v = (sheet.y - iris.y) / iris.r
    lid = (v < lids[0].at(u) + LID_MARGIN) | (v > lids[1].at(u) - LID_MARGIN)
    depth = np.broadcast_to(((np.arange(ROWS, dtype=np.float32) + 0.5) / ROWS)[:, None], sheet.grey.shape)
    deviations = grey.deviations(np.asarray(cv2.GaussianBlur(sheet.grey, (3, 3), 0), np.float32), np.asarray(depth))
    outlying = ((deviations < DARK) | (deviations > BRIGHT)).astype(np.uint8)
    lash = cv2.dilate(outlying, np.ones((3, 3), np.uint8)).astype(bool)
    return Cover(glint, lid, lash, sheet.inside & ~(glint | lid | lash))
