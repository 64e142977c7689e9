"""Two evaluations of the same pictures against one another: is the difference more than the luck of these eyes?

Each run is judged at its own threshold. The counts of McNemar's test take pairs for independent, which pairs of one eye
are not, so its probability is too small; the sign test counts each eye once, and the interval resamples eyes, the same
ones for both runs: these two are to be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from iris.evaluation.binomial import mcnemar
from iris.evaluation.pairs import Pairs
from iris.evaluation.resampling import Bounds, WeightedErrors, bounds, draws, resampled
from iris.evaluation.score_file import Run
from iris.evaluation.statistics import (
    RATES,
    Distribution,
    d_prime,
    distribution,
    equal_error_rate,
    promised_threshold,
    threshold_at,
)

COMPARED = RATES[:2]
"""False-match rates at which two runs are compared."""
PAIRED_RESAMPLES = 1000
"""Draws of eyes for the interval of a difference, which is often near nothing: its ends rest on 25 draws each."""


class DifferentData(ValueError):
    """Two runs that were not made on the same pictures with the same labels."""


class Difference(BaseModel):
    """One figure of both runs, `b - a` with its 95 % interval from resampling eyes; None where too few pairs."""

    model_config = ConfigDict(frozen=True)

    a: float | None
    b: float | None
    difference: float | None
    difference_95: Bounds | None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out no difference."""
        return self.difference_95 is not None and not self.difference_95[0] <= 0.0 <= self.difference_95[1]


class FnmrDifference(Difference):
    """FNMR incl. FTE at one false-match rate, with the pairs on which the runs disagree.

    Attributes:
        threshold_a, threshold_b: each run's own.
        pairs: genuine pairs.
        missed_by_both, missed_by_a_only, missed_by_b_only: McNemar's counts.
        mcnemar_p: exact two-sided probability; pairs taken for independent, so too small.
        eyes_worse_in_a, eyes_worse_in_b: eyes of which one run misses more pairs than the other.
        sign_test_p: exact two-sided probability of eyes as uneven as these if neither run were better; eyes are
            independent, so this one holds. It counts eyes and not pairs: one that fails wholly weighs as one pair.
    """

    threshold_a: float
    threshold_b: float
    pairs: int
    missed_by_both: int
    missed_by_a_only: int
    missed_by_b_only: int
    mcnemar_p: float
    eyes_worse_in_a: int
    eyes_worse_in_b: int
    sign_test_p: float


class ChangedEye(BaseModel):
    """An eye of whose genuine pairs one run misses others than the other run."""

    model_config = ConfigDict(frozen=True)

    eye: str
    pairs: int
    missed_by_a: int
    missed_by_b: int


class ChangedAt(BaseModel):
    """The thresholds behind `missed` of the changed eyes; `observed` where they follow from each run's own pairs."""

    model_config = ConfigDict(frozen=True)

    false_match_rate: str
    observed: bool
    threshold_a: float
    threshold_b: float


class Comparison(BaseModel):
    """Two runs: their figures side by side, and the eyes that changed.

    Attributes:
        failures_to_acquire: share of pictures that gave no template (FTA).
        failures_to_enrol: share of eyes none of whose pictures gave one (FTE).
        changed_at: where a pair counts as missed in `changed_eyes`, of each run: its threshold for an observed FMR of
            1e-3, or for both runs the policy's for that promise where a run has too few impostor pairs.
    """

    model_config = ConfigDict(frozen=True)

    encoder_a: str
    encoder_b: str
    pictures: int
    eyes: int
    refused_by_a: int
    refused_by_b: int
    failures_to_acquire: Difference
    failures_to_enrol: Difference
    eer: Difference
    d_prime: Difference
    fnmr_incl_fte: dict[str, FnmrDifference | None]
    changed_at: ChangedAt
    changed_eyes: tuple[ChangedEye, ...]


def comparison(a: Run, b: Run) -> Comparison:
    """Compares run b with run a; raises `DifferentData` unless they were made on the same pictures and labels."""
    one, two = a.pairs, _in_the_order_of(a.pairs, b.pairs)
    weights = draws(len(one.eyes), PAIRED_RESAMPLES)
    drawn_a, drawn_b = (resampled(WeightedErrors(pairs), weights) for pairs in (one, two))
    spread_a, spread_b = (distribution(pairs) for pairs in (one, two))
    blind_drawn = [_blind_drawn(pairs, weights) for pairs in (one, two)]
    blind = [float(_sightless(pairs).mean()) for pairs in (one, two)]
    changed_at = _changed_at(spread_a, spread_b)
    changes = {
        rate: _fnmr(one, two, float(rate), drawn_b.fnmr_incl[:, i] - drawn_a.fnmr_incl[:, i])
        for i, rate in enumerate(COMPARED)
    }
    return Comparison(
        encoder_a=a.encoder,
        encoder_b=b.encoder,
        pictures=len(one.pictures),
        eyes=len(one.eyes),
        refused_by_a=int(one.refused.sum()),
        refused_by_b=int(two.refused.sum()),
        failures_to_acquire=_difference([float(run.refused.mean()) for run in (one, two)], drawn_b.fte - drawn_a.fte),
        failures_to_enrol=_difference(blind, blind_drawn[1] - blind_drawn[0]),
        eer=_difference([equal_error_rate(spread_a), equal_error_rate(spread_b)], drawn_b.eer - drawn_a.eer),
        d_prime=_difference([d_prime(spread_a), d_prime(spread_b)], drawn_b.d_prime - drawn_a.d_prime),
        fnmr_incl_fte=changes,
        changed_at=changed_at,
        changed_eyes=_changed(one, two, changed_at),
    )


