"""One spring door: its lock, how it jams, and what a person's hand does to it."""

from __future__ import annotations

from enum import StrEnum

from simulator.doors.coil import Coil
from simulator.doors.hook import Hook, Stuck
from simulator.doors.log import Kind, Place
from simulator.doors.surroundings import Surroundings

PULL_IN_S = 0.04
"""From current to a latch drawn back: solenoid pull-in times are 20 to 60 ms."""

PUSH_HELPS_S = 2.0
"""How long after a pulse a push still frees a softly jammed door."""


class Jam(StrEnum):
    """How a door jams: not at all, until somebody pushes it, or until a technician frees it."""

    NONE = "none"
    SOFT = "soft"
    HARD = "hard"


class Door:
    """A door that springs ajar when its coil draws the latch back, and latches when somebody closes it.

    Attributes:
        name: the compartment's name, such as "A01".
        place: where its lock is wired.
        open: whether a hand gets in. A door held shut on a driven coil is shut, and not yet latched.
        jam: how it jams at present.
        coil: the solenoid of its lock.
        hook: the sensor of its lock.
    """

    def __init__(self, name: str, place: Place, surroundings: Surroundings) -> None:
        self.name = name
        self.place = place
        self.open = False
        self.jam = Jam.NONE
        self.hook = Hook(surroundings.timeline, surroundings.chance)
        self.coil = Coil(surroundings, place, name, self._coil_driven, self._coil_released)
        self._timeline = surroundings.timeline
        self._log = surroundings.log

    @property
    def latched(self) -> bool:
        """The truth about the latch, whatever its sensor says."""
        return self.hook.caught

    def push(self) -> None:
        """Push the shut door: that frees a softly jammed one during a pulse and shortly after."""
        self._record(Kind.PUSHED)
        if self.jam is Jam.SOFT and not self.open and self._pulsed_lately():
            self._spring_open()

    def close(self) -> None:
        """Close the door and lean on it until the latch has caught; a closed door stays as it is."""
        if not self.open:
            return
        self.open = False
        self._record(Kind.DOOR_CLOSED)
        if not self.coil.on:
            self._catch()

    def set_jam(self, jam: Jam) -> None:
        """Bend the door, or free it (`Jam.NONE`); a freed door opens at the next pulse."""
        self.jam = jam
        self._record(Kind.JAM, jam.value)

    def stick_hook(self, stuck: Stuck | None) -> None:
        """Make the sensor lie, or mend it (None)."""
        self.hook.stuck = stuck
        self._record(Kind.HOOK, stuck.value if stuck else "works")

    def _coil_driven(self) -> None:
        self._timeline.after(PULL_IN_S, self._pulled_in)

    def _coil_released(self) -> None:
        if not self.open and not self.hook.caught:
            self._catch()

    def _pulled_in(self) -> None:
        if self.coil.on and not self.open and self.hook.caught and self.jam is Jam.NONE:
            self._spring_open()

    def _pulsed_lately(self) -> bool:
        ended = self.coil.off_since
        return self.coil.on or (ended is not None and self._timeline.now() - ended <= PUSH_HELPS_S)

    def _spring_open(self) -> None:
        self.open = True
        self.hook.move(caught=False)
        self._record(Kind.DOOR_OPENED)

    def _catch(self) -> None:
        self.hook.move(caught=True)
        self._record(Kind.LATCHED)

    def _record(self, kind: Kind, note: str | None = None) -> None:
        self._log.record(kind, door=self.name, place=self.place, note=note)
