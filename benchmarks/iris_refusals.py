"""What is taken for an eye, and why pictures of eyes are refused: pass rates by kind and by fault.

Run: python benchmarks/iris_refusals.py [--count N] [--eyes LAYOUT=DIR ...] [--subjects A-B] [--fit]

Without --eyes only drawn pictures are used. With it, real eyes are tried as they are, and `--fit` prints the
coefficients of `iris.quality.likeness` from them, from drawn eyes and from pictures without an eye of
another seed than those tried.
"""

from __future__ import annotations

import argparse
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from logistic_fit import fitted, written
from not_eyes import KINDS
from numpy.typing import NDArray
from worse_eyes import WAYS

from iris.code import iris_code
from iris.encode import encode
from iris.evaluation.layouts import Layout, items
from iris.evaluation.scores import read_grey
from iris.geometry import Circle
from iris.quality import Quality, quality
from iris.quality.likeness import figures
from iris.refusals import NoEye, Refusal
from iris.segment.eye import Eye, find_eye
from simulator.eyes import Identity, Side, Truth, View, draw_view, grow, render

Grey = NDArray[np.uint8]
SIZES = ((280, 320), (480, 640))
TRIED_SEED, FITTED_SEED = 2, 1
EVERY = 3
"""Of how many real eyes one is worsened."""
STAYED = 0.1
"""Iris radii by which a boundary of a worsened picture may move and still be that of the eye."""
FITTED_LEVELS = 3
"""Levels of each way to worsen a picture, the mildest, that an eye must survive."""


def outcome(picture: Grey) -> str:
    """The refusal's reason, or "accepted"."""
    try:
        encode(picture)
    except Refusal as refusal:
        return refusal.reason
    return "accepted"


def judged(picture: Grey) -> tuple[Eye, Quality] | None:
    """What was found before anything is refused for its quality."""
    try:
        eye = find_eye(picture)
    except NoEye:
        return None
    return eye, quality(picture, eye, iris_code(eye.sheet.grey, eye.cover.usable))


def without_eye(kind: str, count: int, seed: int) -> Iterator[Grey]:
    for number in range(count):
        height, width = SIZES[number % len(SIZES)]
        yield KINDS[kind](np.random.default_rng([seed, zlib.crc32(kind.encode()), number]), height, width)


def drawn_eyes(count: int, seed: int) -> Iterator[tuple[Grey, Truth, str]]:
    """Drawn eyes as they should be and with each fault that a view can have, with the fault's name and degree."""
    for number in range(count):
        eye = grow(Identity(seed, f"person {number}", Side.LEFT if number % 2 else Side.RIGHT))
        rng = np.random.default_rng([seed, number])
        for name, view in views(draw_view(rng)):
            rendered = render(eye, view, rng)
            yield rendered.picture, rendered.truth, name


def views(view: View) -> Iterator[tuple[str, View]]:
    pose, optics = view.pose, view.optics
    yield "as it should be", view
    for radius in (60, 50, 42, 34):
        yield f"iris of {radius} px", replace(view, pose=replace(pose, iris_radius=radius))
    for blur in (2, 4, 6, 9, 12):
        yield f"defocus {blur} px", replace(view, optics=replace(optics, defocus_px=blur))
    for length in (10, 20, 30, 40):
        yield f"motion {length} px", replace(view, optics=replace(optics, motion_px=length, motion_deg=30.0))
    for yaw in (15, 25, 35, 45):
        yield f"gaze {yaw} degrees", replace(view, pose=replace(pose, yaw_deg=yaw))
    for part in (0.7, 0.5, 0.35, 0.2, 0.0):
        yield f"lids {1 - part:.0%} closed", replace(view, pose=replace(pose, openness=part))
    for noise in (8, 20, 40):
        yield f"noise {noise} levels", replace(view, optics=replace(optics, noise=noise))


def tell(groups: dict[str, Counter[str]]) -> None:
    """One line a group: how many, how many accepted, and why the others were not."""
    for name, counts in groups.items():
        total, passed = counts.total(), counts["accepted"]
        why = ", ".join(f"{reason} {count}" for reason, count in counts.most_common() if reason != "accepted")
        print(f"  {name:28} {passed:5d} of {total:5d} accepted   {why}")


def try_without_eye(count: int) -> None:
    groups = {kind: Counter(outcome(picture) for picture in without_eye(kind, count, TRIED_SEED)) for kind in KINDS}
    total = sum((counts for counts in groups.values()), Counter[str]())
    passed = total["accepted"]
    print(f"pictures without an eye: {passed} of {total.total()} accepted ({passed / total.total():.2%})")
    tell(groups)


