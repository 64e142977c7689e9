"""Both eyelids as parabolas: the pair of curves for which the most speaks.

A lid may be brighter than the iris, darker or alike (skin, lashes, shadow), and lashes hang from it over iris that can
still be seen. No single sign is trusted: how the picture brightens and darkens across a curve, where hairs are, and how
far each place beyond it lies outside the grey values seen at the sides of the same iris are weighed together, with
weights for upper and lower lids that are the same for every camera (docs/decisions/iris-segmentation.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.forgetting import note
from iris.geometry import Contour, FloatArray, Lid
from iris.picture import Picture
from iris.segment.iris_grey import IrisGrey
from iris.segment.rings import inside, sample

PLACES = np.linspace(-1.2, 1.2, 61).astype(np.float32)
"""Rows and columns looked at, in units of the iris radius from its centre."""
COLUMNS = np.arange(4, 57, 2)
"""Indices of the columns in which a lid is judged."""
HEIGHTS = np.linspace(-1.1, 0.4, 31).astype(np.float32)
CURVATURES = np.array([0.0, 0.12, 0.24, 0.36, 0.5], np.float32)
TILTS = np.array([-0.45, -0.3, -0.15, 0.0, 0.15, 0.3, 0.45], np.float32)
"""Upper lids tried: apex from above the iris to below its centre, straight to arched, either corner lower."""
EVENNESS, BILINEAR_BLUR = 0.5, 0.4
"""Deviation of the blur before places are compared with the iris, of the distance between places; that, in pixels, of
reading between pixels alone."""
FREE_DEVIATIONS = 1.8
"""Deviations of grey value at which a place is as likely iris as not."""
OUTLYING = 4.0
"""Deviations at which a place counts as fully bright or dark."""
HAIR = 5
"""Places across, a fifth of the iris radius: what is dark and narrower is a hair."""
HAIRLESS = 0.12
"""Of the step from pupil to iris: texture is seldom that much darker than what lies beside it, hairs are."""
BAND, CRISP = 3, 2
"""Places averaged on either side of a curve: without hairs, and with them."""
GREATEST_STEP = 0.5
"""Of the step from pupil to iris; stronger edges say no more."""
LEAST_UNIT = 8.0
"""Grey levels from pupil to iris; a fainter step is judged as if it were this."""
IRIS_WITHIN, PUPIL_CLEARANCE, PUPIL_CORE = 0.97, 1.1, 0.8
"""Radii of limbus and pupil between which a place is surely iris, and within which it is surely pupil."""


@dataclass(frozen=True, slots=True)
class LidWeights:
    """Log odds of a lid. Steps and hairs are in units of the step from pupil to iris, lengths in iris radii.

    Attributes:
        brighter, darker: per step beyond the curve, hairs removed, averaged along it.
        crisp_brighter, crisp_darker: the same closer to the curve, hairs left in.
        hairs: per hair on the curve.
        unlike, bright, dark, hairs_beyond: per place beyond the curve unlike this iris, brighter, darker, or a hair.
        area, pupil: per place of the iris or of the pupil beyond the curve.
        height, height_squared, tilt_squared, curvature, curvature_squared: how lids usually lie.
    """

    brighter: float
    darker: float
    crisp_brighter: float
    crisp_darker: float
    hairs: float
    unlike: float
    bright: float
    dark: float
    hairs_beyond: float
    area: float
    pupil: float
    height: float
    height_squared: float
    tilt_squared: float
    curvature: float
    curvature_squared: float


UPPER = LidWeights(
    brighter=-34.1,
    darker=-368.4,
    crisp_brighter=98.0,
    crisp_darker=-46.4,
    hairs=-89.3,
    unlike=2.74,
    bright=5.12,
    dark=-3.88,
    hairs_beyond=51.79,
    area=-1.08,
    pupil=-3.0,
    height=-9.6,
    height_squared=-6.0,
    tilt_squared=-27.2,
    curvature=14.3,
    curvature_squared=-64.5,
)
LOWER = LidWeights(
    brighter=-38.4,
    darker=-86.1,
    crisp_brighter=162.0,
    crisp_darker=16.7,
    hairs=90.8,
    unlike=1.79,
    bright=0.61,
    dark=1.72,
    hairs_beyond=12.66,
    area=-1.03,
    pupil=-3.0,
    height=-28.8,
    height_squared=-5.0,
    tilt_squared=-20.0,
    curvature=1.6,
    curvature_squared=-76.9,
)
"""Fitted to lids that people marked in pictures as they are, shrunk, dimmed, clipped and cluttered."""


def _tried() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Height, tilt and curvature of every curve that is tried."""
    height, tilt, curvature = np.meshgrid(HEIGHTS, TILTS, CURVATURES, indexing="ij")
    return height.ravel(), tilt.ravel(), curvature.ravel()


