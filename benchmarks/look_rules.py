"""How the frames of a look may be put together: what strangers' frames have in common, and what each rule misses.

    python benchmarks/look_rules.py DIR --layout casia-interval|iitd|folders [--gallery 20000]

Each eye is enrolled by fusing its first frames and visits with the next (three and three, else two and two). Every rule
gets the same promise: its threshold comes from its own strangers in this data set (the nearest hundredth and
thousandth) and from counting every comparison that it makes.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from iris import impostors
from iris.burst import FUSED
from iris.decision import FRAMES, Policy
from iris.encode import encode
from iris.enrolment import fused
from iris.evaluation.layouts import Layout, items
from iris.evaluation.picture_file import read_grey
from iris.match import Incomparable
from iris.planes import Planes, distances, planes, turned
from iris.refusals import Refusal
from iris.template import EyeSide, Template

Floats = NDArray[np.float64]
Statistic = Callable[[Floats, Floats], Floats]

LOOKS = 3
NOWHERE = 0.5
"""Distance of what was refused: no evidence either way."""
AT = (1e-2, 1e-3)


@dataclass(frozen=True)
class Eye:
    """One eye: its person and side, its enrolment, the codes of its visit, and those fused."""

    person: str
    side: str
    enrolled: Template
    frames: list[Template]
    burst: list[Template]


@dataclass(frozen=True)
class Rule:
    """How a look is weighed.

    Attributes:
        weigh: from the distances of frames (f, n) and fused frames (b, n) to one number for each of n templates.
        chosen: the same for frames chosen beforehand, whose strangers give the threshold.
        comparisons: such choices that a look has; each spends its part of the promise.
    """

    weigh: Statistic
    chosen: Statistic
    comparisons: int


def _first(frames: Floats, _: Floats) -> Floats:
    return np.asarray(frames[0])


RULES = {
    "nearest frame": Rule(lambda frames, _: frames.min(axis=0), _first, FRAMES),
    "mean of all frames": Rule(lambda frames, _: frames.mean(axis=0), lambda frames, _: frames.mean(axis=0), FRAMES),
    "mean of the best two": Rule(
        lambda frames, _: np.sort(frames, axis=0)[:2].mean(axis=0),
        lambda frames, _: frames[:2].mean(axis=0),
        math.comb(FRAMES, 2),
    ),
    "fused frame alone": Rule(
        lambda _, burst: burst.min(axis=0), lambda _, burst: np.asarray(burst[0]), FRAMES // FUSED
    ),
    "nearest of frames and fused": Rule(
        lambda frames, burst: np.minimum(frames.min(axis=0), burst.min(axis=0)), _first, FRAMES
    ),
}


def eyes(folder: Path, layout: Layout) -> list[Eye]:
    """Every eye with pictures enough that can be enrolled."""
    pictures: dict[tuple[str, str], list[Path]] = {}
    for item in sorted(items(folder, layout), key=lambda item: item.name):
        pictures.setdefault((item.person, item.side), []).append(item.path)
    found = []
    for (person, side), paths in pictures.items():
        count = 3 if len(paths) >= 6 else 2  # noqa: PLR2004 - three and three, else two and two
        if len(paths) < 2 * count:
            continue
        try:
            enrolled = _fused(_templates(paths[:count]))
        except Incomparable:
            continue
        frames = _templates(paths[count : 2 * count])
        found.append(Eye(person, side, enrolled, frames, _burst(frames)))
    return found


def _templates(paths: list[Path]) -> list[Template]:
    templates = []
    for path in paths:
        try:
            templates.append(encode(read_grey(path)).template)
        except Refusal:
            continue
    return templates


def _fused(templates: list[Template]) -> Template:
    if len(templates) < 2:  # noqa: PLR2004 - one frame confirms nothing
        raise Incomparable("one frame is no burst")
    return fused(sorted(templates, key=lambda template: -template.quality), EyeSide.UNKNOWN)


def _burst(frames: list[Template]) -> list[Template]:
    try:
        return [_fused(frames)]
    except Incomparable:
        return []


def _rows(probes: list[Template], gallery: Planes) -> Floats:
    rows = [distances(turned(probe), gallery).distance for probe in probes]
    found = np.array(rows, np.float64).reshape(len(probes), len(gallery))
    return np.where(np.isfinite(found), found, NOWHERE) if probes else np.full((1, len(gallery)), NOWHERE)


def dependence(enrolled: list[Eye], looks: list[tuple[Floats, Floats]]) -> None:
    """Correlation of strangers' distances: two frames of one eye, and the two eyes of a person."""
    person = np.array([eye.person for eye in enrolled])
    sides = {(eye.person, eye.side): i for i, eye in enumerate(enrolled)}
    both = [(sides[p, "L"], sides[p, "R"]) for p in sorted(set(person)) if (p, "L") in sides and (p, "R") in sides]
    one, two, left, right = [], [], [], []
    for eye, (frames, _) in zip(enrolled, looks, strict=True):
        other = person != eye.person
        if len(frames) > 1:
            one.append(frames[0][other])
            two.append(frames[1][other])
        kept = [(a, b) for a, b in both if other[a]]
        left.append(frames[0][[a for a, _ in kept]])
        right.append(frames[0][[b for _, b in kept]])
    for name, a, b in (("two frames of one eye", one, two), ("both eyes of a person", left, right)):
        x, y = np.concatenate(a), np.concatenate(b)
        known = (x < NOWHERE) & (y < NOWHERE)
        print(f"correlation of strangers' distances, {name}: {np.corrcoef(x[known], y[known])[0, 1]:.3f}")


def judged(name: str, enrolled: list[Eye], looks: list[tuple[Floats, Floats]], size: int) -> None:
    """Prints what one rule misses at the default promise."""
    rule = RULES[name]
    person = np.array([eye.person for eye in enrolled])
    strangers = np.concatenate(
        [rule.chosen(*look)[person != eye.person] for eye, look in zip(enrolled, looks, strict=True)]
    )
    turns = impostors.INDEPENDENT_ROTATIONS
    spread = max((0.5 - float(np.quantile(strangers, rate))) / -_deviate(rate, turns) for rate in AT)
    promise = Policy().false_match_rate / LOOKS / size / rule.comparisons
    threshold = 0.5 + spread * _deviate(promise, turns)
    missed = sum(not values[i] < threshold for i, values in enumerate(rule.weigh(*look) for look in looks))
    print(f"{name:28s} {0.25 / spread**2:8.0f} {threshold:10.4f} {missed:8d} of {len(enrolled)}")


def _deviate(rate: float, turns: float) -> float:
    return NormalDist().inv_cdf(-math.expm1(math.log1p(-rate) / turns))


def main() -> int:
    """Encodes, compares, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layout", required=True, type=Layout, choices=list(Layout))
    parser.add_argument("--gallery", type=int, default=20_000, help="templates that the promise must cover")
    arguments = parser.parse_args()
    enrolled = eyes(arguments.folder, arguments.layout)
    packed = planes([eye.enrolled for eye in enrolled])
    looks = [(_rows(eye.frames, packed), _rows(eye.burst, packed)) for eye in enrolled]
    dependence(enrolled, looks)
    print(f"{'rule':28s} {'freedom':>8s} {'threshold':>10s}   missed, gallery of {arguments.gallery:,}")
    for name in RULES:
        judged(name, enrolled, looks, arguments.gallery)
    return 0


if __name__ == "__main__":
    sys.exit(main())
