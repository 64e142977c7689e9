"""What is measured in one encoded picture of an iris, each figure in its natural unit.

Definitions follow ISO/IEC 29794-6:2015, clause 6.2, where it has one; regions are taken from the segmentation and the
unwrapped sheet, so that no figure depends on the size of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.code import IrisCode
from iris.geometry import Contour, FloatArray, even_angles
from iris.picture import Picture
from iris.quality.repetition import least_distance_mirrored, least_distance_turned
from iris.quality.rims import pupil_edge
from iris.segment.eye import Eye
from iris.segment.rings import inside, sample

SIDE = 0.6
"""Sine of the steepest ray on which iris and sclera are compared; lids seldom reach there."""
SCLERA = np.array([1.08, 1.14, 1.2], np.float32)
"""Limbus radii at which the sclera is read (the standard reads it from 1.1 to 1.2)."""
SIDE_RAYS = 64
PUPIL_PART = 0.8
"""Part of the pupil's radius within which its grey value is read, after the standard."""
OUTER_IRIS = (0.5, 0.9)
"""Depths from pupil to limbus between which the iris is compared with the sclera."""
FEW = 8
"""Fewer places than this tell no grey value."""
WEBER_FLOOR = 20.0
"""Grey levels added to the pupil's in the Weber contrast, after the standard."""
FINE = 1.4
"""Standard deviation of the Laplacian of Gaussian in places of a sheet of `SHEET` columns, the standard's in pixels."""
DEVIATION = 1.4826
"""Standard deviation of a normal distribution over the median of its absolute values."""
COARSE = 4 * FINE
COARSE_FLOOR = 1.0
"""Squared grey levels: a coarse structure fainter than the sensor's noise is taken for this."""
SHEET = 256.0
SIDE_MARGIN, UPPER_MARGIN = 0.6, 0.2
"""Iris radii that the standard wants between the iris and the picture's sides, and its upper and lower border."""
SATURATED = 250.0
"""Grey levels from which a place tells no more than that it is bright."""
GREYS = 256
SPARSE = 3
"""Every so many places are enough for a median of thousands."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Figures of one picture.

    Attributes:
        radius: of the iris, pixels.
        usable: part of the code that can be believed, 0 to 1.
        usable_area: part of the unwrapped iris that nothing hides, 0 to 1.
        lid, glint: part of the iris behind lids and under highlights, 0 to 1.
        glare: part of the iris, lids left out, that saturates the sensor, 0 to 1.
        sclera_contrast: (sclera - iris) / (sclera + iris - 2 pupil) of medians at the sides, about -1 to 1.
        pupil_weber: Weber contrast (iris - pupil) / (20 + pupil) of medians.
        pupil_contrast, limbus_contrast: grey levels across the two boundaries.
        roughness: root mean square deviation of the pupil's boundary from a circle, in its radii.
        elongation: long over short axis of the pupil's edge in the picture as it was read.
        stretch: how much longer that picture is in one direction than it was given, since the eye looked aside.
        pupil_ratio: pupil radius over iris radius.
        concentricity: 1 less the distance of the two centres in iris radii.
        margin: distance of the iris from the picture's nearer side, in iris radii; negative where cut.
        upper_margin: the same from the nearer of the upper and the lower border.
        entropy: of the usable iris' grey values, bits.
        grey_spread: their standard deviation, grey levels.
        sharpness: usual size (of the median) of the usable iris' Laplacian of Gaussian, grey levels; no edge counts.
        fineness: its mean square over the same at four times the scale; small where only coarse structure is left.
        edge_width: of the pupil's boundary, iris radii; grows with any blur.
        smear: of that boundary along one direction, iris radii; grows with motion.
        combing: mean difference of neighbouring rows over that of rows two apart; above 1 the two fields disagree.
        coarseness: standard deviation at the coarse scale over the step across the pupil's boundary.
        pupil_certainty: part of the pupil's rim that brightens outwards, times how even its inside is, 0 to 1.
        distinctness: step across the pupil's boundary over the spread of the iris.
        limbus_rise: part of the limbus that brightens outwards, -1 to 1.
        probability: that pupil and limbus are right, as the search for them believes.
        detail: sharpness over the step across the pupil's boundary, so that dim light does not count.
        repetition: least distance of the code to itself turned, 0 to 0.5; small in patterns that repeat around.
        symmetry: least distance of the code to its own mirror image, 0 to 0.5; small in straight bars.
    """

    radius: float
    usable: float
    usable_area: float
    lid: float
    glint: float
    glare: float
    sclera_contrast: float
    pupil_weber: float
    pupil_contrast: float
    limbus_contrast: float
    roughness: float
    elongation: float
    stretch: float
    pupil_ratio: float
    concentricity: float
    margin: float
    upper_margin: float
    entropy: float
    grey_spread: float
    sharpness: float
    fineness: float
    edge_width: float
    smear: float
    combing: float
    coarseness: float
    pupil_certainty: float
    distinctness: float
    limbus_rise: float
    probability: float
    detail: float
    repetition: float
    symmetry: float