def try_drawn(count: int) -> None:
    groups: dict[str, Counter[str]] = {}
    for picture, _, name in drawn_eyes(count, TRIED_SEED):
        groups.setdefault(name, Counter())[outcome(picture)] += 1
    print("drawn eyes, by fault")
    tell(groups)
    groups = {}
    for picture, truth, name in drawn_eyes(count, TRIED_SEED + 1):
        if name == "as it should be":
            iris = Circle(truth.iris.x, truth.iris.y, truth.iris.radius)
            for way in WAYS:
                for level in way.levels:
                    worse = way.worsen(picture, level, iris, np.random.default_rng(5))
                    groups.setdefault(f"{way.name} {level:g} {way.unit}", Counter())[outcome(worse)] += 1
    print("drawn eyes, worsened afterwards")
    tell(groups)


def real_pictures(folders: list[str], subjects: tuple[int, int] | None) -> Iterator[tuple[str, Grey]]:
    for text in folders:
        layout, _, folder = text.partition("=")
        for item in items(Path(folder), Layout(layout), subjects):
            yield f"{layout} {item.eye}", read_grey(item.path)


def try_real(folders: list[str], subjects: tuple[int, int] | None) -> None:
    groups: dict[str, Counter[str]] = {}
    worsened: dict[str, Counter[str]] = {}
    eyes: Counter[str] = Counter()
    for name, picture in real_pictures(folders, subjects):
        groups.setdefault(name.split()[0], Counter())[outcome(picture)] += 1
        eyes[name] += 1
        found = judged(picture) if eyes[name] == 1 and len(eyes) % EVERY == 0 else None
        if found is None:
            continue
        iris = found[0].segmentation.limbus.circle
        for way in WAYS:
            for level in way.levels:
                worse = way.worsen(picture, level, iris, np.random.default_rng(5))
                worsened.setdefault(f"{way.name} {level:g} {way.unit}", Counter())[outcome(worse)] += 1
    print("real eyes as they are")
    tell(groups)
    print(f"one picture of every {EVERY}rd of these eyes, worsened")
    tell(worsened)


def fit(folders: list[str], subjects: tuple[int, int] | None, count: int) -> None:
    rows: list[dict[str, float]] = []
    right: list[bool] = []
    weights: list[float] = []

    def add(found: Quality, weight: float, *, is_eye: bool) -> None:
        rows.append(figures(found))
        right.append(is_eye)
        weights.append(weight)

    seen: Counter[str] = Counter()
    for name, picture in real_pictures(folders, subjects):
        found = judged(picture)
        if found is None:
            continue
        add(found[1], 2.0, is_eye=True)
        seen[name] += 1
        if seen[name] > 1:
            continue
        before = found[0].segmentation
        for way in WAYS:
            for level in way.levels[:FITTED_LEVELS]:
                iris = before.limbus.circle
                worse = judged(way.worsen(picture, level, iris, np.random.default_rng(5)))
                if worse and (way.moves or stayed(before.limbus.circle, worse[0].segmentation.limbus.circle)):
                    add(worse[1], 0.3, is_eye=True)
    for picture, truth, _ in drawn_eyes(count, FITTED_SEED):
        found = judged(picture)
        true = Circle(truth.iris.x, truth.iris.y, truth.iris.radius)
        if found and stayed(true, found[0].segmentation.limbus.circle):
            add(found[1], 0.5, is_eye=True)
    for kind in KINDS:
        for picture in without_eye(kind, count, FITTED_SEED):
            found = judged(picture)
            if found:
                add(found[1], 1.0, is_eye=False)
    model = fitted(rows, right, weights)
    print(f"fitted to {sum(right)} pictures of eyes and {len(right) - sum(right)} without one")
    print(written(model, "LIKENESS"))
    odds = np.array([model.log_odds(row) for row in rows])
    truth = np.array(right)
    asis = truth & (np.array(weights) == 2.0)  # noqa: PLR2004 - the weight of pictures as they are
    for limit in (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0):
        lost, worse, kept = (odds[asis] < limit).sum(), (odds[truth] < limit).mean(), (odds[~truth] >= limit).mean()
        print(f"  limit {limit:4}: {lost} of {asis.sum()} real eyes lost, {worse:.2%} of all, {kept:.2%} others kept")


def stayed(before: Circle, now: Circle) -> bool:
    moved = max(abs(before.x - now.x), abs(before.y - now.y), abs(before.r - now.r))
    return bool(moved < STAYED * before.r)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="pictures of each kind without an eye")
    parser.add_argument("--drawn", type=int, default=20, help="drawn eyes")
    parser.add_argument("--eyes", action="append", default=[], metavar="LAYOUT=DIR")
    parser.add_argument("--subjects", help="inclusive range, such as 1-40")
    parser.add_argument("--fit", action="store_true", help="print the coefficients of the likeness instead")
    chosen = parser.parse_args()
    subjects = None
    if chosen.subjects:
        first, _, last = chosen.subjects.partition("-")
        subjects = (int(first), int(last or first))
    cv2.setNumThreads(1)
    if chosen.fit:
        fit(chosen.eyes, subjects, chosen.count)
        return
    try_without_eye(chosen.count)
    try_drawn(chosen.drawn)
    if chosen.eyes:
        try_real(chosen.eyes, subjects)


if __name__ == "__main__":
    main()
