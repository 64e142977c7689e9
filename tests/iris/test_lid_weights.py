"""The benchmark that fits the weights of lids again weighs curves exactly as the search does."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from iris.geometry import Lid
from iris.picture import checked
from iris.segment import lids
from iris.segment.eye import find_eye
from simulator.eyes import Identity, Pose, Side, View, grow, render

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    sys.path.append(str(BENCHMARKS))
    try:
        return importlib.import_module("lid_weights")
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.mark.parametrize("openness", [0.7, 0.85, 1.0])
def test_the_standing_weights_choose_in_the_benchmark_what_they_choose_in_the_search(
    benchmark: ModuleType, openness: float
) -> None:
    eye = grow(Identity(3, "w001", Side.LEFT))
    drawn = render(eye, View(Pose(openness=openness)), np.random.default_rng(5))
    found = find_eye(checked(drawn.picture)).segmentation
    tried = benchmark.tried(checked(drawn.picture), benchmark.of_drawing(drawn.truth), "drawn", 0)
    chosen = []
    for lid, weights in enumerate((lids.UPPER, lids.LOWER)):
        best = int((tried.figures[lid] @ np.array(list(benchmark._values(weights)), np.float32)).argmax())
        chosen.append(tuple(float(part[best]) for part in lids._TRIED))
    assert Lid(*chosen[0]) == found.upper_lid
    assert Lid(*(-part for part in chosen[1])) == found.lower_lid


def test_a_curve_that_is_the_true_lid_has_no_error_and_one_off_the_iris_errs_by_what_is_hidden(
    benchmark: ModuleType,
) -> None:
    u, v = np.meshgrid(lids.PLACES, lids.PLACES)
    ring = np.hypot(u, v) < 1.0
    height, tilt, curvature = lids._TRIED
    one = int(np.flatnonzero((height == lids.HEIGHTS[14]) & (tilt == 0) & (curvature == 0))[0])
    wrong = benchmark.errors(ring, np.full(lids.PLACES.size, lids.HEIGHTS[14], np.float32))
    assert wrong[one] == 0.0
    off = int(np.flatnonzero((height == lids.HEIGHTS[0]) & (tilt == 0) & (curvature == 0))[0])
    assert wrong[off] == pytest.approx((ring & (v < lids.HEIGHTS[14])).sum() / ring.sum(), abs=0.01)


def test_the_fit_finds_weights_that_choose_the_right_curves(benchmark: ModuleType) -> None:
    rng = np.random.default_rng(7)
    true = rng.normal(0, 2, len(benchmark.NAMES))
    values = rng.normal(0, 1, (200, 50, true.size)).astype(np.float32)
    score = values @ true
    wrong = (0.01 * (score.max(axis=1, keepdims=True) - score)).astype(np.float32)
    fitted = benchmark._fitted(values, wrong, np.full(200, 1 / 200))
    found = (values @ np.array(list(benchmark._values(fitted)))).argmax(axis=1)
    assert np.take_along_axis(wrong, found[:, None], axis=1).mean() < 0.05 * wrong.mean()


def test_the_least_of_a_bent_valley_is_found(benchmark: ModuleType) -> None:
    def valley(at: np.ndarray) -> tuple[float, np.ndarray]:
        x, y = at
        slope = np.array([-2 * (1 - x) - 40 * x * (y - x * x), 20 * (y - x * x)])
        return float((1 - x) ** 2 + 10 * (y - x * x) ** 2), slope

    assert benchmark._least(valley, np.array([-1.0, 1.0]), 200) == pytest.approx([1.0, 1.0], abs=1e-3)
