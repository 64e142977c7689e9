"""What the picture might show: pairs of a pupil and a limbus, and how probable each is.

Every dark disc with every limbus around it is one hypothesis. What speaks for and against it is put into a few figures
without units, and one logistic function, the same for every camera, weighs them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from iris.geometry import Circle, Contour, FloatArray, even_angles
from iris.picture import DetectionCopy
from iris.segment import contour
from iris.segment.limbus import LimbusCandidate, limbus_candidates
from iris.segment.pupil import pupil_candidates
from iris.segment.rings import inside, sample

PUPILS = 5
LIMBI = 3
PUPIL_STEP = 12.0
"""Grey levels at which a ray counts as fully brightening across the pupil's rim."""
RAYS = 64
SIDE = 0.7
"""Sine of the steepest ray on which iris and sclera are compared; lids seldom reach there."""
BEYOND, WITHIN = 1.15, 0.88
"""Limbus radii at which the sclera and the outer iris are read."""
CORE = 0.6
"""Pupil radii around the centre that tell how dark the pupil is."""
USUAL_RATIO = 0.42


@dataclass(frozen=True, slots=True)
class Evidence:
    """Figures about one hypothesis; grey values in units of the picture's range (2nd to 98th percentile).

    Attributes:
        second: 1 where the picture was opened first, 0 otherwise.
        rank: 0 for the best limbus around this pupil, 1 for others.
        rise: part of the pupil's rim that brightens outwards.
        evenness: how even the pupil is from middle to rim.
        contrast: step across the pupil's rim, at most 0.4.
        darkness: how far the pupil is above the darkest parts, at most 0.5.
        limbus_rise: part of the limbus that brightens outwards, at most 0.6: rings of lamps have sharper edges.
        dilation: natural logarithm of pupil over iris radius beyond the usual, at least 0.
        offset: distance of the centres in iris radii.
        iris_step: iris less pupil, at most 0.3.
        sclera_step: sclera less iris, at most 0.3.
        seen: part of the limbus' sides that the picture holds.
    """

    second: float
    rank: float
    rise: float
    evenness: float
    contrast: float
    darkness: float
    limbus_rise: float
    dilation: float
    offset: float
    iris_step: float
    sclera_step: float
    seen: float


WEIGHTS = Evidence(
    second=-1.63,
    rank=-2.75,
    rise=5.01,
    evenness=2.66,
    contrast=8.00,
    darkness=-3.53,
    limbus_rise=7.73,
    dilation=-6.58,
    offset=-22.97,
    iris_step=6.79,
    sclera_step=6.45,
    seen=3.32,
)
INTERCEPT = -12.0
"""Fitted to hypotheses in pictures of two cameras, as they are and shrunk, dimmed, clipped and cluttered."""
_NAMES = tuple(Evidence.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A pupil and a limbus in pixels of the detection copy `copy`."""

    copy: DetectionCopy
    pupil: Circle
    limbus: Circle
    evidence: Evidence

    @property
    def log_odds(self) -> float:
        """Of both circles being right; comparable between pictures and cameras."""
        return INTERCEPT + sum(getattr(WEIGHTS, name) * getattr(self.evidence, name) for name in _NAMES)

    @property
    def probability(self) -> float:
        """0 to 1."""
        return 1.0 / (1.0 + math.exp(-max(min(self.log_odds, 50.0), -50.0)))


def hypotheses(copy: DetectionCopy, *, second: bool) -> Iterator[list[Hypothesis]]:
    """The hypotheses of each dark disc, the most promising disc first; at most PUPILS lists of at most LIMBI."""
    for candidate in pupil_candidates(copy.pixels, PUPILS):
        yield around(copy, candidate.circle, second=second)


def around(copy: DetectionCopy, candidate: Circle, *, second: bool) -> list[Hypothesis]:
    """The hypotheses of one dark disc, which may be small and off centre where lashes or lamps cross the pupil."""
    drawn = contour.draw(copy, candidate, contour.PUPIL_CIRCLE, contour.lash_trust())
    limbi = limbus_candidates(copy.pixels, drawn.circle, LIMBI)
    if not limbi:
        return []
    rim = contour.rim(copy.pixels, drawn, PUPIL_STEP)
    low, high = (float(value) for value in np.percentile(copy.plain, (2.0, 98.0)))
    scale = max(high - low, 1.0)
    core = _core(copy, drawn.circle)
    return [
        Hypothesis(
            copy, drawn.circle, limbus.circle, _evidence(copy, drawn, rim, core, low, scale, limbus, rank, second)
        )
        for rank, limbus in enumerate(limbi)
    ]


def _evidence(
    copy: DetectionCopy,
    pupil: Contour,
    rim: contour.Rim,
    core: float,
    low: float,
    scale: float,
    limbus: LimbusCandidate,
    rank: int,
    second: bool,  # noqa: FBT001 - one of many figures
) -> Evidence:
    inner, outer = pupil.circle, limbus.circle
    iris, within, sclera, seen = _greys(copy, inner, outer)
    return Evidence(
        second=float(second),
        rank=float(rank > 0),
        rise=max(rim.rise, -0.5),
        evenness=rim.evenness,
        contrast=min(rim.contrast / scale, 0.4),
        darkness=min((core - low) / scale, 0.5),
        limbus_rise=min(limbus.rim, 0.6),
        dilation=max(0.0, math.log(inner.r / outer.r / USUAL_RATIO)),
        offset=math.hypot(inner.x - outer.x, inner.y - outer.y) / outer.r,
        iris_step=min(max((iris - core) / scale, -0.2), 0.3),
        sclera_step=min(max((sclera - within) / scale, -0.2), 0.3),
        seen=seen,
    )


def _core(copy: DetectionCopy, pupil: Circle) -> float:
    places = np.linspace(-CORE, CORE, 7, dtype=np.float32) * np.float32(pupil.r)
    x, y = np.meshgrid(pupil.x + places, pupil.y + places)
    return float(np.median(sample(copy.pixels, x, y)))


def _greys(copy: DetectionCopy, pupil: Circle, limbus: Circle) -> tuple[float, float, float, float]:
    """Median grey in the middle of the iris, at its outer part and beyond it, on the sides; and the part of them seen."""
    angles = _side_rays()
    middle = Circle((pupil.x + limbus.x) / 2, (pupil.y + limbus.y) / 2, (pupil.r + limbus.r) / 2)
    rings = (middle, Circle(limbus.x, limbus.y, limbus.r * WITHIN), Circle(limbus.x, limbus.y, limbus.r * BEYOND))
    x = np.array([[ring.x] for ring in rings], np.float32) + np.cos(angles) * np.array([[ring.r] for ring in rings])
    y = np.array([[ring.y] for ring in rings], np.float32) + np.sin(angles) * np.array([[ring.r] for ring in rings])
    values = np.where(inside(copy.pixels.shape, x, y), sample(copy.pixels, x, y), np.nan)
    known = np.isfinite(values)
    seen = float(known[2].mean())
    iris, within, sclera = (
        float(np.median(row[ok])) if ok.sum() > 4 else 0.0
        for row, ok in zip(values, known, strict=True)  # noqa: PLR2004
    )
    return iris, within, sclera if known[2].sum() > 4 else within, seen  # noqa: PLR2004 - fewer rays tell nothing


def _side_rays() -> FloatArray:
    angles = even_angles(RAYS)
    return np.asarray(angles[np.abs(np.sin(angles)) < SIDE], np.float32)
