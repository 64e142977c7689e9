"""Pictures of eyes made worse in one way and to one degree, to see which measure notices and which refusal follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.geometry import Circle

Grey = NDArray[np.uint8]
Worsen = Callable[[Grey, float, Circle, np.random.Generator], Grey]
"""Worsens a picture to a level; the circle is its iris."""


@dataclass(frozen=True)
class Way:
    """One way to worsen a picture, at rising levels."""

    name: str
    unit: str
    levels: tuple[float, ...]
    worsen: Worsen
    moves: bool = False
    """Whether boundaries move, so that they cannot be compared with those of the picture before."""


def clipped(values: NDArray[np.floating]) -> Grey:
    return np.clip(values, 0, 255).astype(np.uint8)


def _defocused(picture: Grey, level: float, _iris: Circle, _rng: np.random.Generator) -> Grey:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), level), np.uint8)


def _moved(picture: Grey, level: float, _iris: Circle, rng: np.random.Generator) -> Grey:
    angle, reach = rng.uniform(0, np.pi), int(level // 2) + 2
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    for step in np.linspace(-level / 2, level / 2, 8 * reach):
        x, y = reach + step * np.cos(angle), reach + step * np.sin(angle)
        left, top = int(x), int(y)
        kernel[top : top + 2, left : left + 2] += np.outer([1 - y + top, y - top], [1 - x + left, x - left])
    smeared = cv2.filter2D(picture.astype(np.float32), -1, kernel / kernel.sum())
    return clipped(smeared + rng.normal(0, 1, picture.shape))


def _shrunk(picture: Grey, level: float, _iris: Circle, _rng: np.random.Generator) -> Grey:
    small = cv2.resize(picture, None, fx=1 / level, fy=1 / level, interpolation=cv2.INTER_AREA)
    height, width = small.shape
    down, right = max(240 - height, 0), max(320 - width, 0)
    sides = (down // 2, down - down // 2, right // 2, right - right // 2)
    return np.asarray(cv2.copyMakeBorder(small, *sides, cv2.BORDER_REPLICATE), np.uint8)


def _interlaced(picture: Grey, level: float, _iris: Circle, _rng: np.random.Generator) -> Grey:
    shifted = picture.copy()
    shifted[1::2] = np.roll(shifted[1::2], int(level), axis=1)
    return shifted


def _noisy(picture: Grey, level: float, _iris: Circle, rng: np.random.Generator) -> Grey:
    return clipped(picture + rng.normal(0, level, picture.shape))


def _dimmed(picture: Grey, level: float, _iris: Circle, rng: np.random.Generator) -> Grey:
    return clipped(picture / level + 2 + rng.normal(0, 1, picture.shape))


def _glaring(picture: Grey, level: float, iris: Circle, rng: np.random.Generator) -> Grey:
    cover, count = np.zeros(picture.shape, np.float32), int(rng.integers(2, 5))
    for _ in range(count):
        away, turn = rng.uniform(0.45, 0.95) * iris.r, rng.uniform(0, 2 * np.pi)
        centre = (int(iris.x + away * np.cos(turn)), int(iris.y + away * np.sin(turn)))
        size = iris.r * np.sqrt(level / count)
        cv2.ellipse(cover, centre, (int(size * 1.3), int(size / 1.3)), rng.uniform(0, 180), 0, 360, (1.0,), -1)
    cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), 1.5), np.float32)
    return clipped(picture * (1 - cover) + 255 * cover)


def _closed(picture: Grey, level: float, iris: Circle, rng: np.random.Generator) -> Grey:
    height, width = picture.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v, half = (x - iris.x) / iris.r, (y - iris.y) / iris.r, 1.0 - level
    upper, lower = -half + 0.25 * u * u, half - 0.15 * u * u
    grain = cv2.GaussianBlur(rng.normal(0, 1, picture.shape).astype(np.float32), (0, 0), 2)
    skin = float(np.percentile(picture, 80)) + 25 * grain
    covered = np.where((v < upper) | (v > lower), skin, picture) - 60 * np.exp(-(((v - upper) / 0.03) ** 2))
    return clipped(cv2.GaussianBlur(covered.astype(np.float32), (0, 0), 0.8))


def _hairy(picture: Grey, level: float, iris: Circle, rng: np.random.Generator) -> Grey:
    covered = picture.copy()
    for _ in range(int(level)):
        turn = rng.normal(1.57, 0.25) + np.cumsum(rng.normal(0, 0.04, 21))
        line = np.cumsum(0.12 * iris.r * np.column_stack([np.cos(turn), np.sin(turn)]), axis=0)
        line += [iris.x + rng.uniform(-1.2, 1.2) * iris.r, iris.y - 1.3 * iris.r]
        grey, thick = int(rng.integers(20, 70)), int(rng.integers(2, 5))
        cv2.polylines(covered, [line.astype(np.int32)], False, (grey,), thick, cv2.LINE_AA)  # noqa: FBT003
    return covered


def _turned(picture: Grey, level: float, iris: Circle, _rng: np.random.Generator) -> Grey:
    narrow = float(np.cos(np.radians(level)))
    squeeze = np.array([[narrow, 0, iris.x * (1 - narrow)], [0, 1, 0]], np.float32)
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(cv2.warpAffine(picture, squeeze, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


WAYS = (
    Way("defocus", "px", (1, 2, 3, 4, 6, 8), _defocused),
    Way("motion", "px", (4, 8, 12, 18, 26), _moved),
    Way("smaller", "times", (1.4, 2.0, 2.5, 3.0, 4.0), _shrunk, moves=True),
    Way("interlace", "px", (1, 2, 4, 8), _interlaced),
    Way("noise", "grey levels", (5, 10, 20, 40), _noisy),
    Way("dimmer", "times", (2, 4, 8), _dimmed),
    Way("glare", "iris areas / pi", (0.05, 0.1, 0.2, 0.4, 0.7), _glaring),
    Way("lids", "part closed", (0.2, 0.4, 0.55, 0.7, 0.85), _closed),
    Way("hair", "strands", (5, 15, 30, 60), _hairy),
    Way("gaze", "degrees", (15, 25, 35, 45), _turned, moves=True),
)
