"""Exact binomial statements: bounds after Clopper and Pearson (1934), and McNemar's test of two paired proportions."""

from __future__ import annotations

import math
from collections.abc import Callable

CONFIDENCE = 0.95
_HALVINGS = 60
"""Bisections of the unit interval: beyond the precision of a double."""


def clopper_pearson(errors: int, trials: int) -> tuple[float, float] | None:
    """95 % bounds of a proportion from independent trials; None without any trial."""
    if not 0 <= errors <= trials:
        raise ValueError(f"errors: expected 0 to {trials}, got {errors}")
    if trials == 0:
        return None
    tail = (1.0 - CONFIDENCE) / 2
    low = 0.0 if errors == 0 else _solve(lambda rate: 1.0 - _at_most(errors - 1, trials, rate), tail)
    high = 1.0 if errors == trials else _solve(lambda rate: 1.0 - _at_most(errors, trials, rate), 1.0 - tail)
    return low, high


def mcnemar(only_a: int, only_b: int) -> float:
    """Two-sided exact probability of discordant counts as uneven as these, if both were equally likely."""
    discordant = only_a + only_b
    if discordant == 0:
        return 1.0
    return min(1.0, 2.0 * _at_most(min(only_a, only_b), discordant, 0.5))


def _at_most(errors: int, trials: int, rate: float) -> float:
    """P(X <= errors) for X binomial."""
    if rate <= 0.0 or rate >= 1.0:
        return 1.0 if rate <= 0.0 or errors >= trials else 0.0
    logs = math.lgamma(trials + 1), math.log(rate), math.log1p(-rate)
    return math.fsum(
        math.exp(logs[0] - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * logs[1] + (trials - k) * logs[2])
        for k in range(errors + 1)
    )


def _solve(rising: Callable[[float], float], level: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < level else (low, middle)
    return (low + high) / 2
