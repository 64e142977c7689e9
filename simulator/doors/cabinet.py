"""The whole cabinet: every compartment by name."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from config.settings import CompartmentSettings
from simulator.doors.compartment import Compartment
from simulator.doors.door import Door
from simulator.doors.errors import UnknownDoor
from simulator.doors.log import PhysicalLog, Place
from simulator.doors.supply import PowerSupply
from simulator.doors.surroundings import Surroundings
from simulator.doors.terminals import Terminals
from simulator.doors.timeline import Timeline


class Cabinet:
    """Compartments, their doors and one power supply.

    Args:
        plan: the compartments of the site.
        timeline: when things happen.
        log: what happened.
        chance: for contacts that bounce.
        power_coils: how many coils the supply carries at once.

    Attributes:
        log: what happened.
        supply: what feeds the coils and the boards.
    """

    def __init__(
        self,
        plan: Iterable[CompartmentSettings],
        timeline: Timeline,
        log: PhysicalLog,
        chance: random.Random,
        power_coils: int,
    ) -> None:
        self.log = log
        self._timeline = timeline
        self.supply = PowerSupply(timeline, log, power_coils)
        self._surroundings = Surroundings(timeline, log, self.supply, chance)
        self._compartments: dict[str, Compartment] = {}
        for part in plan:
            place = Place(part.line, part.board, part.channel)
            self._compartments[part.id] = Compartment(part.size, Door(part.id, place, self._surroundings), log)

    @property
    def compartments(self) -> Mapping[str, Compartment]:
        """Every compartment by name, brought up to the present."""
        self._timeline.catch_up()
        return MappingProxyType(self._compartments)

    def compartment(self, name: str) -> Compartment:
        """One compartment, brought up to the present.

        Raises:
            UnknownDoor: there is none of that name.
        """
        try:
            return self.compartments[name]
        except KeyError:
            known = f"{min(self._compartments)} to {max(self._compartments)}"
            raise UnknownDoor(f"no door {name!r} in this cabinet; it has {known}") from None

    def terminals(self, line: str, board: int) -> Terminals:
        """What a board at this address of a line is wired to."""
        here = {
            each.door.place.channel: each
            for each in self._compartments.values()
            if (each.door.place.line, each.door.place.board) == (line, board)
        }
        return Terminals(line, board, here, self._surroundings)
