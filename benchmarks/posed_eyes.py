"""Real eyes as they look from aside and from very near: how many are still known by another picture of theirs.

Run: python benchmarks/posed_eyes.py DATA --layout casia-interval [--every N] [--json FILE]

A gaze of so many degrees squeezes the picture about the iris by their cosine, along three directions; a real cornea
bends the light besides. Nearness is an iris radius in pixels in the middle of a picture of 640x480. Known means nearer
to one of two other pictures of the eye than the threshold for one comparison at a false match rate of 1e-6.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from iris import impostors
from iris.encode import encode
from iris.evaluation.layouts import Layout, items
from iris.evaluation.picture_file import read_grey
from iris.geometry import Circle
from iris.match import Incomparable, compare
from iris.refusals import Refusal
from iris.template import Template

Grey = NDArray[np.uint8]
GAZES = (0, 15, 25, 30, 35, 40, 45, 50, 55, 60)
DIRECTIONS = (0, 45, 90)
RADII = (120, 150, 170, 190, 210, 230)
NEAR_WIDTH, NEAR_HEIGHT = 640, 480
RATE = 1e-6
OTHERS = 2


def from_aside(picture: Grey, iris: Circle, degrees: float, direction: float) -> Grey:
    along = np.array([np.cos(np.radians(direction)), np.sin(np.radians(direction))])
    linear = np.eye(2) - (1.0 - np.cos(np.radians(degrees))) * np.outer(along, along)
    centre = np.array([iris.x, iris.y])
    return placed(picture, np.column_stack([linear, centre - linear @ centre]), picture.shape[1], picture.shape[0])


def from_near(picture: Grey, iris: Circle, radius: float) -> Grey:
    factor = radius / iris.r
    right, down = NEAR_WIDTH / 2 - factor * iris.x, NEAR_HEIGHT / 2 - factor * iris.y
    return placed(picture, np.array([[factor, 0, right], [0, factor, down]]), NEAR_WIDTH, NEAR_HEIGHT)


def placed(picture: Grey, matrix: NDArray[np.floating], width: int, height: int) -> Grey:
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def outcome(picture: Grey, others: list[Template], threshold: float) -> str:
    try:
        template = encode(picture).template
        near = min(compare(template, other).distance for other in others)
    except Refusal as refusal:
        return refusal.reason
    except Incomparable:
        return "not known"
    return "known" if near < threshold else "not known"


def tried(paths: list[Path], threshold: float) -> list[tuple[str, str]]:
    """What becomes of the first of an eye's pictures in every pose; nothing where too few can be encoded."""
    cv2.setNumThreads(1)
    try:
        first, *rest = (encode(read_grey(path)) for path in paths[: OTHERS + 1])
    except Refusal:
        return []
    picture, iris, others = read_grey(paths[0]), first.boundaries.limbus.circle, [each.template for each in rest]
    aside = (
        (f"gaze {gaze}°", from_aside(picture, iris, gaze, direction)) for gaze in GAZES for direction in DIRECTIONS
    )
    near = ((f"radius {radius} px", from_near(picture, iris, radius)) for radius in RADII)
    return [(pose, outcome(posed, others, threshold)) for poses in (aside, near) for pose, posed in poses]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layout", type=Layout, required=True)
    parser.add_argument("--every", type=int, default=2, help="of how many eyes one is tried")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    eyes: dict[str, list[Path]] = defaultdict(list)
    for item in items(given.folder, given.layout):
        eyes[item.eye].append(item.path)
    chosen = [paths for _, paths in sorted(eyes.items()) if len(paths) > OTHERS][:: given.every]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with Pool() as pool:
        for told in pool.imap(partial(tried, threshold=impostors.threshold(RATE)), chosen):
            for pose, became in told:
                counts[pose][became] += 1
    for pose, ends in counts.items():
        refused = {reason: count for reason, count in ends.items() if reason not in ("known", "not known")}
        print(f"{pose:>14}: {ends['known']} of {ends.total()} known, {ends['not known']} not, refused {refused}")
    if given.json:
        given.json.write_text(json.dumps(counts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
