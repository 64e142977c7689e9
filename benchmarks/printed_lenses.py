"""Whether wearers of one printed contact lens are taken for one another, and whether any of them is refused.

    python benchmarks/printed_lenses.py DIR --layout casia-interval|iitd|folders

One eye of each of the first 60 people wears the same print, turned by up to 20 degrees either way as lenses turn.
Prints are drawn: fibres along the radius, or dots, on the outer half of the iris, behind the lids. Ink is told as a
grey level in near-infrared light and the part of the iris' own light that it keeps back.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.decision import Policy
from iris.encode import Encoded, encode
from iris.evaluation.layouts import Layout, items
from iris.evaluation.picture_file import read_grey
from iris.planes import distances, planes, turned
from iris.refusals import Refusal
from iris.template import Template

GALLERY, LOOKS, PEOPLE = 2000, 3, 60
INNER, OUTER = 0.48, 0.98
"""Where the print lies, in radii of the iris."""
MOST_TURNED = 20.0
"""Degrees either way by which a worn lens may be turned."""
PRINT_ROWS, PRINT_COLUMNS = 40, 720

Print = NDArray[np.float32]


class Ink(NamedTuple):
    """Grey level of the ink, and how opaque it is."""

    level: int
    opaque: float


INKS = (Ink(70, 0.5), Ink(70, 0.9), Ink(150, 0.7))


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layout", type=Layout, required=True)
    arguments = parser.parse_args()
    bare = worn_by(arguments.folder, arguments.layout)
    prints = {"fibres": fibres(1), "dots": dots(2)}
    told = [figures(bare, name, drawn, ink) for name, drawn in prints.items() for ink in INKS]
    print(json.dumps({"gallery": GALLERY, "threshold": round(threshold(), 4), "prints": told}, indent=2))


def threshold() -> float:
    return Policy(looks=LOOKS).threshold(GALLERY)


def worn_by(folder: Path, layout: Layout) -> list[tuple[NDArray[np.uint8], Encoded]]:
    """The first picture of each person that gives a template."""
    found: dict[str, tuple[NDArray[np.uint8], Encoded]] = {}
    for item in items(folder, layout):
        if item.person in found or len(found) == PEOPLE:
            continue
        picture = read_grey(item.path)
        try:
            found[item.person] = picture, encode(picture)
        except Refusal:
            continue
    return list(found.values())


def fibres(seed: int) -> Print:
    """(PRINT_ROWS, PRINT_COLUMNS) ink, 0 or 1: strokes from the rim inwards, each leaning a little."""
    rng, drawn = np.random.default_rng(seed), np.zeros((PRINT_ROWS, PRINT_COLUMNS), np.float32)
    for _ in range(90):
        column, length = int(rng.integers(PRINT_COLUMNS)), int(rng.integers(8, PRINT_ROWS))
        row, lean = int(rng.integers(0, PRINT_ROWS - length + 1)), round(float(rng.normal(0, 14)))
        cv2.line(drawn, (column, row), (column + lean, row + length), 1.0, int(rng.integers(4, 12)))
    return drawn


def dots(seed: int) -> Print:
    """(PRINT_ROWS, PRINT_COLUMNS) ink, 0 or 1: round spots, as printed screens have."""
    rng, drawn = np.random.default_rng(seed), np.zeros((PRINT_ROWS, PRINT_COLUMNS), np.float32)
    for _ in range(320):
        centre = int(rng.integers(PRINT_COLUMNS)), int(rng.integers(PRINT_ROWS))
        cv2.circle(drawn, centre, int(rng.integers(3, 7)), 1.0, -1)
    return drawn


def worn(picture: NDArray[np.uint8], eye: Encoded, drawn: Print, turn: float, ink: Ink) -> NDArray[np.uint8]:
    """The picture with the print on the iris, in front of its texture and behind its lids; `turn` in degrees."""
    parts, (height, width) = eye.boundaries, picture.shape
    limbus = parts.limbus.circle
    y, x = np.mgrid[:height, :width].astype(np.float32)
    u, v = (x - limbus.x) / limbus.r, (y - limbus.y) / limbus.r
    radius, angle = np.hypot(u, v), np.mod(np.arctan2(v, u) + np.deg2rad(turn), 2 * np.pi)
    rows = (radius - INNER) / (OUTER - INNER) * (PRINT_ROWS - 1)
    cover = cv2.remap(
        drawn,
        (angle / (2 * np.pi) * PRINT_COLUMNS).astype(np.float32),
        np.clip(rows, 0, PRINT_ROWS - 1).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    )
    seen = (radius > INNER) & (radius < OUTER) & (v > parts.upper_lid.at(u)) & (v < parts.lower_lid.at(u))
    cover = ink.opaque * cv2.GaussianBlur((cover * seen).astype(np.float32), (0, 0), 0.8)
    return np.clip(picture * (1 - cover) + ink.level * cover, 0, 255).astype(np.uint8)


def figures(bare: list[tuple[NDArray[np.uint8], Encoded]], name: str, drawn: Print, ink: Ink) -> dict[str, object]:
    """How many wearers give a template, and how many pairs of them are nearer than two people may be."""
    rng, templates = np.random.default_rng(3), list[Template]()
    for picture, eye in bare:
        turn = rng.uniform(-MOST_TURNED, MOST_TURNED)
        try:
            templates.append(encode(worn(picture, eye, drawn, turn, ink)).template)
        except Refusal:
            continue
    everybody = planes(templates)
    rows = [distances(turned(each), everybody).distance[number + 1 :] for number, each in enumerate(templates)]
    pairs = np.concatenate(rows)
    return {
        "print": name,
        "ink": ink.level,
        "opaque": ink.opaque,
        "wearers": [len(templates), len(bare)],
        "pairs_taken_for_one_person": [int((pairs < threshold()).sum()), int(pairs.size)],
        "nearest": round(float(np.nanmin(pairs)), 3),
    }


if __name__ == "__main__":
    main()
