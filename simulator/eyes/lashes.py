"""Eyelashes: a set of hairs that belongs to the person, and how it hangs in one view."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.eyes.anatomy import Anatomy
from simulator.eyes.geometry import to_picture
from simulator.eyes.lids import Lids
from simulator.eyes.noise import Field

STEPS = 6
"""Straight pieces that stand for one curved hair."""
_SHIFT = 4  # binary digits after the point in OpenCV's drawing coordinates


@dataclass(frozen=True, slots=True, eq=False)
class Lashes:
    """One array element per hair; lengths in iris radii."""

    root: Field
    """Share of the way from inner to outer canthus."""
    is_upper: NDArray[np.bool_]
    length: Field
    lean: Field
    droop: Field
    width: Field


def grow_lashes(anatomy: Anatomy, rng: np.random.Generator) -> Lashes:
    """Grow both rows of lashes; hairs stand in tufts, longer and denser towards the outer canthus."""
    rows = []
    for count, is_upper in ((anatomy.upper_lashes, True), (anatomy.lower_lashes, False)):
        tufts = rng.beta(1.5, 1.15, size=max(4, 2 * count // 3)) * 0.92 + 0.05
        root = np.clip(rng.choice(tufts, size=count) + rng.normal(0, 0.012, size=count), 0.04, 0.98)
        length = anatomy.lash_length * rng.uniform(0.55, 1.15, size=count) * (0.65 + 0.5 * root)
        # Seen from the front the hairs fan out from the middle of the eye.
        outwards = -anatomy.nasal * (root - 0.45)
        lean = outwards * rng.uniform(0.5, 1.1, size=count) + rng.normal(0, 0.1, size=count)
        droop = np.clip(anatomy.lash_droop + rng.normal(0, 0.15, size=count), 0, 1)
        width = rng.uniform(0.008, 0.014, size=count)
        if not is_upper:
            length, width = 0.5 * length, 0.6 * width
        rows.append((root, np.full(count, is_upper), length, lean, droop, width))
    root, is_upper_row, length, lean, droop, width = (np.concatenate(part) for part in zip(*rows, strict=True))
    return Lashes(
        root.astype(np.float32),
        is_upper_row.astype(np.bool_),
        length.astype(np.float32),
        lean.astype(np.float32),
        droop.astype(np.float32),
        width.astype(np.float32),
    )


def draw_lashes(
    lashes: Lashes, lids: Lids, head: NDArray[np.float64], radius: float, size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Draw the hairs.

    Args:
        lashes: the hairs.
        lids: where the margins are.
        head: projection of head coordinates into pixels.
        radius: iris radius in pixels.
        size: height and width of the picture.

    Returns:
        how much of each pixel a hair covers, 0 to 255.
    """
    curves = _curves(lashes, lids)
    pixels = to_picture(head, curves.reshape(-1, 2)).reshape(curves.shape)
    cover = np.zeros(size, np.uint8)
    along = np.gradient(pixels, axis=1)
    across = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-6)
    taper = np.linspace(1, 0.25, STEPS)[np.newaxis, :, np.newaxis]
    half = across * taper * (lashes.width * radius)[:, np.newaxis, np.newaxis]
    outlines = np.concatenate([pixels + half, (pixels - half)[:, ::-1]], axis=1)
    for outline in np.rint(outlines * (1 << _SHIFT)).astype(np.int32):
        cv2.fillPoly(cover, [outline], (255,), cv2.LINE_AA, _SHIFT)
    return cover


def _curves(lashes: Lashes, lids: Lids) -> NDArray[np.float64]:
    """Quadratic Bezier curves (hairs, STEPS, 2) in head coordinates."""
    x = lids.between(lashes.root)
    up = lashes.is_upper
    y = np.where(up, lids.upper_at(x), lids.lower_at(x))
    root = np.column_stack([x, y]).astype(np.float64)
    sag = np.where(up, lashes.droop * 0.9 * lashes.length, 0.5 * lashes.length)
    tip = np.where(up, (1.1 * lashes.droop - 1.0) * lashes.length, lashes.length)
    middle = root + np.column_stack([0.35 * lashes.lean * lashes.length * 2, sag])
    end = root + np.column_stack([lashes.lean * lashes.length * 2, tip])
    t = np.linspace(0, 1, STEPS)[np.newaxis, :, np.newaxis]
    curves: NDArray[np.float64] = (
        (1 - t) ** 2 * root[:, np.newaxis] + 2 * t * (1 - t) * middle[:, np.newaxis] + t**2 * end[:, np.newaxis]
    )
    return curves
