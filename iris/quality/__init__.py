"""How good a picture of an iris is, after ISO/IEC 29794-6, and in words what would make it better.

Measures come from the picture and its segmentation alone. What is too bad to trust raises a refusal; the rest is a
score.
"""

from __future__ import annotations

from iris.quality.components import Components
from iris.quality.judgement import (
    LEAST_CONFIDENCE,
    LEAST_DETAIL,
    LEAST_DISTINCTNESS,
    LEAST_FINENESS,
    LEAST_LIKENESS,
    LEAST_LIMBUS_CONTRAST,
    LEAST_PUPIL_CERTAINTY,
    LEAST_RADIUS,
    LEAST_REPETITION,
    LEAST_SHARPNESS,
    LEAST_USABLE,
    MOST_EDGE_WIDTH,
    MOST_ELONGATION,
    MOST_GLARE,
    MOST_GLINT,
    MOST_LID,
    MOST_SMEAR,
    Advice,
    Quality,
    quality,
    refuse_if_poor,
)
from iris.quality.measures import Measures

__all__ = [
    "LEAST_CONFIDENCE",
    "LEAST_DETAIL",
    "LEAST_DISTINCTNESS",
    "LEAST_FINENESS",
    "LEAST_LIKENESS",
    "LEAST_LIMBUS_CONTRAST",
    "LEAST_PUPIL_CERTAINTY",
    "LEAST_RADIUS",
    "LEAST_REPETITION",
    "LEAST_SHARPNESS",
    "LEAST_USABLE",
    "MOST_EDGE_WIDTH",
    "MOST_ELONGATION",
    "MOST_GLARE",
    "MOST_GLINT",
    "MOST_LID",
    "MOST_SMEAR",
    "Advice",
    "Components",
    "Measures",
    "Quality",
    "quality",
    "refuse_if_poor",
]
