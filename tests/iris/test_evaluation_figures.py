from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from iris.bench import random_template
from iris.code import encoder_fingerprint
from iris.evaluation.binomial import clopper_pearson, mcnemar
from iris.evaluation.det import det
from iris.evaluation.figures import figures
from iris.evaluation.layouts import Item
from iris.evaluation.pairs import Pairs
from iris.evaluation.promise import promise_curve
from iris.evaluation.resampling import WeightedErrors, bounds, draws, resampled
from iris.evaluation.scores import Enrolled, Scores
from iris.evaluation.statistics import (
    Distribution,
    d_prime,
    distribution,
    equal_error_rate,
    promised_threshold,
    rate_below,
    threshold_at,
    working_threshold,
)
from iris.evaluation.suspects import failing_eyes


def table(eye: list[int], distance: dict[tuple[int, int], float], refused: tuple[int, ...] = ()) -> Pairs:
    """All pairs of pictures at 0.46 across eyes and 0.2 inside them, but for the named ones."""
    first, second = np.triu_indices(len(eye), 1)
    of = np.array(eye, np.int32)
    far = np.where(of[first] == of[second], 0.2, 0.46).astype(np.float32)
    for (a, b), value in distance.items():
        far[(first == a) & (second == b)] = value
    out = np.isin(np.arange(of.size), refused)
    far[out[first] | out[second]] = np.nan
    names = tuple(f"{i}.png" for i in range(of.size))
    eyes = tuple(f"eye{i:02d}" for i in range(max(eye) + 1))
    return Pairs(names, eyes, of, out, first.astype(np.int32), second.astype(np.int32), far)


