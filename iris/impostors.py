"""How near two different eyes come to each other by chance: the model behind every threshold.

The normalised distance of two strangers at one rotation is taken for normal about 0.5 with the spread of
`DEGREES_OF_FREEDOM` coin tosses (Daugman 2003); the least of all rotations behaves like `INDEPENDENT_ROTATIONS` such
draws. Both numbers are fitted to the impostor pairs of the development halves of CASIA-IrisV4-Interval (1438 pictures
of 124 people) and IIT Delhi 1.0 (1115 pictures of 112 people), about 1.6 million pairs, between false-match rates of
1e-2 and 1e-5, and set on the careful side of both. Below 1e-5 the model extrapolates.
"""

from __future__ import annotations

import math
from statistics import NormalDist

DEGREES_OF_FREEDOM = 450.0
INDEPENDENT_ROTATIONS = 6.0
MEASURED_DOWN_TO = 1e-5
"""False-match rate of one comparison below which no data stand behind the model."""

_NORMAL = NormalDist()


def spread() -> float:
    """Standard deviation of the normalised distance of strangers at one rotation."""
    return 0.5 / math.sqrt(DEGREES_OF_FREEDOM)


def false_match_rate(threshold: float) -> float:
    """Chance that one comparison of strangers, all rotations tried, falls below the threshold."""
    single = 0.5 * math.erfc((0.5 - threshold) / (spread() * math.sqrt(2.0)))
    return -math.expm1(INDEPENDENT_ROTATIONS * math.log1p(-min(single, 1.0 - 1e-15)))


def threshold(false_match_rate: float) -> float:
    """The distance below which strangers fall with this chance in one comparison, 0 < rate < 1."""
    if not 0.0 < false_match_rate < 1.0:
        raise ValueError(f"a false-match rate lies between 0 and 1, got {false_match_rate}")
    single = -math.expm1(math.log1p(-false_match_rate) / INDEPENDENT_ROTATIONS)
    return 0.5 + spread() * _NORMAL.inv_cdf(single)
