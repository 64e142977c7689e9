from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from iris.evaluation.charts import EDGE, LEAST_RATE, PROMISE_HEIGHT, PROMISE_WIDTH, det, histogram, promises, rejection
from iris.evaluation.det import Det
from iris.evaluation.markup import NOTHING, interval, plain
from iris.evaluation.promise import PromiseCurve
from iris.evaluation.rejection import POINTS
from iris.evaluation.statistics import Distribution, curve, promised_threshold

RNG = np.random.default_rng(1)
SPREAD = Distribution(np.sort(RNG.normal(0.3, 0.05, 3000)), np.sort(RNG.normal(0.45, 0.02, 100_000)))


def promise_of(impostor: np.ndarray) -> PromiseCurve:
    promised = np.geomspace(LEAST_RATE, 0.5, 60)
    matched = [int((impostor < promised_threshold(float(rate))).sum()) for rate in promised]
    low, high = zip(*((max(0.0, (n - 2) / impostor.size), (n + 3) / impostor.size) for n in matched), strict=True)
    return PromiseCurve(
        pairs=impostor.size, promised=tuple(promised.tolist()), matched=tuple(matched), low=low, high=high
    )


def spots(drawing: str, mark: str) -> list[tuple[float, float]]:
    found = re.search(rf'<{mark} points="([^"]*)"', drawing)
    assert found is not None
    return [(float(x), float(y)) for x, y in (spot.split(",") for spot in found[1].split())]


def test_every_drawing_is_well_formed_whatever_the_names_and_numbers() -> None:
    nothing = Distribution(np.empty(0), np.empty(0))
    band = Det(fmr=(1e-3, 1e-2), fnmr=(0.1, 0.05), fnmr_low=(0.0, 0.0), fnmr_high=(0.2, 1.0))
    curves = {"#000000": np.full(POINTS, np.nan), "#111111": np.linspace(0.1, 0.5, POINTS)}
    for drawn in (
        det(curve(SPREAD), SPREAD.impostor.size, band),
        det(curve(SPREAD), SPREAD.impostor.size, None),
        histogram(SPREAD, {"<1>": 0.4}),
        histogram(nothing, {}),
        promises(promise_of(SPREAD.impostor)),
        rejection("<a & b>", '"note"', curves),
    ):
        assert "nan" not in drawn
        assert ET.fromstring(drawn).tag == "svg"


def test_a_kept_promise_is_drawn_below_the_diagonal_and_a_broken_one_above() -> None:
    kept = np.linspace(promised_threshold(1e-4), 0.5, 50_000)
    broken = np.concatenate([np.full(5000, 0.3), np.linspace(0.42, 0.5, 45_000)])

    def above_diagonal(impostor: np.ndarray) -> list[bool]:
        scale = (PROMISE_HEIGHT - 2 * EDGE) / (PROMISE_WIDTH - 2 * EDGE)
        drawn = re.findall(r'<polyline points="([^"]+)"', promises(promise_of(impostor)))
        found = [(float(x), float(y)) for points in drawn for x, y in (s.split(",") for s in points.split())]
        return [PROMISE_HEIGHT - EDGE - y > (x - EDGE) * scale + 0.1 for x, y in found if x < PROMISE_WIDTH / 3]

    assert LEAST_RATE < 1e-4
    assert all(above_diagonal(broken))
    strict = np.sort(np.concatenate([np.full(45_000, 0.5), kept[:10]]))
    assert not any(above_diagonal(strict))


@pytest.mark.parametrize("rate", [0.001, 0.05])
def test_the_band_of_the_det_curve_is_drawn_around_it(rate: float) -> None:
    band = Det(fmr=(rate, 2 * rate), fnmr=(0.1, 0.1), fnmr_low=(0.05, 0.05), fnmr_high=(0.2, 0.2))
    corners = spots(det(curve(SPREAD), SPREAD.impostor.size, band), "polygon")
    assert len(corners) == 4
    assert corners[0][0] == corners[3][0] < corners[1][0] == corners[2][0]
    assert corners[0][1] > corners[3][1]


def test_an_interval_is_never_written_as_one_number_twice() -> None:
    assert interval((0.01, 0.02)) == "1.00% to 2.00%"
    assert interval((0.0, 1e-6)) == "0 to 1.0e-06"
    assert interval((0.1, 0.1)) == plain((-1.0, -1.0)) == plain((0.999, 1.001)) == NOTHING
    assert plain((-0.6, 0.1)) == "-0.60 to 0.10"
