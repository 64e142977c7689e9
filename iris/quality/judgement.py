"""The quality of one picture: measures, components, one score, advice; and the refusals of what is too bad to trust."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from iris.code import IrisCode
from iris.picture import Picture
from iris.quality.components import Components
from iris.quality.measures import Measures, measures
from iris.refusals import Blurred, Covered, EyeClosed, Glare, NoEye, OffAxis, Refusal, TooSmall
from iris.segment.eye import Eye

LEAST_RADIUS = 40.0
"""Pixels of iris radius; ISO/IEC 29794-6 asks for 80, fewer lose texture, and below this the code is mostly noise."""
LEAST_CONFIDENCE = 0.30
LEAST_PUPIL_CERTAINTY = 0.5
"""Of `Quality.pupil_certainty`; 0.29 and 0.64 were the two least among the development eyes, blurred noise has 0.25."""
LEAST_DISTINCTNESS = 1.4
"""Of `Quality.distinctness`; development eyes have 2.2 and more, three quarters of blurred noise have less than 1.2."""
LEAST_LIMBUS_CONTRAST = 1.0
"""Grey levels; where the outside of the iris is no brighter than its inside, no limbus was found."""
LEAST_USABLE = 0.25
MOST_LID = 0.80
MOST_GLINT = 0.35
MOST_ELONGATION = 1.5
LEAST_SHARPNESS = 0.9

WEAK = 0.5
"""Of the way from worst to good below which a figure is worth advice."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What would make the next picture better, in words for the resident."""

    measure: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class _Part:
    """One figure on the way to the score: 0 at `worst`, 1 at `good`; `weight` is its share in the logarithm."""

    measure: str
    value: float
    worst: float
    good: float
    weight: float
    text_zh: str
    text_en: str

    @property
    def share(self) -> float:
        return min(max((self.value - self.worst) / (self.good - self.worst), 0.02), 1.0)


@dataclass(frozen=True, slots=True)
class Quality(Measures):
    """The measures of one picture of an iris, and what follows from them.

    Attributes:
        score: 0 to 100, the figures that predict errors multiplied, each to the power of its weight.
        graded: the measures as components of 0 to 100.
        confidence: probability that the segmentation is right.
        advice: what to do better, worst first.
    """

    score: int
    graded: Components
    confidence: float
    advice: tuple[Advice, ...]

    @property
    def components(self) -> dict[str, float]:
        """The components of ISO/IEC 29794-6 by name, 0 to 100, higher is better."""
        return self.graded.as_dict()


def quality(picture: Picture, eye: Eye, code: IrisCode) -> Quality:
    """Measures one encoded picture; judge it with `refuse_if_poor`."""
    found = measures(picture, eye, code)
    graded = Components.of(found)
    sure = eye.segmentation.confidence
    parts = _parts(found, graded, sure)
    weak = sorted((part for part in parts if part.share < WEAK), key=lambda part: part.share)
    return Quality(
        **{field.name: getattr(found, field.name) for field in fields(Measures)},
        score=round(100 * math.exp(sum(part.weight * math.log(part.share) for part in parts))),
        graded=graded,
        confidence=sure,
        advice=tuple(Advice(part.measure, part.text_zh, part.text_en) for part in weak),
    )


def _parts(found: Measures, graded: Components, sure: float) -> tuple[_Part, ...]:
    """What predicts errors (docs/decisions/iris-quality.md); margin, grey spread and pupil ratio do not."""
    return (
        _Part("usable_area", found.usable, 0.1, 0.8, 1.0, "请睁大眼睛", "open your eye wider"),
        _Part("radius", found.radius, 20.0, 70.0, 0.3, "请靠近一些", "come closer"),
        _Part("sharpness", graded.sharpness, 0.0, 80.0, 0.3, "请保持不动", "hold still"),
        _Part("focus", -found.edge_width, -0.2, -0.05, 0.5, "请稍微前后移动", "move a little closer or away"),
        _Part("motion_blur", graded.motion_blur, 0.0, 90.0, 0.3, "请保持不动", "hold still"),
        _Part("interlace", graded.interlace, -50.0, 80.0, 0.3, "请保持不动", "hold still"),
        _Part("gaze", -found.elongation, -1.25, -1.08, 0.5, "请直视摄像头", "look straight into the camera"),
        _Part("confidence", sure, 0.0, 0.9, 0.5, "请直视摄像头", "look straight into the camera"),
        _Part("limbus", found.limbus_rise, 0.0, 0.6, 0.3, "请避开强光", "avoid strong light from the side"),
    )


def refuse_if_poor(found: Quality) -> None:
    """Raises the refusal that names the worst fault of a picture that cannot be trusted; returns otherwise."""
    faults: tuple[tuple[bool, type[Refusal], str], ...] = (
        (found.confidence < LEAST_CONFIDENCE, NoEye, f"confidence {found.confidence:.2f}"),
        (found.pupil_certainty < LEAST_PUPIL_CERTAINTY, NoEye, f"pupil certainty {found.pupil_certainty:.2f}"),
        (found.radius < LEAST_RADIUS, TooSmall, f"iris radius {found.radius:.0f} px, at least {LEAST_RADIUS:.0f}"),
        (found.elongation > MOST_ELONGATION, OffAxis, f"pupil axes {found.elongation:.2f}:1"),
        (found.lid > MOST_LID, EyeClosed, f"lids over {found.lid:.0%} of the iris"),
        (found.glint > MOST_GLINT, Glare, f"highlights over {found.glint:.0%} of the iris"),
        (found.usable < LEAST_USABLE, Covered, f"{found.usable:.0%} of the iris usable, at least {LEAST_USABLE:.0%}"),
        (found.distinctness < LEAST_DISTINCTNESS, NoEye, f"the pupil does not stand out ({found.distinctness:.1f})"),
        (found.limbus_contrast < LEAST_LIMBUS_CONTRAST, NoEye, f"limbus contrast {found.limbus_contrast:.1f}"),
        (found.sharpness < LEAST_SHARPNESS, Blurred, f"sharpness {found.sharpness:.2f}, at least {LEAST_SHARPNESS}"),
    )
    for broken, refusal, detail in faults:
        if broken:
            raise refusal(detail)
