"""Lens and sensor: defocus, motion, shot and read noise, eight bits."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.eyes.noise import Field
from simulator.eyes.view import Optics

SHOT = 0.012
"""Variance of the shot noise per grey level: a full well of about 20,000 electrons at 255."""


def expose(scene: Field, optics: Optics, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Turn a scene into a picture.

    Args:
        scene: float32 (H, W) of grey levels; reflections may exceed 255.
        optics: lens and sensor.
        rng: source of the noise.

    Returns:
        uint8 (H, W).
    """
    if optics.defocus_px > 0:
        scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), optics.defocus_px), np.float32)
    if optics.motion_px > 1:
        scene = np.asarray(cv2.filter2D(scene, -1, _smear(optics)), np.float32)
    np.clip(scene, 0, 400, out=scene)
    noise = rng.standard_normal(scene.shape, dtype=np.float32)
    noise *= np.sqrt(np.float32(optics.noise**2) + np.float32(SHOT) * scene)
    noise += scene + np.float32(0.5)
    return np.clip(noise, 0, 255).astype(np.uint8)


def _smear(optics: Optics) -> Field:
    """The kernel of a straight movement during the exposure."""
    reach = int(np.ceil(optics.motion_px / 2)) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    angle = np.radians(optics.motion_deg)
    steps = np.linspace(-optics.motion_px / 2, optics.motion_px / 2, 8 * reach)
    for x, y in zip(reach + steps * np.cos(angle), reach + steps * np.sin(angle), strict=True):
        left, top = int(x), int(y)
        right, low = x - left, y - top
        kernel[top : top + 2, left : left + 2] += np.outer([1 - low, low], [1 - right, right])
    return np.asarray(kernel / kernel.sum(), np.float32)
