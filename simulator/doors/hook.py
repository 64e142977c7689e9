"""The hook sensor inside a lock: a contact that bounces, and that may be stuck."""

from __future__ import annotations

import random
from collections.abc import Callable
from enum import StrEnum

from simulator.doors.timeline import Appointment, Timeline

BOUNCE_S = 0.012
"""How long the contact chatters after the hook moved: microswitch sheets say 5 to 15 ms."""


class Stuck(StrEnum):
    """What a stuck sensor says, always."""

    LATCHED = "latched"
    UNLATCHED = "unlatched"


class Hook:
    """Says whether the latch has caught, as a real contact does.

    Attributes:
        caught: the truth: the latch holds the door.
        stuck: what the sensor says instead of the truth, None when it works; `stick` sets it.
        bounce_s: how long its contact chatters after the latch has moved, seconds.
    """

    def __init__(self, timeline: Timeline, chance: random.Random) -> None:
        self.caught = True
        self.stuck: Stuck | None = None
        self.bounce_s = BOUNCE_S
        self._timeline = timeline
        self._chance = chance
        self._moved_at: float | None = None
        self._told = True
        self._rest: Appointment | None = None
        self._listeners: list[Callable[[], None]] = []

    def move(self, *, caught: bool) -> None:
        """The latch caught, or let go."""
        if caught is not self.caught:
            self.caught = caught
            self._moved_at = self._timeline.now()
            if self._rest is not None:
                self._rest.cancel()
            self._rest = self._timeline.after(self.bounce_s, self._tell)

    def stick(self, stuck: Stuck | None) -> None:
        """Make the sensor lie, or mend it (None)."""
        self.stuck = stuck
        self._tell()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever the contact has come to rest in another position, from now on."""
        self._listeners.append(listener)

    def sense(self) -> bool:
        """What the contact says at this instant: True for latched."""
        if self.stuck is not None:
            return self.stuck is Stuck.LATCHED
        if self._moved_at is not None and self._timeline.now() < self._moved_at + self.bounce_s:
            return self._chance.random() < 0.5  # noqa: PLR2004 - a chattering contact is a coin toss
        return self.caught

    def _tell(self) -> None:
        says = self.stuck is Stuck.LATCHED if self.stuck is not None else self.caught
        if says is not self._told:
            self._told = says
            for listener in self._listeners:
                listener()
