"""The power supply that all coils and all boards of a cabinet share.

A switching supply gives what it is rated for and then limits its current: beyond its coils the voltage falls as the
load grows. First the coils are too weak to pull in; further down the boards reset, and every relay falls off.
"""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field

from simulator.doors.log import Kind, PhysicalLog, Place, Rule
from simulator.doors.timeline import Timeline

RESET_LEVEL = 0.6
"""Share of the voltage below which boards reset: 7.2 V of 12 V, where their 5 V regulator drops out."""

HOLD_UP_S = 0.02
"""How long the capacitors carry the boards through a dip: one period of the mains."""

BOOT_S = 0.4
"""From voltage to a board that listens again."""


class SupplyFaults(BaseModel):
    """What the supply is worth.

    Attributes:
        coils: how many coils it carries at once when it is new.
        strength: share of its rated current that it still gives; 0 is off.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    coils: int = Field(ge=1, le=64)
    strength: float = Field(default=1.0, ge=0, le=1)


class PowerSupply:
    """Carries the coils that draw current together, and the boards.

    Args:
        timeline: when things happen.
        log: where overloads and brown-outs are recorded.
        coils: how many coils the supply carries at once.
    """

    def __init__(self, timeline: Timeline, log: PhysicalLog, coils: int) -> None:
        self.faults = SupplyFaults(coils=coils)
        self._timeline = timeline
        self._log = log
        self._load = 0
        self._down = False
        self._up_at = timeline.now()
        self._listeners: list[Callable[[], None]] = []

    @property
    def level(self) -> float:
        """The present voltage as a share of the nominal one."""
        gives = self.faults.coils * self.faults.strength
        if gives <= 0:
            return 0.0
        return min(1.0, gives / self._load) if self._load else 1.0

    @property
    def carries_boards(self) -> bool:
        """Whether the boards run: there is voltage, and they have started since it came back."""
        self._timeline.catch_up()
        return not self._down and self._timeline.now() >= self._up_at

    def set_faults(self, faults: SupplyFaults) -> None:
        """Weaken the supply, or put in another."""
        self.faults = faults
        self._log.record(Kind.SUPPLY, note=faults.model_dump_json())
        self._settle()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` at every brown-out from now on: the boards have just lost their power."""
        self._listeners.append(listener)

    def draw(self, door: str | None, place: Place) -> None:
        """One coil more; an overload is a violation, told of the coil that caused it."""
        self._load += 1
        if self._load > self.faults.coils:
            note = f"{self._load} coils at once, the supply carries {self.faults.coils}"
            self._log.record(Kind.VIOLATION, rule=Rule.TOO_MANY_COILS, door=door, place=place, note=note)
        self._settle()

    def ease(self) -> None:
        """One coil less."""
        self._load -= 1
        self._settle()

    def _settle(self) -> None:
        """See what the new load or strength does: a dip ends in a brown-out, a recovery starts the boards."""
        if self.level < RESET_LEVEL and not self._down:
            self._timeline.after(HOLD_UP_S, self._capacitors_empty)
        elif self.level >= RESET_LEVEL and self._down:
            self._down = False
            self._up_at = self._timeline.now() + BOOT_S

    def _capacitors_empty(self) -> None:
        if self.level >= RESET_LEVEL or self._down:
            return
        self._down = True
        self._log.record(Kind.BROWN_OUT, note=f"{self.level:.0%} of the voltage, boards reset below {RESET_LEVEL:.0%}")
        for listener in self._listeners:
            listener()