def measures(picture: Picture, eye: Eye, code: IrisCode, stretch: float = 1.0) -> Measures:
    """Measures one encoded picture, `stretch` times as long in one direction as it was given; under a millisecond."""
    pupil, limbus = eye.segmentation.pupil, eye.segmentation.limbus
    inner, outer = pupil.circle, limbus.circle
    rim = eye.boundaries.pupil_rim
    usable, grey = eye.cover.usable, eye.sheet.grey
    seen = grey[usable] if usable.any() else grey.ravel()
    middle = float(np.median(seen[::SPARSE]))
    pupil_grey = _pupil_grey(picture, pupil)
    spread = float(seen.std())
    edge = pupil_edge(picture, pupil, outer.r)
    fine = _detail(grey, usable, FINE)
    power, coarse = _power(fine), _power(_detail(grey, usable, COARSE))
    sharpness = DEVIATION * float(np.median(np.abs(fine[::SPARSE]))) if fine.size else 0.0
    height, width = picture.shape
    return Measures(
        radius=outer.r,
        usable=float(code.mask.mean()),
        usable_area=float(usable.mean()),
        lid=float(eye.cover.lid.mean()),
        glint=float(eye.cover.glint.mean()),
        glare=float(((grey >= SATURATED) & eye.sheet.inside & ~eye.cover.lid).mean()),
        sclera_contrast=_sclera_contrast(picture, limbus, grey, usable, pupil_grey),
        pupil_weber=(middle - pupil_grey) / (WEBER_FLOOR + pupil_grey),
        pupil_contrast=rim.contrast,
        limbus_contrast=eye.boundaries.limbus_rim.contrast,
        roughness=_roughness(pupil),
        elongation=edge.elongation,
        stretch=stretch,
        pupil_ratio=inner.r / outer.r,
        concentricity=1.0 - float(np.hypot(outer.x - inner.x, outer.y - inner.y)) / outer.r,
        margin=(min(outer.x, width - 1 - outer.x) - outer.r) / outer.r,
        upper_margin=(min(outer.y, height - 1 - outer.y) - outer.r) / outer.r,
        entropy=_entropy(seen),
        grey_spread=spread,
        sharpness=sharpness,
        fineness=power / max(coarse, COARSE_FLOOR),
        edge_width=edge.width,
        smear=edge.smear,
        combing=_combing(picture, outer.x, outer.y, outer.r),
        coarseness=float(np.sqrt(coarse)) / max(rim.contrast, 1.0),
        pupil_certainty=max(rim.rise, 0.0) * rim.evenness,
        distinctness=rim.contrast / max(spread, 1.0),
        limbus_rise=eye.boundaries.limbus_rim.rise,
        probability=eye.boundaries.probability,
        detail=sharpness / max(rim.contrast, 1.0),
        repetition=least_distance_turned(code),
        symmetry=least_distance_mirrored(code),
    )


