"""The probability that a segmentation is right: no circle off by a tenth of the iris, and most of the ring shared.

It asks the two boundaries alone, so that the search for them may ask it too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from iris.quality.logistic import Logistic

if TYPE_CHECKING:  # the search for the boundaries may ask this file, and so must not be imported by it
    from iris.segment.boundaries import Boundaries

CERTAIN = 50.0
"""Log odds beyond which nothing changes in double precision."""
USUAL_RATIO = 0.42
"""Pupil radius in iris radii about which eyes scatter in near-infrared light."""
RIGHT = Logistic(
    -10.09,
    {
        "pupil_rise": 13.53,
        "pupil_evenness": 1.91,
        "limbus_rise": 4.34,
        "limbus_step": -1.75,
        "pupil_step": -0.42,
        "offset": -32.99,
        "ratio": -4.94,
        "roughness": -154.15,
    },
)
"""Printed by `benchmarks/iris_confidence.py`: 1376 pictures of Interval with hand-marked circles as they are, one
of every 16 worsened in eight ways, and 40 drawn eyes in 26 views; 1049 of 5476 segmentations wrong."""


def confidence(found: Boundaries) -> float:
    """Probability, 0 to 1, that both boundaries are right."""
    odds = RIGHT.log_odds(figures(found))
    return 1.0 / (1.0 + math.exp(-min(max(odds, -CERTAIN), CERTAIN)))


def figures(found: Boundaries) -> dict[str, float]:
    """What the function weighs, free of the picture's size and light."""
    pupil, limbus = found.pupil.circle, found.limbus.circle
    inner, outer = found.pupil_rim, found.limbus_rim
    return {
        "pupil_rise": max(inner.rise, 0.0),
        "pupil_evenness": inner.evenness,
        "limbus_rise": max(outer.rise, 0.0),
        "limbus_step": min(max(outer.contrast, 0.0) / max(inner.contrast, 1.0), 1.0),
        "pupil_step": math.log(min(max(inner.contrast, 5.0), 80.0)),
        "offset": math.hypot(pupil.x - limbus.x, pupil.y - limbus.y) / limbus.r,
        "ratio": abs(math.log(pupil.r / limbus.r / USUAL_RATIO)),
        "roughness": _roughness(found.pupil.coefficients),
    }


def _roughness(coefficients: tuple[float, ...]) -> float:
    """Root mean square deviation from a circle, in radii; at most 0.05."""
    return min(math.sqrt(0.5 * sum(value * value for value in coefficients[3:])) / coefficients[0], 0.05)
