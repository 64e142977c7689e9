"""The measures of ISO/IEC 19795-1 on sorted distances: rates, thresholds, the trade-off curve, EER, d'."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iris.decision import Policy
from iris.evaluation.pairs import Pairs

RATES = ("1e-3", "1e-4", "1e-5")
"""False-match rates at which figures are stated, as they are named there."""
LEAST_BEHIND = 30
"""Impostor pairs that must lie beyond a threshold before a figure at it is stated (the rule of 30, ISO/IEC 19795-1)."""

Floats = NDArray[np.floating]


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


def distribution(pairs: Pairs) -> Distribution:
    """The distances of pairs whose two pictures were encoded."""
    tried, genuine, far = ~pairs.failed, pairs.genuine, pairs.far
    return Distribution(np.sort(far[tried & genuine]), np.sort(far[tried & ~genuine]))


def rate_below(ordered: Floats, thresholds: Floats | float) -> Floats:
    """Fraction of sorted distances strictly below each threshold."""
    return np.asarray(np.searchsorted(ordered, thresholds, side="left") / max(ordered.size, 1))


def threshold_at(impostor: Floats, rate: float) -> float | None:
    """The highest threshold with at most this observed false-match rate; None where fewer than 30 pairs lie beyond."""
    behind = int(rate * impostor.size)
    return float(impostor[behind]) if LEAST_BEHIND <= behind < impostor.size else None


def promised_threshold(rate: float) -> float:
    """The distance below which the policy accepts one comparison that promises this false-match rate."""
    return Policy(rate, frames=1).threshold(1)


def working_threshold(pairs: Pairs, rate: str = RATES[0]) -> float:
    """Where single pairs are called missed: at this observed FMR; at the promised one if pairs are few."""
    impostor = pairs.far[~(pairs.genuine | pairs.failed)]
    behind = int(float(rate) * impostor.size)
    if not LEAST_BEHIND <= behind < impostor.size:
        return promised_threshold(float(rate))
    return float(np.partition(impostor, behind)[behind])


def curve(spread: Distribution) -> Curve:
    """The trade-off at every distance seen."""
    finite = np.concatenate([spread.genuine, spread.impostor])
    finite = finite[np.isfinite(finite)]
    thresholds = np.unique(np.quantile(finite, np.linspace(0, 1, 4001))) if finite.size else np.empty(0)
    tail = spread.impostor[: min(spread.impostor.size, 4000)]
    thresholds = np.unique(np.concatenate([thresholds, tail[np.isfinite(tail)]]))
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
