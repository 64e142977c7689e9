"""Pictures as a distant, hard-set camera gives them, made from near ones: small irises, brows, glasses, cut-off ends.

Run: python benchmarks/small_eyes.py LAYOUT DATA OUT [--kind small|hard|harsh]

OUT gets the same folders and names, so that `iris-locker iris evaluate OUT --layout LAYOUT` compares them. `small`
only shrinks an iris to about 55 px and puts skin and a brow around it; `hard` cuts off 0.5 to 4 % of the blacks and 1
to 20 % of the whites as well, blurs, adds noise, and gives three in ten pictures glasses with reflections; `harsh`
cuts off 3 to 8 % of the blacks, so that the dark parts of the iris join the pupil. Every picture depends on its path
alone.
"""

from __future__ import annotations

import argparse
import zlib
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.evaluation.layouts import Layout, items
from iris.evaluation.picture_file import read_grey
from iris.geometry import Circle

Grey = NDArray[np.uint8]
Floats = NDArray[np.floating]
HEIGHT, WIDTH = 240, 320
SHRUNK = (0.48, 0.62)
BLACKS = {"hard": (0.5, 4.0), "harsh": (3.0, 8.0)}
"""Percent of the pixels cut off to black."""
WHITES = (1.0, 20.0)
JPEG = (cv2.IMWRITE_JPEG_QUALITY, 92)
GLASSES = 0.3
"""Part of the pictures with glasses."""


@dataclass(frozen=True)
class Placed:
    """Where the picture came to lie in the new one: `factor` times its size, from (left, top) on."""

    factor: float
    left: int
    top: int

    def circle(self, before: Circle) -> Circle:
        """A circle of the picture before, in the new one."""
        shift = (self.factor - 1) / 2
        x, y = (before.x * self.factor + shift + self.left, before.y * self.factor + shift + self.top)
        return Circle(x, y, before.r * self.factor)


def small_eye(picture: Grey, kind: str, rng: np.random.Generator) -> tuple[Grey, Placed]:
    """A picture of 320x240 with the eye of the given one, and where it lies there."""
    placed = Placed(float(rng.uniform(*SHRUNK)), 0, 0)
    small = cv2.resize(picture, None, fx=placed.factor, fy=placed.factor, interpolation=cv2.INTER_AREA)
    height, width = small.shape
    top = int(rng.integers(30, HEIGHT - height - 10)) if HEIGHT - height > 45 else (HEIGHT - height) // 2  # noqa: PLR2004
    placed = Placed(placed.factor, int(rng.integers(20, WIDTH - width - 20)), top)
    scene = _amid_skin(small, placed, rng)
    _draw_brow(scene, placed, width, rng)
    if kind in BLACKS:
        if rng.random() < GLASSES:
            _draw_glasses(scene, placed.left + width / 2, top + height / 2, rng)
        scene = _hard_set(scene, kind, rng)
    return np.clip(scene, 0, 255).astype(np.uint8), placed


def _amid_skin(small: Grey, placed: Placed, rng: np.random.Generator) -> Floats:
    """Beyond the picture lies blurred skin: mirrored pixels would show a second eye."""
    (height, width), left, top = small.shape, placed.left, placed.top
    sides = (top, HEIGHT - height - top, left, WIDTH - width - left)
    mirrored = cv2.copyMakeBorder(small, *sides, cv2.BORDER_REFLECT)
    skin = 0.5 * cv2.GaussianBlur(mirrored, (0, 0), 14).astype(np.float32) + 0.5 * float(np.percentile(small, 75))
    skin += cv2.GaussianBlur(rng.normal(0, 1, mirrored.shape).astype(np.float32), (0, 0), 3) * 18
    within = np.zeros(mirrored.shape, np.float32)
    within[top + 3 : top + height - 3, left + 3 : left + width - 3] = 1
    within = np.asarray(cv2.GaussianBlur(within, (0, 0), 3), np.float32)
    return np.asarray(mirrored * within + skin * (1 - within), np.float32)


def _draw_brow(scene: Floats, placed: Placed, width: int, rng: np.random.Generator) -> None:
    middle, above = placed.left + width / 2, max(placed.top - 2, 8)
    for _ in range(int(rng.integers(60, 140))):
        x = middle + rng.normal(0, 0.32) * width
        y = above - abs(rng.normal(0, 10)) + (x - middle) ** 2 / 900
        length, turn = rng.uniform(8, 22), rng.normal(0.2 if x > middle else np.pi - 0.2, 0.25)
        end = (int(x + length * np.cos(turn)), int(y - 0.3 * length * np.sin(turn)))
        cv2.line(scene, (int(x), int(y)), end, (float(rng.uniform(15, 60)),), 1, cv2.LINE_AA)


def _draw_glasses(scene: Floats, x: float, y: float, rng: np.random.Generator) -> None:
    turn = np.linspace(0, 2 * np.pi, 100)
    wide, high = rng.uniform(150, 240), rng.uniform(100, 160)
    right, down = x + rng.normal(0, 40), y + rng.normal(20, 25)
    frame = np.stack(
        [
            right + wide * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.7,
            down + high * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.7,
        ],
        axis=1,
    ).astype(np.int32)
    closed, grey, thick = True, float(rng.uniform(5, 60)), int(rng.integers(3, 8))
    cv2.polylines(scene, [frame], closed, (grey,), thick, cv2.LINE_AA)
    for _ in range(int(rng.integers(1, 4))):
        away, around = rng.uniform(0.55, 1.5) * 55, rng.uniform(0, 2 * np.pi)
        centre = (int(x + away * np.cos(around)), int(y + away * np.sin(around)))
        axes = (int(rng.uniform(3, 12)), int(rng.uniform(2, 7)))
        cv2.ellipse(scene, centre, axes, rng.uniform(0, 180), 0, 360, (255.0,), -1, cv2.LINE_AA)


def _hard_set(scene: Floats, kind: str, rng: np.random.Generator) -> Floats:
    low = np.percentile(scene, rng.uniform(*BLACKS[kind]))
    high = np.percentile(scene, 100 - rng.uniform(*WHITES))
    cut = np.clip((scene - low) / max(high - low, 20) * 255, 0, 255).astype(np.float32)
    blurred = cv2.GaussianBlur(cut, (0, 0), rng.uniform(0.4, 0.9))
    return np.asarray(blurred + rng.normal(0, rng.uniform(1, 4), scene.shape), np.float32)


def small_eye_of(picture: Grey, path: Path, kind: str) -> tuple[Grey, Placed]:
    """The small eye that belongs to a file, always the same."""
    rng = np.random.default_rng(zlib.crc32(path.stem.encode() + path.parent.name.encode()))
    return small_eye(picture, kind, rng)


def _write(job: tuple[Path, Path], kind: str) -> None:
    cv2.setNumThreads(1)
    source, target = job
    target.parent.mkdir(parents=True, exist_ok=True)
    made, _ = small_eye_of(read_grey(source), source, kind)
    ok, encoded = cv2.imencode(target.suffix, made, JPEG if target.suffix in (".jpg", ".jpeg") else [])
    if not ok:
        raise OSError(f"cannot write pictures as {target.suffix}")
    target.write_bytes(encoded.tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layout", type=Layout)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kind", choices=("small", *BLACKS), default="hard")
    given = parser.parse_args()
    jobs = [(item.path, given.out / item.path.relative_to(given.data)) for item in items(given.data, given.layout)]
    with Pool() as pool:
        pool.map(partial(_write, kind=given.kind), jobs, chunksize=32)
    print(f"{len(jobs)} pictures")


if __name__ == "__main__":
    main()