def crowd(eyes: int = 60, shots: int = 5, seed: int = 1) -> Pairs:
    """Strangers about 0.46, pairs of one eye about 0.38 with a few eyes much worse: overlapping on purpose."""
    rng = np.random.default_rng(seed)
    pairs = table([i // shots for i in range(eyes * shots)], {})
    harm = rng.normal(0, 0.03, eyes)[pairs.eye[pairs.first]]
    genuine = rng.normal(0.38, 0.015, pairs.first.size) + harm
    distance = np.where(pairs.genuine, genuine, rng.normal(0.46, 0.015, pairs.first.size))
    distance[np.flatnonzero(pairs.genuine)[:3]] = np.nan
    return Pairs(
        pairs.pictures, pairs.eyes, pairs.eye, pairs.refused, pairs.first, pairs.second, distance.astype(np.float32)
    )


def scores_of(pairs: Pairs) -> Scores:
    items = [
        Item(Path(name), pairs.eyes[eye], pairs.eyes[eye], None, "", name)
        for name, eye in zip(pairs.pictures, pairs.eye, strict=True)
    ]
    return Scores(items, [Enrolled(None, 0, {}, "no-eye") for _ in items], pairs)


def test_equal_error_rate_of_two_shifted_normals_is_the_known_one() -> None:
    rng = np.random.default_rng(1)
    spread = Distribution(np.sort(rng.normal(0.25, 0.05, 20_000)), np.sort(rng.normal(0.45, 0.05, 20_000)))
    assert equal_error_rate(spread) == pytest.approx(0.0228, abs=0.003)
    assert d_prime(spread) == pytest.approx(4.0, abs=0.05)


def test_the_threshold_at_a_rate_lets_no_more_impostors_through() -> None:
    impostor = np.sort(np.random.default_rng(1).normal(0.45, 0.03, 50_000))
    threshold = threshold_at(impostor, 1e-3)
    assert threshold is not None
    assert rate_below(impostor, threshold) <= 1e-3
    assert threshold_at(impostor, 1e-4) is None


def test_a_comparison_refused_for_overlap_is_a_miss_and_never_a_match() -> None:
    spread = distribution(table([0, 0, 1, 1], {(0, 1): np.nan, (0, 2): np.nan}))
    assert np.isinf(spread.genuine[-1])
    assert rate_below(spread.impostor, 0.5) == 0.75


def test_rates_with_too_few_pairs_behind_them_are_null() -> None:
    result = figures(scores_of(table([0, 0, 1, 1], {})))
    assert result.eer is None
    assert result.eer_95 is None
    assert result.fnmr_incl_fte == result.fnmr_incl_fte_95 == {"1e-3": None, "1e-4": None, "1e-5": None}


def test_counts_stand_behind_the_rates_and_refused_pictures_only_in_one_of_them() -> None:
    eye = [i // 4 for i in range(280)]
    pairs = table(eye, {(0, 1): 0.47, (4, 5): 0.47}, refused=(8,))
    result = figures(scores_of(pairs))
    incl, excl = result.fnmr_incl_fte_counts["1e-3"], result.fnmr_excl_fte_counts["1e-3"]
    assert incl is not None
    assert excl is not None
    assert (incl.errors, incl.pairs) == (2 + 3, 70 * 6)
    assert (excl.errors, excl.pairs) == (2, 70 * 6 - 3)
    assert result.fnmr_incl_fte["1e-3"] == 5 / 420
    assert result.pairs_lost_to_fte.genuine == 3
    low, high = result.fnmr_incl_fte_95["1e-3"] or (1.0, 0.0)
    assert 0.0 <= low < 5 / 420 < high < 0.04
    assert result.fnmr_incl_fte_counts["1e-5"] is None


def test_no_error_seen_still_has_an_upper_bound_from_the_number_of_eyes() -> None:
    result = figures(scores_of(table([i // 4 for i in range(280)], {})))
    assert result.fnmr_excl_fte["1e-3"] == 0.0
    assert result.fnmr_excl_fte_95["1e-3"] == clopper_pearson(0, 70)
    assert result.observed_fmr_at_promised["1e-3"] == 0.0
    assert result.observed_fmr_at_promised_95["1e-3"] == clopper_pearson(0, 70 * 69 // 2)


def test_every_eye_once_gives_the_figures_without_resampling() -> None:
    pairs = crowd()
    spread = distribution(pairs)
    rates = WeightedErrors(pairs).rates(np.ones(len(pairs.eyes)))
    threshold = threshold_at(spread.impostor, 1e-3) or 0.0
    far = ~(pairs.far < threshold)
    assert rates.eer == pytest.approx(equal_error_rate(spread), rel=1e-12)
    assert rates.d_prime == pytest.approx(d_prime(spread), rel=1e-9)
    assert rates.fnmr_incl[0] == pytest.approx(far[pairs.genuine].mean(), rel=1e-12)
    promised = promised_threshold(1e-3)
    assert rates.promised_fmr[0] == pytest.approx((pairs.far[~pairs.genuine] < promised).mean(), rel=1e-12)


def copied(pairs: Pairs, weights: NDArray[np.float64]) -> Pairs:
    """The data set in which each eye stands as often as its weight says, copies being different eyes."""
    shots = len(pairs.pictures) // len(pairs.eyes)
    drawn = np.repeat(np.arange(len(pairs.eyes)), weights.astype(int))
    original = (drawn[:, None] * shots + np.arange(shots)).reshape(-1)
    known = np.full((len(pairs.pictures),) * 2, np.nan, np.float32)
    known[pairs.first, pairs.second] = known[pairs.second, pairs.first] = pairs.distance
    first, second = np.triu_indices(original.size, 1)
    eye = np.repeat(np.arange(drawn.size), shots).astype(np.int32)
    between_copies = (eye[first] != eye[second]) & (drawn[eye[first]] == drawn[eye[second]])
    first, second = first[~between_copies], second[~between_copies]
    names = tuple(str(i) for i in range(original.size))
    eyes = tuple(f"{i:03d}" for i in range(drawn.size))
    refused = pairs.refused[original]
    distance = known[original[first], original[second]]
    return Pairs(names, eyes, eye, refused, first.astype(np.int32), second.astype(np.int32), distance)


def test_weighting_an_eye_is_having_it_that_many_times() -> None:
    pairs = crowd()
    weights = draws(len(pairs.eyes), count=3, seed=4)[2]
    rates, real = WeightedErrors(pairs).rates(weights), copied(pairs, weights)
    spread = distribution(real)
    threshold = threshold_at(spread.impostor, 1e-3) or 0.0
    assert threshold > 0.0
    assert rates.eer == pytest.approx(equal_error_rate(spread), abs=1e-4)
    assert rates.d_prime == pytest.approx(d_prime(spread), rel=1e-9)
    assert rates.fnmr_excl[0] == pytest.approx((~(real.far < threshold))[real.genuine].mean(), rel=1e-12)


def test_the_det_curve_is_the_one_of_the_pairs_and_lies_within_its_band() -> None:
    pairs = crowd()
    spread, errors = distribution(pairs), WeightedErrors(pairs)
    found = det(spread, errors, draws(len(pairs.eyes), count=100))
    assert found is not None
    assert found.fmr[0] == pytest.approx(30 / spread.impostor.size)
    for fmr, fnmr, low, high in zip(found.fmr, found.fnmr, found.fnmr_low, found.fnmr_high, strict=True):
        threshold = threshold_at(spread.impostor, fmr * (1 + 1e-9))
        assert threshold is not None
        assert fnmr == pytest.approx(1 - rate_below(spread.genuine, threshold))
        assert low < fnmr < high
    once = errors.fnmr_at(np.ones(len(pairs.eyes)), np.array(found.fmr) * (1 + 1e-9))
    assert once == pytest.approx(np.array(found.fnmr))


def test_a_det_curve_without_a_miss_has_the_exact_bound_and_too_few_pairs_have_no_curve() -> None:
    clean = table([i // 4 for i in range(280)], {})
    found = det(distribution(clean), WeightedErrors(clean), draws(70, count=20))
    assert found is not None
    assert set(found.fnmr) == {0.0}
    assert set(found.fnmr_high) == {(clopper_pearson(0, 70) or (0.0, 0.0))[1]}
    few = table([0, 0, 1, 1], {})
    assert det(distribution(few), WeightedErrors(few), draws(2, count=20)) is None


def test_the_figures_say_which_product_and_encoder_they_are_of() -> None:
    result = figures(scores_of(table([0, 0, 1, 1], {})))
    assert result.product == version("iris-locker")
    assert result.encoder == encoder_fingerprint().hex()


def test_intervals_hold_the_figure_and_do_not_depend_on_the_run() -> None:
    pairs = crowd()
    errors, weights = WeightedErrors(pairs), draws(len(pairs.eyes), count=100)
    low, high = bounds(resampled(errors, weights).eer) or (1.0, 0.0)
    eer = equal_error_rate(distribution(pairs))
    assert eer is not None
    assert low < eer < high
    assert bounds(resampled(errors, weights).eer) == (low, high)


def test_single_pairs_are_called_missed_at_the_observed_rate_or_at_the_promised_one_of_few() -> None:
    pairs = crowd(eyes=120)
    observed = threshold_at(distribution(pairs).impostor, 1e-3)
    assert observed is not None
    assert working_threshold(pairs) == observed
    assert threshold_at(distribution(pairs).impostor, 1e-5) is None
    assert working_threshold(pairs, "1e-5") == promised_threshold(1e-5)
    assert working_threshold(table([0, 1], {})) == promised_threshold(1e-3)


def test_eyes_that_fail_most_come_first_with_the_reason() -> None:
    pairs = table([0, 0, 0, 1, 1, 1, 2, 2, 2], {(0, 1): 0.44, (3, 4): np.nan}, refused=(5,))
    first, second = failing_eyes(pairs, 0.4)
    assert (first.eye, first.missed, first.pairs, first.by_refusal, first.by_distance) == ("eye01", 3, 3, 2, 1)
    assert (second.eye, second.missed, second.by_refusal, second.by_distance) == ("eye00", 1, 0, 1)


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [(0, 100, 0.0, 0.03622), (1, 100, 0.00025, 0.05446), (5, 20, 0.08657, 0.49105), (20, 20, 0.83157, 1.0)],
)
def test_exact_binomial_bounds_are_those_of_the_tables(errors: int, trials: int, low: float, high: float) -> None:
    assert clopper_pearson(errors, trials) == pytest.approx((low, high), abs=1e-5)


def test_no_trial_has_no_bound() -> None:
    assert clopper_pearson(0, 0) is None
    with pytest.raises(ValueError, match="errors"):
        clopper_pearson(3, 2)


def test_mcnemar_of_known_counts() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 5) == 1.0
    assert mcnemar(0, 6) == pytest.approx(2 / 64)
    assert mcnemar(9, 1) == pytest.approx(22 / 1024)


def test_few_pairs_give_counts_and_an_exact_interval_where_no_rate_is_stated() -> None:
    eye = [i // 4 for i in range(80)]
    pairs = table(eye, {(0, 4): 0.3, (8, 12): 0.3, (9, 13): 0.3})
    result = figures(scores_of(pairs))
    seen = result.observed_fmr_at_promised_counts["1e-5"]
    assert seen is not None
    assert (seen.errors, seen.pairs) == (3, 3040)
    assert result.observed_fmr_at_promised["1e-5"] is None
    low, high = result.observed_fmr_at_promised_95["1e-5"] or (1.0, 0.0)
    exact = clopper_pearson(3, 3040) or (0.0, 0.0)
    assert low <= exact[0]
    assert high >= exact[1]
    assert high > 1e-5


def test_misses_at_the_policys_thresholds_need_no_impostor() -> None:
    result = figures(scores_of(table([0, 0, 0, 0], {(0, 1): 0.45}, refused=(3,))))
    incl, excl = (
        counts["1e-4"] for counts in (result.fnmr_at_promised_incl_fte_counts, result.fnmr_at_promised_excl_fte_counts)
    )
    assert incl is not None
    assert excl is not None
    assert (incl.errors, incl.pairs, excl.errors, excl.pairs) == (4, 6, 1, 3)
    assert result.fnmr_at_promised_incl_fte["1e-4"] == 4 / 6
    assert result.fnmr_at_promised_excl_fte_95["1e-4"] == clopper_pearson(1, 3)
    assert result.impostor_pairs == 0
    assert result.promise_curve is None


def test_a_picture_without_template_is_no_acquisition_and_an_eye_without_any_is_no_enrolment() -> None:
    scores, good = (
        scores_of(table([0, 0, 1, 1, 2, 2], {}, refused=(0, 2, 3))),
        random_template(np.random.default_rng(1)),
    )
    outcomes = [
        one if out else Enrolled(good, 80, {}, "")
        for one, out in zip(scores.outcomes, scores.pairs.refused, strict=True)
    ]
    result = figures(replace(scores, outcomes=outcomes))
    assert (result.failures_to_acquire, result.failures_to_enrol, result.failure_to_acquire_rate) == (3, 3, 0.5)
    assert (result.eyes_failed_to_enrol, result.failure_to_enrol_rate) == (1, 1 / 3)
    assert result.failure_to_enrol_rate_95 == clopper_pearson(1, 3)


def test_no_interval_has_shrunk_to_a_point() -> None:
    for pairs in (table([0, 0, 1, 1], {}), table([0, 0], {(0, 1): 0.45}), crowd(), table([0, 0, 0], {}, refused=(0,))):
        told = figures(scores_of(pairs)).model_dump()
        stack, intervals = [told], 0
        while stack:
            for name, value in stack.pop().items():
                if isinstance(value, dict) and not name.endswith("_95"):
                    stack.append(value)
                elif name.endswith("_95"):
                    around = value.values() if isinstance(value, dict) else [value]
                    intervals += 1
                    assert all(each is None or each[0] < each[1] for each in around), name
        assert intervals


def test_the_curve_of_promises_grows_within_its_band() -> None:
    pairs = crowd()
    errors = WeightedErrors(pairs)
    found = promise_curve(distribution(pairs), errors, draws(errors.eyes, count=100))
    assert found is not None
    assert found.promised[0] == pytest.approx(1e-6)
    seen = [count / found.pairs for count in found.matched]
    assert all(low <= rate <= high for low, rate, high in zip(found.low, seen, found.high, strict=True))
    assert list(found.high) == sorted(found.high)
    assert list(found.low) == sorted(found.low)
    threshold = promised_threshold(found.promised[-1])
    assert found.matched[-1] == (pairs.far[~pairs.genuine] < threshold).sum()
