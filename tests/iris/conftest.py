"""A drawn eye with known circles, and templates of random bits: no test here needs a picture of anybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from iris.code import CODE_COLUMNS, CODE_ROWS, IrisCode
from iris.template import EyeSide, Template


@dataclass(frozen=True)
class DrawnEye:
    """What is drawn: circles in pixels, texture by seed, the upper lid's height in iris radii."""

    width: int = 320
    height: int = 280
    iris: tuple[float, float, float] = (160.0, 140.0, 95.0)
    pupil: tuple[float, float, float] = (163.0, 137.0, 38.0)
    seed: int = 1
    turn: float = 0.0
    upper: float = -0.8
    lower: float = 0.85
    texture: float = 22.0
    noise: float = 1.5
    blur: float = 0.7
    glint: bool = True

    def draw(self) -> NDArray[np.uint8]:
        y, x = np.mgrid[0 : self.height, 0 : self.width].astype(np.float32)
        from_pupil = np.hypot(x - self.pupil[0], y - self.pupil[1])
        from_iris = np.hypot(x - self.iris[0], y - self.iris[1])
        inner, outer = from_pupil - self.pupil[2], self.iris[2] - from_iris
        depth = np.clip(inner / np.maximum(inner + outer, 1e-3), 0, 1)
        angle = np.arctan2(y - self.iris[1], x - self.iris[0]) - np.deg2rad(self.turn)
        picture = 105.0 + self.texture * _texture(self.seed, angle, depth)
        picture = np.where(from_iris > self.iris[2], 185.0, picture)
        picture = np.where(from_pupil < self.pupil[2], 20.0, picture)
        u, v = (x - self.iris[0]) / self.iris[2], (y - self.iris[1]) / self.iris[2]
        picture = np.where((v < self.upper + 0.25 * u * u) | (v > self.lower - 0.2 * u * u), 225.0, picture)
        if self.glint:
            spot = np.hypot(x - self.pupil[0] - 6, y - self.pupil[1] + 6) < 0.035 * self.iris[2] + 1
            picture = np.where(spot, 255.0, picture)
        picture = cv2.GaussianBlur(picture, (0, 0), self.blur)
        noise = np.random.default_rng(self.seed + 99).normal(0, self.noise, picture.shape)
        return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _texture(seed: int, angle: NDArray[np.float32], depth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Smooth random values of unit spread on the annulus, closed in angle."""
    field = np.random.default_rng(seed).normal(0, 1, (18, 72)).astype(np.float32)
    column = np.mod(angle, 2 * np.pi) / (2 * np.pi) * 72
    padded = np.concatenate([field, field[:, :2]], axis=1)
    return cv2.remap(padded, column.astype(np.float32), (depth * 16).astype(np.float32), cv2.INTER_LINEAR)


@pytest.fixture(scope="session")
def drawn() -> type[DrawnEye]:
    return DrawnEye


MakeTemplate = Callable[..., Template]


@pytest.fixture(scope="session")
def make_template() -> MakeTemplate:
    def make(seed: int, *, believed: float = 0.8, side: EyeSide = EyeSide.UNKNOWN, quality: int = 80) -> Template:
        rng = np.random.default_rng(seed)
        bits = rng.random((CODE_COLUMNS, CODE_ROWS, 2)) < 0.5
        mask = rng.random((CODE_COLUMNS, CODE_ROWS)) < believed
        return Template.of(IrisCode(bits, mask), side=side, quality=quality)

    return make


@pytest.fixture(scope="session")
def noisy_copy() -> Callable[[Template, float, int], Template]:
    def copy(template: Template, flipped: float, seed: int) -> Template:
        code = template.unpacked()
        flips = np.random.default_rng((seed, 7)).random(code.bits.shape) < flipped
        return Template.of(IrisCode(code.bits ^ flips, code.mask), side=template.side, quality=template.quality)

    return copy
