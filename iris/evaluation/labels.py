"""Which labels may be wrong: pictures across labels that look like one eye, and what stands behind each.

The pictures of a label fall into clusters that look alike, and the largest one says whose label it is. A smaller
cluster that looks like the largest of another label was put into the wrong one; two labels whose largest clusters look
alike are one eye. So a stray never speaks for the label that it strayed into. Work grows with the number of pairs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from iris.evaluation.pairs import Flags, Pairs
from iris.evaluation.statistics import promised_threshold

NEAR_PERFECT = 1e-6
"""False-match rate whose promised threshold strangers pass once in a million pairs: nearer is near-perfect."""
SELDOM = 0.01
"""Chance below which so many near pairs are put down to labels and not to luck."""
NEGLIGIBLE = 1e-12
"""Probability of one number from which on larger ones, each less probable, are not summed."""
ONE_EYE = 0.5
"""Part of the pairs of two labels' largest clusters that must be near for one eye: of one eye nearly all are."""
MOST_LISTED = 100
"""Suspected pairs of pictures, and of eyes, that are listed; a data set with more is mislabelled as a whole."""

Numbers = NDArray[np.intp]


class NearPair(BaseModel):
    """Two pictures with different labels that look like one eye."""

    model_config = ConfigDict(frozen=True)

    first: str
    first_eye: str
    second: str
    second_eye: str
    distance: float


class NearEyes(BaseModel):
    """Two labels that share near-perfect pairs.

    Attributes:
        first_eye, second_eye: their names.
        near_pairs, pairs: near pairs among those of which both pictures were encoded.
        nearest: the least distance.
        one_eye: whether most pictures of both show one eye; else single pictures are behind it.
    """

    model_config = ConfigDict(frozen=True)

    first_eye: str
    second_eye: str
    near_pairs: int
    pairs: int
    nearest: float
    one_eye: bool


class Stray(BaseModel):
    """A picture that fits nothing of its own eye, unless what strayed with it, but fits another eye.

    `distance` is the least between the pictures that strayed together and that eye.
    """

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


@dataclass(frozen=True, slots=True)
class _Near:
    """Near pairs across labels, nearest first: their pictures and distances."""

    first: Numbers
    second: Numbers
    distance: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Clusters:
    """The pictures of each label that look alike, directly or by way of others.

    Attributes:
        of: (n,) the cluster of each picture; one that was refused is alone.
        size: (n,) pictures of each cluster.
        core: (n,) whether the picture is in a largest cluster of its label; never if refused.
        sure: (n,) whether that cluster is larger than any other of its label.
        contradicted: (n,) whether the picture was compared with one of its label outside its cluster.
        encoded: (e,) pictures of each label with a template.
    """

    of: Numbers
    size: Numbers
    core: Flags
    sure: Flags
    contradicted: Flags
    encoded: Numbers


def label_errors(pairs: Pairs) -> LabelErrors:
    """Pairs across labels nearer than the policy's threshold for `NEAR_PERFECT`, and what may be behind them."""
    threshold = np.float64(promised_threshold(NEAR_PERFECT))
    genuine, close = pairs.genuine, pairs.distance < threshold
    found = np.flatnonzero(close & ~genuine)
    found = found[np.argsort(pairs.distance[found], kind="stable")]
    near = _Near(pairs.first[found].astype(np.intp), pairs.second[found].astype(np.intp), pairs.distance[found])
    clusters = _clusters(pairs, np.flatnonzero(genuine), close)
    expected = NEAR_PERFECT * int(np.count_nonzero(~(genuine | pairs.failed)))
    eyes = _near_eyes(pairs, near, clusters)
    return LabelErrors(
        threshold=float(threshold),
        near_pairs=int(found.size),
        expected_by_chance=expected,
        beyond_chance=beyond_chance(int(found.size), expected),
        pairs=tuple(_near_pair(pairs, near, place) for place in range(min(found.size, MOST_LISTED))),
        eyes=eyes[:MOST_LISTED],
        pictures=_strays(pairs, near, clusters, {(each.first_eye, each.second_eye) for each in eyes if each.one_eye}),
    )


def beyond_chance(count: int, mean: float) -> bool:
    """Whether so many or more are less probable than `SELDOM`, where the number is one after Poisson of this mean."""
    if count <= mean:
        return False
    term, tail = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1)), 0.0
    while tail < SELDOM and term > NEGLIGIBLE:
        tail += term
        count += 1
        term *= mean / count
    return tail < SELDOM


def _near_pair(pairs: Pairs, near: _Near, place: int) -> NearPair:
    a, b = near.first[place], near.second[place]
    return NearPair(
        first=pairs.pictures[a],
        first_eye=pairs.eyes[pairs.eye[a]],
        second=pairs.pictures[b],
        second_eye=pairs.eyes[pairs.eye[b]],
        distance=float(near.distance[place]),
    )


