"""The unwrapped iris as strips: as seen, with what hides it, and as the code that was made of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.code import IrisCode
from iris.explanation import palette
from iris.segment.eye import Eye

Pixels = NDArray[np.uint8]

WIDTH = 1024
"""Pixels of every strip, so that an angle stands at the same place in all of them."""
SHEET_HEIGHT, CODE_HEIGHT = 128, 160
SHADE = 0.55
"""How much a colour covers the grey value below it, 0 to 1."""
LEAST_SPAN = 30.0
"""Grey levels; a flatter strip is not stretched further, or noise would look like texture."""


def sheet_strip(eye: Eye) -> Pixels:
    """(H, W, 3): grey values from the pupil (top) to the limbus, stretched to the range of what is usable."""
    grey = eye.sheet.grey
    seen = grey[eye.cover.usable] if eye.cover.usable.any() else grey
    low, high = np.percentile(seen, (1.0, 99.0))
    middle, span = (low + high) / 2, max(high - low, LEAST_SPAN)
    stretched = np.clip((grey - middle) / span * 200 + 128, 0, 255).astype(np.uint8)
    large = cv2.resize(stretched, (WIDTH, SHEET_HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.repeat(np.asarray(large, np.uint8)[..., None], 3, axis=2)


def cover_strip(eye: Eye) -> Pixels:
    """(H, W, 3): the same strip, coloured by what hides it."""
    strip = sheet_strip(eye).astype(np.float32)
    for colour, flags in palette.hidden(eye):
        large = cv2.resize(flags.astype(np.uint8), (WIDTH, SHEET_HEIGHT), interpolation=cv2.INTER_NEAREST) > 0
        strip[large] = (1 - SHADE) * strip[large] + SHADE * np.array(colour.rgb, np.float32)
    return strip.astype(np.uint8)


def code_strip(code: IrisCode) -> Pixels:
    """(H, W, 3): one column per angle, the bits of each code row below one another; white 1, black 0, grey masked."""
    columns, rows, parts = code.bits.shape
    bits = code.bits.reshape(columns, rows * parts).T
    believed = np.repeat(code.mask, parts, axis=1).T
    picture = np.where(bits[..., None], 255, 0) * np.ones(3)
    picture = np.where(believed[..., None], picture, np.array(palette.MASKED.rgb))
    large = cv2.resize(picture.astype(np.uint8), (WIDTH, CODE_HEIGHT), interpolation=cv2.INTER_NEAREST)
    return np.asarray(large, np.uint8)
