"""What every lock of a cabinet shares: time, the log, the power supply, and chance."""

from __future__ import annotations

import random
from dataclasses import dataclass

from simulator.doors.log import PhysicalLog
from simulator.doors.supply import PowerSupply
from simulator.doors.timeline import Timeline


@dataclass(frozen=True)
class Surroundings:
    """The world around one lock."""

    timeline: Timeline
    log: PhysicalLog
    supply: PowerSupply
    chance: random.Random
