"""Pictures without an eye, of many kinds: noise, shapes, print, skin and things; each drawn from a seeded source."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Field = NDArray[np.float32]
Draw = Callable[[np.random.Generator, int, int], Grey]
"""Draws one picture of (height, width)."""

NOISE_SCALES = (0.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 28.0)
"""Standard deviations in pixels of the blur of white noise."""
FRACTAL_POWERS = (0.5, 1.0, 1.5, 2.0)


def stretched(values: NDArray[np.floating]) -> Grey:
    return np.asarray(cv2.normalize(values.astype(np.float32), None, 0, 255, cv2.NORM_MINMAX), np.float32).astype(
        np.uint8
    )


def clipped(values: NDArray[np.floating]) -> Grey:
    return np.clip(values, 0, 255).astype(np.uint8)


def grain(rng: np.random.Generator, height: int, width: int, spread: float = 1.0) -> Field:
    return np.asarray(spread * rng.standard_normal((height, width)), np.float32)


def noise(scale: float, rng: np.random.Generator, height: int, width: int) -> Grey:
    return stretched(cv2.GaussianBlur(grain(rng, height, width), (0, 0), scale))


def fractal(power: float, rng: np.random.Generator, height: int, width: int) -> Grey:
    spectrum = np.fft.rfft2(grain(rng, height, width))
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    frequency[0, 0] = 1.0
    return stretched(np.fft.irfft2(spectrum / frequency**power, s=(height, width)))


def flat(rng: np.random.Generator, height: int, width: int) -> Grey:
    return clipped(rng.uniform(5, 250) + grain(rng, height, width, rng.uniform(0.5, 6)))


def shapes(round_ones: bool, rng: np.random.Generator, height: int, width: int) -> Grey:  # noqa: FBT001 - bound below
    picture = np.full((height, width), rng.uniform(90, 220), np.float32)
    for _ in range(rng.integers(3, 25)):
        radii = rng.integers(8, 85, 2)
        axes = (int(radii[0]), int(radii[0] if round_ones else radii[1]))
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.ellipse(picture, centre, axes, rng.uniform(0, 180), 0, 360, (rng.uniform(0, 255),), -1)
    soft = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.6, 4))
    return stretched(soft + grain(rng, height, width, rng.uniform(1, 5)))


def rings(rng: np.random.Generator, height: int, width: int) -> Grey:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = np.hypot(x - width / 2 - rng.normal(0, 20), y - height / 2 - rng.normal(0, 15))
    waves = 100 * np.sin(distance / rng.uniform(3, 14) + rng.uniform(0, 6))
    return stretched(waves + grain(rng, height, width, rng.uniform(1, 8)))


def checkers(rng: np.random.Generator, height: int, width: int) -> Grey:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle, size = rng.uniform(0, 3), rng.uniform(8, 60)
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    squares = ((np.floor(u / size) + np.floor(v / size)) % 2).astype(np.float32) * rng.uniform(60, 200)
    soft = cv2.GaussianBlur(squares, (0, 0), rng.uniform(0.5, 4))
    return stretched(soft + grain(rng, height, width, rng.uniform(1, 6)))


def stripes(rng: np.random.Generator, height: int, width: int) -> Grey:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, np.pi)
    waves = 90 * np.sin((x * np.cos(angle) + y * np.sin(angle)) / rng.uniform(4, 40))
    return stretched(waves + grain(rng, height, width, rng.uniform(1, 6)))


def gradients(rng: np.random.Generator, height: int, width: int) -> Grey:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    surface = sum(rng.normal() * x**i * y**j for i in range(4) for j in range(4))
    return stretched(0.9 * stretched(np.asarray(surface)) + grain(rng, height, width, rng.uniform(1, 4)))


def text(rng: np.random.Generator, height: int, width: int) -> Grey:
    picture = np.full((height, width), 230, np.uint8)
    size = rng.uniform(0.6, 5)
    for y in range(10, height + 60, int(34 * size)):
        letters = "".join(chr(rng.integers(65, 91)) for _ in range(30))
        where, ink = (int(rng.integers(-30, 5)), y), int(rng.integers(0, 120))
        cv2.putText(picture, letters, where, int(rng.integers(0, 4)), size, (ink,), int(1 + 2 * size), cv2.LINE_AA)
    return stretched(cv2.GaussianBlur(picture, (0, 0), 0.8) + grain(rng, height, width, 2))


def round_letters(rng: np.random.Generator, height: int, width: int) -> Grey:
    picture = np.full((height, width), int(rng.integers(130, 230)), np.uint8)
    for _ in range(3):
        letter = str(rng.choice(list("O0o8B@QD")))
        where = (int(rng.integers(0, width - 80)), int(rng.integers(80, height)))
        face, size, ink = int(rng.integers(0, 4)), rng.uniform(3, 9), int(rng.integers(0, 90))
        cv2.putText(picture, letter, where, face, size, (ink,), int(rng.integers(6, 50)), cv2.LINE_AA)
    return stretched(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.8, 3)) + grain(rng, height, width, 3))


def scenes(rng: np.random.Generator, height: int, width: int) -> Grey:
    picture = fractal(1.3, rng, height, width).astype(np.float32) * 0.5
    for _ in range(12):
        corners = rng.integers(-40, [width + 40, height + 40], (int(rng.integers(3, 7)), 2))
        cv2.fillPoly(picture, [corners.astype(np.int32)], (rng.uniform(0, 255),))
    soft = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.8, 2.5)) + 0.25 * fractal(1.2, rng, height, width)
    return stretched(soft + grain(rng, height, width, 2))


def skin(rng: np.random.Generator, height: int, width: int) -> Grey:
    fine, coarse = noise(2.0, rng, height, width), noise(40.0, rng, height, width)
    picture = 133 + 12 / 128 * fine.astype(np.float32) + 25 / 128 * coarse.astype(np.float32)
    for _ in range(rng.integers(0, 6)):
        y, wave = rng.uniform(0, height), rng.uniform(40, 90)
        fold = np.array([[x, y + 20 * np.sin(x / wave)] for x in range(0, width, 8)], np.int32)
        cv2.polylines(picture, [fold], isClosed=False, color=(110.0,), thickness=int(rng.integers(1, 4)))
    for _ in range(rng.integers(0, 5)):
        mole = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(picture, mole, int(rng.integers(3, 14)), (rng.uniform(60, 120),), -1)
    return clipped(cv2.GaussianBlur(picture, (0, 0), 1.5) + grain(rng, height, width, 2))


def hair(rng: np.random.Generator, height: int, width: int) -> Grey:
    picture = np.full((height, width), rng.uniform(120, 200), np.float32)
    for _ in range(rng.integers(30, 250)):
        length, bend = rng.uniform(60, 300), rng.normal(0, 0.005)
        turn = rng.normal(1.2, 0.5) + bend * length / 20 * np.arange(20)
        line = np.cumsum(np.column_stack([np.cos(turn), np.sin(turn)]) * length / 20, axis=0)
        line += [rng.uniform(-20, width), rng.uniform(-20, height)]
        width_px = int(rng.integers(1, 5))
        cv2.polylines(picture, [line.astype(np.int32)], False, (rng.uniform(10, 80),), width_px, cv2.LINE_AA)  # noqa: FBT003
    return clipped(cv2.GaussianBlur(picture, (0, 0), 1) + grain(rng, height, width, 2))


def nostrils(rng: np.random.Generator, height: int, width: int) -> Grey:
    picture = skin(rng, height, width).astype(np.float32)
    for _ in range(rng.integers(1, 4)):
        centre = (int(rng.integers(40, width - 40)), int(rng.integers(40, height - 40)))
        size = int(rng.integers(10, 40))
        hole = np.zeros((height, width), np.float32)
        axes = (size, int(size * rng.uniform(0.6, 1.2)))
        cv2.ellipse(hole, centre, axes, rng.uniform(0, 180), 0, 360, (1.0,), -1)
        hole = np.asarray(cv2.GaussianBlur(hole, (0, 0), rng.uniform(1.5, 8)), np.float32)
        picture = picture * (1 - hole) + hole * rng.uniform(10, 70)
    return clipped(picture)


def fabric(rng: np.random.Generator, height: int, width: int) -> Grey:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    thread = rng.uniform(3, 10)
    return clipped(rng.uniform(80, 180) + 30 * np.sin(x / thread) * np.sin(y / thread) + grain(rng, height, width, 4))


def buttons(rng: np.random.Generator, height: int, width: int) -> Grey:
    picture = fabric(rng, height, width).astype(np.float32)
    centre = (int(width / 2 + rng.normal(0, 30)), int(height / 2 + rng.normal(0, 25)))
    radius, grey = int(rng.integers(45, 110)), rng.uniform(40, 200)
    cv2.circle(picture, centre, radius, (grey,), -1)
    cv2.circle(picture, centre, int(0.85 * radius), (grey + rng.uniform(-30, 30),), 2)
    for turn in 0.7 + np.pi / 2 * np.arange(4):
        hole = (int(centre[0] + 0.2 * radius * np.cos(turn)), int(centre[1] + 0.2 * radius * np.sin(turn)))
        cv2.circle(picture, hole, int(0.09 * radius), (15.0,), -1)
    return clipped(cv2.GaussianBlur(picture, (0, 0), 1) + grain(rng, height, width, 2))


def wheels(rng: np.random.Generator, height: int, width: int) -> Grey:
    picture = fractal(1.2, rng, height, width).astype(np.float32) * 0.3 + rng.uniform(90, 150)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x - width / 2 - rng.normal(0, 20), y - height / 2 - rng.normal(0, 15)
    distance, radius = np.hypot(x, y), rng.uniform(60, 115)
    spokes = 110 + 60 * np.sign(np.sin(rng.integers(4, 12) * np.arctan2(y, x)))
    picture = np.where(distance < radius, 25, picture)
    picture = np.where(distance < 0.75 * radius, spokes, picture)
    picture = np.where(distance < rng.uniform(0.1, 0.3) * radius, rng.uniform(20, 160), picture)
    return clipped(cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.2) + grain(rng, height, width, 3))


def spots(rng: np.random.Generator, height: int, width: int) -> Grey:
    seeds = (rng.random((height, width)) < rng.uniform(0.0005, 0.01)).astype(np.float32)
    picture = stretched(cv2.GaussianBlur(seeds, (0, 0), rng.uniform(3, 14)))
    return np.asarray(255 - picture if rng.random() < 0.7 else picture, np.uint8)  # noqa: PLR2004 - mostly dark spots


def blocks(rng: np.random.Generator, height: int, width: int) -> Grey:
    count = int(rng.integers(4, 30))
    way = int(rng.choice([cv2.INTER_NEAREST, cv2.INTER_CUBIC, cv2.INTER_LINEAR]))
    small = rng.integers(0, 256, (count, count)).astype(np.uint8)
    return np.asarray(cv2.resize(small, (width, height), interpolation=way), np.uint8)


KINDS: dict[str, Draw] = {
    **{f"noise, {scale:g} px": partial(noise, scale) for scale in NOISE_SCALES},
    **{f"fractal, power {power:g}": partial(fractal, power) for power in FRACTAL_POWERS},
    "flat": flat,
    "discs": partial(shapes, True),  # noqa: FBT003 - named by the key
    "ellipses": partial(shapes, False),  # noqa: FBT003 - named by the key
    "concentric rings": rings,
    "checkerboards": checkers,
    "stripes": stripes,
    "gradients": gradients,
    "blocks": blocks,
    "spots": spots,
    "text": text,
    "large round letters": round_letters,
    "scenes": scenes,
    "skin": skin,
    "skin with dark holes": nostrils,
    "hair": hair,
    "fabric": fabric,
    "buttons": buttons,
    "wheels": wheels,
}
