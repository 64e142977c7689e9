"""The weights of `iris.segment.lids`, fitted again, and whether lids and recognition would be better for it.

Run: python benchmarks/lid_weights.py DATA CIRCLES.csv [--every N] [--eyes N] [--judge LAYOUT=DATA ...]

Every N-th marked picture (see iris_circles.py) is taken as it is and as each kind of `small_eyes.py`, and beside them
drawn eyes from nearly shut to wide open, whose lids are known exactly. Where the circles are found, all curves that the
search tries are weighed: a conditional logit, fitted first to the curve that is nearest to the true one and then to the
least expected error. The error of a curve is the part of the iris that it gives to the wrong side.

Eyes are fitted in two halves, each judged by the weights of the other, beside the weights as they stand (which may have
seen both). With `--judge` the pictures of a data set are encoded with either: those of CIRCLES.csv with the weights of
the half that their eye is not in, all others with weights fitted to everything. The last lines are those weights.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
from iris_circles import Marked, marked
from numpy.typing import NDArray
from small_eyes import BLACKS, small_eye_of

from iris.encode import encode
from iris.evaluation.layouts import Item, Layout, ambiguous, items
from iris.evaluation.pairs import Pairs
from iris.evaluation.picture_file import read_grey
from iris.evaluation.statistics import d_prime, distribution, threshold_at
from iris.geometry import Circle
from iris.picture import Picture, checked
from iris.planes import distances, planes, turned
from iris.refusals import Refusal
from iris.segment import lids as standing
from iris.segment.eye import Eye, find_eye
from iris.segment.lids import _CELLS, _TRIED, PLACES, LidWeights, _beyond, _on_curve, _Patch, _patch
from iris.template import Template
from simulator.eyes import Identity, Pose, Side, Truth, View, grow, render
from simulator.eyes.life import draw_view

Floats = NDArray[np.float32]
Weights = NDArray[np.float64]
Lids = tuple[LidWeights, LidWeights]
"""Of the upper and of the lower lid."""
NAMES = tuple(one.name for one in fields(LidWeights))
OF_PLACES = 11
"""So many weights count on or beyond the curve; the others tell how lids usually lie."""
NOTHING = LidWeights(*(0.0 for _ in NAMES))
KINDS = ("as it is", "small", *BLACKS, "drawn")
KIND_SHARES = {"as it is": 2.0, "small": 1.0, "hard": 1.5, "harsh": 0.5, "drawn": 1.0}
SEED = 57
OPENNESS = (0.25, 1.0)
OFF = 0.1
"""Iris radii by which a centre or radius may be off; with other curves lids cannot be told."""
NEAREST = 0.005
"""Of the iris: curves whose errors differ by so much are about equally near to the true lid."""
RIDGE = 1e-3
"""On standardised figures, in units of the mean loss."""
LIKELY_STEPS, LEAST_STEPS = 25, 80
FALSE_MATCHES = "1e-4"


@dataclass(frozen=True)
class Known:
    """What is true of a picture: both circles, and the height in pixels of either lid at any x."""

    pupil: Circle
    iris: Circle
    upper: Callable[[Floats], Floats]
    lower: Callable[[Floats], Floats]


@dataclass(frozen=True)
class Tried:
    """One picture: of every curve of either lid the figures (lid, curve, weight) and the error (lid, curve)."""

    kind: str
    half: int
    figures: Floats
    errors: Floats


def of_marks(true: Marked) -> Known:
    return Known(true.pupil, true.iris, partial(_arc, true.upper, -1.0), partial(_arc, true.lower, 1.0))


def _arc(circle: Circle, side: float, x: Floats) -> Floats:
    return np.asarray(circle.y + side * np.sqrt(np.maximum(circle.r**2 - (x - circle.x) ** 2, 0.0)), np.float32)


def of_drawing(truth: Truth) -> Known:
    def margin(points: NDArray[np.float32], x: Floats) -> Floats:
        order = np.argsort(points[:, 0])
        return np.asarray(np.interp(x, points[order, 0], points[order, 1]), np.float32)

    pupil, iris = (Circle(one.x, one.y, one.radius) for one in (truth.pupil, truth.iris))
    return Known(pupil, iris, partial(margin, truth.upper_lid), partial(margin, truth.lower_lid))


def placed(true: Marked, where: Callable[[Circle], Circle]) -> Marked:
    return Marked(true.image, *(where(one) for one in (true.pupil, true.iris, true.upper, true.lower)))


def tried_marked(job: tuple[Path, Marked, int]) -> list[Tried]:
    cv2.setNumThreads(1)
    path, true, half = job
    picture = checked(read_grey(path))
    found = [tried(picture, of_marks(true), KINDS[0], half)]
    for kind in ("small", *BLACKS):
        made, where = small_eye_of(picture, path, kind)
        found.append(tried(checked(made), of_marks(placed(true, where.circle)), kind, half))
    return [one for one in found if one]


def tried_drawn(number: int) -> list[Tried]:
    cv2.setNumThreads(1)
    rng = np.random.default_rng([SEED, number])
    eye = grow(Identity(SEED, f"l{number:04d}", list(Side)[number // 2 % 2]))
    view = draw_view(rng)
    pose = {one.name: getattr(view.pose, one.name) for one in fields(Pose)}
    stand = View(Pose(**(pose | {"openness": rng.uniform(*OPENNESS)})), view.light, view.optics, view.size)
    drawn = render(eye, stand, rng)
    found = tried(checked(drawn.picture), of_drawing(drawn.truth), "drawn", number % 2)
    return [found] if found else []


def tried(picture: Picture, true: Known, kind: str, half: int) -> Tried | None:
    """None where no eye is found, or another one."""
    try:
        eye = find_eye(picture)
    except Refusal:
        return None
    found = eye.segmentation
    if _off(found.pupil.circle, true.pupil, true.iris.r) or _off(found.limbus.circle, true.iris, true.iris.r):
        return None
    small = eye.boundaries
    patch = _patch(small.copy.filled, small.pupil, small.limbus, eye.grey)
    iris = found.limbus.circle
    x = np.asarray(iris.x + PLACES * iris.r, np.float32)
    upper, lower = ((edge(x) - iris.y) / iris.r for edge in (true.upper, true.lower))
    ring = _ring(eye)
    return Tried(
        kind,
        half,
        np.stack([figures(patch), figures(patch.upside_down())]),
        np.stack([errors(ring, upper), errors(ring[::-1], -lower)]),
    )


def _off(found: Circle, true: Circle, unit: float) -> bool:
    return max(abs(found.r - true.r), float(np.hypot(found.x - true.x, found.y - true.y))) > OFF * unit


def _ring(eye: Eye) -> NDArray[np.bool_]:
    """(row, column) by `PLACES`: the iris, whatever hides it."""
    pupil, iris = eye.segmentation.pupil.circle, eye.segmentation.limbus.circle
    u, v = np.meshgrid(PLACES, PLACES)
    x, y = iris.x + u * iris.r, iris.y + v * iris.r
    return np.asarray((np.hypot(u, v) < 1.0) & (np.hypot(x - pupil.x, y - pupil.y) > pupil.r))


def figures(patch: _Patch) -> Floats:
    """(curve, weight): what each weight is multiplied by in the score of each curve."""
    found = []
    for name in NAMES[:OF_PLACES]:
        alone = replace(NOTHING, **{name: 1.0})
        beyond = np.pad(np.cumsum(_beyond(patch, alone), axis=0), ((1, 0), (0, 0)))
        found.append((_on_curve(patch, alone).ravel()[_CELLS] + beyond.ravel()[_CELLS]).mean(axis=-1))
    height, tilt, curvature = _TRIED
    return np.stack([*found, height, height**2, tilt**2, curvature, curvature**2], axis=1).astype(np.float32)


def errors(ring: NDArray[np.bool_], true: Floats) -> Floats:
    """(curve,) part of the iris that each curve gives to the wrong side of the true upper lid (height by `PLACES`)."""
    above = np.pad(np.cumsum(ring, axis=0), ((1, 0), (0, 0)))
    height, tilt, curvature = (part[:, None] for part in _TRIED)
    columns = np.arange(PLACES.size)
    found = above[_row(height + tilt * PLACES + curvature * PLACES**2), columns]
    return np.asarray(np.abs(found - above[_row(true), columns]).sum(axis=1) / max(int(ring.sum()), 1), np.float32)


def _row(height: Floats) -> NDArray[np.intp]:
    """How many rows lie above a height."""
    return np.searchsorted(PLACES, height).astype(np.intp)


def weights_of(found: list[Tried]) -> Lids:
    """Each kind counts by its share, each of its pictures alike."""
    counts = {kind: sum(one.kind == kind for one in found) for kind in KINDS}
    shares = np.array([KIND_SHARES[one.kind] / counts[one.kind] for one in found])
    shares /= shares.sum()
    upper, lower = (
        _fitted(np.stack([one.figures[lid] for one in found]), np.stack([one.errors[lid] for one in found]), shares)
        for lid in (0, 1)
    )
    return upper, lower


def _fitted(values: Floats, wrong: Floats, shares: Weights) -> LidWeights:
    """(picture, curve, weight), (picture, curve) and (picture,) to the weights of one lid."""
    spread = np.sqrt(values.var(axis=1, dtype=np.float64).mean(axis=0)) + 1e-9
    scaled = (values / spread).astype(np.float32)
    near = np.exp(-(wrong - wrong.min(axis=1, keepdims=True)) / NEAREST)
    near /= near.sum(axis=1, keepdims=True)

    def unlikely(weights: Weights) -> tuple[float, Weights]:
        chances = _chances(scaled, weights)
        loss = -(near * np.log(chances + 1e-30)).sum(axis=1)
        return _ridged(loss, shares, weights, chances - near, scaled)

    def expected(weights: Weights) -> tuple[float, Weights]:
        chances = _chances(scaled, weights)
        loss = (chances * wrong).sum(axis=1)
        return _ridged(loss / NEAREST, shares, weights, chances * (wrong - loss[:, None]) / NEAREST, scaled)

    start = _least(unlikely, np.zeros(values.shape[2]), LIKELY_STEPS)
    natural = _least(expected, start, LEAST_STEPS) / spread
    return LidWeights(*(round(float(weight), 2) for weight in natural))


def _chances(scaled: Floats, weights: Weights) -> Floats:
    score = scaled @ weights.astype(np.float32)
    score = np.exp(score - score.max(axis=1, keepdims=True))
    return np.asarray(score / score.sum(axis=1, keepdims=True), np.float32)


def _ridged(loss: Floats, shares: Weights, weights: Weights, by_score: Floats, scaled: Floats) -> tuple[float, Weights]:
    """The mean loss with the ridge, and its slope by the weights."""
    slope = np.einsum("pc,pcw->w", by_score * shares[:, None].astype(np.float32), scaled, optimize=True)
    return float(shares @ loss + RIDGE / 2 * weights @ weights), slope + RIDGE * weights


def _least(loss: Callable[[Weights], tuple[float, Weights]], at: Weights, steps: int) -> Weights:
    """BFGS with halved steps (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 6.1)."""
    inverse = np.eye(at.size)
    value, slope = loss(at)
    for _ in range(steps):
        ahead, reach = -inverse @ slope, 1.0
        while True:
            step = reach * ahead
            new_value, new_slope = loss(at + step)
            if new_value <= value + 1e-4 * float(slope @ step):
                break
            reach /= 2
            if reach < 1e-6:  # noqa: PLR2004 - nothing is lower that way
                return at
        change, bend = new_slope - slope, float((new_slope - slope) @ step)
        at, value, slope = at + step, new_value, new_slope
        if bend > 1e-12:  # noqa: PLR2004 - else the curvature is not one
            turn = np.eye(at.size) - np.outer(step, change) / bend
            inverse = turn @ inverse @ turn.T + np.outer(step, step) / bend
    return at


def chosen_errors(found: Iterable[Tried], weights: Lids) -> Floats:
    """(picture, lid) error of the curve that these weights choose."""
    rows = [
        [
            one.errors[lid][int((one.figures[lid] @ np.array(list(_values(weights[lid])), np.float32)).argmax())]
            for lid in (0, 1)
        ]
        for one in found
    ]
    return np.array(rows, np.float32)


def _values(weights: LidWeights) -> Iterable[float]:
    return (float(getattr(weights, name)) for name in NAMES)


def compared(found: list[Tried], halves: tuple[Lids, Lids]) -> None:
    """Prints, by kind and half, the errors of the weights as they stand and of those of the other half."""
    now = (standing.UPPER, standing.LOWER)
    for kind in KINDS:
        for half in (0, 1):
            those = [one for one in found if one.kind == kind and one.half == half]
            if not those:
                continue
            for name, weights in (("stand", now), ("other half", halves[1 - half])):
                wrong = 100 * chosen_errors(those, weights)
                told = [
                    f"{lid} {wrong[:, i].mean():5.2f} mean {np.median(wrong[:, i]):5.2f} median "
                    f"{np.percentile(wrong[:, i], 95):5.2f} p95"
                    for i, lid in enumerate(("upper", "lower"))
                ]
                print(f"{kind:9} half {half} n {len(those):4d} {name:10} {', '.join(told)} (% of the iris)", flush=True)


def judged(name: str, folder: Path, halves: dict[str, int], choices: tuple[Lids, Lids, Lids]) -> None:
    """Prints how a data set is recognised with the weights as they stand and with the fitted ones, by halves of eyes.

    `halves` tells the half of a marked picture's eye; `choices` are the weights fitted to either half and to all.
    """
    pictures = items(folder, Layout(name))
    own = {0: choices[1], 1: choices[0], 2: choices[2]}
    fitted = [own[halves.get(item.path.stem, 2)] for item in pictures]
    for told, weights in (("stand", [(standing.UPPER, standing.LOWER)] * len(pictures)), ("fitted", fitted)):
        with Pool() as pool:
            codes = pool.map(_code, zip(pictures, weights, strict=True), chunksize=8)
        pairs = _pairs(pictures, codes)
        spread = distribution(pairs)
        threshold = threshold_at(spread.impostor, float(FALSE_MATCHES))
        if threshold is None:
            print(f"{name:15} {told:7} too few impostor pairs for FMR {FALSE_MATCHES}")
            continue
        missed = pairs.genuine & ~(pairs.far < threshold)
        refused = f"{pairs.refused.sum()} of {len(pictures)}"
        for part in (0, 1):
            those = pairs.genuine & (pairs.eye[pairs.first] % 2 == part)
            print(f"{name:15} {told:7} half {part} missed {(missed & those).sum()} of {those.sum()}")
        print(
            f"{name:15} {told:7} both   missed {missed.sum()} of {pairs.genuine.sum()} at FMR {FALSE_MATCHES} "
            f"({threshold:.4f}), refused {refused}, d' {d_prime(spread):.3f}",
            flush=True,
        )


def _code(job: tuple[Item, Lids]) -> Template | None:
    cv2.setNumThreads(1)
    item, (standing.UPPER, standing.LOWER) = job
    try:
        return encode(read_grey(item.path)).template
    except Refusal:
        return None


def _pairs(pictures: list[Item], codes: list[Template | None]) -> Pairs:
    """Every pair of pictures of which it is known whether they show one eye."""
    there = np.array([place for place, code in enumerate(codes) if code is not None])
    packed = planes([code for code in codes if code is not None])
    table = np.full((len(codes), len(codes)), np.nan, np.float32)
    for place in there:
        table[place, there] = distances(turned(codes[place]), packed).distance
    first, second = np.triu_indices(len(codes), 1)
    known = [not ambiguous(pictures[a], pictures[b]) for a, b in zip(first, second, strict=True)]
    first, second = first[known].astype(np.int32), second[known].astype(np.int32)
    eyes, eye = np.unique([item.eye for item in pictures], return_inverse=True)
    refused = np.array([code is None for code in codes])
    names = tuple(item.name for item in pictures)
    return Pairs(names, tuple(map(str, eyes)), eye.astype(np.int32), refused, first, second, table[first, second])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("circles", type=Path)
    parser.add_argument("--every", type=int, default=2)
    parser.add_argument("--eyes", type=int, default=520, help="drawn eyes")
    parser.add_argument("--judge", nargs="*", default=[], metavar="LAYOUT=DATA")
    given = parser.parse_args()
    pictures = {item.path.stem: item for item in items(given.data, Layout.CASIA_INTERVAL)}
    true = [one for one in marked(given.circles) if one.image in pictures]
    eyes = sorted({pictures[one.image].eye for one in true})
    halves = {one.image: eyes.index(pictures[one.image].eye) % 2 for one in true}
    jobs = [(pictures[one.image].path, one, halves[one.image]) for one in true[:: given.every]]
    with Pool() as pool:
        found = [one for part in pool.imap(tried_marked, jobs, chunksize=4) for one in part]
        found += [one for part in pool.imap(tried_drawn, range(given.eyes), chunksize=4) for one in part]
    first, second = (weights_of([one for one in found if one.half == half]) for half in (0, 1))
    compared(found, (first, second))
    every = weights_of(found)
    for part in given.judge:
        name, _, folder = part.partition("=")
        judged(name, Path(folder), halves, (first, second, every))
    for lid, weights in zip(("UPPER", "LOWER"), every, strict=True):
        print(f"{lid} = LidWeights(", *(f"    {name}={getattr(weights, name)}," for name in NAMES), ")", sep="\n")


if __name__ == "__main__":
    main()
