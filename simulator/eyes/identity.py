"""Whose eye it is, and the random streams that follow from that alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np


class Side(StrEnum):
    """Which eye of a person; the two are different identities."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Identity:
    """One eye of one person of one simulated community."""

    seed: int
    person: str
    side: Side

    def own(self, purpose: str) -> np.random.Generator:
        """A random stream of this eye alone: what differs even between a person's two eyes."""
        return _stream(str(self.seed), self.person, self.side, purpose)

    def shared(self, purpose: str) -> np.random.Generator:
        """A random stream that both eyes of the person share: skin, lashes, the shape of the lids."""
        return _stream(str(self.seed), self.person, "both", purpose)


def _stream(*names: str) -> np.random.Generator:
    # Length prefixes keep ("a", "bc") and ("ab", "c") apart.
    text = "".join(f"{len(name)}:{name}" for name in names)
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest(), "big"))
