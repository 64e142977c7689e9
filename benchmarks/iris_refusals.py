"""What is taken for an eye, and why pictures of eyes are refused: pass rates by kind and by fault.

Run: python benchmarks/iris_refusals.py [--count N] [--eyes LAYOUT=DIR ...] [--subjects A-B] [--fit]

Without --eyes only drawn pictures are used. With it, real eyes are tried as they are, and `--fit` prints the
coefficients of `iris.quality.likeness` from them, as they are, worsened, and as hard-set cameras would show them
(`small_eyes.py`), from drawn eyes, and from pictures without an eye of another seed than those tried.
"""

from __future__ import annotations

import argparse
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
from logistic_fit import fitted, written
from not_eyes import KINDS
from numpy.typing import NDArray
from small_eyes import BLACKS, small_eye_of
from worse_eyes import WAYS

from iris import impostors
from iris.code import iris_code
from iris.encode import encode
from iris.evaluation.layouts import Layout, items
from iris.evaluation.picture_file import read_grey
from iris.geometry import Circle
from iris.planes import distances, planes, turned
from iris.quality import Quality, quality
from iris.quality.likeness import figures
from iris.refusals import NoEye, Refusal
from iris.segment.eye import Eye, find_eye
from iris.template import Template
from simulator.eyes import Identity, Side, Truth, View, draw_view, grow, render

Grey = NDArray[np.uint8]
SIZES = ((280, 320), (480, 640))
TRIED_SEED, FITTED_SEED = 2, 1
EVERY = 3
"""Of how many real eyes one is worsened."""
STAYED = 0.1
"""Iris radii by which a boundary of a worsened picture may move and still be that of the eye."""
HIDING = {"lids": 0.7, "glare": 0.4, "hair": 30.0}
"""Levels from which on no worsened eye is recognised any more: to be refused like what is no eye."""
STEPS = tuple((way, level) for way in WAYS for level in way.levels)
GROUP_WEIGHTS = {"real": 2.0, "hard": 1.0, "harsh": 0.5, "worsened": 1.0, "drawn": 1.0, "no eye": 3.0, "hidden": 1.0}
NOT_EYES = ("no eye", "hidden")
SHUT = ("lids 80% closed", "lids 100% closed")
"""Views of drawn eyes in which no iris is left."""
MATCHING_RATE = 1e-6
"""False match rate of one comparison at which what passes must match nobody."""
SMALL_SHARE = 2
"""Pictures of each eye that are also made small and hard-set for the fit."""
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
        yield from drawn_views(number, seed)


def drawn_views(number: int, seed: int) -> Iterator[tuple[Grey, Truth, str]]:
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


def real_files(folders: list[str], subjects: tuple[int, int] | None) -> Iterator[tuple[str, Path]]:
    for text in folders:
        layout, _, folder = text.partition("=")
        for item in items(Path(folder), Layout(layout), subjects):
            yield f"{layout} {item.eye}", item.path


def real_pictures(folders: list[str], subjects: tuple[int, int] | None) -> Iterator[tuple[str, Grey]]:
    for name, path in real_files(folders, subjects):
        yield name, read_grey(path)


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


def stayed(before: Circle, now: Circle) -> bool:
    """Whether the iris was found where it is."""
    moved = max(abs(before.x - now.x), abs(before.y - now.y), abs(before.r - now.r))
    return bool(moved < STAYED * before.r)


Rows = list[tuple[str, dict[str, float]]]
"""What the likeness is fitted to: each row's group, which counts as a whole, and its figures."""


def real_rows(job: tuple[Path, int]) -> Rows:
    """A real eye as it is and small and hard-set; the first picture of each worsened mildly, and until it is hidden."""
    path, number = job
    picture = read_grey(path)
    found = judged(picture)
    if found is None:
        return []
    rows = [("real", figures(found[1]))]
    iris = found[0].segmentation.limbus.circle
    for kind in BLACKS if number <= SMALL_SHARE else ():
        small, placed = small_eye_of(picture, path, kind)
        now = judged(small)
        if now and stayed(placed.circle(iris), now[0].segmentation.limbus.circle):
            rows.append((kind, figures(now[1])))
    for way, level in STEPS if number == 1 else ():
        hidden, mild = level >= HIDING.get(way.name, np.inf), level in way.levels[:FITTED_LEVELS]
        worse = judged(way.worsen(picture, level, iris, np.random.default_rng(5))) if hidden or mild else None
        if worse and (hidden or way.moves or stayed(iris, worse[0].segmentation.limbus.circle)):
            rows.append(("hidden" if hidden else "worsened", figures(worse[1])))
    return rows


