"""Whether quality predicts error: on real eyes as they are, and on copies that are made worse step by step.

Run: python benchmarks/iris_quality.py --eyes LAYOUT=DIR [--eyes ...] [--subjects A-B]

A pair has the lesser quality of its two pictures. Told are the rank correlation with the distance of genuine pairs
(negative is right) and the part of the worst twentieth of distances that rejecting the lowest fifth of pairs removes
(0.2 is chance). Worsened copies are compared with the other pictures of their eye.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from iris_refusals import judged
from numpy.typing import NDArray
from worse_eyes import WAYS

from iris.code import iris_code
from iris.evaluation.layouts import Layout, items
from iris.evaluation.picture_file import read_grey
from iris.planes import distances, planes, turned
from iris.quality import Quality
from iris.segment.eye import Eye
from iris.template import EyeSide, Template

Floats = NDArray[np.float64]
REJECTED, WORST = 0.2, 0.05
STRANGER = 0.5
"""The distance put down where the masks share too little."""


@dataclass(frozen=True)
class Seen:
    """One picture that was encoded, whatever its quality."""

    eye: str
    picture: NDArray[np.uint8]
    found: Eye
    quality: Quality
    template: Template


def template_of(found: Eye) -> Template:
    code = iris_code(found.sheet.grey, found.cover.usable)
    return Template.of(code, side=EyeSide.UNKNOWN, quality=0)


def seen(folder: Path, layout: Layout, subjects: tuple[int, int] | None) -> Iterator[Seen]:
    for item in items(folder, layout, subjects):
        picture = read_grey(item.path)
        both = judged(picture)
        if both:
            yield Seen(item.eye, picture, both[0], both[1], template_of(both[0]))


def figures(quality: Quality) -> dict[str, float]:
    extra = {"edge_width": -quality.edge_width, "gaze": -quality.elongation, "believed": quality.usable}
    return {"score": quality.score, "confidence": quality.confidence, **quality.components, **extra}


def ranks(values: Floats) -> Floats:
    """Mean ranks, ties sharing theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[place])


def correlation(a: Floats, b: Floats) -> float:
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def genuine(pictures: list[Seen]) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    packed = planes([one.template for one in pictures])
    eyes = np.array([one.eye for one in pictures])
    first, second, far = [], [], []
    for index, one in enumerate(pictures):
        row = distances(turned(one.template), packed).distance
        for other in np.flatnonzero(eyes == one.eye):
            if other > index:
                first.append(index)
                second.append(int(other))
                far.append(float(np.nan_to_num(row[other], nan=STRANGER)))
    return np.array(first), np.array(second), np.array(far)


def as_they_are(pictures: list[Seen]) -> None:
    first, second, far = genuine(pictures)
    worst = far > np.quantile(far, 1 - WORST)
    print(f"  {len(far)} genuine pairs, distance median {np.median(far):.3f}, 99 % {np.quantile(far, 0.99):.3f}")
    table = [figures(one.quality) for one in pictures]
    draw = np.random.default_rng(0)
    for name in table[0]:
        values = np.array([row[name] for row in table])
        pair = np.minimum(values[first], values[second])
        order = np.lexsort((draw.random(len(pair)), pair))  # equal qualities are rejected in no order
        caught = worst[order[: int(REJECTED * len(pair))]].sum() / worst.sum()
        print(f"  {name:22} rank correlation {correlation(pair, far):6.2f}   worst pairs caught {caught:5.2f}")


def worsened(pictures: list[Seen], every: int) -> None:
    groups: dict[str, list[Seen]] = {}
    for one in pictures:
        groups.setdefault(one.eye, []).append(one)
    told = ("score", "usable_area", "sharpness", "motion_blur", "interlace", "gaze", "confidence")
    print(f"  {'worsened':28} {'n':>3} {'distance':>8} " + " ".join(f"{name:>11}" for name in told))
    chosen = [group for group in list(groups.values())[::every] if len(group) > 1]
    for way in WAYS:
        for level in (0.0, *way.levels):
            rows, far = [], []
            for number, group in enumerate(chosen):
                one, others = group[0], planes([other.template for other in group[1:]])
                iris, rng = one.found.segmentation.limbus.circle, np.random.default_rng(number)
                both = judged(way.worsen(one.picture, level, iris, rng) if level else one.picture)
                if both:
                    row = distances(turned(template_of(both[0])), others).distance
                    far.append(float(np.median(np.nan_to_num(row, nan=STRANGER))))
                    rows.append([figures(both[1])[name] for name in told])
            middle = " ".join(f"{value:11.2f}" for value in np.median(rows, axis=0))
            print(f"  {f'{way.name} {level:g} {way.unit}':28} {len(far):3d} {np.median(far):8.3f} {middle}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eyes", action="append", required=True, metavar="LAYOUT=DIR")
    parser.add_argument("--subjects", help="inclusive range, such as 1-40")
    parser.add_argument("--every", type=int, default=4, help="worsen a picture of every so many eyes")
    chosen = parser.parse_args()
    subjects = None
    if chosen.subjects:
        low, _, high = chosen.subjects.partition("-")
        subjects = (int(low), int(high or low))
    cv2.setNumThreads(1)
    for text in chosen.eyes:
        layout, _, folder = text.partition("=")
        print(layout)
        pictures = list(seen(Path(folder), Layout(layout), subjects))
        as_they_are(pictures)
        worsened(pictures, chosen.every)


if __name__ == "__main__":
    main()
