"""One data set's result as ISO/IEC 19795-1 asks for it: each rate with the counts behind it and its 95 % interval."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from iris.code import encoder_fingerprint
from iris.evaluation.binomial import clopper_pearson
from iris.evaluation.confidence import ConfidenceBand, confidence_bands
from iris.evaluation.det import Det, det
from iris.evaluation.intervals import growing, of_draws, of_few, of_rate
from iris.evaluation.labels import LabelErrors, label_errors
from iris.evaluation.pairs import Pairs
from iris.evaluation.promise import PromiseCurve, promise_curve
from iris.evaluation.quality_figures import QualityFigures, quality_figures
from iris.evaluation.resampling import Bounds, WeightedErrors, draws, resampled
from iris.evaluation.scores import Scores
from iris.evaluation.statistics import (
    LEAST_BEHIND,
    RATES,
    d_prime,
    distribution,
    equal_error_rate,
    promised_threshold,
    threshold_at,
    working_threshold,
)
from iris.evaluation.suspects import FailingEye, failing_eyes
from iris.evaluation.visits import VisitFigures, visit_figures

AtRates = dict[str, float | None]
BoundsAtRates = dict[str, Bounds | None]


class Count(BaseModel):
    """How many pairs went wrong, of how many."""

    model_config = ConfigDict(frozen=True)

    errors: int
    pairs: int

    @property
    def rate(self) -> float | None:
        """The fraction; None without a pair."""
        return self.errors / self.pairs if self.pairs else None


class Lost(BaseModel):
    """Pairs that could not be tried, because one of their pictures was refused."""

    model_config = ConfigDict(frozen=True)

    genuine: int
    impostor: int


class RefusedPicture(BaseModel):
    """A picture that gave no template, and the reason."""

    model_config = ConfigDict(frozen=True)

    picture: str
    reason: str


class Figures(BaseModel):
    """One data set's result; every rate is a fraction, None where fewer than 30 impostor pairs stand behind it.

    Keys that end in `_95` are 95 % intervals from resampling eyes, exact ones where these say nothing; `counts` follow
    the rates of the same name. `thresholds` are those of the observed false-match rates, `promised_thresholds` those of
    the policy. `product` and `encoder` say which version was evaluated.

    In the terms of ISO/IEC 19795-1 a picture that gives no template is a failure to acquire (FTA), an eye that gives
    none from any of its pictures a failure to enrol (FTE). The keys `failures_to_enrol`, `pairs_lost_to_fte`,
    `..._incl_fte` and `..._excl_fte` are older than that distinction and count pictures, so FTA.

    Attributes:
        failures_to_acquire: pictures without a template; the same as `failures_to_enrol`.
        eyes_failed_to_enrol: eyes without a template.
        observed_fmr_at_promised_counts: matched impostor pairs, also where they are too few for a rate.
        fnmr_at_promised_incl_fte, fnmr_at_promised_excl_fte: at the policy's thresholds; they need no impostor pair.
    """

    model_config = ConfigDict(frozen=True)

    product: str
    encoder: str
    pictures: int
    eyes: int
    failures_to_enrol: int
    failures_to_enrol_95: Bounds | None
    failures_to_acquire: int
    failure_to_acquire_rate: float
    failure_to_acquire_rate_95: Bounds | None
    eyes_failed_to_enrol: int
    failure_to_enrol_rate: float
    failure_to_enrol_rate_95: Bounds | None
    refusals: dict[str, int]
    refused_pictures: tuple[RefusedPicture, ...]
    genuine_pairs: int
    impostor_pairs: int
    pairs_lost_to_fte: Lost
    eer: float | None
    eer_95: Bounds | None
    d_prime: float | None
    d_prime_95: Bounds | None
    thresholds: AtRates
    fnmr_incl_fte: AtRates
    fnmr_incl_fte_95: BoundsAtRates
    fnmr_incl_fte_counts: dict[str, Count | None]
    fnmr_excl_fte: AtRates
    fnmr_excl_fte_95: BoundsAtRates
    fnmr_excl_fte_counts: dict[str, Count | None]
    promised_thresholds: dict[str, float]
    observed_fmr_at_promised: AtRates
    observed_fmr_at_promised_95: BoundsAtRates
    observed_fmr_at_promised_counts: dict[str, Count | None]
    fnmr_at_promised_incl_fte: AtRates
    fnmr_at_promised_incl_fte_95: BoundsAtRates
    fnmr_at_promised_incl_fte_counts: dict[str, Count | None]
    fnmr_at_promised_excl_fte: AtRates
    fnmr_at_promised_excl_fte_95: BoundsAtRates
    fnmr_at_promised_excl_fte_counts: dict[str, Count | None]
    promise_curve: PromiseCurve | None
    det: Det | None
    failing_eyes: tuple[FailingEye, ...]
    suspected_label_errors: LabelErrors
    visit: VisitFigures
    confidence: tuple[ConfidenceBand, ...]
    quality: QualityFigures


def figures(scores: Scores) -> Figures:
    """All figures of one evaluation."""
    pairs = scores.pairs
    spread = distribution(pairs)
    thresholds = {rate: threshold_at(spread.impostor, float(rate)) for rate in RATES}
    promised = {rate: promised_threshold(float(rate)) for rate in RATES}
    incl = {rate: _missed(pairs, t, pairs.genuine) for rate, t in thresholds.items()}
    excl = {rate: _missed(pairs, t, pairs.genuine & ~pairs.failed) for rate, t in thresholds.items()}
    kept_incl = {rate: _missed(pairs, t, pairs.genuine) for rate, t in promised.items()}
    kept_excl = {rate: _missed(pairs, t, pairs.genuine & ~pairs.failed) for rate, t in promised.items()}
    seen = {rate: _matched(spread.impostor, t) for rate, t in promised.items()}
    errors, weights = WeightedErrors(pairs), draws(len(pairs.eyes))
    drawn = resampled(errors, weights)
    refused_pictures = tuple(
        RefusedPicture(picture=item.name, reason=outcome.refusal)
        for item, outcome in zip(scores.items, scores.outcomes, strict=True)
        if outcome.template is None
    )
    refused = Counter(picture.reason for picture in refused_pictures)
    eer, spacing = equal_error_rate(spread), d_prime(spread)
    mated = int(np.unique(pairs.eye[pairs.first[pairs.genuine]]).size)
    between = len(pairs.eyes) * (len(pairs.eyes) - 1) // 2
    lost = sum(refused.values())
    acquired_95 = of_rate(drawn.fte, lost, len(scores.items), len(pairs.eyes))
    blind = len(pairs.eyes) - int(np.unique(pairs.eye[~pairs.refused]).size)
    return Figures(
        product=version("iris-locker"),
        encoder=encoder_fingerprint().hex(),
        pictures=len(scores.items),
        eyes=len(pairs.eyes),
        failures_to_enrol=lost,
        failures_to_enrol_95=acquired_95,
        failures_to_acquire=lost,
        failure_to_acquire_rate=lost / len(scores.items),
        failure_to_acquire_rate_95=acquired_95,
        eyes_failed_to_enrol=blind,
        failure_to_enrol_rate=blind / len(pairs.eyes),
        failure_to_enrol_rate_95=clopper_pearson(blind, len(pairs.eyes)),
        refusals=dict(refused),
        refused_pictures=refused_pictures,
        genuine_pairs=int(pairs.genuine.sum()),
        impostor_pairs=int((~pairs.genuine).sum()),
        pairs_lost_to_fte=Lost(
            genuine=int((pairs.genuine & pairs.failed).sum()), impostor=int((~pairs.genuine & pairs.failed).sum())
        ),
        eer=eer,
        eer_95=None if eer is None else clopper_pearson(0, mated) if eer == 0 else of_draws(drawn.eer),
        d_prime=spacing,
        d_prime_95=None if spacing is None else of_draws(drawn.d_prime),
        thresholds=thresholds,
        fnmr_incl_fte=_rates(incl),
        fnmr_incl_fte_95=_intervals(incl, drawn.fnmr_incl, mated),
        fnmr_incl_fte_counts=incl,
        fnmr_excl_fte=_rates(excl),
        fnmr_excl_fte_95=_intervals(excl, drawn.fnmr_excl, mated),
        fnmr_excl_fte_counts=excl,
        promised_thresholds=promised,
        observed_fmr_at_promised={rate: _promised_rate(float(rate), count) for rate, count in seen.items()},
        observed_fmr_at_promised_95=_of_promises(seen, drawn.promised_fmr, between),
        observed_fmr_at_promised_counts=seen,
        fnmr_at_promised_incl_fte=_rates(kept_incl),
        fnmr_at_promised_incl_fte_95=_intervals(kept_incl, drawn.promised_fnmr_incl, mated),
        fnmr_at_promised_incl_fte_counts=kept_incl,
        fnmr_at_promised_excl_fte=_rates(kept_excl),
        fnmr_at_promised_excl_fte_95=_intervals(kept_excl, drawn.promised_fnmr_excl, mated),
        fnmr_at_promised_excl_fte_counts=kept_excl,
        promise_curve=promise_curve(spread, errors, weights),
        det=det(spread, errors, weights),
        failing_eyes=failing_eyes(pairs, working_threshold(pairs)),
        suspected_label_errors=label_errors(pairs),
        visit=visit_figures(scores),
        confidence=confidence_bands(scores),
        quality=quality_figures(scores),
    )


def _missed(pairs: Pairs, threshold: float | None, chosen: NDArray[np.bool_]) -> Count | None:
    """False non-matches among the chosen pairs; what could not be compared is one."""
    if threshold is None or not chosen.any():
        return None
    return Count(errors=int((~(pairs.far[chosen] < threshold)).sum()), pairs=int(chosen.sum()))


def _matched(impostor: NDArray[np.floating], threshold: float) -> Count | None:
    """False matches at the threshold that the policy gives one comparison for a promise; None without a pair."""
    return Count(errors=int((impostor < threshold).sum()), pairs=impostor.size) if impostor.size else None


def _promised_rate(promise: float, count: Count | None) -> float | None:
    """The observed rate; None where the promise lets fewer than 30 pairs match, so that a kept one would show none."""
    return None if count is None or promise * count.pairs < LEAST_BEHIND else count.rate


def _of_promises(seen: dict[str, Count | None], drawn: NDArray[np.float64], units: int) -> BoundsAtRates:
    """Intervals of the observed false-match rates, which grow with the promise; `RATES` has the greatest first."""
    around = [
        None if count is None else of_few(drawn[:, i], count.errors, count.pairs, units)
        for i, count in enumerate(seen.values())
    ]
    return dict(zip(seen, growing(around[::-1])[::-1], strict=True))


def _rates(counts: dict[str, Count | None]) -> AtRates:
    return {rate: None if count is None else count.rate for rate, count in counts.items()}


def _intervals(counts: dict[str, Count | None], drawn: NDArray[np.float64], units: int) -> BoundsAtRates:
    return {
        rate: None if count is None else of_rate(drawn[:, i], count.errors, count.pairs, units)
        for i, (rate, count) in enumerate(counts.items())
    }
