"""The change detectors: two cumulative sums, one for shares of failures and one for latencies. Pure arithmetic.

A cumulative sum adds up, opening by opening, how much better "it has become worse" explains what was seen than "it is
as it always was", never falls below zero, and signals at a threshold (Page 1954; Hawkins and Olwell 1998). Both are
guarded against the error of a reference from a few tens of openings. Their false alarms are measured, not promised:
`benchmarks/lock_health.py`, docs/decisions/lock-health.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

REFERENCE_OPENINGS: Final = 30
"""A lock's first openings, which are its own measure from then on; a few days of a busy cabinet."""

HEALTHY_SHARE: Final = 0.03
"""Openings in trouble that pass for ordinary: a parcel that leans on its door, a child that holds it shut."""
TROUBLED_SHARE: Final = 0.2
"""Least share that is worth a fitter's way."""
TROUBLE_FACTOR: Final = 4.0
"""A lock that was troublesome from the beginning has to become so much worse."""
MOST_TROUBLED: Final = 0.8
SHARE_SIGNAL: Final = 8.0
"""Natural logarithm of the evidence that is asked for: five failures nearly in a row, or eight in twenty."""

WORTH_LOG: Final = math.log(1.5)
"""A lock that takes half as long again is worth a fitter's way; less is weather."""
LEAST_SPREAD_LOG: Final = 0.06
"""No lock repeats itself better than by six parts in a hundred over the days, whatever its first openings were like."""
MOST_SPREADS: Final = 4.0
"""One opening counts for no more than this: a parcel that leans on the door once is no drift."""
LATENCY_RUN: Final = 5e7
"""Openings between two false signals of the ideal chart; estimated references and real tails bring it down."""
COARSER: Final = 4.0
"""Reads so many times further apart than at first, on a busy line, measure no latency that could be compared."""
LEAST_GRANULARITY_S: Final = 0.02
"""A line is hardly read more often."""
MAD_TO_SIGMA: Final = 1.4826
"""A normal deviate's standard deviation over its median absolute deviation."""
MEDIAN_ERROR: Final = 1.2533
"""The standard error of a median over that of a mean, normal deviates."""


class Reference(BaseModel):
    """What a lock's latency was at first: median and spread of its natural logarithm, from `count` openings."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    median_log: float = Field(ge=-10, le=10)
    spread_log: float = Field(gt=0, le=10)
    count: int = Field(ge=1)
    granularity_s: float | None = Field(default=None, ge=0, le=1000)
    """How far apart the reads were that it stands on; None where that was not kept."""

    @property
    def seconds(self) -> float:
        """The usual latency."""
        return math.exp(self.median_log)

    def comparable(self, granularity_s: float) -> bool:
        """Whether reads so far apart measure a latency that says something beside this one."""
        return self.granularity_s is None or granularity_s <= COARSER * max(self.granularity_s, LEAST_GRANULARITY_S)

    def residual(self, seconds: float) -> float:
        """How much slower than usual an opening was, as a natural logarithm: 0.69 is twice as slow."""
        return math.log(seconds) - self.median_log


def reference_of(seconds: Sequence[float], granularity_s: float) -> Reference:
    """The reference that some openings make; `granularity_s` is the typical distance of the reads between them."""
    middle = math.log(blurred_median(seconds, granularity_s))
    spread = MAD_TO_SIGMA * median(abs(math.log(each) - middle) for each in seconds)
    unseen = granularity_s / math.sqrt(12) / math.exp(middle)
    return Reference(
        median_log=middle,
        spread_log=max(spread, unseen, LEAST_SPREAD_LOG),
        count=len(seconds),
        granularity_s=granularity_s,
    )


def blurred_median(values: Sequence[float], width: float) -> float:
    """The median of values that may be anywhere within `width` around what was read, equally likely.

    Reads that always fall at the same times after a pulse give few different values, between which a plain median would
    leap; this one (the median of grouped data) moves with their shares.
    """
    ordered = sorted(values)
    half = len(ordered) / 2
    left, right = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    if width == 0 or right - left >= width:
        return (left + right) / 2
    edges = sorted([(each - width / 2, 1) for each in ordered] + [(each + width / 2, -1) for each in ordered])
    below, inside, at = 0.0, 0, edges[0][0]
    for edge, change in edges:
        more = inside * (edge - at) / width
        if below + more >= half:
            return min(max(at + (half - below) * width / inside, ordered[0]), ordered[-1])
        below, inside, at = below + more, inside + change, edge
    return right


def latency_step(score: float, reference: Reference, seconds: float) -> float:
    """The latency's cumulative sum after one more opening, in spreads."""
    spread, allowance = _guarded(reference), _allowance(reference)
    error = MEDIAN_ERROR * reference.spread_log / math.sqrt(reference.count)
    deviation = min((reference.residual(seconds) - error) / spread, MOST_SPREADS)
    return max(0.0, score + deviation - allowance)


def latency_signals(score: float, reference: Reference) -> bool:
    """Whether the latency has changed; the threshold follows from the run length (Siegmund's approximation)."""
    allowance = _allowance(reference)
    threshold = math.log(2 * allowance**2 * LATENCY_RUN + 1) / (2 * allowance)
    return score > max(threshold, 2 * (MOST_SPREADS - allowance))


def share_step(score: float, *, failed: bool, healthy: float) -> float:
    """The cumulative sum of a share after one more yes or no, as a log likelihood ratio."""
    troubled = min(MOST_TROUBLED, max(TROUBLED_SHARE, TROUBLE_FACTOR * healthy))
    ratio = troubled / healthy if failed else (1 - troubled) / (1 - healthy)
    return max(0.0, score + math.log(ratio))


def share_signals(score: float) -> bool:
    """Whether the share has risen."""
    return score > SHARE_SIGNAL


def healthy_share(failures: int, trials: int) -> float:
    """The share that a lock's reference makes ordinary for it, on the safe side: one failure more than were seen."""
    if trials < REFERENCE_OPENINGS:
        return HEALTHY_SHARE
    return min(0.5, max(HEALTHY_SHARE, (failures + 1) / (trials + 2)))


def _guarded(reference: Reference) -> float:
    """The spread on the safe side: a sample's own may be too small by its standard error, 1.17/sqrt(n) for a MAD."""
    return reference.spread_log * (1 + 1.17 / math.sqrt(reference.count))


def _allowance(reference: Reference) -> float:
    """Half of the shift that is worth noticing, in spreads."""
    return WORTH_LOG / 2 / _guarded(reference)
