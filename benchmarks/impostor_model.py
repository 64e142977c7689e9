"""Fits the model of strangers' distances to the scores of evaluations, and prints the constants of `iris/impostors.py`.

    python benchmarks/impostor_model.py CAMERA.npz... [--check OTHER.npz...]

Files are what `iris-locker iris evaluate --scores` writes, one per camera. Each camera of the first list is fitted by
itself (censored maximum likelihood of its nearest hundredth); the files of `--check` are only held against the result:
cameras that the constants were not fitted to. Pairs share pictures and eyes and are dependent: bounds come from drawing
whole eyes anew, never pairs.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from iris import impostors
from iris.code import encoder_fingerprint
from iris.evaluation.score_file import ScoreFileError, read
from iris.planes import ROTATIONS

Floats = NDArray[np.float64]

TAIL = 1e-2
"""Part of the pairs, the nearest, that is fitted. Thresholds lie far below it; near the mean neighbouring rotations go
together, and a fit there would promise a lighter tail than there is."""
BINS = 300
DRAWS = 300
"""Bootstrap samples of eyes: enough for bounds of 2.5 % and 97.5 %."""
SEED = 1
FREEDOMS = np.geomspace(150.0, 3000.0, 700)
"""Degrees of freedom tried, 0.4 % apart: a sixth of the width of the bounds."""
TURNS = np.geomspace(1.0, float(ROTATIONS), 24)
"""Effective rotations tried; more than the matcher tries cannot be."""
CARE = 0.93
"""Part of the degrees of freedom taken for granted on a poorer camera. The same eyes as small irises, behind glasses,
noisy, dim or clipped kept 0.88 to 1.04 of what they had; the lowest of them, 492, is above the 480 that this leaves of
the lower bound of the worst camera."""
RATES = (1e-2, 1e-3, 1e-4, 1e-5)
ALLOWED = 3.0
"""Most that the observed rate at a promised threshold may exceed the promise, on a camera that nobody tuned on."""
LEAST_BEHIND = 10
"""Pairs expected beyond a threshold before the observed rate there is shown."""


@dataclass(frozen=True)
class Strangers:
    """The impostor pairs of one camera that could be compared or were refused for want of overlap.

    Attributes:
        name: of the file.
        distance: (p,) infinite where there is none.
        first, second: (p,) the eyes of each pair, 0 to eyes - 1.
        eyes: how many.
    """

    name: str
    distance: Floats
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    eyes: int

    @cached_property
    def ceiling(self) -> float:
        """The distance below which `TAIL` of the pairs lie."""
        return float(np.quantile(self.distance, TAIL))

    @cached_property
    def pairs_of_eyes(self) -> Floats:
        """(eyes, eyes) how many pairs each two eyes have."""
        cells = np.bincount(self.first.astype(np.int64) * self.eyes + self.second, minlength=self.eyes**2)
        return cells.reshape(self.eyes, self.eyes).astype(np.float64)

    def observed(self, threshold: float) -> float:
        """Part of the pairs below a threshold."""
        return float((self.distance < threshold).mean())


@dataclass(frozen=True)
class Fit:
    """Degrees of freedom and effective rotations, each with its 95 % bounds."""

    freedom: float
    freedom_95: tuple[float, float]
    turns: float
    turns_95: tuple[float, float]


def strangers(path: Path) -> Strangers:
    """The impostor pairs of a score file."""
    run = read(path)
    if run.encoder != encoder_fingerprint().hex():
        print(f"{path} was scored with encoder {run.encoder}, which is not the present one", file=sys.stderr)
    pairs = run.pairs
    kept = ~pairs.genuine & ~pairs.failed
    first, second = pairs.eye[pairs.first[kept]], pairs.eye[pairs.second[kept]]
    return Strangers(path.stem, pairs.far[kept], first, second, len(pairs.eyes))


def fitted(camera: Strangers, turns: Floats = TURNS) -> Fit:
    """Maximum likelihood of the tail, and bounds from eyes drawn anew; `turns` are the rotations tried."""
    beyond = camera.distance < camera.ceiling
    distance, first, second = camera.distance[beyond], camera.first[beyond], camera.second[beyond]
    edges = np.linspace(distance.min() - 1e-6, camera.ceiling, BINS + 1)
    place = np.clip(np.searchsorted(edges, distance, side="right") - 1, 0, BINS - 1)
    table = _log_likelihoods(edges, turns)

    def best(weight: Floats) -> tuple[float, float]:
        counts = np.bincount(place, weight[first] * weight[second], minlength=BINS)
        rest = weight @ camera.pairs_of_eyes @ weight - counts.sum()
        row = int((table @ np.append(counts, rest)).argmax())
        return float(FREEDOMS[row % FREEDOMS.size]), float(turns[row // FREEDOMS.size])

    rng = np.random.default_rng(SEED)
    even = np.full(camera.eyes, 1.0 / camera.eyes)
    drawn = np.array([best(rng.multinomial(camera.eyes, even).astype(np.float64)) for _ in range(DRAWS)])
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    freedom, turned = best(np.ones(camera.eyes))
    return Fit(freedom, (float(low[0]), float(high[0])), turned, (float(low[1]), float(high[1])))


def _log_likelihoods(edges: Floats, turns: Floats) -> Floats:
    """(turns x freedoms, bins + 1) log chance of each bin, and last of lying above all of them."""
    deviates = (0.5 - edges)[None, :] * 2.0 * np.sqrt(FREEDOMS)[:, None]
    single = 0.5 * np.vectorize(math.erfc)(deviates / math.sqrt(2.0))
    parts = []
    for turn in turns:
        below = -np.expm1(turn * np.log1p(-np.minimum(single, 1 - 1e-15)))
        bins = np.log(np.maximum(np.diff(below, axis=1), 1e-300))
        parts.append(np.concatenate([bins, np.log1p(-below[:, -1:])], axis=1))
    return np.concatenate(parts)


def observed_to_promised(camera: Strangers, freedom: float, turns: float) -> str:
    """Observed over promised rate at each promise, "-" where too few pairs are expected."""
    shown = []
    for rate in RATES:
        if rate * camera.distance.size < LEAST_BEHIND:
            shown.append("      -")
            continue
        deviate = NormalDist().inv_cdf(-math.expm1(math.log1p(-rate) / turns))
        ratio = camera.observed(0.5 + 0.5 / math.sqrt(freedom) * deviate) / rate
        shown.append(f"{ratio:6.2f}{'!' if ratio > ALLOWED else ' '}")
    return " ".join(shown)


def main() -> int:
    """Fits, chooses the careful constants, checks them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scores", nargs="+", type=Path, metavar="CAMERA.npz")
    parser.add_argument("--check", nargs="*", type=Path, default=[], metavar="OTHER.npz")
    arguments = parser.parse_args()
    try:
        cameras = [strangers(path) for path in arguments.scores]
        others = [strangers(path) for path in arguments.check]
    except ScoreFileError as error:
        print(error, file=sys.stderr)
        return 2
    turns = _effective_rotations(cameras)
    bounds = _freedoms(cameras, turns)
    freedom = math.floor(CARE * bounds[0])
    print(f"\nobserved over promised rate at {', '.join(f'{rate:.0e}' for rate in RATES)} ('!' above {ALLOWED:.0f})")
    for name, chosen in (("chosen", (freedom, turns)), ("now", _present())):
        print(f"{name}: {chosen[0]:.0f} degrees of freedom, {chosen[1]:.0f} rotations")
        for camera in cameras + others:
            print(f"  {camera.name:28s} {observed_to_promised(camera, *chosen)}")
    reached = min(LEAST_BEHIND / max(camera.distance.size for camera in cameras), 1e-2)
    print("\nconstants of iris/impostors.py")
    print(f"DEGREES_OF_FREEDOM = {freedom:.1f}  # {CARE} of {bounds[0]:.0f}")
    print(f"DEGREES_OF_FREEDOM_95 = ({bounds[0]:.1f}, {bounds[1]:.1f})")
    print(f"INDEPENDENT_ROTATIONS = {turns:.1f}")
    print(f"MEASURED_DOWN_TO = {reached:.0e}  # below it the model extrapolates: fewer than {LEAST_BEHIND} pairs")
    return 0


