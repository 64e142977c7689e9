"""Every pair of pictures of one data set with its score: what all figures are computed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Indices = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """n pictures of e eyes, and p pairs of them.

    Attributes:
        pictures: n names, relative to the data set.
        eyes: e names; an eye is a class.
        eye: (n,) which of `eyes` a picture shows.
        refused: (n,) whether the picture gave no template.
        first, second: (p,) the two pictures of each pair; a pair whose truth nobody knows is left out.
        distance: (p,) float32 normalised distance; NaN where a picture was refused or the masks share too little.
    """

    pictures: tuple[str, ...]
    eyes: tuple[str, ...]
    eye: Indices
    refused: Flags
    first: Indices
    second: Indices
    distance: NDArray[np.float32]

    @property
    def genuine(self) -> Flags:
        """(p,) whether the pair shows one eye."""
        return np.asarray(self.eye[self.first] == self.eye[self.second])

    @property
    def failed(self) -> Flags:
        """(p,) whether a picture of the pair was refused."""
        return np.asarray(self.refused[self.first] | self.refused[self.second])

    @property
    def far(self) -> NDArray[np.float64]:
        """(p,) distances, infinite where there is none: what could not be compared never matches."""
        return np.where(np.isnan(self.distance), np.inf, self.distance).astype(np.float64)