@cache
def _pupil_places() -> tuple[FloatArray, FloatArray]:
    places = np.linspace(-PUPIL_PART, PUPIL_PART, 11, dtype=np.float32)
    x, y = np.meshgrid(places, places)
    within = np.hypot(x, y) <= PUPIL_PART
    return x[within][None], y[within][None]


def _pupil_grey(picture: Picture, pupil: Contour) -> float:
    x, y = _pupil_places()
    circle = pupil.circle
    return float(np.median(sample(picture, circle.x + circle.r * x, circle.y + circle.r * y)))


def _sclera_contrast(
    picture: Picture, limbus: Contour, grey: FloatArray, usable: NDArray[np.bool_], pupil: float
) -> float:
    """The standard's iris-sclera contrast on the sides; 0 where the picture or the cover hides one of the two."""
    rays = even_angles(SIDE_RAYS)
    rays = rays[np.abs(np.sin(rays)) < SIDE]
    radii = limbus.radii(rays)[:, None] * SCLERA
    x = limbus.x + np.cos(rays)[:, None] * radii
    y = limbus.y + np.sin(rays)[:, None] * radii
    beyond = sample(picture, x, y)[inside(picture.shape, x, y)]
    rows, columns = grey.shape
    side = np.abs(np.sin(even_angles(columns))) < SIDE
    outer = slice(int(OUTER_IRIS[0] * rows), int(OUTER_IRIS[1] * rows))
    within = grey[outer, side][usable[outer, side]]
    if min(beyond.size, within.size) < FEW:
        return 0.0
    sclera, iris = float(np.median(beyond)), float(np.median(within))
    return (sclera - iris) / max(sclera + iris - 2 * pupil, 1.0)


def _roughness(pupil: Contour) -> float:
    """From the Fourier coefficients above the first order, as in the standard's boundary circularity."""
    higher = np.asarray(pupil.coefficients[3:])
    return float(np.sqrt(0.5 * (higher**2).sum())) / pupil.coefficients[0]


def _entropy(values: FloatArray) -> float:
    """Grey scale utilisation: bits of the histogram of 256 grey levels."""
    share = np.bincount(values.astype(np.uint8), minlength=GREYS) / values.size
    share = share[share > 0]
    return float(-(share * np.log2(share)).sum())


def _detail(grey: FloatArray, usable: NDArray[np.bool_], scale: float) -> FloatArray:
    """Scale-normalised Laplacian of Gaussian, flat, at the places whose neighbourhood is usable; may be empty."""
    sigma = scale * grey.shape[1] / SHEET
    response = cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), sigma), cv2.CV_32F) * np.float32(sigma * sigma)
    reach = int(2 * sigma) | 1
    clear = cv2.erode(usable.astype(np.uint8), np.ones((reach, reach), np.uint8)).astype(bool)
    return np.asarray(response[clear], np.float32)


def _power(response: FloatArray) -> float:
    """Mean square; 0 of nothing."""
    return float(np.mean(response * response)) if response.size else 0.0


def _combing(picture: Picture, x: float, y: float, r: float) -> float:
    """How much more rows differ from their neighbours than from the next row of their own field, about the iris."""
    rows = slice(max(0, int(y - r)), max(0, int(y + r)))
    columns = slice(max(0, int(x - r)), max(0, int(x + r)), 2)
    box = np.ascontiguousarray(picture[rows, columns])
    if box.shape[0] < FEW or box.shape[1] < FEW:
        return 0.0
    neighbours = float(cv2.norm(box[1:], box[:-1], cv2.NORM_L1)) / (box.shape[0] - 1)
    field = float(cv2.norm(box[2:], box[:-2], cv2.NORM_L1)) / (box.shape[0] - 2)
    return float(neighbours / max(field, 0.5 * float(box.shape[1])))
