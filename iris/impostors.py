"""How near two different eyes come to each other by chance: the model behind every threshold.

The normalised distance of two strangers at one rotation is taken for normal about 0.5 with the spread of
`DEGREES_OF_FREEDOM` coin tosses (Daugman 2003); the least of all rotations behaves in the tail like
`INDEPENDENT_ROTATIONS` such draws (never more than the rotations tried: the union bound).
`benchmarks/impostor_model.py` fits both to the nearest hundredth of the impostor pairs of each data set and prints the
constants of this file.
"""

from __future__ import annotations

import math
from statistics import NormalDist

DEGREES_OF_FREEDOM = 480.0
"""Careful: the lower 95 % bound of the worst camera of the fit (533 there), less the 7 % that a poorer camera was
measured to lose (`CARE` of the fit)."""
DEGREES_OF_FREEDOM_95 = (516.0, 620.0)
"""Lowest and highest 95 % bound of the fits to single cameras (bootstrap over eyes): 1.64 million pairs of 417 eyes of
CASIA-IrisV4-Interval and IIT Delhi 1.0."""
INDEPENDENT_ROTATIONS = 18.0
"""12 to 23 are the 95 % bounds. Near the mean neighbouring rotations go together; in the tail they rarely do (Rice
1944)."""
MEASURED_DOWN_TO = 1e-5
"""False-match rate of one comparison below which no data stand behind the model: of a million pairs, ten lie there."""
CORRELATION_OF_EYES = 0.1
"""Most that one stranger's distances from the two eyes of a person go together: -0.02 to 0.07 measured on both
development halves and six emulated cameras (`benchmarks/look_rules.py`)."""

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
    _check(false_match_rate)
    single = -math.expm1(math.log1p(-false_match_rate) / INDEPENDENT_ROTATIONS)
    return 0.5 + spread() * _NORMAL.inv_cdf(single)


def threshold_of_both_eyes(false_match_rate: float) -> float:
    """The mean distance from both eyes of a person below which a stranger falls with this chance, 0 < rate < 1.

    One comparison with each eye, each at its own best rotation: every pair of rotations is counted (union bound), which
    assumes nothing of how rotations go together; the two distances go together by `CORRELATION_OF_EYES`.
    """
    _check(false_match_rate)
    single = false_match_rate / INDEPENDENT_ROTATIONS**2
    return 0.5 + spread() * math.sqrt((1 + CORRELATION_OF_EYES) / 2) * _NORMAL.inv_cdf(single)


def _check(rate: float) -> None:
    if not 0.0 < rate < 1.0:
        raise ValueError(f"a false-match rate lies between 0 and 1, got {rate}")
