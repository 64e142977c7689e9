"""From a circle to the true boundary: a short Fourier series drawn to the edge, tighter in each round.

A boundary is smooth, so the few coefficients are fitted to all rays at once; rays that see no edge (lids, lashes, the
border of the picture) have no vote and follow their neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from iris.geometry import Circle, Contour, FloatArray, even_angles, fourier_basis
from iris.picture import DetectionCopy, Picture
from iris.segment.rings import inside, sample

RAYS = 128
PLACES = 49
TRUSTED = 0.3
"""Rays of less trust than this part of the greatest do not enter the contrast of a rim."""
TOP_TRUST = 0.2
RIM_PLACES = np.array([0.1, 0.3, 0.5, 0.75, 0.82, 0.89, 1.10, 1.17, 1.24], np.float32)
"""Where a curve is judged, in units of its radius: three in the middle, three inside the rim, three outside."""


@dataclass(frozen=True, slots=True)
class Tightening:
    """How one boundary is drawn.

    Attributes:
        reach: how far from the circle the edge is sought, in units of its radius.
        spreads: the width of the vote around the curve in each round, in units of the radius.
        orders: the highest Fourier order.
        stiffness: the penalty on orders above the first, in votes of rays.
        anchor: the penalty on a vertical shift of the centre, in votes of rays.
        blur: standard deviation of the smoothing along the ray, in units of the radius.
        band: how far it must stay brighter beyond an edge, in units of the radius; 0 asks nothing.
    """

    reach: float
    spreads: tuple[float, ...]
    orders: int
    stiffness: float
    anchor: float
    blur: float
    band: float = 0.0


PUPIL_CIRCLE = Tightening(reach=0.45, spreads=(0.20, 0.12, 0.08), orders=1, stiffness=0.0, anchor=0.0, blur=0.05)
PUPIL = Tightening(reach=0.25, spreads=(0.08, 0.05, 0.04), orders=4, stiffness=30.0, anchor=0.0, blur=0.04)
LIMBUS = Tightening(reach=0.20, spreads=(0.10, 0.06, 0.035), orders=2, stiffness=30.0, anchor=4.0, blur=0.025)


def lash_trust() -> FloatArray:
    """Trust in the rays of a pupil: lashes of the upper lid hang on to its top, hardly ever to its bottom."""
    upwards = np.clip(-np.sin(even_angles(RAYS)), 0.0, 1.0)
    return np.asarray(1.0 - (1.0 - TOP_TRUST) * upwards, np.float32)


def draw(copy: DetectionCopy, circle: Circle, how: Tightening, trust: FloatArray | None = None) -> Contour:
    """The contour of a dark region near `circle`; `trust` is the weight of each of `RAYS` rays."""
    angles = even_angles(RAYS)
    offsets = np.linspace(-how.reach, how.reach, PLACES, dtype=np.float32)
    r = circle.r * (1 + offsets)
    x = circle.x + np.cos(angles)[:, None] * r
    y = circle.y + np.sin(angles)[:, None] * r
    rays = sample(copy.pixels, x, y)
    step = 2 * how.reach / (PLACES - 1)
    sigma = max(how.blur / step, 0.8)
    smooth = cv2.sepFilter2D(rays, -1, _gaussian(sigma), _gaussian(1.0), borderType=cv2.BORDER_REPLICATE)
    seen = inside(copy.pixels.shape, x, y) & (sample(copy.glints, x, y) == 0)
    rise = np.maximum(np.gradient(smooth, axis=1), 0.0) * seen
    level = np.percentile(rise.max(axis=1), 70.0) + 1e-6
    votes = np.minimum(rise / level, 1.0) ** 2
    if how.band:
        votes = votes * _lasting(rays, round(how.band / step))
    trusted = np.ones(RAYS, np.float32) if trust is None else trust
    return _fit(votes, offsets, circle, how, trusted)


def _lasting(rays: FloatArray, places: int) -> FloatArray:
    """0 to 1: how far it stays brighter beyond each place than before it; a lamp's halo in a pupil does not."""
    kernel = np.concatenate([-np.ones(places), [0.0], np.ones(places)]).astype(np.float32)[None] / places
    step = cv2.filter2D(rays, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    level = np.percentile(step.max(axis=1), 50.0) + 1e-6
    return np.asarray(np.clip(step / level, 0.0, 1.0), np.float32)


def _gaussian(sigma: float) -> FloatArray:
    return np.asarray(cv2.getGaussianKernel(2 * int(np.ceil(2.5 * sigma)) + 1, sigma, cv2.CV_32F), np.float32)


def _fit(votes: FloatArray, offsets: FloatArray, circle: Circle, how: Tightening, trust: FloatArray) -> Contour:
    basis = fourier_basis(even_angles(RAYS), how.orders)
    order = np.repeat(np.arange(how.orders + 1), 2)[1:]
    penalty = np.diag(np.where(order > 1, how.stiffness * (order / 2.0) ** 2, 0.05)).astype(np.float32)
    penalty[2, 2] += how.anchor
    curve = np.zeros(RAYS, np.float32)
    solution = np.zeros(basis.shape[1], np.float32)
    for spread in how.spreads:
        window = np.exp(-0.5 * ((offsets - curve[:, None]) / spread) ** 2)
        mass = votes * window
        total = mass.sum(axis=1)
        place = (mass * offsets).sum(axis=1) / np.maximum(total, 1e-6)
        weight = np.minimum(total / 2.0, 1.0) * trust
        gram = (basis * weight[:, None]).T @ basis + penalty
        solution = np.linalg.solve(gram, basis.T @ (weight * place))
        curve = basis @ solution
    scaled = solution * circle.r
    scaled[0] += circle.r
    return Contour(circle.x, circle.y, tuple(float(value) for value in scaled)).recentred()


@dataclass(frozen=True, slots=True)
class Rim:
    """How a closed curve looks as the edge of something dark.

    Attributes:
        rise: part of the rays that brighten outwards across the curve, -1 to 1, by trust.
        contrast: median grey levels by which it is brighter just outside.
        evenness: 1 where the inside is as dark at the rim as in the middle, 0 where it differs as much as the step.
    """

    rise: float
    contrast: float
    evenness: float


def rim(pixels: Picture, contour: Contour, level: float, trust: FloatArray | None = None) -> Rim:
    """Looks along the curve; a step of `level` grey levels, or nearly the usual step, counts as full rise."""
    angles = even_angles(RAYS)
    r = contour.radii(angles)[:, None] * RIM_PLACES
    x = contour.x + np.cos(angles)[:, None] * r
    y = contour.y + np.sin(angles)[:, None] * r
    rays = sample(pixels, x, y)
    within, at_rim, beyond = rays[:, :3].mean(axis=1), rays[:, 3:6].mean(axis=1), rays[:, 6:].mean(axis=1)
    weight = inside(pixels.shape, x[:, -1], y[:, -1]) * (1.0 if trust is None else trust)
    step = beyond - at_rim
    chosen = weight > TRUSTED * float(weight.max())
    contrast = float(np.median(step[chosen])) if chosen.any() else 0.0
    full = max(level, 0.6 * contrast)
    rise = float((np.clip(step / full, -1, 1) * weight).sum() / max(float(weight.sum()), 1e-6))
    unevenness = abs(float(np.median(at_rim)) - float(np.median(within))) / max(contrast, 1.0)
    return Rim(rise, contrast, max(0.0, 1.0 - unevenness))
