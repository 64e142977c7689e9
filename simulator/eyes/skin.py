"""Skin about the eye in near-infrared light: pores, fine wrinkles, speckles of sweat and fat."""

from __future__ import annotations

import cv2
import numpy as np

from simulator.eyes.anatomy import Anatomy
from simulator.eyes.lids import Seen
from simulator.eyes.noise import Field, smooth_field

PER_RADIUS = 64
"""Samples of the skin map per iris radius."""
SPAN = (4.5, 8.0)
"""Height and width of the mapped skin, iris radii, about the head's origin."""


def grow_skin(rng: np.random.Generator) -> Field:
    """Grow a patch of skin.

    Returns:
        float32 (SPAN * PER_RADIUS) of grey levels about 0.
    """
    shape = (int(SPAN[0] * PER_RADIUS), int(SPAN[1] * PER_RADIUS))
    broad = smooth_field(rng, shape, (40, 60))
    folds = smooth_field(rng, shape, (3.0, 22))
    pores = smooth_field(rng, shape, (1.3, 1.3))
    grain = smooth_field(rng, shape, (3.0, 4.0))
    shine = np.maximum(pores + 0.8 * grain - 1.6, 0)
    return np.asarray(9 * broad + 5 * folds + 4 * grain + 3 * pores + 14 * shine, np.float32)


def paint_skin(skin: Field, anatomy: Anatomy, seen: Seen) -> Field:
    """Skin with the crease of the upper lid, the dark line of the lash roots and the wet margin of the lower lid.

    Returns:
        grey levels for every pixel, to be used where the lids are; float32 (H, W).
    """
    over = np.maximum(-seen.below_upper, 0)
    under = np.maximum(-seen.above_lower, 0)
    relief = 1 - 0.16 * np.exp(-(((over - anatomy.crease) / 0.07) ** 2)) * (over > 0)
    relief -= 0.22 * np.exp(-over / 0.09) * (over > 0)
    relief += 0.1 * np.exp(-(((under - 0.04) / 0.05) ** 2)) * (under > 0)
    relief -= 0.1 * np.exp(-(((under - 0.2) / 0.1) ** 2)) * (under > 0)
    return np.asarray(anatomy.skin_grey * relief + _sample(skin, seen.x, seen.y), np.float32)


def _sample(skin: Field, x: Field, y: Field) -> Field:
    columns = (x + SPAN[1] / 2) * PER_RADIUS
    rows = (y + SPAN[0] / 2) * PER_RADIUS
    sampled = cv2.remap(skin, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(sampled, np.float32)
