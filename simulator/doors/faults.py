"""What can be wrong with a door and its lock, on request."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from simulator.doors.hook import BOUNCE_S, Stuck

PULL_IN_S = 0.04
"""From current to a latch drawn back: solenoid pull-in times are 20 to 60 ms."""


class Jam(StrEnum):
    """How a door jams: not at all, until somebody pushes it, or until a technician frees it."""

    NONE = "none"
    SOFT = "soft"
    HARD = "hard"


class DoorFaults(BaseModel):
    """Faults of one door; what is not named is in order.

    Attributes:
        jam: how the door jams.
        hook: what its sensor says whatever the latch does; None when it works.
        bounce_s: how long the sensor chatters after the latch has moved, seconds.
        pull_in_s: how long the coil takes to draw the latch back, seconds; a weak lock is slow, and one that needs
            longer than its pulse never opens.
        welded: the relay's contact has welded: the next current does not end.
        burnt: the coil's wire has melted: pulses do nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    jam: Jam = Jam.NONE
    hook: Stuck | None = None
    bounce_s: float = Field(default=BOUNCE_S, ge=0, le=600)
    pull_in_s: float = Field(default=PULL_IN_S, gt=0, le=10)
    welded: bool = False
    burnt: bool = False
