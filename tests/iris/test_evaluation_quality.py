from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from iris.evaluation.layouts import Item
from iris.evaluation.pairs import Pairs
from iris.evaluation.quality_figures import measured, quality_figures
from iris.evaluation.rejection import MOST_REJECTED, POINTS, Tried, rejection_curve
from iris.evaluation.scores import Enrolled, Scores, measures
from iris.quality import Quality
from iris.template import CODE_BYTES, MASK_BYTES, Template

EYES, SHOTS = 40, 5


def data(bad: NDArray[np.bool_]) -> Pairs:
    """Forty eyes of five pictures; a pair with a bad picture is missed, every other one found."""
    eye = np.repeat(np.arange(EYES), SHOTS).astype(np.int32)
    first, second = (rows.astype(np.int32) for rows in np.triu_indices(eye.size, 1))
    missed = bad[first] | bad[second]
    distance = np.where((eye[first] == eye[second]) & ~missed, 0.2, 0.47).astype(np.float32)
    names, eyes = tuple(map(str, range(eye.size))), tuple(f"{i:02d}" for i in range(EYES))
    return Pairs(names, eyes, eye, np.zeros(eye.size, bool), first, second, distance)


def every_tenth() -> NDArray[np.bool_]:
    return np.arange(EYES * SHOTS) % 10 == 3


def at(share: float) -> int:
    return round(share * (POINTS - 1) / MOST_REJECTED)


def test_a_quality_that_knows_every_bad_picture_leaves_no_error_after_rejecting_them() -> None:
    bad = every_tenth()
    curve = rejection_curve(Tried.of(data(bad)), np.where(bad, 10.0, 90.0), 0.4)
    assert curve[0] == 20 * 4 / 400
    assert curve[at(0.05)] == pytest.approx(0.5 * curve[0])
    assert curve[at(0.1)] == 0.0
    assert curve[-1] == 0.0


def test_a_constant_quality_rejects_at_random() -> None:
    curve = rejection_curve(Tried.of(data(every_tenth())), np.full(EYES * SHOTS, 100.0), 0.4)
    assert (curve == curve[0]).all()


def test_a_refused_picture_takes_no_part() -> None:
    bad = every_tenth()
    pairs = data(bad)
    pairs.refused[bad] = True
    curve = rejection_curve(Tried.of(pairs), np.where(bad, np.nan, 90.0), 0.4)
    assert curve[0] == 0.0


def with_components(pairs: Pairs, **components: NDArray[np.float64]) -> Scores:
    template = Template(np.zeros((CODE_BYTES // 2, 2), np.uint8), np.zeros((MASK_BYTES, 1), np.uint8))
    labelled = zip(pairs.pictures, pairs.eye, strict=True)
    items = [Item(Path(name), str(eye), str(eye), None, "", name) for name, eye in labelled]
    outcomes = [
        Enrolled(template, 50, {name: float(values[i]) for name, values in components.items()}, "")
        for i in range(len(items))
    ]
    return Scores(items, outcomes, pairs)


def test_areas_tell_a_component_that_predicts_error_from_one_that_does_not() -> None:
    bad = every_tenth()
    noise = np.random.default_rng(2).uniform(0, 100, bad.size)
    found = quality_figures(
        with_components(
            data(bad), knowing=np.where(bad, 10.0, 90.0) + noise / 100, blind=noise, backwards=80.0 * bad + noise / 10
        )
    )
    behind = found.at_fmr_1e3
    assert (behind.missed, behind.missed_eyes, behind.pairs) == (80, 20, 400)
    knowing, blind, backwards = (found.components[name].at_fmr_1e3 for name in ("knowing", "blind", "backwards"))
    assert knowing.area is not None
    assert knowing.area < 0.2
    assert knowing.predicts_error
    assert found.components["knowing"].distance_correlation == pytest.approx(-0.7, abs=0.2)
    assert blind.area_95 is not None
    assert blind.area_95[0] < 1.0 < blind.area_95[1]
    assert not blind.predicts_error
    assert backwards.area is not None
    assert backwards.area > 1.0
    assert not backwards.predicts_error
    assert found.components["score"].at_fmr_1e3.area == pytest.approx(1.0)
    assert knowing.fnmr_at_rejected["0.1"] == pytest.approx(0.0, abs=0.01)


def test_errors_of_a_few_eyes_give_no_verdict() -> None:
    bad = np.zeros(EYES * SHOTS, bool)
    bad[:SHOTS] = True
    found = quality_figures(with_components(data(bad), knowing=np.where(bad, 10.0, 90.0)))
    assert (found.at_visit.missed, found.at_visit.missed_eyes) == (10, 1)
    assert found.components["knowing"].at_visit.area == pytest.approx(0.05 * 0.5)
    assert found.components["knowing"].at_visit.predicts_error is None
    assert found.components["knowing"].distance_correlation == pytest.approx(-1.0)


@dataclass(frozen=True)
class Measured:
    score: int = 70
    sharpness: float = 2.5
    advice: tuple[str, ...] = ()


@dataclass(frozen=True)
class InComponents(Measured):
    components: dict[str, float] = field(default_factory=lambda: {"usable_area": 80.0})


def test_components_are_taken_where_a_quality_has_them_and_its_fractions_elsewhere() -> None:
    assert measures(cast("Quality", InComponents())) == {"usable_area": 80.0}
    assert measures(cast("Quality", Measured())) == {"sharpness": 2.5}


def test_the_overall_score_stands_beside_the_components() -> None:
    scores = with_components(data(every_tenth()), sharpness=np.arange(EYES * SHOTS, dtype=float))
    assert list(measured(scores)) == ["score", "sharpness"]
