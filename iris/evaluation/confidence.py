"""Whether the segmentation knows when it errs: pairs missed by the confidence of their less certain picture."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from pydantic import BaseModel, ConfigDict

from iris.evaluation.binomial import clopper_pearson
from iris.evaluation.resampling import Bounds
from iris.evaluation.scores import Scores
from iris.evaluation.statistics import working_threshold

BANDS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0)
"""Ends of the bands; finer where most pictures lie."""


class ConfidenceBand(BaseModel):
    """The pictures of one band of confidence, and the encoded genuine pairs whose lesser picture lies in it.

    Attributes:
        least, most: of the band; the most belongs to the next band, but for 1.
        pictures: encoded ones.
        pairs, missed: genuine pairs, and those of them missed at an observed FMR of 1e-3.
        fnmr_95: exact binomial bounds of the rate, pairs taken for independent.
    """

    model_config = ConfigDict(frozen=True)

    least: float
    most: float
    pictures: int
    pairs: int
    missed: int
    fnmr_95: Bounds | None


def confidence_bands(scores: Scores) -> tuple[ConfidenceBand, ...]:
    """One row for each band."""
    pairs = scores.pairs
    confidence = np.array([outcome.confidence for outcome in scores.outcomes], float)
    tried = np.flatnonzero(pairs.genuine & ~pairs.failed)
    lesser = np.minimum(confidence[pairs.first[tried]], confidence[pairs.second[tried]])
    missed = ~(pairs.far[tried] < working_threshold(pairs))
    of_picture, of_pair = (np.clip(np.digitize(values, BANDS), 1, len(BANDS) - 1) for values in (confidence, lesser))
    known = np.isfinite(confidence)
    found = []
    for band, (least, most) in enumerate(pairwise(BANDS), start=1):
        within = (of_pair == band) & np.isfinite(lesser)
        errors, count = int((within & missed).sum()), int(within.sum())
        found.append(
            ConfidenceBand(
                least=least,
                most=most,
                pictures=int(((of_picture == band) & known).sum()),
                pairs=count,
                missed=errors,
                fnmr_95=clopper_pearson(errors, count),
            )
        )
    return tuple(found)
