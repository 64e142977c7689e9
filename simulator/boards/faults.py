"""What can be wrong with a serial line, on request."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Chance = Annotated[float, Field(ge=0, le=1)]


class LineFaults(BaseModel):
    """Faults of one line; what is not named is in order.

    Attributes:
        latency_s: added to every reply's latency, seconds.
        drop: share of replies that are lost.
        late: share of replies that come late, perhaps into the next request.
        late_s: how much later those come, seconds.
        noise: share of bits, start and stop bits included, that arrive inverted.
        noise_on: which frames the noise hits.
        idle_noise: share of the bits of a silent line at which a disturbance begins that both ends take for a byte.
        unasked_per_s: frames that nobody asked for, on average each second: a board's news where the family has such
            frames, else the last reply once more.
        echo: the adapter returns what it sends, as a cheap RS-485 adapter does.
        dead: addresses of boards without power.
        rogue: addresses of boards that answer to every address.
        chatter: boards of families that can do so report every hook that moves, unasked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    latency_s: float = Field(default=0.0, ge=0, le=60)
    drop: Chance = 0.0
    late: Chance = 0.0
    late_s: float = Field(default=0.8, ge=0, le=60)
    noise: Chance = 0.0
    noise_on: Literal["both", "requests", "replies"] = "both"
    idle_noise: float = Field(default=0.0, ge=0, le=0.05)
    unasked_per_s: float = Field(default=0.0, ge=0, le=50)
    echo: bool = False
    dead: tuple[int, ...] = ()
    rogue: tuple[int, ...] = ()
    chatter: bool = False

    @property
    def request_noise(self) -> float:
        """Share of the bits of requests that arrive inverted."""
        return 0.0 if self.noise_on == "replies" else self.noise

    @property
    def reply_noise(self) -> float:
        """Share of the bits of replies that arrive inverted."""
        return 0.0 if self.noise_on == "requests" else self.noise
