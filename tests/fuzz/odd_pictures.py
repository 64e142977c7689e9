"""Pictures that nobody's camera should give: each by name, each the same every time, from 1x1 to the largest size."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from byte_reader import Reader
from numpy.typing import NDArray

from iris.picture import MAX_SIDE

Picture = NDArray[np.uint8]

SIZE = (280, 320)
"""Height and width of most of them."""


def noise(seed: int, scale: float, size: tuple[int, int] = SIZE) -> Picture:
    """Smooth random values over the full range; `scale` is their size in pixels, 0 for each pixel by itself."""
    values = np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8)
    if scale == 0:
        return values
    smooth = cv2.GaussianBlur(values.astype(np.float32), (0, 0), scale)
    return np.asarray(cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX), np.uint8)


def rings(period: float, spokes: int, size: tuple[int, int] = SIZE, *, soft: bool = True) -> Picture:
    """Concentric rings crossed by spokes: any number of pupils and irises at once."""
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    y, x = y - size[0] / 2, x - size[1] / 2
    wave = np.cos(2 * np.pi * np.hypot(x, y) / period) + 0.5 * np.cos(spokes * np.arctan2(y, x))
    picture = 127 - 80 * wave
    return np.clip(picture if soft else np.where(picture > 127, 255, 0), 0, 255).astype(np.uint8)


def disc(radii: tuple[float, ...], greys: tuple[int, ...], centre: tuple[float, float] = (160, 140)) -> Picture:
    """Discs inside one another, largest first, on white: an eye without any texture."""
    picture = np.full(SIZE, 230, np.uint8)
    for radius, grey in zip(radii, greys, strict=True):
        middle = (round(centre[0] * 16), round(centre[1] * 16))
        cv2.circle(picture, middle, round(radius * 16), (grey,), -1, cv2.LINE_AA, 4)
    return picture


def hostile(eye: Picture) -> Iterator[tuple[str, Picture]]:
    """Every kind; `eye` is a good picture of an eye to spoil."""
    for shape in ((1, 1), (1, 400), (400, 1), (119, 119), (0, 5), (120, 120), (121, 4095)):
        yield f"noise {shape[1]}x{shape[0]}", noise(1, 0, shape)
    yield "largest, noise", noise(2, 0, (MAX_SIDE, MAX_SIDE))
    yield "largest, rings", rings(900, 7, (MAX_SIDE, MAX_SIDE))
    yield "one larger than the largest", np.zeros((MAX_SIDE + 1, 200), np.uint8)
    for grey in (0, 1, 127, 254, 255):
        yield f"constant {grey}", np.full(SIZE, grey, np.uint8)
    for scale in (0, 0.7, 1.5, 3, 5, 8, 12, 20, 40, 80):
        yield f"noise of {scale} px", noise(3, scale)
        yield f"noise of {scale} px in black and white", np.where(noise(4, scale) > 127, 255, 0).astype(np.uint8)
    for period in (6, 20, 60, 150):
        for spokes in (0, 11, 40):
            yield f"rings of {period} px with {spokes} spokes", rings(period, spokes)
            yield f"hard rings of {period} px with {spokes} spokes", rings(period, spokes, soft=False)
    yield "an eye without texture", disc((95, 38), (120, 20))
    yield "a pupil alone", disc((40,), (10,))
    yield "many eyes", np.tile(cv2.resize(eye, (160, 140), interpolation=cv2.INTER_AREA), (4, 4))
    yield from _spoilt(eye)


def _spoilt(eye: Picture) -> Iterator[tuple[str, Picture]]:
    wide = eye.astype(np.float32)
    yield "blacks clipped", np.clip(2.5 * (wide - 90), 0, 255).astype(np.uint8)
    yield "whites clipped", np.clip(2.5 * wide + 60, 0, 255).astype(np.uint8)
    yield "all but black and white clipped", np.where(wide > 100, 255, 0).astype(np.uint8)
    yield "two grey levels apart", (100 + wide / 128).astype(np.uint8)
    yield "negative", np.asarray(255 - eye, np.uint8)
    yield "upside down", np.ascontiguousarray(eye[::-1])
    height, width = eye.shape
    for name, rows, columns in (
        ("left half", slice(None), slice(0, width // 2)),
        ("right half", slice(None), slice(width // 2, None)),
        ("upper half", slice(0, height // 2), slice(None)),
        ("lower half", slice(height // 2, None), slice(None)),
        ("corner", slice(0, 130), slice(0, 130)),
    ):
        yield f"{name} of an eye", np.ascontiguousarray(eye[rows, columns])
    for name, hidden in (("left", np.s_[:, : width // 2]), ("upper", np.s_[: height // 2]), ("lower", np.s_[150:])):
        for grey in (0, 255):
            covered = eye.copy()
            covered[hidden] = grey
            yield f"{name} part of an eye under {grey}", covered
    interlaced = eye.copy()
    interlaced[::2] = np.roll(eye[::2], 9, axis=1)
    yield "interlaced", interlaced
    yield "torn", np.concatenate([eye[: height // 2], np.roll(eye[height // 2 :], 40, axis=1)])


def drawn_from(reader: Reader) -> Picture:
    """A picture whose kind and every figure are read from bytes: grids, rings, or an eye of any proportions."""
    height, width = reader.whole(100, 420), reader.whole(100, 420)
    kind = reader.one_of(("grid", "rings", "eye", "eye", "eye"))
    if kind == "rings":
        return rings(reader.between(3, 300), reader.byte(), (height, width), soft=reader.byte() > 99)
    if kind == "grid":
        return _grid(reader, height, width)
    return _eye(reader, height, width)


def _grid(reader: Reader, height: int, width: int) -> Picture:
    rows, columns = reader.whole(1, 24), reader.whole(1, 24)
    way = reader.one_of((cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC))
    small = np.frombuffer(reader.rest(rows * columns), np.uint8, rows * columns).reshape(rows, columns)
    return np.asarray(cv2.resize(small, (width, height), interpolation=way), np.uint8)


def _eye(reader: Reader, height: int, width: int) -> Picture:
    x, y, radius = reader.between(-40, width + 40), reader.between(-40, height + 40), reader.between(5, 220)
    pupil = radius * reader.between(0.02, 1.1)
    aside = reader.between(-0.5, 0.5) * radius, reader.between(-0.5, 0.5) * radius
    greys = [reader.byte() for _ in range(4)]
    contrast, lids = reader.between(0, 90), (reader.between(-1.3, 1.3), reader.between(-1.3, 1.3))
    lamps, blur = reader.whole(0, 9), reader.between(0.1, 8)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = (across - x) / radius, (down - y) / radius
    texture = np.frombuffer(reader.rest(8 * 32), np.uint8, 8 * 32).reshape(8, 32).astype(np.float32) / 127.5 - 1
    angle, depth = np.mod(np.arctan2(v, u) / (2 * np.pi), 1) * 32, np.clip(np.hypot(u, v), 0, 1) * 7
    ring = cv2.remap(np.pad(texture, ((0, 0), (0, 1)), mode="wrap"), angle, depth, cv2.INTER_LINEAR)
    picture = np.where(np.hypot(u, v) < 1, greys[1] + contrast * ring, np.float32(greys[0]))
    picture = np.where(np.hypot(across - x - aside[0], down - y - aside[1]) < pupil, np.float32(greys[2]), picture)
    picture = np.where((v < lids[0] + 0.3 * u * u) | (v > lids[1] - 0.3 * u * u), np.float32(greys[3]), picture)
    for lamp in range(lamps):
        turn = 2 * np.pi * lamp / max(lamps, 1)
        spot = np.hypot(across - x - 0.2 * radius * np.cos(turn), down - y - 0.2 * radius * np.sin(turn))
        picture = np.where(spot < 0.04 * radius, 255, picture)
    return np.clip(cv2.GaussianBlur(picture.astype(np.float32), (0, 0), blur), 0, 255).astype(np.uint8)