def _effective_rotations(cameras: list[Strangers]) -> float:
    """The largest number that a camera's fit gives: more rotations mean a stricter threshold."""
    found = []
    for camera in cameras:
        fit = fitted(camera)
        found.append(fit.turns)
        print(f"{camera.name}: {camera.distance.size:,} pairs of strangers, {camera.eyes} eyes")
        print(f"  both free:         {fit.freedom:5.0f} degrees of freedom ({fit.freedom_95[0]:.0f} to ", end="")
        print(f"{fit.freedom_95[1]:.0f}), {fit.turns:4.1f} rotations ({fit.turns_95[0]:.1f} to {fit.turns_95[1]:.1f})")
    return round(max(found))


def _freedoms(cameras: list[Strangers], turns: float) -> tuple[float, float]:
    """Lowest and highest 95 % bound of the degrees of freedom at these rotations."""
    fits = [fitted(camera, np.array([turns])) for camera in cameras]
    for camera, fit in zip(cameras, fits, strict=True):
        ratios = observed_to_promised(camera, fit.freedom, turns)
        print(f"{camera.name} at {turns:.0f} rotations: {fit.freedom:.0f} degrees of freedom ", end="")
        print(f"({fit.freedom_95[0]:.0f} to {fit.freedom_95[1]:.0f}); ratios {ratios}")
    return min(fit.freedom_95[0] for fit in fits), max(fit.freedom_95[1] for fit in fits)


def _present() -> tuple[float, float]:
    return impostors.DEGREES_OF_FREEDOM, impostors.INDEPENDENT_ROTATIONS


if __name__ == "__main__":
    sys.exit(main())
