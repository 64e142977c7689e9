"""The DET curve with the 95 % band around it, as numbers.

The band holds, at each false-match rate, the false non-match rates that resampled eyes give at their own thresholds.
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from iris.evaluation.binomial import clopper_pearson
from iris.evaluation.resampling import WeightedErrors, Weights
from iris.evaluation.statistics import LEAST_BEHIND, Distribution, rate_below

POINTS = 60
"""False-match rates of the curve, evenly spaced on a logarithmic scale."""


class Det(BaseModel):
    """False non-match rates of encoded pairs at the given false-match rates, where 30 impostor pairs stand behind them.

    Attributes:
        fmr: false-match rates, the least first.
        fnmr: observed false non-match rates.
        fnmr_low, fnmr_high: 95 % interval at each, from resampling eyes; where nothing was missed, no draw misses
            anything, and the exact upper bound of 0 in the number of eyes is given.
    """

    model_config = ConfigDict(frozen=True)

    fmr: tuple[float, ...]
    fnmr: tuple[float, ...]
    fnmr_low: tuple[float, ...]
    fnmr_high: tuple[float, ...]


def det(spread: Distribution, errors: WeightedErrors, weights: Weights) -> Det | None:
    """The curve over what the resampling covers; None where too few pairs stand behind any of it."""
    impostors = spread.impostor.size
    least, most = LEAST_BEHIND / max(impostors, 1), errors.most_fmr
    if not spread.genuine.size or least >= most:
        return None
    fmr = np.geomspace(least, most, POINTS)
    drawn = np.stack([errors.fnmr_at(row, fmr) for row in weights])
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    if not drawn.size:
        return None
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    thresholds = spread.impostor[np.floor(fmr * impostors + 1e-6).astype(int)]
    fnmr = 1 - rate_below(spread.genuine, thresholds)
    nothing = clopper_pearson(0, errors.mated_eyes)
    if nothing is not None:
        high = np.where(fnmr > 0, high, np.maximum(high, nothing[1]))
    return Det(fmr=tuple(fmr.tolist()), fnmr=tuple(fnmr.tolist()), fnmr_low=tuple(low), fnmr_high=tuple(high))