def _clusters(pairs: Pairs, genuine: Numbers, close: Flags) -> _Clusters:
    """`genuine` are the places of pairs inside labels, `close` tells of each pair whether it is near."""
    alike = genuine[close[genuine]]
    of = _joined(len(pairs.pictures), pairs.first[alike], pairs.second[alike])
    there = ~pairs.refused
    size = np.bincount(of[there], minlength=of.size)
    largest = np.zeros(len(pairs.eyes), np.intp)
    np.maximum.at(largest, pairs.eye[there], size[of[there]])
    core = there & (size[of] == largest[pairs.eye])
    alone = np.bincount(pairs.eye[core], minlength=largest.size) == largest
    contradicted = np.zeros(of.size, bool)
    compared = genuine[np.isfinite(pairs.distance[genuine])]
    apart = compared[of[pairs.first[compared]] != of[pairs.second[compared]]]
    contradicted[pairs.first[apart]] = contradicted[pairs.second[apart]] = True
    encoded = np.bincount(pairs.eye[there], minlength=largest.size)
    return _Clusters(of, size, core, core & alone[pairs.eye], contradicted, encoded)


def _joined(count: int, first: NDArray[np.int32], second: NDArray[np.int32]) -> Numbers:
    """The connected parts of a graph of `count` nodes, each named by its least node."""
    part = np.arange(count)
    while True:
        least = part.copy()
        np.minimum.at(least, first, part[second])
        np.minimum.at(least, second, part[first])
        least = least[least]
        if np.array_equal(least, part):
            return part
        part = least


def _near_eyes(pairs: Pairs, near: _Near, clusters: _Clusters) -> tuple[NearEyes, ...]:
    """The near pairs by their two labels, those that share most first.

    Two labels have all their pairs of pictures in the table, or none.
    """
    a, b = np.sort(np.stack([pairs.eye[near.first], pairs.eye[near.second]]), axis=0).astype(np.intp)
    keys, begins, group = np.unique(a * len(pairs.eyes) + b, return_index=True, return_inverse=True)
    both_sure = clusters.sure[near.first] & clusters.sure[near.second]
    count, sure = np.bincount(group), np.bincount(group, weights=both_sure)
    of_core = np.bincount(pairs.eye[clusters.sure], minlength=len(pairs.eyes))
    ends = list(zip(*np.divmod(keys, len(pairs.eyes)), strict=True))
    found = [
        NearEyes(
            first_eye=pairs.eyes[one],
            second_eye=pairs.eyes[other],
            near_pairs=int(count[place]),
            pairs=int(clusters.encoded[one] * clusters.encoded[other]),
            nearest=float(near.distance[begins[place]]),
            one_eye=bool(0 < sure[place] >= ONE_EYE * of_core[one] * of_core[other]),
        )
        for place, (one, other) in enumerate(ends)
    ]
    return tuple(sorted(found, key=lambda eyes: (-eyes.near_pairs, eyes.nearest)))


def _strays(pairs: Pairs, near: _Near, clusters: _Clusters, alike: set[tuple[str, str]]) -> tuple[Stray, ...]:
    """Of each cluster that may have strayed, where it fits best; labels that are `alike` are one eye."""
    one, other = np.concatenate([near.first, near.second]), np.concatenate([near.second, near.first])
    distance = np.concatenate([near.distance, near.distance])
    chosen = ~clusters.sure[one] & clusters.contradicted[one] & clusters.core[other]
    one, other, distance = clusters.of[one[chosen]], clusters.of[other[chosen]], distance[chosen]
    keys, group = np.unique(one * len(pairs.pictures) + other, return_inverse=True)
    nearest = np.full(keys.size, np.inf)
    np.minimum.at(nearest, group, distance)
    strayed, home = np.divmod(keys, len(pairs.pictures))
    share = np.bincount(group, minlength=keys.size) / (clusters.size[strayed] * clusters.size[home])
    best: dict[int, int] = {}
    for place in np.lexsort((nearest, -share)):
        names = sorted(pairs.eyes[pairs.eye[end[place]]] for end in (strayed, home))
        if (names[0], names[1]) not in alike:
            best.setdefault(int(strayed[place]), int(place))
    return tuple(
        Stray(
            picture=pairs.pictures[picture],
            eye=pairs.eyes[pairs.eye[picture]],
            fits=pairs.eyes[pairs.eye[home[place]]],
            distance=float(nearest[place]),
        )
        for picture, cluster in enumerate(clusters.of.tolist())
        if (place := best.get(cluster)) is not None
    )
