"""ISO/IEC 19795-1 figures from the scores of all pairs, with bounds from resampling whole eyes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from iris.decision import Policy
from iris.evaluation.scores import Scores

RATES = ("1e-3", "1e-4", "1e-5")
LEAST_BEHIND = 30
"""Impostor pairs that must lie beyond a threshold before a figure at it is stated (the rule of 30, ISO/IEC 19795-1)."""
RESAMPLES = 400

Floats = NDArray[np.floating]
AtRates = dict[str, float | None]


class Figures(BaseModel):
    """One data set's result; every rate is a fraction, None where too few pairs stand behind it."""

    model_config = ConfigDict(frozen=True)

    pictures: int
    eyes: int
    failures_to_enrol: int
    genuine_pairs: int
    impostor_pairs: int
    eer: float | None
    d_prime: float | None
    fnmr_incl_fte: AtRates
    fnmr_excl_fte: AtRates
    fnmr_incl_fte_95: dict[str, tuple[float, float] | None]
    observed_fmr_at_promised: AtRates
    refusals: dict[str, int]


@dataclass(frozen=True, slots=True)
class Curve:
    """A DET curve: false-match and false non-match rate at each threshold."""

    thresholds: Floats
    fmr: Floats
    fnmr: Floats


@dataclass(frozen=True, slots=True)
class Distribution:
    """Sorted distances of the pairs that could be tried; a comparison refused for want of overlap is infinitely far."""

    genuine: Floats
    impostor: Floats


def distribution(scores: Scores) -> Distribution:
    """The distances of pairs whose two pictures were encoded."""
    far = np.where(np.isnan(scores.distance), np.inf, scores.distance).astype(np.float64)
    tried = ~scores.failed
    return Distribution(np.sort(far[tried & scores.genuine]), np.sort(far[tried & ~scores.genuine]))


def rate_below(ordered: Floats, thresholds: Floats | float) -> Floats:
    """Fraction of sorted distances strictly below each threshold."""
    return np.asarray(np.searchsorted(ordered, thresholds, side="left") / max(ordered.size, 1))


def threshold_at(impostor: Floats, rate: float) -> float | None:
    """The highest threshold with at most this observed false-match rate; None where fewer than 30 pairs lie beyond."""
    behind = int(rate * impostor.size)
    return float(impostor[behind]) if LEAST_BEHIND <= behind < impostor.size else None


def curve(spread: Distribution) -> Curve:
    """The trade-off at every distance seen."""
    finite = np.concatenate([spread.genuine, spread.impostor])
    thresholds = np.unique(np.quantile(finite[np.isfinite(finite)], np.linspace(0, 1, 4001)))
    return Curve(thresholds, rate_below(spread.impostor, thresholds), 1 - rate_below(spread.genuine, thresholds))


def equal_error_rate(spread: Distribution) -> float | None:
    """Where both error rates are equal."""
    if spread.impostor.size < LEAST_BEHIND or not spread.genuine.size:
        return None
    thresholds = np.concatenate([spread.genuine, spread.impostor, [np.inf]])
    fmr, fnmr = rate_below(spread.impostor, thresholds), 1 - rate_below(spread.genuine, thresholds)
    nearest = int(np.abs(fmr - fnmr).argmin())
    return float((fmr[nearest] + fnmr[nearest]) / 2)


def d_prime(spread: Distribution) -> float | None:
    """Distance of the two means in pooled standard deviations."""
    genuine = spread.genuine[np.isfinite(spread.genuine)]
    impostor = spread.impostor[np.isfinite(spread.impostor)]
    if impostor.size < LEAST_BEHIND or genuine.size < 2:  # noqa: PLR2004 - a variance needs two
        return None
    pooled = np.sqrt((genuine.var() + impostor.var()) / 2)
    return float(abs(impostor.mean() - genuine.mean()) / pooled) if pooled > 0 else None


def figures(scores: Scores) -> Figures:
    """All figures of one evaluation."""
    spread = distribution(scores)
    thresholds = {rate: threshold_at(spread.impostor, float(rate)) for rate in RATES}
    refused = Counter(outcome.refusal for outcome in scores.outcomes if outcome.template is None)
    return Figures(
        pictures=len(scores.items),
        eyes=len({item.eye for item in scores.items}),
        failures_to_enrol=sum(refused.values()),
        genuine_pairs=int(scores.genuine.sum()),
        impostor_pairs=int((~scores.genuine).sum()),
        eer=equal_error_rate(spread),
        d_prime=d_prime(spread),
        fnmr_incl_fte={rate: _missed(scores, t, with_failures=True) for rate, t in thresholds.items()},
        fnmr_excl_fte={rate: _missed(scores, t, with_failures=False) for rate, t in thresholds.items()},
        fnmr_incl_fte_95={rate: _bounds(scores, t) for rate, t in thresholds.items()},
        observed_fmr_at_promised={rate: _observed(spread, float(rate)) for rate in RATES},
        refusals=dict(refused),
    )


def _observed(spread: Distribution, promise: float) -> float | None:
    """False-match rate seen at the threshold that the policy gives one comparison for this promise."""
    if promise * spread.impostor.size < LEAST_BEHIND:
        return None
    return float(rate_below(spread.impostor, Policy(promise, frames=1).threshold(1)))


def _nonmatches(scores: Scores, threshold: float) -> NDArray[np.bool_]:
    return ~(scores.distance < threshold)


def _missed(scores: Scores, threshold: float | None, *, with_failures: bool) -> float | None:
    chosen = scores.genuine if with_failures else scores.genuine & ~scores.failed
    if threshold is None or not chosen.any():
        return None
    return float(_nonmatches(scores, threshold)[chosen].mean())


def _bounds(scores: Scores, threshold: float | None) -> tuple[float, float] | None:
    """95 % bounds of the FNMR incl. FTE by resampling eyes with replacement, from a fixed seed."""
    if threshold is None or not scores.genuine.any():
        return None
    eyes, eye = np.unique([item.eye for item in scores.items], return_inverse=True)
    of_pair = eye[scores.first[scores.genuine]]
    pairs = np.bincount(of_pair, minlength=eyes.size)
    missed = np.bincount(of_pair, weights=_nonmatches(scores, threshold)[scores.genuine], minlength=eyes.size)
    drawn = np.random.default_rng(1).integers(0, eyes.size, (RESAMPLES, eyes.size))
    rates = missed[drawn].sum(axis=1) / np.maximum(pairs[drawn].sum(axis=1), 1)
    low, high = np.quantile(rates, (0.025, 0.975))
    return float(low), float(high)