def drawn_rows(number: int) -> Rows:
    rows: Rows = []
    for picture, truth, name in drawn_views(number, FITTED_SEED):
        found = judged(picture)
        iris = Circle(truth.iris.x, truth.iris.y, truth.iris.radius)
        if found and name in SHUT:
            rows.append(("hidden", figures(found[1])))
        elif found and stayed(iris, found[0].segmentation.limbus.circle):
            rows.append(("drawn", figures(found[1])))
    return rows


def other_rows(job: tuple[str, int]) -> Rows:
    found = [judged(picture) for picture in without_eye(*job, FITTED_SEED)]
    return [("no eye", figures(one[1])) for one in found if one]


def fit(folders: list[str], subjects: tuple[int, int] | None, count: int) -> None:
    seen: Counter[str] = Counter()
    jobs = []
    for name, path in real_files(folders, subjects):
        seen[name] += 1
        jobs.append((path, seen[name]))
    with Pool(initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        parts = [
            *pool.imap(real_rows, jobs, chunksize=4),
            *pool.imap(drawn_rows, range(count // 2)),
            *pool.imap(other_rows, [(kind, count) for kind in KINDS]),
        ]
    told = [row for part in parts for row in part]
    groups, rows = np.array([group for group, _ in told]), [row for _, row in told]
    sizes = Counter(groups.tolist())
    weights = [GROUP_WEIGHTS[group] / sizes[group] for group in groups]
    model = fitted(rows, [group not in NOT_EYES for group in groups], weights)
    print(dict(sizes))
    print(written(model, "LIKENESS"))
    odds = np.array([model.log_odds(row) for row in rows])
    for limit in (-4.0, -3.5, -3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0):
        lost = ", ".join(f"{group} {np.mean(odds[groups == group] < limit):.2%}" for group in GROUP_WEIGHTS)
        print(f"  limit {limit:4}: refused of {lost}")


def try_strangers(count: int, folders: list[str], subjects: tuple[int, int] | None) -> None:
    """Whether templates of what passes match one another, or an eye."""
    passed = [t for kind in KINDS for t in map(template, without_eye(kind, count, TRIED_SEED)) if t]
    eyes = [t for t in map(template, (picture for _, picture in real_pictures(folders, subjects))) if t]
    drawn = (template(picture) for picture, _, name in drawn_eyes(20, TRIED_SEED) if name == "as it should be")
    eyes += [t for t in drawn if t]
    if not passed or not eyes:
        return
    others, people = planes(passed), planes(eyes)
    among, across = [], []
    for number, one in enumerate(passed):
        probe = turned(one)
        among.append(distances(probe, others).distance[number + 1 :])
        across.append(distances(probe, people).distance)
    print(f"templates of the {len(passed)} pictures without an eye that were accepted")
    for name, group in (("each other", among), ("eyes", across)):
        told = np.concatenate(group)
        told = told[np.isfinite(told)]
        below = int((told < impostors.threshold(MATCHING_RATE)).sum())
        least = f"least distance {told.min():.3f}" if told.size else "none comparable"
        print(f"  to {name:12} {told.size:8d} comparisons, {least}, {below} below the threshold of {MATCHING_RATE:g}")


def template(picture: Grey) -> Template | None:
    try:
        return encode(picture).template
    except Refusal:
        return None


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
    try_strangers(chosen.count, chosen.eyes, subjects)
    try_drawn(chosen.drawn)
    if chosen.eyes:
        try_real(chosen.eyes, subjects)


if __name__ == "__main__":
    main()
