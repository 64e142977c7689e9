"""The model of strangers: a rate and a distance are two words for one thing, and careful is always stricter."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iris import impostors
from iris.evaluation import score_file
from iris.evaluation.pairs import Pairs
from iris.planes import ROTATIONS

rates = st.floats(1e-14, 0.4)


@given(rates)
def test_threshold_and_false_match_rate_are_each_others_inverse(rate: float) -> None:
    assert impostors.false_match_rate(impostors.threshold(rate)) == pytest.approx(rate, rel=1e-3)


@given(rates, rates)
def test_a_smaller_promise_never_gets_a_looser_threshold(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert impostors.threshold(less) <= impostors.threshold(more)
    assert impostors.threshold_of_both_eyes(less) <= impostors.threshold_of_both_eyes(more)


@given(st.floats(1e-14, 1e-3))
def test_both_eyes_may_lie_farther_away_than_one_but_nearer_than_two_strangers(rate: float) -> None:
    assert impostors.threshold(rate) < impostors.threshold_of_both_eyes(rate) < 0.5


@pytest.mark.parametrize("rate", [0.0, 1.0, -1e-3, float("nan")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        impostors.threshold(rate)
    with pytest.raises(ValueError, match="between 0 and 1"):
        impostors.threshold_of_both_eyes(rate)


def test_a_threshold_beyond_every_distance_lets_every_stranger_in() -> None:
    assert impostors.false_match_rate(1.0) == 1.0
    assert impostors.false_match_rate(0.0) < 1e-50


def test_the_constants_are_on_the_careful_side_of_their_bounds() -> None:
    low, high = impostors.DEGREES_OF_FREEDOM_95
    assert impostors.DEGREES_OF_FREEDOM <= low < high
    assert 1 <= impostors.INDEPENDENT_ROTATIONS <= ROTATIONS


def test_distances_drawn_from_the_model_fall_below_its_thresholds_as_often_as_it_says() -> None:
    turns = round(impostors.INDEPENDENT_ROTATIONS)
    drawn = np.random.default_rng(7).normal(0.5, impostors.spread(), (400_000, turns)).min(axis=1)
    for rate in (1e-1, 1e-2, 1e-3):
        assert (drawn < impostors.threshold(rate)).mean() == pytest.approx(rate, rel=0.15)


def test_the_mean_of_two_eyes_falls_below_its_threshold_as_often_as_one_of_all_pairs_of_rotations_may() -> None:
    """Drawn from the model at one rotation of each eye, going together by as much as is assumed."""
    rng, rate = np.random.default_rng(7), 0.5
    shared, own = rng.normal(size=1_000_000), rng.normal(size=(2, 1_000_000))
    together = impostors.CORRELATION_OF_EYES
    eyes = 0.5 + impostors.spread() * (np.sqrt(together) * shared + np.sqrt(1 - together) * own)
    below = (eyes.mean(axis=0) < impostors.threshold_of_both_eyes(rate)).mean()
    assert below == pytest.approx(rate / impostors.INDEPENDENT_ROTATIONS**2, rel=0.08)


@pytest.fixture(scope="module")
def fitting() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "impostor_model.py"
    spec = importlib.util.spec_from_file_location("impostor_model", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def scores(path: Path, freedom: float, turns: int, eyes: int = 60, each: int = 8) -> Path:
    """A score file of strangers drawn from a known model."""
    pictures = eyes * each
    first, second = np.triu_indices(pictures, 1)
    drawn = np.random.default_rng(3).normal(0.5, 0.5 / np.sqrt(freedom), (first.size, turns)).min(axis=1)
    pairs = Pairs(
        pictures=tuple(f"p{i}" for i in range(pictures)),
        eyes=tuple(f"e{i:03}" for i in range(eyes)),
        eye=np.repeat(np.arange(eyes), each).astype(np.int32),
        refused=np.zeros(pictures, bool),
        first=first.astype(np.int32),
        second=second.astype(np.int32),
        distance=drawn.astype(np.float32),
    )
    score_file.write(path, pairs)
    return path


def test_the_fit_finds_the_model_that_the_distances_were_drawn_from(fitting: ModuleType, tmp_path: Path) -> None:
    camera = fitting.strangers(scores(tmp_path / "drawn.npz", freedom=400.0, turns=10))
    fit = fitting.fitted(camera, np.array([10.0]))
    assert fit.freedom == pytest.approx(400.0, rel=0.03)
    assert fit.freedom_95[0] <= fit.freedom <= fit.freedom_95[1]


def test_the_fit_prints_the_constants_and_names_a_file_that_is_no_score_file(
    fitting: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = scores(tmp_path / "drawn.npz", freedom=400.0, turns=10)
    monkeypatch.setattr(fitting, "DRAWS", 5)
    monkeypatch.setattr("sys.argv", ["impostor_model.py", str(path), "--check", str(path)])
    assert fitting.main() == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in ("DEGREES_OF_FREEDOM =", "INDEPENDENT_ROTATIONS =", "MEASURED_DOWN_TO ="))
    monkeypatch.setattr("sys.argv", ["impostor_model.py", str(tmp_path / "missing.npz")])
    assert fitting.main() == 2
    assert "missing.npz" in capsys.readouterr().err
