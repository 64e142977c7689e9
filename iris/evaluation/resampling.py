"""Bounds by resampling whole eyes: pairs that share an eye rise and fall together, so eyes are what is drawn.

A draw gives each eye a weight, the number of times it was drawn. A genuine pair weighs as its eye, an impostor pair as
the product of its two eyes. Thresholds at an observed false-match rate are found anew in each draw, so that a bound
holds their uncertainty too (Bolle, Ratha & Pankanti 2004, the subsets bootstrap).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from iris.evaluation.pairs import Pairs
from iris.evaluation.statistics import RATES, distribution, equal_error_rate, promised_threshold

RESAMPLES = 400
"""Draws; the 2.5 % ends of an interval then rest on ten draws each."""
SEED = 1
_TAIL = 0.05
"""Least part of the impostor pairs, nearest first, that a draw weighs one by one; thresholds lie within it."""
_LEAST_NEAR = 10_000
"""Least number of those pairs, so that a small data set is weighed whole."""
_SPARE = 5.0
"""The same part as a multiple of the equal error rate, so that no draw's crossing lies beyond it."""
_COVERED = 0.6
"""Part of those pairs up to which every draw has its thresholds among them, although it weighs them anew."""

Weights = NDArray[np.float64]
Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rates:
    """What one weighting of the eyes, or (with a leading axis) each of many gives; the last axis follows `RATES`."""

    eer: NDArray[np.float64]
    d_prime: NDArray[np.float64]
    fte: NDArray[np.float64]
    fnmr_incl: NDArray[np.float64]
    fnmr_excl: NDArray[np.float64]
    promised_fmr: NDArray[np.float64]
    promised_fnmr_incl: NDArray[np.float64]
    promised_fnmr_excl: NDArray[np.float64]


