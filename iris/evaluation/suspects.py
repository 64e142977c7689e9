"""What deserves a second look by a person: the eyes that fail most, and pictures that may carry a wrong label."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from iris.evaluation.pairs import Pairs
from iris.evaluation.statistics import promised_threshold

NEAR_PERFECT = 1e-6
"""False-match rate whose promised threshold strangers pass once in a million pairs: nearer is near-perfect."""
SELDOM = 0.01
"""Chance below which so many near pairs are put down to labels and not to luck."""
MOST_LISTED = 100
"""Suspected pairs of pictures, and of eyes, that are listed; a data set with more is mislabelled as a whole."""


class FailingEye(BaseModel):
    """One eye's genuine pairs that were missed, and why.

    Attributes:
        eye: its name.
        pairs, missed: its genuine pairs, and those of them missed.
        by_refusal: missed because a picture was refused.
        by_distance: missed because the pair was too far apart or shared too little.
    """

    model_config = ConfigDict(frozen=True)

    eye: str
    pairs: int
    missed: int
    by_refusal: int
    by_distance: int


class NearPair(BaseModel):
    """Two pictures with different labels that look like one eye."""

    model_config = ConfigDict(frozen=True)

    first: str
    first_eye: str
    second: str
    second_eye: str
    distance: float


class NearEyes(BaseModel):
    """Two labels that share near-perfect pairs: one eye under both where most of their pairs do."""

    model_config = ConfigDict(frozen=True)

    first_eye: str
    second_eye: str
    near_pairs: int
    pairs: int
    nearest: float


class Stray(BaseModel):
    """A picture that fits nothing of its own eye, but fits another eye."""

    model_config = ConfigDict(frozen=True)

    picture: str
    eye: str
    fits: str
    distance: float


class LabelErrors(BaseModel):
    """Suspected label errors; `near_pairs` counts all pairs, `pairs` lists the nearest of them, `eyes` groups them.

    Attributes:
        expected_by_chance: so many near pairs `NEAR_PERFECT` promises at most where every label is right.
        beyond_chance: whether as many as were found are less probable than 1 % then.
    """

    model_config = ConfigDict(frozen=True)

    threshold: float
    near_pairs: int
    expected_by_chance: float
    beyond_chance: bool
    pairs: tuple[NearPair, ...]
    eyes: tuple[NearEyes, ...]
    pictures: tuple[Stray, ...]


def failing_eyes(pairs: Pairs, threshold: float) -> tuple[FailingEye, ...]:
    """Every eye with a missed genuine pair at this threshold, most missed first."""
    genuine, failed = pairs.genuine, pairs.failed
    of_pair = pairs.eye[pairs.first]
    missed = genuine & ~(pairs.far < threshold)
    counts = [
        np.bincount(of_pair[chosen], minlength=len(pairs.eyes))
        for chosen in (genuine, missed, missed & failed, missed & ~failed)
    ]
    found = [
        FailingEye(eye=eye, pairs=total, missed=lost, by_refusal=refused, by_distance=far)
        for eye, total, lost, refused, far in zip(pairs.eyes, *(count.tolist() for count in counts), strict=True)
        if lost
    ]
    return tuple(sorted(found, key=lambda eye: (-eye.missed, eye.eye)))


def label_errors(pairs: Pairs) -> LabelErrors:
    """Pairs across labels nearer than the policy's threshold for `NEAR_PERFECT`, and the pictures behind them."""
    threshold = promised_threshold(NEAR_PERFECT)
    near = np.flatnonzero(~pairs.genuine & (pairs.far < threshold))
    near = near[np.argsort(pairs.far[near], kind="stable")]
    listed = tuple(
        NearPair(
            first=pairs.pictures[a],
            first_eye=pairs.eyes[pairs.eye[a]],
            second=pairs.pictures[b],
            second_eye=pairs.eyes[pairs.eye[b]],
            distance=float(pairs.distance[pair]),
        )
        for pair, a, b in ((pair, pairs.first[pair], pairs.second[pair]) for pair in near[:MOST_LISTED])
    )
    expected = NEAR_PERFECT * int((~pairs.genuine & ~pairs.failed).sum())
    return LabelErrors(
        threshold=threshold,
        near_pairs=int(near.size),
        expected_by_chance=expected,
        beyond_chance=_at_least(int(near.size), expected) < SELDOM,
        pairs=listed,
        eyes=_near_eyes(pairs, near),
        pictures=_strays(pairs, near, threshold),
    )


def _at_least(count: int, mean: float) -> float:
    """P(X >= count) for X after Poisson."""
    return 1.0 - math.fsum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(min(count, MOST_LISTED)))


def _near_eyes(pairs: Pairs, near: NDArray[np.intp]) -> tuple[NearEyes, ...]:
    """The near pairs by their two labels, those that share most first."""
    ends = np.sort(np.stack([pairs.eye[pairs.first], pairs.eye[pairs.second]]), axis=0)
    grouped: dict[tuple[int, int], list[float]] = {}
    for pair in near:
        grouped.setdefault((int(ends[0, pair]), int(ends[1, pair])), []).append(float(pairs.distance[pair]))
    found = [
        NearEyes(
            first_eye=pairs.eyes[a],
            second_eye=pairs.eyes[b],
            near_pairs=len(distances),
            pairs=int(((ends[0] == a) & (ends[1] == b)).sum()),
            nearest=min(distances),
        )
        for (a, b), distances in grouped.items()
    ]
    return tuple(sorted(found, key=lambda eyes: (-eyes.near_pairs, eyes.nearest)))[:MOST_LISTED]


def _strays(pairs: Pairs, near: NDArray[np.intp], threshold: float) -> tuple[Stray, ...]:
    own = pairs.genuine & ~pairs.failed
    fits_own, has_own = np.zeros(len(pairs.pictures), bool), np.zeros(len(pairs.pictures), bool)
    for ends in (pairs.first, pairs.second):
        has_own[ends[own]] = True
        fits_own[ends[own & (pairs.far < threshold)]] = True
    strays: dict[int, Stray] = {}
    for pair in near:
        for one, other in ((pairs.first, pairs.second), (pairs.second, pairs.first)):
            picture = int(one[pair])
            if has_own[picture] and not fits_own[picture] and picture not in strays:
                strays[picture] = Stray(
                    picture=pairs.pictures[picture],
                    eye=pairs.eyes[pairs.eye[picture]],
                    fits=pairs.eyes[pairs.eye[other[pair]]],
                    distance=float(pairs.distance[pair]),
                )
    return tuple(strays[picture] for picture in sorted(strays))
