"""What can be wrong with a serial line, on request."""

from __future__ import annotations

import random
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Chance = Annotated[float, Field(ge=0, le=1)]


class LineFaults(BaseModel):
    """Faults of one line; what is not named is in order.

    Attributes:
        latency_s: added to every reply's latency, seconds.
        drop: share of replies that are lost.
        noise: share of bytes that arrive as another byte, in both directions.
        echo: the adapter returns what it sends, as a cheap RS-485 adapter does.
        dead: addresses of boards without power.
        rogue: addresses of boards that answer to every address.
        chatter: boards of families that can do so report every hook that moves, unasked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    latency_s: float = Field(default=0.0, ge=0, le=60)
    drop: Chance = 0.0
    noise: Chance = 0.0
    echo: bool = False
    dead: tuple[int, ...] = ()
    rogue: tuple[int, ...] = ()
    chatter: bool = False

    def garble(self, data: bytes, chance: random.Random) -> bytes:
        """The bytes as they arrive at the other end."""
        if self.noise == 0:
            return data
        return bytes(byte ^ chance.randint(1, 255) if chance.random() < self.noise else byte for byte in data)
