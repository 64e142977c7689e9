"""The 95 % interval of an observed rate: from resampled eyes where they tell something, else exact binomial bounds.

A draw of eyes cannot show an error that no eye made, and draws that all agree say nothing of how sure a rate is: an
interval without width is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from iris.evaluation.binomial import clopper_pearson
from iris.evaluation.resampling import Bounds, bounds
from iris.evaluation.statistics import LEAST_BEHIND


def with_width(around: Bounds | None) -> Bounds | None:
    """The interval, None for one that has shrunk to a point."""
    return None if around is None or around[0] == around[1] else around


def of_draws(drawn: NDArray[np.float64]) -> Bounds | None:
    """95 % interval of (draws,) values; None where no draw differs from another."""
    return with_width(bounds(drawn))


def of_rate(drawn: NDArray[np.float64], errors: int, trials: int, units: int) -> Bounds | None:
    """95 % interval of `errors` in `trials`, with the rate in each draw of eyes as `drawn`.

    `units` are what may be taken for independent: eyes for non-matches and refusals, pairs of eyes for matches. Where
    nothing or everything failed the exact bounds in that many are given; where the draws agree, those in the trials.
    """
    if errors in (0, trials):
        least = min(units, trials)
        return clopper_pearson(min(errors, least), least)
    return of_draws(drawn) or clopper_pearson(errors, trials)


def growing(around: Sequence[Bounds | None]) -> list[Bounds | None]:
    """Intervals of a rate that can only grow along the row: what bounds it later bounds it before, and the reverse."""
    known = [(0.0, 1.0) if each is None else each for each in around]
    lows = list(accumulate((low for low, _ in known), max))
    highs = list(accumulate((high for _, high in reversed(known)), min))[::-1]
    return [
        None if each is None else (min(low, high), max(low, high))
        for each, low, high in zip(around, lows, highs, strict=True)
    ]


def of_few(drawn: NDArray[np.float64], errors: int, trials: int, units: int) -> Bounds | None:
    """The same for a rate with few errors behind it: never narrower than the exact bounds in the trials."""
    around = of_rate(drawn, errors, trials, units)
    exact = clopper_pearson(errors, trials) if 0 < errors < LEAST_BEHIND else None
    if around is None or exact is None:
        return around
    return min(around[0], exact[0]), max(around[1], exact[1])
