"""Which measures of quality predict error, at the threshold of FMR 1e-3 and at the stricter one of a visit.

Few pairs are missed at FMR 1e-3 by a good recogniser, too few to judge a measure by; a visit's frames are held to the
policy's threshold for the whole gallery, where more are missed.
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from iris.decision import Policy
from iris.evaluation.rejection import (
    MOST_REJECTED,
    POINTS,
    Floats,
    Tried,
    rank_correlations,
    rejection_curve,
    rejection_curves,
    relative_areas,
)
from iris.evaluation.resampling import Bounds, bounds, draws
from iris.evaluation.scores import Scores
from iris.evaluation.statistics import working_threshold

LEAST_MISSED_EYES = 5
"""Eyes with a missed pair below which a curve is a matter of single eyes and no verdict is given."""
OVERALL = "score"
_TOLD = (0.0, 0.1, 0.2, 0.3)
"""Shares of pictures rejected at which the rate is told as a number."""


class Errors(BaseModel):
    """What stands behind the curves of one threshold: encoded genuine pairs missed, of how many, in how many eyes."""

    model_config = ConfigDict(frozen=True)

    threshold: float
    missed: int
    missed_eyes: int
    pairs: int


class Rejection(BaseModel):
    """How well one measure predicts the errors of one threshold.

    Attributes:
        area: area under the curve relative to random rejection: 0 perfect, 1 no prediction, above 1 misleading.
        area_95: its interval from resampling eyes.
        predicts_error: whether the whole interval lies below 1; None where too few eyes fail to say.
        fnmr_at_rejected: the rate left after rejecting these shares of the pictures.
    """

    model_config = ConfigDict(frozen=True)

    area: float | None
    area_95: Bounds | None
    predicts_error: bool | None
    fnmr_at_rejected: dict[str, float | None]


class Component(BaseModel):
    """One measure.

    Attributes:
        distance_correlation: rank correlation of the pair's quality with its distance, all genuine pairs; negative
            where better pictures lie nearer.
        distance_correlation_95: its interval from resampling eyes.
        at_fmr_1e3, at_visit: how well it predicts error at the two thresholds.
    """

    model_config = ConfigDict(frozen=True)

    distance_correlation: float | None
    distance_correlation_95: Bounds | None
    at_fmr_1e3: Rejection
    at_visit: Rejection


class QualityFigures(BaseModel):
    """Every component and the errors that it was held against."""

    model_config = ConfigDict(frozen=True)

    at_fmr_1e3: Errors
    at_visit: Errors
    components: dict[str, Component]


def measured(scores: Scores) -> dict[str, Floats]:
    """(n,) values of the overall score and of each component; NaN for refused pictures."""
    names = {name: None for outcome in scores.outcomes for name in outcome.components}
    table = {OVERALL: np.array([o.quality if o.template is not None else np.nan for o in scores.outcomes], float)}
    for name in names:
        table[name] = np.array([outcome.components.get(name, np.nan) for outcome in scores.outcomes], float)
    return table


def quality_figures(scores: Scores) -> QualityFigures:
    """Curves and areas of all measures."""
    tried = Tried.of(scores.pairs)
    weights = draws(len(scores.pairs.eyes))[:, tried.eye]
    fixed, visit = working_threshold(scores.pairs), Policy().threshold(len(scores.pairs.eyes))
    return QualityFigures(
        at_fmr_1e3=_errors(tried, fixed),
        at_visit=_errors(tried, visit),
        components={
            name: _component(tried, values, weights, (fixed, visit)) for name, values in measured(scores).items()
        },
    )


def _errors(tried: Tried, threshold: float) -> Errors:
    missed = int(tried.missed(threshold).sum())
    return Errors(
        threshold=threshold, missed=missed, missed_eyes=tried.missed_eyes(threshold), pairs=int(tried.eye.size)
    )


def _component(tried: Tried, quality: Floats, weights: Floats, thresholds: tuple[float, float]) -> Component:
    lesser, once = tried.lesser(quality), np.ones((1, tried.eye.size))
    return Component(
        distance_correlation=_known(rank_correlations(lesser, tried.distance, once)[0]),
        distance_correlation_95=bounds(rank_correlations(lesser, tried.distance, weights)),
        at_fmr_1e3=_rejection(tried, quality, thresholds[0], weights),
        at_visit=_rejection(tried, quality, thresholds[1], weights),
    )


def _rejection(tried: Tried, quality: Floats, threshold: float, weights: Floats) -> Rejection:
    curve = rejection_curve(tried, quality, threshold)
    around = bounds(relative_areas(rejection_curves(tried, quality, threshold, weights)))
    enough = around is not None and tried.missed_eyes(threshold) >= LEAST_MISSED_EYES
    return Rejection(
        area=_known(relative_areas(curve[None])[0]),
        area_95=around,
        predicts_error=around[1] < 1.0 if enough and around is not None else None,
        fnmr_at_rejected={f"{x:g}": _known(curve[round(x * (POINTS - 1) / MOST_REJECTED)]) for x in _TOLD},
    )


def _known(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None
