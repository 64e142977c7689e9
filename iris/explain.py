"""What the machine saw in one picture, stage by stage, as far as the chain got.

The outcome is that of `iris.encode.encode` itself; the stages are looked at beside it and decide nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from iris.code import IrisCode
from iris.encode import Encoded, Reading, encode, readings
from iris.explanation.measures import Measured, measured
from iris.picture import Picture, checked
from iris.quality import Advice, Quality, refuse_if_poor
from iris.refusals import BadPicture, Blank, Refusal
from iris.segment.eye import Eye


@dataclass(frozen=True, slots=True)
class Explanation:
    """One picture and everything that was concluded from it.

    Attributes:
        picture: (height, width) uint8, as it was read: stretched where the eye looks aside.
        outcome: the template with its quality, or why there is none.
        eye: what the segmentation found; None where it found no eye.
        code: the iris code, also of a picture that was refused for its quality.
        quality: the measures, likewise.
        stretch: how much longer the picture is in one direction than it was given.
    """

    picture: Picture
    outcome: Encoded | Refusal
    eye: Eye | None
    code: IrisCode | None
    quality: Quality | None
    stretch: float = 1.0

    @property
    def refusal(self) -> Refusal | None:
        """Why the picture gave no template, if it gave none."""
        return self.outcome if isinstance(self.outcome, Refusal) else None

    @property
    def straightened(self) -> tuple[str, str] | None:
        """In Chinese and English how far aside the eye looks, where the picture was stretched for that."""
        if self.stretch <= 1.0:
            return None
        aside = f"{math.degrees(math.acos(1.0 / self.stretch)):.0f}°"
        return f"眼睛偏看约 {aside}，图像已拉正", f"looks about {aside} aside; straightened"

    @property
    def advice(self) -> tuple[Advice, ...]:
        """What would make the next picture better, worst first; each piece of advice once."""
        once: dict[str, Advice] = {}
        for note in () if self.quality is None else self.quality.advice:
            once.setdefault(note.text_en, note)
        return tuple(once.values())

    @property
    def measures(self) -> tuple[Measured, ...]:
        """Every measure beside the limit at which it refuses a picture."""
        return () if self.quality is None else measured(self.quality)

    @property
    def stages(self) -> tuple[tuple[str, str, bool], ...]:
        """Each stage of the chain in Chinese and English, and whether the picture passed it."""
        usable = self.eye is not None or not isinstance(self.refusal, BadPicture | Blank)
        return (
            ("图像可用", "picture usable", usable),
            ("找到瞳孔与虹膜", "pupil and iris found", self.eye is not None),
            ("编码", "coded", self.code is not None),
            ("质量合格", "good enough", self.refusal is None),
        )


def explain(picture: Picture) -> Explanation:
    """Looks at a picture as `encode` does and keeps what every stage saw; refusals are explained, not raised."""
    outcome = _outcome(picture)
    try:
        shown = _shown(checked(picture))
    except Refusal:
        return Explanation(picture, outcome, None, None, None)
    return Explanation(shown.view.picture, outcome, shown.eye, shown.code, shown.quality, shown.view.stretch)


def _shown(valid: Picture) -> Reading:
    """The reading behind the outcome: the first that is fit for use, else the first of all; raises `NoEye`."""
    every = list(readings(valid))
    return next((found for found in every if _fit(found.quality)), every[0])


def _fit(found: Quality) -> bool:
    try:
        refuse_if_poor(found)
    except Refusal:
        return False
    return True


def _outcome(picture: Picture) -> Encoded | Refusal:
    try:
        return encode(picture)
    except Refusal as refusal:
        return refusal