def _cells() -> NDArray[np.intp]:
    """(curve, column) flat index of the place on each curve."""
    height, tilt, curvature = (part[:, None] for part in _tried())
    u = PLACES[COLUMNS]
    edge = height + tilt * u + curvature * u**2
    row = np.rint((edge - PLACES[0]) / (PLACES[1] - PLACES[0])).astype(np.intp)
    return np.asarray(np.clip(row, 0, PLACES.size - 1) * PLACES.size + COLUMNS, np.intp)


_TRIED, _CELLS = _tried(), _cells()


@dataclass(frozen=True, slots=True)
class _Patch:
    """The eye around its iris, (row, column) by `PLACES`.

    Attributes:
        grey, bare: grey values as they are and with hairs removed, in units of the step from pupil to iris.
        hair: by how much a place is darker than what lies to both sides, beyond what texture is, in the same units.
        deviations: how far each place lies outside this iris, in usual deviations.
        iris, pupil: 1 where a place is surely that and inside the picture, 0 elsewhere.
    """

    grey: FloatArray
    bare: FloatArray
    hair: FloatArray
    deviations: FloatArray
    iris: FloatArray
    pupil: FloatArray

    def upside_down(self) -> _Patch:
        """The same with its lower lid on top."""
        return _Patch(
            *(part[::-1] for part in (self.grey, self.bare, self.hair, self.deviations, self.iris, self.pupil))
        )


def eyelids(pixels: Picture, pupil: Contour, limbus: Contour, grey: IrisGrey) -> tuple[Lid, Lid]:
    """The upper and the lower lid of an iris (contours in pixels of `pixels`)."""
    patch = _patch(pixels, pupil, limbus, grey)
    upper = _upper(patch, UPPER)
    mirrored = _upper(patch.upside_down(), LOWER)
    return upper, Lid(-mirrored.height, -mirrored.tilt, -mirrored.curvature)


def _patch(pixels: Picture, pupil: Contour, limbus: Contour, grey: IrisGrey) -> _Patch:
    circle = limbus.circle
    u, v = np.meshgrid(PLACES, PLACES)
    x, y = circle.x + u * circle.r, circle.y + v * circle.r
    values = sample(pixels, x, y)
    known = inside(pixels.shape, x, y)
    of_limbus, of_pupil = _part(limbus, x, y), _part(pupil, x, y)
    core = values[of_pupil < PUPIL_CORE]
    unit = max(float(np.median(grey.medians)) - (float(np.median(core)) if core.size else 0.0), LEAST_UNIT)
    bare = cv2.morphologyEx(values, cv2.MORPH_CLOSE, np.ones((1, HAIR), np.uint8))
    iris = known & (of_limbus < IRIS_WITHIN) & (of_pupil > PUPIL_CLEARANCE)
    return _Patch(
        values / np.float32(unit),
        bare / np.float32(unit),
        np.clip((bare - values) / np.float32(unit) - HAIRLESS, 0.0, GREATEST_STEP),
        grey.deviations(sample(_even(pixels, circle.r), x, y), _depth(x, y, pupil, limbus)),
        iris.astype(np.float32),
        (known & (of_pupil <= PUPIL_CLEARANCE)).astype(np.float32),
    )


