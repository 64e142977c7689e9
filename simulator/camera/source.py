"""Where the eyes come from: the part of the camera that differs between synthetic and real ones."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict

from simulator.camera.reel import Reel
from simulator.camera.standing import Standing


class Cast(BaseModel):
    """Whom a name stands for."""

    model_config = ConfigDict(frozen=True)

    subject: str
    """A subject of the collection, or "synthetic"."""
    look: dict[str, list[str]] = {}
    """Names of the pictures of each eye that are shown to be recognised."""
    enrol: dict[str, list[str]] = {}
    """Names of the pictures of each eye that are shown to be enrolled."""


class Source(Protocol):
    """A source of reels."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of every frame, pixels."""

    def reel(self, standing: Standing, rng: np.random.Generator) -> Reel:
        """What the camera sees of somebody; `standing.person` is not null.

        Raises:
            CannotStand: the source has no such eye.
        """

    def people(self) -> dict[str, Cast]:
        """Everybody who has stood before the camera so far."""
