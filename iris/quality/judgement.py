"""The quality of one picture: measures, components, one score, advice; and the refusals of what is too bad to trust."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from iris.code import IrisCode
from iris.picture import Picture
from iris.quality.components import Components
from iris.quality.likeness import likeness, likeness_if_sharp
from iris.quality.measures import Measures, measures
from iris.refusals import Blurred, Covered, EyeClosed, Glare, NoEye, OffAxis, Refusal, TooSmall
from iris.segment.eye import Eye

LEAST_RADIUS = 40.0
"""Pixels of iris radius; ISO/IEC 29794-6 asks for 80, fewer lose texture, and below this the code is mostly noise."""
LEAST_LIKENESS = -2.0
"""Log odds, were half of all pictures without an eye; docs/decisions/iris-refusals.md tells who is lost on either."""
LEAST_CONFIDENCE = 0.02
"""Of `Quality.confidence`; boundaries that improbable were wrong in every development picture."""
DOUBTFUL = 0.5
"""Of `Quality.confidence`; with less, a small or blurred iris is more likely no iris at all, or one behind lids."""
LEAST_PUPIL_CERTAINTY = 0.2
"""Of `Quality.pupil_certainty`; of worsened eyes with less none was recognised, undisturbed ones have 0.49 and more."""
LEAST_DISTINCTNESS = 0.6
"""Of `Quality.distinctness`; of 1115 pictures whose blacks were cut off 1.3 had refused 94 and 0.6 refused 63."""
LEAST_REPETITION = 0.27
"""Of `Quality.repetition`; 4600 pictures of eyes had 0.305 and more, most checkerboards and wheels less than 0.25."""
LEAST_SYMMETRY = 0.33
"""Of `Quality.symmetry`; 3700 pictures of eyes had 0.359 and more, drawn bars over a smooth iris less than 0.30."""
FAINT_LIMBUS_RISE = 0.22
"""Of `Quality.limbus_rise`; three of 2553 pictures of the development halves have less."""
LEAST_LIKENESS_FAINT = -1.0
"""Log odds that an iris with so faint a rim must have."""
LEAST_LIMBUS_CONTRAST = 1.0
"""Grey levels; where the outside of the iris is no brighter than its inside, no limbus was found."""
LEAST_USABLE = 0.15
"""Of `Quality.usable`; of worsened eyes with less none was recognised, with 0.15 to 0.20 one of seven."""
MOST_LID = 0.80
CLOSED_PART = 0.5
"""Part of the iris behind lids from which too little usable iris is their fault, not that of what lies before it."""
MOST_GLINT = 0.35
MOST_GLARE = 0.20
CAUSING_GLARE = 0.06
"""Saturated parts of the iris that are too much, and from which on any other fault is put down to reflections: they
break rims and cover texture. Eyes without glasses had at most 0.04, even where the picture's bright end was cut off."""
MOST_ELONGATION = 1.22
"""Of `Quality.elongation`; of eyes squeezed to more and read like that 6 % were recognised. No real pupil had 1.18."""
MOST_EDGE_WIDTH = 0.16
"""Iris radii; eyes in focus have 0.02 to 0.08, and of blurred ones with more one of 45 was recognised."""
MOST_SMEAR = 0.16
"""Iris radii; still pictures had at most 0.09, and of smeared ones with more one of eight was recognised."""
LEAST_FINENESS = 0.05
"""Of `Quality.fineness`; undisturbed eyes have 0.13 and more, of blurred ones with less two of 44 were recognised."""
LEAST_FINENESS_STRAIGHTENED = 0.12
"""Of a stretched picture; 240 squeezed real eyes had 0.160 and more, oval rings stretched round at most 0.085."""
LEAST_SHARPNESS = 0.4
"""Grey levels; what rounding to whole grey levels alone gives."""
LEAST_DETAIL = 0.010
"""Of `Quality.detail`; less is no texture, whatever the cause. Eyes in focus had at least 0.0156, in any light."""

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
        advice: what to do better, worst first.
    """

    score: int
    graded: Components
    advice: tuple[Advice, ...]

    @property
    def confidence(self) -> float:
        """Probability, 0 to 1, that the segmentation is right."""
        return self.probability

    @property
    def components(self) -> dict[str, float]:
        """The components of ISO/IEC 29794-6 by name, 0 to 100, higher is better."""
        return self.graded.as_dict()


def quality(picture: Picture, eye: Eye, code: IrisCode, stretch: float = 1.0) -> Quality:
    """Measures one encoded picture; judge it with `refuse_if_poor`.

    `stretch` is by how much `iris.frontal` straightened the picture; 1 where it is as it was given.
    """
    found = measures(picture, eye, code, stretch)
    graded = Components.of(found)
    parts = _parts(found, graded)
    weak = sorted((part for part in parts if part.share < WEAK), key=lambda part: part.share)
    return Quality(
        **{field.name: getattr(found, field.name) for field in fields(Measures)},
        score=round(100 * math.exp(sum(part.weight * math.log(part.share) for part in parts))),
        graded=graded,
        advice=tuple(Advice(part.measure, part.text_zh, part.text_en) for part in weak),
    )


def _parts(found: Measures, graded: Components) -> tuple[_Part, ...]:
    """What predicts errors (docs/decisions/iris-quality.md); margin, grey spread and pupil ratio do not."""
    look, still = ("请直视摄像头", "look straight into the camera"), ("请保持不动", "hold still")
    return (
        _Part("usable_area", found.usable, 0.1, 0.8, 1.0, "请睁大眼睛", "open your eye wider"),
        _Part("radius", found.radius, 20.0, 70.0, 0.1, "请靠近一些", "come closer"),
        _Part("sharpness", graded.sharpness, 0.0, 80.0, 0.1, *still),
        _Part("focus", -found.edge_width, -0.2, -0.05, 0.5, "请稍微前后移动", "move a little closer or away"),
        _Part("motion_blur", graded.motion_blur, 0.0, 90.0, 0.3, *still),
        _Part("interlace", graded.interlace, -50.0, 80.0, 0.3, *still),
        _Part("gaze", -found.elongation * found.stretch, -1.9, -1.12, 0.7, *look),
        _Part("pupil_shape", graded.pupil_shape, 40.0, 88.0, 0.3, *look),
        _Part("confidence", found.probability, 0.0, 0.9, 0.5, *look),
        _Part("limbus", found.limbus_rise, 0.0, 0.6, 0.3, "请避开强光", "avoid strong light from the side"),
    )


def refuse_if_poor(found: Quality) -> None:
    """Raises the refusal that names the worst fault of a picture that cannot be trusted; returns otherwise."""
    for broken, refusal, detail in _faults(found):
        if broken and found.glare > CAUSING_GLARE:
            raise Glare(f"reflections saturate {found.glare:.0%} of the iris; {detail}")
        if broken:
            raise refusal(detail)


def _faults(found: Quality) -> tuple[tuple[bool, type[Refusal], str], ...]:
    """What is no eye even if sharp comes first; then faults of an eye, those that explain others before those."""
    like, sharp = likeness(found), likeness_if_sharp(found)
    doubtful, faint = found.confidence < DOUBTFUL, found.limbus_rise < FAINT_LIMBUS_RISE
    small, soft = (NoEye, NoEye) if doubtful else (TooSmall, Blurred)
    fine = LEAST_FINENESS if found.stretch == 1.0 else LEAST_FINENESS_STRAIGHTENED
    lids, scarce = found.lid > CLOSED_PART, found.usable < LEAST_USABLE
    return (
        (sharp < LEAST_LIKENESS, NoEye, f"log odds of an eye {sharp:.1f}"),
        (found.confidence < LEAST_CONFIDENCE, NoEye, f"both boundaries are right with {found.confidence:.1%}"),
        (found.pupil_certainty < LEAST_PUPIL_CERTAINTY, NoEye, f"pupil certainty {found.pupil_certainty:.2f}"),
        (found.radius < LEAST_RADIUS, small, f"iris radius {found.radius:.0f} px, at least {LEAST_RADIUS:.0f}"),
        (found.lid > MOST_LID or (scarce and lids), EyeClosed, f"lids over {found.lid:.0%} of the iris"),
        (found.glint > MOST_GLINT, Glare, f"highlights over {found.glint:.0%} of the iris"),
        (found.glare > MOST_GLARE, Glare, f"reflections saturate {found.glare:.0%} of the iris"),
        (scarce, Covered, f"{found.usable:.0%} of the iris usable, at least {LEAST_USABLE:.0%}"),
        (found.edge_width > MOST_EDGE_WIDTH, Blurred, f"the pupil's edge is {found.edge_width:.2f} iris radii wide"),
        (found.fineness < fine, Blurred, f"fineness {found.fineness:.3f}, at least {fine}"),
        (found.smear > MOST_SMEAR, Blurred, f"the pupil's edge is smeared by {found.smear:.2f} iris radii"),
        (like < LEAST_LIKENESS, soft, f"log odds of an eye {like:.1f}, {sharp:.1f} if it were sharp"),
        (found.sharpness < LEAST_SHARPNESS, Blurred, f"sharpness {found.sharpness:.2f}, at least {LEAST_SHARPNESS}"),
        (found.detail < LEAST_DETAIL, Blurred, f"detail {found.detail:.4f}, at least {LEAST_DETAIL}"),
        (found.elongation > MOST_ELONGATION, OffAxis, f"pupil axes {found.elongation:.2f}:1"),
        (found.distinctness < LEAST_DISTINCTNESS, NoEye, f"the pupil does not stand out ({found.distinctness:.1f})"),
        (found.repetition < LEAST_REPETITION, NoEye, f"the pattern repeats itself around ({found.repetition:.2f})"),
        (
            faint and like < LEAST_LIKENESS_FAINT,
            NoEye,
            f"log odds of an eye {like:.1f}, and a faint rim ({found.limbus_rise:.2f})",
        ),
        (found.symmetry < LEAST_SYMMETRY, NoEye, f"the pattern is its own mirror image ({found.symmetry:.2f})"),
        (found.limbus_contrast < LEAST_LIMBUS_CONTRAST, NoEye, f"limbus contrast {found.limbus_contrast:.1f}"),
    )