def _even(pixels: Picture, radius: float) -> Picture:
    """The picture without texture finer than places lie apart, of which they would catch more or less by chance."""
    deviation = EVENNESS * float(PLACES[1] - PLACES[0]) * radius
    if deviation <= BILINEAR_BLUR:
        return pixels
    blur = float(np.sqrt(deviation**2 - BILINEAR_BLUR**2))
    return note(np.asarray(cv2.GaussianBlur(pixels, (0, 0), blur), np.uint8))


def _part(curve: Contour, x: FloatArray, y: FloatArray) -> FloatArray:
    """Distance from the curve's centre, in units of its radius in that direction."""
    angles = np.arctan2(y - curve.y, x - curve.x).astype(np.float32)
    radii = curve.radii(angles.ravel()).reshape(angles.shape)
    return np.asarray(np.hypot(x - curve.x, y - curve.y) / radii, np.float32)


def _depth(x: FloatArray, y: FloatArray, pupil: Contour, limbus: Contour) -> FloatArray:
    """0 at the pupil to 1 at the limbus, by the two circles."""
    inner, outer = pupil.circle, limbus.circle
    from_pupil = np.hypot(x - inner.x, y - inner.y) - inner.r
    from_limbus = outer.r - np.hypot(x - outer.x, y - outer.y)
    return np.asarray(np.clip(from_pupil / np.maximum(from_pupil + from_limbus, 1.0), 0.0, 1.0), np.float32)


def _upper(patch: _Patch, weights: LidWeights) -> Lid:
    """The parabola for which the most speaks."""
    on_curve = _on_curve(patch, weights)
    beyond = np.pad(np.cumsum(_beyond(patch, weights), axis=0), ((1, 0), (0, 0)))
    height, tilt, curvature = _TRIED
    score = (on_curve.ravel()[_CELLS] + beyond.ravel()[_CELLS]).mean(axis=-1)
    score += weights.height * height + weights.height_squared * height**2 + weights.tilt_squared * tilt**2
    score += weights.curvature * curvature + weights.curvature_squared * curvature**2
    best = int(score.argmax())
    return Lid(float(height[best]), float(tilt[best]), float(curvature[best]))


def _on_curve(patch: _Patch, weights: LidWeights) -> FloatArray:
    """(row, column) log odds of a curve through each place."""
    step, crisp = _step(patch.bare, BAND), _step(patch.grey, CRISP)
    votes = weights.brighter * np.clip(step, 0.0, GREATEST_STEP) + weights.darker * np.clip(-step, 0.0, GREATEST_STEP)
    votes += weights.crisp_brighter * np.clip(crisp, 0.0, GREATEST_STEP)
    votes += weights.crisp_darker * np.clip(-crisp, 0.0, GREATEST_STEP)
    return np.asarray((votes + weights.hairs * patch.hair) * patch.iris, np.float32)


def _step(grey: FloatArray, band: int) -> FloatArray:
    """Mean of the `band` rows above each place less the mean of those below it."""
    kernel = np.concatenate([np.ones(band), [0.0], -np.ones(band)]).astype(np.float32)[:, None] / band
    return np.asarray(cv2.filter2D(grey, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)


def _beyond(patch: _Patch, weights: LidWeights) -> FloatArray:
    """(row, column) log odds for a curve that has this place beyond it."""
    far = patch.deviations / np.float32(OUTLYING)
    votes = weights.unlike * np.clip(np.abs(patch.deviations) - FREE_DEVIATIONS, -1.0, 1.0)
    votes += weights.bright * np.clip(far, 0.0, 1.0) + weights.dark * np.clip(-far, 0.0, 1.0)
    votes += weights.hairs_beyond * patch.hair + weights.area
    return np.asarray(votes * patch.iris + weights.pupil * patch.pupil, np.float32)
