"""What the picture might show: pairs of a pupil and a limbus, and how probable each is.

Every dark disc with every limbus around it is one hypothesis. What speaks for and against it is put into a few figures
without units, and one logistic function, the same for every camera, weighs them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from iris.geometry import Circle, Contour, FloatArray, even_angles
from iris.picture import DetectionCopy
from iris.segment import contour
from iris.segment.limbus import LimbusCandidate, limbus_candidates
from iris.segment.pupil import pupil_candidates
from iris.segment.rings import inside, sample

PUPILS = 4
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
LEAST_RAYS = 5
"""Rays inside the picture behind a grey value; fewer tell nothing."""
USUAL_RATIO = 0.42
TIGHT = 0.3
LARGE = 0.45


@dataclass(frozen=True, slots=True)
class Evidence:
    """Figures about one hypothesis; grey values in units of the picture's range (2nd to 98th percentile).

    Attributes:
        opened: 1 where the picture was opened first, 0 otherwise.
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
        tightness: `dilation` beyond 0.3, at least 0: hardly any pupil fills so much of its iris.
        size: natural logarithm of the iris radius beyond `LARGE` of the shorter side, at least 0.
    """

    opened: float
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
    tightness: float
    size: float


WEIGHTS = Evidence(
    opened=-1.10,
    rise=5.20,
    evenness=2.40,
    contrast=8.42,
    darkness=-3.76,
    limbus_rise=14.23,
    dilation=-5.88,
    offset=-21.10,
    iris_step=8.10,
    sclera_step=12.80,
    seen=2.25,
    tightness=-10.94,
    size=-11.16,
)
INTERCEPT = -20.87
"""Fitted to hypotheses in pictures of two cameras, as they are and shrunk, dimmed, clipped and cluttered."""
_figures = attrgetter(*Evidence.__dataclass_fields__)
_WEIGHTS = np.array(_figures(WEIGHTS))


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A pupil and a limbus in pixels of the detection copy `copy`.

    `log_odds` are those of both circles being right; comparable between pictures and cameras.
    """

    copy: DetectionCopy
    pupil: Circle
    limbus: Circle
    evidence: Evidence
    log_odds: float

    @property
    def pupil_in_picture(self) -> Circle:
        """In pixels of the original picture, as the next."""
        return self.copy.in_picture(self.pupil)

    @property
    def limbus_in_picture(self) -> Circle:
        """In pixels of the original picture."""
        return self.copy.in_picture(self.limbus)

    @property
    def probability(self) -> float:
        """0 to 1."""
        return 1.0 / (1.0 + math.exp(-max(min(self.log_odds, 50.0), -50.0)))


def hypotheses(copy: DetectionCopy) -> Iterator[list[Hypothesis]]:
    """The hypotheses of each dark disc, the most promising disc first; at most PUPILS lists of at most LIMBI."""
    for candidate in pupil_candidates(copy.pixels, PUPILS):
        yield around(copy, candidate.circle)


def around(copy: DetectionCopy, candidate: Circle) -> list[Hypothesis]:
    """The hypotheses of one dark disc, which may be small and off centre where lashes or lamps cross the pupil."""
    drawn = contour.draw(copy, candidate, contour.PUPIL_CIRCLE, contour.lash_trust())
    limbi = limbus_candidates(copy.pixels, drawn.circle, LIMBI)
    if not limbi:
        return []
    pupil = _pupil_evidence(copy, drawn)
    found = [(limbus.circle, _evidence(pupil, drawn.circle, limbus)) for limbus in limbi]
    return [Hypothesis(copy, drawn.circle, circle, evidence, _log_odds(evidence)) for circle, evidence in found]


def _log_odds(evidence: Evidence) -> float:
    return INTERCEPT + float(_WEIGHTS @ np.array(_figures(evidence)))


@dataclass(frozen=True, slots=True)
class _PupilEvidence:
    """What speaks for a pupil whatever lies around it; `low` and `scale` are the picture's darkest grey and range."""

    copy: DetectionCopy
    rim: contour.Rim
    core: float
    low: float
    scale: float


def _pupil_evidence(copy: DetectionCopy, drawn: Contour) -> _PupilEvidence:
    low, high = (float(value) for value in np.percentile(copy.plain, (2.0, 98.0)))
    rim = contour.rim(copy.pixels, drawn, PUPIL_STEP)
    return _PupilEvidence(copy, rim, _core(copy, drawn.circle), low, max(high - low, 1.0))


def _evidence(found: _PupilEvidence, pupil: Circle, limbus: LimbusCandidate) -> Evidence:
    outer, scale = limbus.circle, found.scale
    iris, within, sclera, seen = _greys(found.copy, pupil, outer)
    dilation = max(0.0, math.log(pupil.r / outer.r / USUAL_RATIO))
    return Evidence(
        opened=float(found.copy.opened),
        rise=max(found.rim.rise, -0.5),
        evenness=found.rim.evenness,
        contrast=min(found.rim.contrast / scale, 0.4),
        darkness=min((found.core - found.low) / scale, 0.5),
        limbus_rise=min(limbus.rim, 0.6),
        dilation=dilation,
        offset=math.hypot(pupil.x - outer.x, pupil.y - outer.y) / outer.r,
        iris_step=min(max((iris - found.core) / scale, -0.2), 0.3),
        sclera_step=min(max((sclera - within) / scale, -0.2), 0.3),
        seen=seen,
        tightness=max(0.0, dilation - TIGHT),
        size=max(0.0, math.log(outer.r / min(found.copy.pixels.shape) / LARGE)),
    )


def _core(copy: DetectionCopy, pupil: Circle) -> float:
    places = np.linspace(-CORE, CORE, 7, dtype=np.float32) * np.float32(pupil.r)
    x, y = np.meshgrid(pupil.x + places, pupil.y + places)
    return float(np.median(sample(copy.pixels, x, y)))


def _greys(copy: DetectionCopy, pupil: Circle, limbus: Circle) -> tuple[float, float, float, float]:
    """Median grey mid-iris, at the outer iris and beyond it, on the sides; and the part of the sides that is seen."""
    angles = _side_rays()
    middle = Circle((pupil.x + limbus.x) / 2, (pupil.y + limbus.y) / 2, (pupil.r + limbus.r) / 2)
    rings = (middle, Circle(limbus.x, limbus.y, limbus.r * WITHIN), Circle(limbus.x, limbus.y, limbus.r * BEYOND))
    x = np.stack([ring.x + ring.r * np.cos(angles) for ring in rings])
    y = np.stack([ring.y + ring.r * np.sin(angles) for ring in rings])
    values, known = sample(copy.pixels, x, y), inside(copy.pixels.shape, x, y)
    iris, within, sclera = (
        float(np.median(row[ok])) if ok.sum() >= LEAST_RAYS else None for row, ok in zip(values, known, strict=True)
    )
    inner = within if within is not None else 0.0
    return iris or 0.0, inner, sclera if sclera is not None else inner, float(known[2].mean())


def _side_rays() -> FloatArray:
    angles = even_angles(RAYS)
    return np.asarray(angles[np.abs(np.sin(angles)) < SIDE], np.float32)
