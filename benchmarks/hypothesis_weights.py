"""The weights of `iris.segment.hypotheses`, fitted again, and how often the most probable pair of circles is right.

Run: python benchmarks/hypothesis_weights.py LAYOUT=DATA ... [--circles CIRCLES.csv] [--every N]

Every N-th picture is searched as it is and as each kind of `small_eyes.py`, in every copy that the search may ask for.
What is right is told by marked circles where CIRCLES.csv holds the picture (see iris_circles.py), otherwise by what is
found, and sure, in the undisturbed picture: the rest is left out. Eyes are fitted in two halves, each judged by the
weights of the other, beside the weights as they stand; the weights printed at the end are fitted to all.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
from iris_circles import marked
from logistic_fit import fitted
from small_eyes import BLACKS, small_eye_of

from iris.evaluation.layouts import Item, Layout, items
from iris.evaluation.picture_file import read_grey
from iris.geometry import Circle
from iris.picture import Picture, checked
from iris.quality.logistic import Logistic
from iris.segment import hypotheses as standing
from iris.segment.hypotheses import Hypothesis, hypotheses
from iris.segment.search import apart, attempts, close_ups, most_probable

KINDS = ("as it is", "small", *BLACKS)
KIND_WEIGHTS = {"as it is": 2.0, "small": 1.0, "hard": 1.5, "harsh": 0.5}
PUPIL_OFF, LIMBUS_OFF = 0.1, 0.12
"""Of the true iris and limbus radius: what is off by more is wrong; curves drawn from less find the edge."""
SURE = 0.95
Pair = tuple[Circle, Circle]


@dataclass(frozen=True)
class Searched:
    """One picture: figures of every hypothesis, and which are right."""

    kind: str
    eye: str
    figures: list[dict[str, float]]
    right: list[bool]


def searched(item: Item, circles: dict[str, Pair]) -> list[Searched]:
    cv2.setNumThreads(1)
    picture = checked(read_grey(item.path))
    true = circles.get(item.path.stem) or _sure(picture)
    if true is None:
        return []
    found = []
    for kind in KINDS:
        tried, moved = picture, true
        if kind != "as it is":
            tried, placed = small_eye_of(picture, item.path, kind)
            moved = (placed.circle(true[0]), placed.circle(true[1]))
        every = _every(checked(tried))
        if every:
            right = [_right(one, moved) for one in every]
            found.append(Searched(kind, item.eye, [asdict(one.evidence) for one in every], right))
    return found


def _sure(picture: Picture) -> Pair | None:
    found = most_probable(picture)
    if not found or found[0].probability < SURE:
        return None
    return found[0].pupil_in_picture, found[0].limbus_in_picture


def _every(picture: Picture) -> list[Hypothesis]:
    coarse = [one for tried in attempts(picture) for group in hypotheses(tried.copy) for one in group]
    best = max(coarse, key=lambda one: one.log_odds, default=None)
    if best is None:
        return []
    return coarse + [one for copy in close_ups(picture, best) for group in hypotheses(copy) for one in group]


def _right(one: Hypothesis, true: Pair) -> bool:
    pupil, limbus = true
    off = PUPIL_OFF * limbus.r / pupil.r
    return not (apart(one.pupil_in_picture, pupil, off) or apart(one.limbus_in_picture, limbus, LIMBUS_OFF))


def weights_of(found: list[Searched]) -> Logistic:
    """Each picture counts the same within its kind, its right and its wrong hypotheses half each."""
    figures, right, weights = [], [], []
    for one in found:
        for name, share in ((True, 0.5), (False, 0.5)):
            those = [place for place, ok in enumerate(one.right) if ok is name]
            for place in those:
                figures.append(one.figures[place])
                right.append(name)
                weights.append(KIND_WEIGHTS[one.kind] * share / len(those))
    return fitted(figures, right, weights)


def judged(found: list[Searched], weights: Logistic) -> dict[str, tuple[int, int, int]]:
    """By kind: pictures whose most probable pair is right, those that hold a right one, and all."""
    counts: dict[str, tuple[int, int, int]] = {}
    for one in found:
        odds = [weights.log_odds(figures) for figures in one.figures]
        best = one.right[int(np.argmax(odds))]
        top, any_right, every = counts.get(one.kind, (0, 0, 0))
        counts[one.kind] = (top + best, any_right + any(one.right), every + 1)
    return counts


def crossed(found: list[Searched]) -> dict[str, tuple[int, int, int]]:
    eyes = sorted({one.eye for one in found})
    half = set(eyes[::2])
    first, second = [one for one in found if one.eye in half], [one for one in found if one.eye not in half]
    parts = judged(first, weights_of(second)), judged(second, weights_of(first))
    return {kind: tuple(map(sum, zip(*(part[kind] for part in parts), strict=True))) for kind in KINDS}  # type: ignore[misc]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", metavar="LAYOUT=DATA")
    parser.add_argument("--circles", type=Path)
    parser.add_argument("--every", type=int, default=2)
    given = parser.parse_args()
    circles = {one.image: (one.pupil, one.iris) for one in marked(given.circles)} if given.circles else {}
    pictures = [
        item
        for layout, _, folder in (part.partition("=") for part in given.data)
        for item in items(Path(folder), Layout(layout))[:: given.every]
    ]
    with Pool() as pool:
        found = [one for part in pool.imap(partial(searched, circles=circles), pictures, chunksize=8) for one in part]
    now = Logistic(standing.INTERCEPT, asdict(standing.WEIGHTS))
    for name, counts in (("weights as they stand", judged(found, now)), ("fitted to other eyes", crossed(found))):
        for kind, (top, any_right, every) in counts.items():
            print(f"{name:24} {kind:10} right {top}, right among all {any_right}, of {every}")
    fit = weights_of(found)
    print("WEIGHTS = Evidence(", *(f"    {name}={weight:.2f}," for name, weight in fit.weights.items()), ")", sep="\n")
    print(f"INTERCEPT = {fit.intercept}")


if __name__ == "__main__":
    main()
