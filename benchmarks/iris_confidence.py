"""How far the probability that a segmentation is right can be believed.

Run: python benchmarks/iris_confidence.py --eyes DIR --circles FILE [--layout casia-interval] [--drawn N]

FILE is a table of hand-marked circles (image, pupil_x, pupil_y, pupil_r, iris_x, iris_y, iris_r in pixels). A
segmentation is wrong when a centre or radius is off by more than 10 px at an iris radius of 105 px, or the two rings
share less than 0.85 of their union. Pictures are tried as they are and worsened, since few are wrong as they are; drawn
eyes with their exact truth are added.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from iris_refusals import drawn_eyes
from numpy.typing import NDArray
from worse_eyes import WAYS

from iris.evaluation.layouts import Layout, items
from iris.evaluation.picture_file import read_grey
from iris.geometry import Circle
from iris.refusals import NoEye
from iris.segment.eye import Eye, find_eye

Grey = NDArray[np.uint8]
MOST_OFF = 10.0 / 105.0
"""Iris radii: 10 px of an iris of Interval."""
LEAST_SHARED = 0.85
EDGES = (0.0, 0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 1.0)
AS_IS = "as it is"


@dataclass(frozen=True)
class Case:
    """One segmentation: the eye it is of, how the picture was made, its probability, and whether it is right."""

    eye: str
    made: str
    predicted: float
    right: bool


def marked(path: Path) -> dict[str, tuple[Circle, Circle]]:
    with path.open(newline="", encoding="utf-8") as file:
        return {
            row["image"]: (
                Circle(float(row["pupil_x"]), float(row["pupil_y"]), float(row["pupil_r"])),
                Circle(float(row["iris_x"]), float(row["iris_y"]), float(row["iris_r"])),
            )
            for row in csv.DictReader(file)
        }


def is_right(found: Eye, pupil: Circle, iris: Circle) -> bool:
    pairs = ((found.segmentation.pupil.circle, pupil), (found.segmentation.limbus.circle, iris))
    off = max(max(abs(a.x - b.x), abs(a.y - b.y), abs(a.r - b.r)) for a, b in pairs)
    return off <= MOST_OFF * iris.r and shared(pairs[0][0], pairs[1][0], pupil, iris) >= LEAST_SHARED


def shared(pupil: Circle, iris: Circle, true_pupil: Circle, true_iris: Circle) -> float:
    """Intersection over union of two rings."""
    reach = 1.3 * true_iris.r
    y, x = np.mgrid[-reach:reach:121j, -reach:reach:121j]
    x, y = x + true_iris.x, y + true_iris.y

    def ring(inner: Circle, outer: Circle) -> NDArray[np.bool_]:
        in_outer = np.hypot(x - outer.x, y - outer.y) < outer.r
        return np.asarray(in_outer & (np.hypot(x - inner.x, y - inner.y) >= inner.r))

    a, b = ring(pupil, iris), ring(true_pupil, true_iris)
    return float((a & b).sum() / max((a | b).sum(), 1))


def case(eye: str, made: str, picture: Grey, pupil: Circle, iris: Circle) -> Case | None:
    try:
        found = find_eye(picture)
    except NoEye:
        return None
    right = is_right(found, pupil, iris)
    return Case(eye, made, found.boundaries.probability, right)


def cases(folder: Path, layout: Layout, circles: Path, worsen_every: int) -> Iterator[Case | None]:
    truth = marked(circles)
    for number, item in enumerate(items(folder, layout)):
        if item.path.stem not in truth:
            continue
        picture, (pupil, iris) = read_grey(item.path), truth[item.path.stem]
        yield case(item.eye, AS_IS, picture, pupil, iris)
        if number % worsen_every:
            continue
        for way in WAYS:
            if not way.moves:
                for level in way.levels:
                    worse = way.worsen(picture, level, iris, np.random.default_rng(number))
                    yield case(item.eye, way.name, worse, pupil, iris)


def drawn_cases(count: int) -> Iterator[Case | None]:
    for number, (picture, truth, _) in enumerate(drawn_eyes(count, 11)):
        pupil = Circle(truth.pupil.x, truth.pupil.y, truth.pupil.radius)
        iris = Circle(truth.iris.x, truth.iris.y, truth.iris.radius)
        yield case(f"drawn {number}", "drawn", picture, pupil, iris)


def reliability(predicted: NDArray[np.float64], right: NDArray[np.bool_]) -> None:
    print("  predicted        n   mean predicted   observed right")
    for low, high in pairwise(EDGES):
        chosen = (predicted >= low) & ((predicted < high) | (high == 1.0))
        if chosen.any():
            print(
                f"  {low:4.2f} to {high:4.2f} {chosen.sum():6d}   {predicted[chosen].mean():14.3f}   "
                f"{right[chosen].mean():14.3f}"
            )
    print(f"  Brier score {np.mean((predicted - right) ** 2):.4f}, always saying {right.mean():.3f}: ", end="")
    print(f"{right.mean() * (1 - right.mean()):.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eyes", type=Path, required=True)
    parser.add_argument("--circles", type=Path, required=True)
    parser.add_argument("--layout", type=Layout, default=Layout.CASIA_INTERVAL)
    parser.add_argument("--drawn", type=int, default=40, help="drawn eyes")
    parser.add_argument("--worsen-every", type=int, default=16, help="worsen one picture of so many")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    found = [one for one in cases(chosen.eyes, chosen.layout, chosen.circles, chosen.worsen_every) if one]
    found += [one for one in drawn_cases(chosen.drawn) if one]
    for made in dict.fromkeys(one.made for one in found):
        group = [one.right for one in found if one.made == made]
        print(f"{made:12} {len(group):5d} segmentations, {len(group) - sum(group)} wrong")
    predicted, right = np.array([one.predicted for one in found]), np.array([one.right for one in found])
    print("all pictures")
    reliability(predicted, right)
    as_is = np.array([one.made == AS_IS for one in found])
    print("pictures as they are")
    reliability(predicted[as_is], right[as_is])


if __name__ == "__main__":
    main()