class WeightedErrors:
    """The error rates of one evaluation as a function of the weights of its eyes."""

    def __init__(self, pairs: Pairs) -> None:
        eyes, genuine, failed, far = len(pairs.eyes), pairs.genuine, pairs.failed, pairs.far
        self.eyes = eyes
        self._pictures = np.bincount(pairs.eye, minlength=eyes).astype(float)
        self._refused = np.bincount(pairs.eye, weights=pairs.refused, minlength=eyes)
        self._genuine = np.bincount(pairs.eye[pairs.first[genuine]], minlength=eyes).astype(float)

        mated = np.flatnonzero(genuine & ~failed)
        mated = mated[np.argsort(far[mated], kind="stable")]
        self._mated, self._mated_eye = far[mated], pairs.eye[pairs.first[mated]]
        self._mated_finite = np.isfinite(self._mated)

        others = np.flatnonzero(~genuine & ~failed)
        distance, cell = far[others], pairs.eye[pairs.first[others]] * eyes + pairs.eye[pairs.second[others]]
        finite = np.where(np.isfinite(distance), distance, 0.0)
        self._between = _cells(cell, None, eyes)
        self._moments = tuple(_cells(cell, weights, eyes) for weights in (np.isfinite(distance), finite, finite**2))

        near = np.sort(np.argsort(distance, kind="stable")[: self._near_count(pairs, distance)])
        near = near[np.argsort(distance[near], kind="stable")]
        self._near = distance[near]
        self._near_a, self._near_b = np.divmod(cell[near], eyes)
        thresholds = np.unique(np.concatenate([self._mated, self._near]))
        self._mated_at = np.searchsorted(self._mated, thresholds, side="left")
        self._near_at = np.searchsorted(self._near, thresholds, side="left")
        promised = [promised_threshold(float(rate)) for rate in RATES]
        self._promised_at = np.searchsorted(self._near, promised, side="left")
        self._promised_mated_at = np.searchsorted(self._mated, promised, side="left")
        self.covered = float(self._near[-1]) if 0 < self._near.size < others.size else np.inf
        """Threshold up to which `fmr_below` answers."""

    @staticmethod
    def _near_count(pairs: Pairs, distance: NDArray[np.float64]) -> int:
        eer = equal_error_rate(distribution(pairs)) or 0.0
        wanted = int(np.ceil(max(_TAIL, min(1.0, _SPARE * eer)) * distance.size))
        return max(wanted, _LEAST_NEAR, int((distance < promised_threshold(float(RATES[0]))).sum()))

    def rates(self, weights: Weights) -> Rates:
        """The rates when eye i counts `weights[i]` times, weights (eyes,) of whole numbers; NaN without any pair."""
        mated = np.concatenate([[0.0], np.cumsum(weights[self._mated_eye])])
        near = np.concatenate([[0.0], np.cumsum(weights[self._near_a] * weights[self._near_b])])
        impostors = np.float64(weights @ self._between @ weights)
        genuine = weights @ self._genuine
        with np.errstate(divide="ignore", invalid="ignore"):
            found = self._below(near, impostors, np.array([float(rate) for rate in RATES]))
            promised = mated[self._promised_mated_at]
            return Rates(
                eer=np.array(self._crossing(mated, near, impostors)),
                d_prime=np.array(self._d_prime(weights)),
                fte=weights @ self._refused / (weights @ self._pictures),
                fnmr_incl=(genuine - mated[found]) / genuine,
                fnmr_excl=(mated[-1] - mated[found]) / mated[-1],
                promised_fmr=near[self._promised_at] / impostors,
                promised_fnmr_incl=(genuine - promised) / genuine,
                promised_fnmr_excl=(mated[-1] - promised) / mated[-1],
            )

    @property
    def mated_eyes(self) -> int:
        """Eyes with an encoded genuine pair."""
        return int(np.unique(self._mated_eye).size)

    @property
    def most_fmr(self) -> float:
        """The highest false-match rate at which `fnmr_at` answers for any draw."""
        impostors = self._between.sum()
        return float(min(_COVERED * self._near.size, impostors - 1) / impostors) if impostors else 0.0

    def fnmr_at(self, weights: Weights, fmr: NDArray[np.float64]) -> NDArray[np.float64]:
        """False non-match rates of encoded pairs at the thresholds of these observed false-match rates."""
        mated = np.concatenate([[0.0], np.cumsum(weights[self._mated_eye])])
        near = np.concatenate([[0.0], np.cumsum(weights[self._near_a] * weights[self._near_b])])
        found = self._below(near, np.float64(weights @ self._between @ weights), fmr)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((mated[-1] - mated[found]) / mated[-1])

    def fmr_below(self, weights: Weights, thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
        """False-match rates at fixed thresholds, `covered` at most."""
        near = np.concatenate([[0.0], np.cumsum(weights[self._near_a] * weights[self._near_b])])
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.searchsorted(self._near, thresholds, side="left")
            return np.asarray(near[found] / np.float64(weights @ self._between @ weights))

    def _below(self, near: Weights, impostors: np.float64, fmr: NDArray[np.float64]) -> NDArray[np.intp]:
        """How many encoded genuine pairs lie nearer than the threshold of each observed false-match rate."""
        if not self._near.size:
            return np.full(fmr.shape, np.searchsorted(self._mated, np.inf))
        at = np.minimum(np.searchsorted(near[1:], fmr * impostors, side="right"), self._near.size - 1)
        return np.asarray(np.searchsorted(self._mated, self._near[at]))

    def _crossing(self, mated: Weights, near: Weights, impostors: np.float64) -> float:
        fmr, fnmr = near[self._near_at] / impostors, 1.0 - mated[self._mated_at] / mated[-1]
        if not fmr.size or not np.isfinite(fmr[0] + fnmr[0]):
            return np.nan
        nearest = int(np.abs(fmr - fnmr).argmin())
        return float((fmr[nearest] + fnmr[nearest]) / 2)

    def _d_prime(self, weights: Weights) -> float:
        mated = weights[self._mated_eye] * self._mated_finite
        values = np.where(self._mated_finite, self._mated, 0.0)
        genuine = _moments(float(mated.sum()), float(mated @ values), float(mated @ values**2))
        impostor = _moments(*(float(weights @ cells @ weights) for cells in self._moments))
        return float(abs(impostor[0] - genuine[0]) / np.sqrt((impostor[1] + genuine[1]) / 2))


def _cells(cell: NDArray[np.integer], weights: NDArray[np.generic] | None, eyes: int) -> Weights:
    """(eyes, eyes) sums over the impostor pairs of each two eyes."""
    return np.bincount(cell, weights=weights, minlength=eyes * eyes).astype(float).reshape(eyes, eyes)


def _moments(count: float, total: float, squares: float) -> tuple[float, float]:
    mean = np.float64(total) / count
    return float(mean), float(np.float64(squares) / count - mean**2)


def draws(eyes: int, count: int = RESAMPLES, seed: int = SEED) -> Weights:
    """(count, eyes) how often each eye was drawn with replacement, from a fixed seed."""
    drawn = np.random.default_rng(seed).integers(0, eyes, (count, eyes))
    return np.stack([np.bincount(row, minlength=eyes) for row in drawn]).astype(float)


def resampled(errors: WeightedErrors, weights: Weights) -> Rates:
    """The rates of every row of weights, with the draws as the first axis."""
    each = [errors.rates(row) for row in weights]
    return Rates(**{part.name: np.array([getattr(rates, part.name) for rates in each]) for part in fields(Rates)})


def bounds(values: NDArray[np.float64]) -> Bounds | None:
    """95 % interval of (draws,) values, draws without any pair left out; None where none is left."""
    known = values[np.isfinite(values)]
    if not known.size:
        return None
    low, high = np.quantile(known, (0.025, 0.975))
    return float(low), float(high)