def _difference(values: Sequence[float | None], drawn: NDArray[np.float64]) -> Difference:
    a, b = values
    if a is None or b is None:
        return Difference(a=a, b=b, difference=None, difference_95=None)
    return Difference(a=a, b=b, difference=b - a, difference_95=bounds(drawn))


def _sightless(pairs: Pairs) -> NDArray[np.bool_]:
    """(e,) eyes of which no picture gave a template."""
    return np.asarray(np.bincount(pairs.eye, weights=~pairs.refused, minlength=len(pairs.eyes)) == 0)


def _blind_drawn(pairs: Pairs, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """(draws,) the same share in each draw of eyes."""
    return np.asarray(weights @ _sightless(pairs) / weights.sum(axis=1))


def _in_the_order_of(a: Pairs, b: Pairs) -> Pairs:
    """The second run with pictures and pairs numbered as in the first; raises `DifferentData`."""
    place = {name: i for i, name in enumerate(a.pictures)}
    foreign = sorted(set(a.pictures) ^ set(b.pictures))
    if foreign:
        owner = "first" if foreign[0] in place else "second"
        raise DifferentData(f"{len(foreign)} pictures are in one run only, for example {foreign[0]} in the {owner}")
    to_a = np.array([place[name] for name in b.pictures], np.int64)
    for i, name in enumerate(b.pictures):
        labels = a.eyes[a.eye[place[name]]], b.eyes[b.eye[i]]
        if labels[0] != labels[1]:
            raise DifferentData(f"{name} is labelled {labels[0]} in the first run and {labels[1]} in the second")
    first, second = to_a[b.first], to_a[b.second]
    first, second = np.minimum(first, second), np.maximum(first, second)
    keys_a, keys_b = (
        rows.astype(np.int64) * len(a.pictures) + columns for rows, columns in ((a.first, a.second), (first, second))
    )
    order_a, order_b = np.argsort(keys_a), np.argsort(keys_b)
    if not np.array_equal(keys_a[order_a], keys_b[order_b]):
        raise DifferentData("the two runs hold different pairs of the same pictures; evaluate both with one layout")
    distance = np.empty(a.first.size, np.float32)
    distance[order_a] = b.distance[order_b]
    refused = np.empty(len(a.pictures), bool)
    refused[to_a] = b.refused
    return Pairs(a.pictures, a.eyes, a.eye, refused, a.first, a.second, distance)


def _missed(pairs: Pairs, threshold: float) -> NDArray[np.bool_]:
    """Of the genuine pairs, in their order: those not matched at the threshold."""
    return np.asarray(~(pairs.far[pairs.genuine] < threshold))


def _fnmr(a: Pairs, b: Pairs, rate: float, drawn: NDArray[np.float64]) -> FnmrDifference | None:
    thresholds = [threshold_at(distribution(pairs).impostor, rate) for pairs in (a, b)]
    if thresholds[0] is None or thresholds[1] is None or not a.genuine.any():
        return None
    in_a, in_b = _missed(a, thresholds[0]), _missed(b, thresholds[1])
    only_a, only_b = int((in_a & ~in_b).sum()), int((in_b & ~in_a).sum())
    of_eye = [np.bincount(a.eye[a.first[a.genuine]], weights=missed, minlength=len(a.eyes)) for missed in (in_a, in_b)]
    worse_a, worse_b = int((of_eye[0] > of_eye[1]).sum()), int((of_eye[1] > of_eye[0]).sum())
    return FnmrDifference(
        a=float(in_a.mean()),
        b=float(in_b.mean()),
        difference=float(in_b.mean() - in_a.mean()),
        difference_95=bounds(drawn),
        threshold_a=thresholds[0],
        threshold_b=thresholds[1],
        pairs=in_a.size,
        missed_by_both=int((in_a & in_b).sum()),
        missed_by_a_only=only_a,
        missed_by_b_only=only_b,
        mcnemar_p=mcnemar(only_a, only_b),
        eyes_worse_in_a=worse_a,
        eyes_worse_in_b=worse_b,
        sign_test_p=mcnemar(worse_a, worse_b),
    )


def _changed_at(a: Distribution, b: Distribution) -> ChangedAt:
    """Both runs judged in one way: at the observed rate, or at its promise where a run has too few pairs."""
    rate = RATES[0]
    in_a, in_b = (threshold_at(spread.impostor, float(rate)) for spread in (a, b))
    if in_a is not None and in_b is not None:
        return ChangedAt(false_match_rate=rate, observed=True, threshold_a=in_a, threshold_b=in_b)
    promised = promised_threshold(float(rate))
    return ChangedAt(false_match_rate=rate, observed=False, threshold_a=promised, threshold_b=promised)


def _changed(a: Pairs, b: Pairs, at: ChangedAt) -> tuple[ChangedEye, ...]:
    """Eyes whose missed pairs differ, the largest change first."""
    in_a, in_b = _missed(a, at.threshold_a), _missed(b, at.threshold_b)
    of_pair = a.eye[a.first[a.genuine]]
    total, missed_a, missed_b, unlike = (
        np.bincount(of_pair[chosen], minlength=len(a.eyes)).tolist()
        for chosen in (np.ones(in_a.size, bool), in_a, in_b, in_a != in_b)
    )
    found = [
        ChangedEye(eye=eye, pairs=total[i], missed_by_a=missed_a[i], missed_by_b=missed_b[i])
        for i, eye in enumerate(a.eyes)
        if unlike[i]
    ]
    return tuple(sorted(found, key=lambda eye: (-abs(eye.missed_by_b - eye.missed_by_a), eye.eye)))
