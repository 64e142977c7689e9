"""One spring door: its lock, how it jams, and what a person's hand does to it."""

from __future__ import annotations

from simulator.doors.coil import Coil
from simulator.doors.faults import PULL_IN_S, DoorFaults, Jam
from simulator.doors.hook import Hook, Stuck
from simulator.doors.log import Kind, Place
from simulator.doors.surroundings import Surroundings
from simulator.doors.timeline import Appointment

PULL_IN_CURRENT = 0.75
"""Share of its cold current at full voltage that a coil needs to draw its latch: sheets promise 75 to 85 %."""

PUSH_HELPS_S = 2.0
"""How long after a pulse a push still frees a softly jammed door."""


class Door:
    """A door that springs ajar when its coil draws the latch back, and latches when somebody closes it.

    Attributes:
        name: the compartment's name, such as "A01".
        place: where its lock is wired.
        open: whether a hand gets in. A door held shut on a driven coil is shut, and not yet latched.
        jam: how it jams at present.
        pull_in_s: how long its coil takes at full current to draw the latch back, seconds.
        coil: the solenoid of its lock.
        hook: the sensor of its lock.
    """

    def __init__(self, name: str, place: Place, surroundings: Surroundings) -> None:
        self.name = name
        self.place = place
        self.open = False
        self.jam = Jam.NONE
        self.pull_in_s = PULL_IN_S
        self.hook = Hook(surroundings.timeline, surroundings.chance)
        self.coil = Coil(surroundings, place, name, self._coil_driven, self._coil_released)
        self._pull_in: Appointment | None = None
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

    def pry(self) -> None:
        """Force the shut door open with a tool, past its latch."""
        if not self.open:
            self._record(Kind.PRIED)
            self._spring_open()

    def set_jam(self, jam: Jam) -> None:
        """Bend the door, or free it (`Jam.NONE`); a freed door opens at the next pulse."""
        self.jam = jam
        self._record(Kind.JAM, jam.value)

    def stick_hook(self, stuck: Stuck | None) -> None:
        """Make the sensor lie, or mend it (None)."""
        self.hook.stick(stuck)
        self._record(Kind.HOOK, stuck.value if stuck else "works")

    @property
    def faults(self) -> DoorFaults:
        """Everything that is wrong with the door and its lock."""
        return DoorFaults(
            jam=self.jam,
            hook=self.hook.stuck,
            bounce_s=self.hook.bounce_s,
            pull_in_s=self.pull_in_s,
            welded=self.coil.welded,
            burnt=self.coil.burnt,
        )

    def set_faults(self, faults: DoorFaults) -> None:
        """Break the door and its lock in several ways at once; what `faults` leaves at its default is whole again."""
        before = self.faults
        if faults.jam is not before.jam:
            self.set_jam(faults.jam)
        if faults.hook is not before.hook:
            self.stick_hook(faults.hook)
        self.hook.bounce_s = faults.bounce_s
        self.pull_in_s = faults.pull_in_s
        lock = {"bounce_s", "pull_in_s", "welded", "burnt"}
        if faults.model_dump(include=lock) != before.model_dump(include=lock):
            self._record(Kind.LOCK, faults.model_dump_json(include=lock, exclude_defaults=True))
        self.coil.weld(welded=faults.welded)
        self.coil.burn(burnt=faults.burnt)

    def _coil_driven(self) -> None:
        if self.coil.current >= PULL_IN_CURRENT:
            self._pull_in = self._timeline.after(self.pull_in_s / self.coil.current**2, self._pulled_in)

    def _coil_released(self) -> None:
        if self._pull_in is not None:
            self._pull_in.cancel()
        if not self.open and not self.hook.caught:
            self._catch()

    def _pulled_in(self) -> None:
        strong = self.coil.current >= PULL_IN_CURRENT
        if strong and not self.open and self.hook.caught and self.jam is Jam.NONE:
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
