"""How good a picture of an iris is, after ISO/IEC 29794-6, and in words what would make it better.

Measures come from the segmentation and the sheet alone. What is too bad to trust raises a refusal; the rest is a score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from iris.code import IrisCode
from iris.picture import Picture
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


@dataclass(frozen=True, slots=True)
class Advice:
    """What would make the next picture better, in words for the resident."""

    measure: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Quality:
    """Measures of one picture of an iris.

    Attributes:
        score: 0 to 100, the weakest measures counting most.
        radius: iris radius in pixels.
        usable: part of the code that can be believed, 0 to 1.
        lid, glint: part of the iris behind lids and under highlights, 0 to 1.
        pupil_ratio: pupil radius over iris radius.
        concentricity: 1 less the distance of the two centres in iris radii.
        elongation: long over short axis of the pupil.
        limbus_contrast, pupil_contrast: grey levels across the two boundaries.
        grey_spread: standard deviation of the usable iris in grey levels.
        sharpness: usual difference between neighbouring places along the iris, in grey levels.
        pupil_certainty: part of the pupil's rim that brightens outwards, times how even its inside is, 0 to 1.
        distinctness: contrast of the pupil over the grey spread of the iris.
        margin: least distance of the iris from the picture's left or right border, in iris radii; negative when cut.
        confidence: of the segmentation, 0 to 1.
        advice: what to do better, worst first.
    """

    score: int
    radius: float
    usable: float
    lid: float
    glint: float
    pupil_ratio: float
    concentricity: float
    elongation: float
    limbus_contrast: float
    pupil_contrast: float
    grey_spread: float
    sharpness: float
    pupil_certainty: float
    distinctness: float
    margin: float
    confidence: float
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """One measure on the way to the score: 0 at `worst`, 1 at `good`."""

    measure: str
    value: float
    worst: float
    good: float
    text_zh: str
    text_en: str

    @property
    def share(self) -> float:
        return float(np.clip((self.value - self.worst) / (self.good - self.worst), 0.05, 1.0))


def quality(picture: Picture, eye: Eye, code: IrisCode) -> Quality:
    """Measures one encoded picture; judge it with `refuse_if_poor`."""
    iris, pupil = eye.segmentation.limbus.circle, eye.segmentation.pupil.circle
    usable = float(code.mask.mean())
    sharpness = _sharpness(eye)
    concentricity = 1.0 - float(np.hypot(iris.x - pupil.x, iris.y - pupil.y)) / iris.r
    margin = (min(iris.x, picture.shape[1] - 1 - iris.x) - iris.r) / iris.r
    limbus_contrast = eye.boundaries.limbus_rim.contrast
    rim = eye.boundaries.pupil_rim
    grey_spread = float(eye.sheet.grey[eye.cover.usable].std()) if eye.cover.usable.any() else 0.0
    parts = (
        _Part("usable", usable, 0.15, 0.65, "请睁大眼睛", "open your eye wider"),
        _Part("radius", iris.r, 30.0, 80.0, "请靠近一些", "come closer"),
        _Part("sharpness", sharpness, 0.5, 3.0, "请保持不动", "hold still"),
        _Part("limbus_contrast", limbus_contrast, 0.0, 20.0, "请避开强光", "avoid strong light from the side"),
        _Part("confidence", eye.segmentation.confidence, 0.2, 0.7, "请直视摄像头", "look straight into the camera"),
        _Part("margin", margin, -1.0, 0.0, "请将眼睛移到中央", "bring your eye to the middle"),
    )
    mean = float(np.exp(np.mean([np.log(part.share) for part in parts])))
    weak = sorted((part for part in parts if part.share < 0.5), key=lambda part: part.share)  # noqa: PLR2004 - half
    return Quality(
        score=round(100 * mean),
        radius=iris.r,
        usable=usable,
        lid=float(eye.cover.lid.mean()),
        glint=float(eye.cover.glint.mean()),
        pupil_ratio=pupil.r / iris.r,
        concentricity=concentricity,
        elongation=eye.segmentation.pupil.elongation,
        limbus_contrast=limbus_contrast,
        pupil_contrast=rim.contrast,
        grey_spread=grey_spread,
        sharpness=sharpness,
        pupil_certainty=max(rim.rise, 0.0) * rim.evenness,
        distinctness=rim.contrast / max(grey_spread, 1.0),
        margin=margin,
        confidence=eye.segmentation.confidence,
        advice=tuple(Advice(part.measure, part.text_zh, part.text_en) for part in weak),
    )


def _sharpness(eye: Eye) -> float:
    """Median difference of the sheet's neighbouring columns where both are usable; 0 where nothing is."""
    difference = np.abs(np.diff(eye.sheet.grey, axis=1))
    both = eye.cover.usable[:, 1:] & eye.cover.usable[:, :-1]
    return float(difference[both].mean()) if both.any() else 0.0


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
