"""Whether the policy keeps its promise, as a curve: the false-match rate seen at the threshold of each promised one."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from iris.evaluation.intervals import growing, of_few
from iris.evaluation.resampling import WeightedErrors, Weights
from iris.evaluation.statistics import Distribution, promised_threshold

LEAST_PROMISE, MOST_PROMISE = 1e-6, 0.5
POINTS = 48
"""Promised rates of the curve, evenly spaced on a logarithmic scale."""


class PromiseCurve(BaseModel):
    """Observed false-match rates at promised ones.

    Attributes:
        promised: the least first.
        matched: impostor pairs nearer than the policy's threshold, of `pairs`.
        low, high: 95 % interval of the observed rate, from resampling eyes, and never narrower than the exact one where
            fewer than 30 pairs matched.
    """

    model_config = ConfigDict(frozen=True)

    pairs: int
    promised: tuple[float, ...]
    matched: tuple[int, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def promise_curve(spread: Distribution, errors: WeightedErrors, weights: Weights) -> PromiseCurve | None:
    """The curve as far as resampling covers it; None without an impostor pair."""
    pairs = spread.impostor.size
    if not pairs:
        return None
    promised = np.geomspace(LEAST_PROMISE, MOST_PROMISE, POINTS)
    thresholds = np.array([promised_threshold(float(rate)) for rate in promised])
    covered = thresholds <= errors.covered
    promised, thresholds = promised[covered], thresholds[covered]
    matched = np.searchsorted(spread.impostor, thresholds, side="left").tolist()
    drawn = np.stack([errors.fmr_below(row, thresholds) for row in weights])
    units = errors.eyes * (errors.eyes - 1) // 2
    around = growing([of_few(drawn[:, i], count, pairs, units) for i, count in enumerate(matched)])
    known = [(0.0, 1.0) if each is None else each for each in around]
    return PromiseCurve(
        pairs=pairs,
        promised=tuple(promised.tolist()),
        matched=tuple(matched),
        low=tuple(low for low, _ in known),
        high=tuple(high for _, high in known),
    )
