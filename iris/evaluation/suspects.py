"""The eyes that fail most: what deserves a second look by a person."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from iris.evaluation.pairs import Pairs


class FailingEye(BaseModel):
    """One eye's genuine pairs that were missed, and why.

    Attributes:
        eye: its name.
        pairs, missed: its genuine pairs, and those of them missed.
        by_refusal: missed because a picture was refused.
        by_distance: missed because the pair was too far apart or shared too little.
    """

    model_config = ConfigDict(frozen=True)

    eye: str
    pairs: int
    missed: int
    by_refusal: int
    by_distance: int


def failing_eyes(pairs: Pairs, threshold: float) -> tuple[FailingEye, ...]:
    """Every eye with a missed genuine pair at this threshold, most missed first."""
    genuine, failed = pairs.genuine, pairs.failed
    of_pair = pairs.eye[pairs.first]
    missed = genuine & ~(pairs.far < threshold)
    counts = [
        np.bincount(of_pair[chosen], minlength=len(pairs.eyes))
        for chosen in (genuine, missed, missed & failed, missed & ~failed)
    ]
    found = [
        FailingEye(eye=eye, pairs=total, missed=lost, by_refusal=refused, by_distance=far)
        for eye, total, lost, refused, far in zip(pairs.eyes, *(count.tolist() for count in counts), strict=True)
        if lost
    ]
    return tuple(sorted(found, key=lambda eye: (-eye.missed, eye.eye)))
