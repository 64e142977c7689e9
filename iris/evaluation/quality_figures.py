"""Which measures of quality predict error, at the thresholds of FMR 1e-3 and 1e-4 and at the stricter one of a visit.

Few pairs are missed at FMR 1e-3 by a good recogniser, too few to judge a measure by; a visit's frames are held to the
policy's threshold for the whole gallery, where more are missed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from iris.decision import Policy
from iris.evaluation.intervals import of_draws
from iris.evaluation.rejection import (
    MOST_REJECTED,
    POINTS,
    Floats,
    Tried,
    ideal_quality,
    rank_correlations,
    rejection_curve,
    rejection_curves,
    relative_areas,
)
from iris.evaluation.resampling import Bounds, draws
from iris.evaluation.scores import Scores
from iris.evaluation.statistics import RATES, working_threshold

LEAST_MISSED_EYES = 5
"""Eyes with a missed pair below which a curve is a matter of single eyes and no verdict is given."""
OVERALL = "score"
CONFIDENCE = "confidence"
_TOLD = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""Shares of pictures rejected at which the rate is told as a number."""


class Errors(BaseModel):
    """What stands behind the curves of one threshold: encoded genuine pairs missed, of how many, in how many eyes.

    `ideal_area` is the least area that a measure could have which knows the errors beforehand.
    """

    model_config = ConfigDict(frozen=True)

    threshold: float
    missed: int
    missed_eyes: int
    pairs: int
    ideal_area: float | None


class Rejection(BaseModel):
    """How well one measure predicts the errors of one threshold.

    Attributes:
        area: area under the curve relative to random rejection: 0 perfect, 1 no prediction, above 1 misleading.
        area_95: its interval from resampling eyes.
        gain: how far the area has come from random towards ideal rejection: 0 random, 1 ideal, below 0 misleading.
        predicts_error: whether the whole interval lies below 1; None where too few eyes fail to say.
        fnmr_at_rejected: the rate left after rejecting these shares of the pictures.
    """

    model_config = ConfigDict(frozen=True)

    area: float | None
    area_95: Bounds | None
    gain: float | None
    predicts_error: bool | None
    fnmr_at_rejected: dict[str, float | None]


class Component(BaseModel):
    """One measure.

    Attributes:
        distance_correlation: rank correlation of the pair's quality with its distance, all genuine pairs; negative
            where better pictures lie nearer.
        distance_correlation_95: its interval from resampling eyes.
        at_fmr_1e3, at_fmr_1e4, at_visit: how well it predicts error at the three thresholds.
    """

    model_config = ConfigDict(frozen=True)

    distance_correlation: float | None
    distance_correlation_95: Bounds | None
    at_fmr_1e3: Rejection
    at_fmr_1e4: Rejection
    at_visit: Rejection


class QualityFigures(BaseModel):
    """Every component and the errors that it was held against.

    The thresholds of FMR 1e-3 and 1e-4 are the observed ones, or the policy's where too few pairs stand behind them.
    """

    model_config = ConfigDict(frozen=True)

    at_fmr_1e3: Errors
    at_fmr_1e4: Errors
    at_visit: Errors
    components: dict[str, Component]


def measured(scores: Scores) -> dict[str, Floats]:
    """(n,) values of the overall score, of each component and of the segmentation's confidence; NaN where refused."""
    names = {name: None for outcome in scores.outcomes for name in outcome.components}
    table = {OVERALL: np.array([o.quality if o.template is not None else np.nan for o in scores.outcomes], float)}
    for name in names:
        table[name] = np.array([outcome.components.get(name, np.nan) for outcome in scores.outcomes], float)
    table[CONFIDENCE] = np.array([outcome.confidence for outcome in scores.outcomes], float)
    return table


def quality_figures(scores: Scores) -> QualityFigures:
    """Curves and areas of all measures."""
    tried = Tried.of(scores.pairs)
    weights = draws(len(scores.pairs.eyes))[:, tried.eye]
    low, high = (working_threshold(scores.pairs, rate) for rate in RATES[:2])
    errors = [_errors(tried, scores, t) for t in (low, high, Policy().threshold(len(scores.pairs.eyes)))]
    return QualityFigures(
        at_fmr_1e3=errors[0],
        at_fmr_1e4=errors[1],
        at_visit=errors[2],
        components={name: _component(tried, values, weights, errors) for name, values in measured(scores).items()},
    )


def ideal_curve(tried: Tried, scores: Scores, threshold: float) -> Floats:
    """(POINTS,) rates that are left at `SHARES` by a quality that knows the errors."""
    return rejection_curve(tried, ideal_quality(tried, ~scores.pairs.refused, threshold), threshold)


def _errors(tried: Tried, scores: Scores, threshold: float) -> Errors:
    return Errors(
        threshold=threshold,
        missed=int(tried.missed(threshold).sum()),
        missed_eyes=tried.missed_eyes(threshold),
        pairs=int(tried.eye.size),
        ideal_area=_known(relative_areas(ideal_curve(tried, scores, threshold)[None])[0]),
    )


def _component(tried: Tried, quality: Floats, weights: Floats, errors: Sequence[Errors]) -> Component:
    lesser, once = tried.lesser(quality), np.ones((1, tried.eye.size))
    at = [_rejection(tried, quality, each, weights) for each in errors]
    return Component(
        distance_correlation=_known(rank_correlations(lesser, tried.distance, once)[0]),
        distance_correlation_95=of_draws(rank_correlations(lesser, tried.distance, weights)),
        at_fmr_1e3=at[0],
        at_fmr_1e4=at[1],
        at_visit=at[2],
    )


def _rejection(tried: Tried, quality: Floats, errors: Errors, weights: Floats) -> Rejection:
    curve = rejection_curve(tried, quality, errors.threshold)
    area = _known(relative_areas(curve[None])[0])
    around = of_draws(relative_areas(rejection_curves(tried, quality, errors.threshold, weights)))
    enough = around is not None and errors.missed_eyes >= LEAST_MISSED_EYES
    ideal = errors.ideal_area
    return Rejection(
        area=area,
        area_95=around,
        gain=None if area is None or ideal is None or ideal >= 1.0 else (1.0 - area) / (1.0 - ideal),
        predicts_error=around[1] < 1.0 if enough and around is not None else None,
        fnmr_at_rejected={f"{x:g}": _known(curve[round(x * (POINTS - 1) / MOST_REJECTED)]) for x in _TOLD},
    )


def _known(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None
