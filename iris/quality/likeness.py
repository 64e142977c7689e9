"""How much a segmented picture looks like an eye: print, stains and blurred noise hold dark discs in larger ones too.

What the search for the boundaries believes counts most; measures taken after the curves were drawn tell eyes from blobs
that have soft or broken rims, stand out of nothing, or hold no texture.
"""

from __future__ import annotations

import math
from dataclasses import replace

from iris.quality.logistic import Logistic
from iris.quality.measures import Measures

LIKENESS = Logistic(
    -8.67,
    {
        "boundaries": 0.72,
        "edge_width": -2.39,
        "pupil_certainty": 2.32,
        "distinctness": 2.33,
        "detail": 1.03,
    },
)
"""Printed by `benchmarks/iris_refusals.py --fit`: real eyes of two cameras as they are, mildly worsened, and small and
hard-set, and drawn eyes, against eyes that are hidden and 34 kinds of pictures without one."""
SHARP_EDGE = 0.035
"""Iris radii: the width of the pupil's edge in focus."""
MOST_LOG_ODDS = 7.0
"""Beyond them, either way, the probability of the boundaries says nothing more."""


def likeness(found: Measures) -> float:
    """Log odds of an eye being what was found."""
    return LIKENESS.log_odds(figures(found))


def likeness_if_sharp(found: Measures) -> float:
    """The same if the picture were in focus: tells a blurred eye from what is none."""
    return likeness(replace(found, edge_width=min(found.edge_width, SHARP_EDGE)))


def figures(found: Measures) -> dict[str, float]:
    """What the function weighs: logarithms of what is a scale, all held to the range that eyes can have."""
    odds = found.probability / max(1.0 - found.probability, 1e-9)
    return {
        "boundaries": _log(odds, math.exp(-MOST_LOG_ODDS), math.exp(MOST_LOG_ODDS)),
        "edge_width": _log(found.edge_width, 0.02, 0.5),
        "pupil_certainty": found.pupil_certainty,
        "distinctness": _log(found.distinctness, 0.5, 6.0),
        "detail": _log(found.detail, 0.005, 0.5),
    }


def _log(value: float, low: float, high: float) -> float:
    return math.log(min(max(value, low), high))
