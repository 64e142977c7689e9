"""The colours of an explanation: one for each part of the eye, the same in picture, strip and legend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iris.segment.eye import Eye

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour with its meaning; red, green and blue from 0 to 255."""

    red: int
    green: int
    blue: int
    text_zh: str
    text_en: str

    @property
    def rgb(self) -> tuple[int, int, int]:
        """As numbers."""
        return self.red, self.green, self.blue

    @property
    def css(self) -> str:
        """As a style sheet has it."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


PUPIL = Colour(255, 176, 32, "瞳孔边界", "pupil")
LIMBUS = Colour(56, 217, 245, "虹膜外缘", "limbus")
LIDS = Colour(255, 96, 160, "眼睑", "lids")

LID = Colour(139, 92, 246, "眼睑", "lid")
LASH = Colour(240, 98, 72, "睫毛或异常灰度", "lash, or unlike this iris")
HIGHLIGHT = Colour(255, 224, 64, "反光", "highlight")
OUTSIDE = Colour(110, 124, 138, "图像之外", "outside the picture")
MASKED = Colour(142, 154, 166, "不采用", "not believed")


def hidden(eye: Eye) -> tuple[tuple[Colour, Flags], ...]:
    """What hides the iris, place by place of the sheet; each place has one colour only."""
    cover = eye.cover
    outside = ~eye.sheet.inside
    glint = cover.glint & ~outside
    lid = cover.lid & ~(outside | glint)
    return (OUTSIDE, outside), (HIGHLIGHT, glint), (LID, lid), (LASH, ~cover.usable & ~(outside | glint | lid))
