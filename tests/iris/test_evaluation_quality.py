from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from iris.evaluation.binomial import clopper_pearson
from iris.evaluation.confidence import confidence_bands
from iris.evaluation.layouts import Item
from iris.evaluation.pairs import Pairs
from iris.evaluation.quality_figures import measured, quality_figures
from iris.evaluation.quality_section import quality_section
from iris.evaluation.rejection import (
    MOST_REJECTED,
    POINTS,
    Tried,
    ideal_quality,
    rejection_curve,
    relative_areas,
)
from iris.evaluation.scores import Enrolled, Scores
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


EXACT = np.array([(80 - 4 * k) / (400 - 4 * k) / 0.2 for k in np.linspace(0, 20, 2001)])
"""Error relative to the start while the 20 bad pictures, four missed pairs each, are rejected one by one."""


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


def test_gain_is_one_for_a_measure_that_knows_the_errors_and_nothing_for_one_that_is_blind() -> None:
    bad = every_tenth()
    noise = np.random.default_rng(2).uniform(0, 100, bad.size)
    found = quality_figures(
        with_components(data(bad), knowing=np.where(bad, 10.0, 90.0), backwards=80.0 * bad + noise / 10)
    )
    assert found.at_fmr_1e4.ideal_area == pytest.approx(np.mean(EXACT) * 0.1 / MOST_REJECTED, rel=0.02)
    gains = {name: each.at_fmr_1e4.gain for name, each in found.components.items()}
    assert gains["knowing"] == pytest.approx(1.0, abs=0.02)
    assert gains["score"] == pytest.approx(0.0, abs=1e-9)
    assert gains["backwards"] is not None
    assert gains["backwards"] < -0.3
    assert gains["confidence"] is None


@given(st.integers(0, 2**32 - 1))
def test_no_measure_leaves_noticeably_less_error_than_ideal_rejection(seed: int) -> None:
    rng = np.random.default_rng(seed)
    bad = rng.random(EYES * SHOTS) < 0.1
    bad[0] = True
    tried = Tried.of(data(bad))
    ideal = relative_areas(rejection_curve(tried, ideal_quality(tried, np.ones(bad.size, bool), 0.4), 0.4)[None])[0]
    for quality in (rng.random(bad.size), rng.random(bad.size) - 0.5 * bad, -1.0 * bad):
        assert relative_areas(rejection_curve(tried, quality, 0.4)[None])[0] >= 0.9 * ideal


def test_ideal_rejection_takes_the_picture_in_most_missed_pairs_first_and_no_refused_one() -> None:
    bad = np.zeros(EYES * SHOTS, bool)
    bad[7] = True
    pairs = data(bad)
    pairs.refused[20] = True
    quality = ideal_quality(Tried.of(pairs), ~pairs.refused, 0.4)
    assert quality.tolist().index(0.0) == 7
    assert np.isnan(quality[20])
    assert np.isfinite(quality).sum() == EYES * SHOTS - 1


def test_pairs_are_told_by_the_confidence_of_their_less_certain_picture() -> None:
    bad = every_tenth()
    scores = with_components(data(bad))
    certain = [replace(outcome, confidence=0.6 if bad[i] else 0.95) for i, outcome in enumerate(scores.outcomes)]
    bands = confidence_bands(replace(scores, outcomes=certain))
    assert [(band.least, band.most) for band in bands][2] == (0.5, 0.7)
    assert [(band.pictures, band.missed, band.pairs) for band in bands] == [
        (0, 0, 0),
        (0, 0, 0),
        (20, 80, 80),
        (0, 0, 0),
        (0, 0, 0),
        (180, 0, 320),
    ]
    assert bands[2].fnmr_95 == clopper_pearson(80, 80)
    assert bands[0].fnmr_95 is None


def test_certainty_itself_lies_in_the_last_band() -> None:
    scores = with_components(data(every_tenth()))
    certain = [replace(outcome, confidence=1.0) for outcome in scores.outcomes]
    assert confidence_bands(replace(scores, outcomes=certain))[-1].pictures == EYES * SHOTS


def test_the_report_shows_which_measures_predict_error_and_which_do_not() -> None:
    bad = every_tenth()
    blind = np.random.default_rng(2).uniform(0, 100, bad.size)
    scores = with_components(data(bad), knowing=np.where(bad, 10.0, 90.0), blind=blind)
    section = quality_section(quality_figures(scores), scores)
    assert "<tr><td>knowing</td><td>yes</td>" in section
    assert "<tr class=q><td>blind</td><td>not shown</td>" in section
    assert section.count("<svg") == 4
    assert "NaN" not in section
    assert "nan" not in section


def test_errors_of_a_few_eyes_give_no_verdict() -> None:
    bad = np.zeros(EYES * SHOTS, bool)
    bad[:SHOTS] = True
    found = quality_figures(with_components(data(bad), knowing=np.where(bad, 10.0, 90.0)))
    assert (found.at_visit.missed, found.at_visit.missed_eyes) == (10, 1)
    assert found.components["knowing"].at_visit.area == pytest.approx(0.05 * 0.5)
    assert found.components["knowing"].at_visit.predicts_error is None
    assert found.components["knowing"].distance_correlation == pytest.approx(-1.0)


def test_the_overall_score_stands_beside_the_components() -> None:
    scores = with_components(data(every_tenth()), sharpness=np.arange(EYES * SHOTS, dtype=float))
    assert list(measured(scores)) == ["score", "sharpness", "confidence"]
