"""What the camera shows while somebody stands before it: a few prepared pictures, developed into endless frames.

Rendering is dear and developing is cheap: a reel is prepared by a worker while the stream already shows it.
"""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

SWAY_PX = 2
"""Farthest shift of a repeated picture: a head is never quite still."""


class Reel(Protocol):
    """A source of JPEG frames. Both methods may block; they are called from different threads."""

    def prepare(self) -> bool:
        """Make one more picture; false when all are made. The first call is made before any frame is asked for."""

    def develop(self) -> bytes:
        """The next frame as JPEG."""


class Developer:
    """Makes fresh frames of one picture: a small shift and new noise, far cheaper than a new rendering."""

    def __init__(self, size: tuple[int, int], rng: np.random.Generator, *, noise: float) -> None:
        self._rng = rng
        height, width = size
        # One field of noise, larger than a frame, is cut at another place each time.
        self._noise = np.rint(rng.normal(0, noise, size=(height + 64, width + 64))).astype(np.int16)

    def develop(self, picture: Picture, *, quality: int = 95) -> bytes:
        """Shift the picture by up to `SWAY_PX` pixels, add noise, and compress it."""
        height, width = picture.shape
        right, down = self._rng.integers(-SWAY_PX, SWAY_PX, size=2, endpoint=True)
        shift = np.array([[1, 0, right], [0, 1, down]], np.float32)
        moved = cv2.warpAffine(
            picture, shift, (width, height), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
        )
        top, left = self._rng.integers(0, 64, size=2)
        noise = self._noise[top : top + height, left : left + width]
        return compress(np.asarray(cv2.add(moved, noise, dtype=cv2.CV_8U), np.uint8), quality=quality)


def compress(picture: Picture, *, quality: int) -> bytes:
    """A grey picture as JPEG."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError(f"OpenCV could not compress a picture of {picture.shape}; is its JPEG codec built in?")
    return bytes(data)


class EmptyReel:
    """Nobody there: a dim, uneven background that only flickers."""

    def __init__(self, size: tuple[int, int], rng: np.random.Generator) -> None:
        self._size = size
        self._rng = rng
        self._developer = Developer(size, rng, noise=2.5)
        self._picture: Picture = np.full(size, 28, np.uint8)

    def prepare(self) -> bool:
        """Draw the background: what a focused lens sees of a far wall, blurred beyond recognition."""
        height, width = self._size
        coarse = self._rng.uniform(14, 44, size=(4, 6)).astype(np.float32)
        smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        self._picture = np.asarray(np.clip(np.rint(smooth), 0, 255), np.uint8)
        return False

    def develop(self) -> bytes:
        """The background with new noise."""
        return self._developer.develop(self._picture)
