"""The error that is left when the pictures of least quality are rejected, and the area under that curve.

The error-versus-discard characteristic of ISO/IEC 29794-1: a pair has the lesser quality of its two pictures; pictures
below a cut are rejected, and the false non-match rate of the pairs that are left is drawn against the share of pictures
rejected. The area under the curve, over the area under a horizontal line (which rejecting at random gives), is below 1
for a quality that predicts error; that of a quality which knows the errors beforehand is the least there can be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iris.evaluation.pairs import Pairs

MOST_REJECTED = 0.5
"""Share of pictures up to which the curve is drawn and its area taken: nobody rejects more than half."""
POINTS = 201
"""Cuts at which the curve is evaluated: one for each quarter of a percent of the pictures."""
_NO_SPREAD = 1e-12
"""Variance of ranks from 0 to 1 that is rounding only: all ranks are equal."""

Floats = NDArray[np.float64]
SHARES: Floats = np.linspace(0.0, MOST_REJECTED, POINTS)
"""(POINTS,) the shares of pictures rejected at which every curve is given."""


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """The p genuine pairs that were compared.

    Attributes:
        eye: (p,) number of the eye.
        first, second: (p,) numbers of the pictures.
        distance: (p,) infinite where the masks share too little.
    """

    eye: NDArray[np.int32]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    distance: Floats

    @classmethod
    def of(cls, pairs: Pairs) -> Tried:
        """Genuine pairs without a refused picture: a refused one has no quality."""
        chosen = pairs.genuine & ~pairs.failed
        first = pairs.first[chosen]
        return cls(pairs.eye[first], first, pairs.second[chosen], pairs.far[chosen])

    def missed(self, threshold: float) -> NDArray[np.bool_]:
        """(p,) pairs that do not match at the threshold."""
        return np.asarray(~(self.distance < threshold))

    def missed_eyes(self, threshold: float) -> int:
        """Eyes with a missed pair."""
        return int(np.unique(self.eye[self.missed(threshold)]).size)

    def lesser(self, quality: Floats) -> Floats:
        """(p,) the lesser quality of each pair's pictures, from (n,) values."""
        return np.asarray(np.minimum(quality[self.first], quality[self.second]))


def rejection_curve(tried: Tried, quality: Floats, threshold: float) -> Floats:
    """(POINTS,) rates left at `SHARES`, by (n,) values where higher is better; NaN where no pair is left."""
    return np.asarray(rejection_curves(tried, quality, threshold, np.ones((1, tried.eye.size)))[0])


def rejection_curves(tried: Tried, quality: Floats, threshold: float, weights: Floats) -> Floats:
    """(draws, POINTS) rates left, pairs weighing (draws, p); between two values of quality the curve is straight.

    Pictures of equal quality have no order: a share that ends within them rejects some at random, which is the
    straight line between the points before and after them.
    """
    of_pair = tried.lesser(quality)
    order = np.argsort(of_pair, kind="stable")
    cuts, before = np.unique(np.sort(quality[np.isfinite(quality)]), return_index=True)
    if not cuts.size or not of_pair.size:
        return np.full((weights.shape[0], POINTS), np.nan)
    share = before / np.isfinite(quality).sum()
    nothing = np.zeros((weights.shape[0], 1))
    all_of = np.hstack([nothing, np.cumsum(weights[:, order], axis=1)])
    missed_of = np.hstack([nothing, np.cumsum(weights[:, order] * tried.missed(threshold)[order], axis=1)])
    at = np.searchsorted(of_pair[order], cuts, side="left")
    left, missed = all_of[:, -1:] - all_of[:, at], missed_of[:, -1:] - missed_of[:, at]
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = np.where(left > 0, missed / left, np.nan)
    return np.stack([_at_shares(share, row) for row in rates])


def _at_shares(share: Floats, rates: Floats) -> Floats:
    known = np.isfinite(rates)
    return np.interp(SHARES, share[known], rates[known]) if known.any() else np.full(POINTS, np.nan)


def ideal_quality(tried: Tried, encoded: NDArray[np.bool_], threshold: float) -> Floats:
    """(n,) a quality that knows the errors: rejects next the picture with most of the missed pairs that are left.

    NaN for the pictures that are not encoded. Greedy, so near the least error that any quality could leave.
    """
    quality = np.where(encoded, float(encoded.size), np.nan)
    missed = tried.missed(threshold)
    first, second = tried.first[missed], tried.second[missed]
    for order in range(encoded.size):
        if not first.size:
            break
        worst = int(np.bincount(np.concatenate([first, second])).argmax())
        quality[worst] = order
        left = (first != worst) & (second != worst)
        first, second = first[left], second[left]
    return quality


def relative_areas(curves: Floats) -> Floats:
    """(draws,) mean of each curve over its value at no rejection; NaN where nothing was missed."""
    start = curves[:, 0]
    mean = np.trapezoid(curves, SHARES, axis=1) / MOST_REJECTED
    return np.where(start > 0, mean / np.where(start > 0, start, 1.0), np.nan)


def rank_correlations(a: Floats, b: Floats, weights: Floats) -> Floats:
    """(draws,) Spearman's correlation of two (p,) values, pairs weighing (draws, p); NaN where one does not vary."""
    ranks, total = (_ranks(a), _ranks(b)), weights.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = [weights @ each / total for each in ranks]
        covariance = weights @ (ranks[0] * ranks[1]) / total - means[0] * means[1]
        spreads = [weights @ each**2 / total - mean**2 for each, mean in zip(ranks, means, strict=True)]
        known = np.minimum(*spreads) > _NO_SPREAD
        return np.asarray(np.where(known, covariance / np.sqrt(spreads[0] * spreads[1]), np.nan))


def _ranks(values: Floats) -> Floats:
    """Mean ranks of equal values, from 0 to 1."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[place] / max(values.size, 1), float)
