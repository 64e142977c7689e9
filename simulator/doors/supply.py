"""The power supply that all coils of a cabinet share."""

from __future__ import annotations

from simulator.doors.log import Kind, PhysicalLog, Place, Rule


class PowerSupply:
    """Counts the coils that draw current together.

    Args:
        log: where an overload is recorded.
        coils: how many coils the supply carries at once.
    """

    def __init__(self, log: PhysicalLog, coils: int) -> None:
        self._log = log
        self._coils = coils
        self._load = 0

    def draw(self, door: str | None, place: Place) -> None:
        """One coil more; an overload is a violation, told of the coil that caused it."""
        self._load += 1
        if self._load > self._coils:
            note = f"{self._load} coils at once, the supply carries {self._coils}"
            self._log.record(Kind.VIOLATION, rule=Rule.TOO_MANY_COILS, door=door, place=place, note=note)

    def ease(self) -> None:
        """One coil less."""
        self._load -= 1
