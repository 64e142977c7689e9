"""Whether quality predicts error: the error that is left when the pictures of least quality are rejected.

The error-versus-discard characteristic of ISO/IEC 29794-1: a pair has the lesser quality of its two pictures; pictures
below a cut are rejected, and the false non-match rate of the pairs that are left is drawn against the share of pictures
rejected. The area under the curve, over the area under a horizontal line (which rejecting at random gives), is below 1
for a quality that predicts error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from iris.evaluation.pairs import Pairs
from iris.evaluation.resampling import Bounds, bounds, draws
from iris.evaluation.scores import Scores
from iris.evaluation.statistics import working_threshold

MOST_REJECTED = 0.5
"""Share of pictures up to which the curve is drawn and its area taken: nobody rejects more than half."""
POINTS = 51
"""Cuts at which the curve is evaluated: one for each percent of the pictures."""
LEAST_MISSED_EYES = 5
"""Eyes with a missed pair below which a curve is a matter of single eyes and no area is stated."""
_NO_SPREAD = 1e-12
"""Variance of ranks from 0 to 1 that is rounding only: all ranks are equal."""
OVERALL = "score"

Floats = NDArray[np.float64]


class ComponentFigures(BaseModel):
    """How well one measure predicts error.

    Attributes:
        area: area under the curve relative to random rejection: 0 perfect, 1 no prediction, above 1 misleading.
        area_95: its interval from resampling eyes.
        predicts_error: whether the whole interval lies below 1; None where too few eyes fail to say.
        distance_correlation: rank correlation of the pair's quality with its distance, all genuine pairs; negative
            where better pictures lie nearer.
        distance_correlation_95: its interval from resampling eyes.
        fnmr_at_rejected: the rate left after rejecting 0, 10, 20 and 30 percent of the pictures.
    """

    model_config = ConfigDict(frozen=True)

    area: float | None
    area_95: Bounds | None
    predicts_error: bool | None
    distance_correlation: float | None
    distance_correlation_95: Bounds | None
    fnmr_at_rejected: dict[str, float | None]


class QualityFigures(BaseModel):
    """Every component at one threshold; `missed` of `pairs` encoded pairs, in `missed_eyes`, stand behind it."""

    model_config = ConfigDict(frozen=True)

    threshold: float
    missed: int
    missed_eyes: int
    pairs: int
    components: dict[str, ComponentFigures]


@dataclass(frozen=True, slots=True)
class RejectionCurve:
    """The rate that is left, (POINTS,), at each share of pictures rejected; NaN where no pair is left."""

    rejected: Floats
    fnmr: Floats


@dataclass(frozen=True, slots=True)
class _Tried:
    """The genuine pairs that were compared: their eye, distance, and whether they were missed."""

    eye: NDArray[np.int32]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    distance: Floats
    missed: NDArray[np.bool_]


def measured(scores: Scores) -> dict[str, Floats]:
    """(n,) values of the overall score and of each component; NaN for refused pictures."""
    names = {name: None for outcome in scores.outcomes for name in outcome.components}
    table = {OVERALL: np.array([o.quality if o.template is not None else np.nan for o in scores.outcomes], float)}
    for name in names:
        table[name] = np.array([outcome.components.get(name, np.nan) for outcome in scores.outcomes], float)
    return table


def rejection_curve(pairs: Pairs, quality: Floats, threshold: float) -> RejectionCurve:
    """The curve of one measure, higher meaning better, at a fixed threshold; refused pictures are left out."""
    tried = _tried(pairs, threshold)
    return RejectionCurve(_shares(), _curves(tried, quality, np.ones((1, tried.eye.size)))[0])


def quality_figures(scores: Scores) -> QualityFigures:
    """Curves and areas of all measures at the threshold of FMR 1e-3."""
    pairs = scores.pairs
    threshold = working_threshold(pairs)
    tried = _tried(pairs, threshold)
    weights = draws(len(pairs.eyes))[:, tried.eye]
    return QualityFigures(
        threshold=threshold,
        missed=int(tried.missed.sum()),
        missed_eyes=_missed_eyes(tried),
        pairs=tried.eye.size,
        components={name: _component(tried, values, weights) for name, values in measured(scores).items()},
    )


def _tried(pairs: Pairs, threshold: float) -> _Tried:
    chosen = pairs.genuine & ~pairs.failed
    first, second, far = pairs.first[chosen], pairs.second[chosen], pairs.far[chosen]
    return _Tried(pairs.eye[first], first, second, far, ~(far < threshold))


def _component(tried: _Tried, quality: Floats, weights: Floats) -> ComponentFigures:
    curve = _curves(tried, quality, np.ones((1, tried.eye.size)))
    enough = _missed_eyes(tried) >= LEAST_MISSED_EYES
    ranks = _ranks(_of_pair(tried, quality)), _ranks(tried.distance)
    around = bounds(_areas(_curves(tried, quality, weights))) if enough else None
    area, correlation = float(_areas(curve)[0]), _correlations(*ranks, np.ones((1, tried.eye.size)))[0]
    shares = {
        f"{share:g}": float(curve[0, round(share * (POINTS - 1) / MOST_REJECTED)]) for share in (0, 0.1, 0.2, 0.3)
    }
    return ComponentFigures(
        area=area if enough and np.isfinite(area) else None,
        area_95=around,
        predicts_error=None if around is None else around[1] < 1.0,
        distance_correlation=float(correlation) if np.isfinite(correlation) else None,
        distance_correlation_95=bounds(_correlations(*ranks, weights)),
        fnmr_at_rejected={share: rate if np.isfinite(rate) else None for share, rate in shares.items()},
    )


def _shares() -> Floats:
    return np.linspace(0.0, MOST_REJECTED, POINTS)


def _of_pair(tried: _Tried, quality: Floats) -> Floats:
    return np.minimum(quality[tried.first], quality[tried.second])


def _curves(tried: _Tried, quality: Floats, weights: Floats) -> Floats:
    """(draws, POINTS) rates left, pairs weighing (draws, pairs); between two values of quality the curve is straight.

    Pictures of equal quality have no order: a share that ends within them rejects some at random, which is the
    straight line between the points before and after them.
    """
    of_pair = _of_pair(tried, quality)
    order = np.argsort(of_pair, kind="stable")
    cuts, before = np.unique(np.sort(quality[np.isfinite(quality)]), return_index=True)
    if not cuts.size or not of_pair.size:
        return np.full((weights.shape[0], POINTS), np.nan)
    share = before / np.isfinite(quality).sum()
    nothing = np.zeros((weights.shape[0], 1))
    all_of = np.hstack([nothing, np.cumsum(weights[:, order], axis=1)])
    missed_of = np.hstack([nothing, np.cumsum(weights[:, order] * tried.missed[order], axis=1)])
    at = np.searchsorted(of_pair[order], cuts, side="left")
    left, missed = all_of[:, -1:] - all_of[:, at], missed_of[:, -1:] - missed_of[:, at]
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = np.where(left > 0, missed / left, np.nan)
    return np.stack([_at_shares(share, row) for row in rates])


def _at_shares(share: Floats, rates: Floats) -> Floats:
    known = np.isfinite(rates)
    return np.interp(_shares(), share[known], rates[known]) if known.any() else np.full(POINTS, np.nan)


def _areas(curves: Floats) -> Floats:
    """(draws,) mean of each curve over its value at no rejection; NaN where nothing was missed."""
    start = curves[:, 0]
    mean = np.trapezoid(curves, _shares(), axis=1) / MOST_REJECTED
    return np.where(start > 0, mean / np.where(start > 0, start, 1.0), np.nan)


def _correlations(a: Floats, b: Floats, weights: Floats) -> Floats:
    """(draws,) weighted correlations of two (pairs,) ranks, Spearman's; NaN where one side does not vary."""
    total = weights.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = [weights @ ranks / total for ranks in (a, b)]
        covariance = weights @ (a * b) / total - means[0] * means[1]
        spreads = [weights @ ranks**2 / total - mean**2 for ranks, mean in zip((a, b), means, strict=True)]
        return np.asarray(
            np.where(np.minimum(*spreads) > _NO_SPREAD, covariance / np.sqrt(spreads[0] * spreads[1]), np.nan)
        )


def _missed_eyes(tried: _Tried) -> int:
    return int(np.unique(tried.eye[tried.missed]).size)


def _ranks(values: Floats) -> Floats:
    """Mean ranks of equal values, from 0 to 1 so that sums of squares stay exact."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[place] / max(values.size, 1), float)
