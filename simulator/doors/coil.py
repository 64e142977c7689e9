"""The solenoid of a lock, and how long it may be driven."""

from __future__ import annotations

from collections.abc import Callable

from simulator.doors.log import Kind, Place, Rule
from simulator.doors.surroundings import Surroundings
from simulator.doors.timeline import Appointment

COIL_RATED_S = 1.0
"""Longest time a lock's coil may be driven without a rest: the common rating of 12 V and 24 V cabinet locks."""


class Coil:
    """A solenoid that a board drives for a time, or (never, one hopes) until further notice.

    Args:
        surroundings: time, the log of pulses and violations, and what feeds the coil.
        place: where the coil is wired.
        door: the name of the door that it holds, None for a channel without a door.
        driven: called after the coil went on.
        released: called after it went off.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        place: Place,
        door: str | None,
        driven: Callable[[], None],
        released: Callable[[], None],
    ) -> None:
        self.on = False
        self.pulses = 0
        self.off_since: float | None = None
        self._timeline = surroundings.timeline
        self._log = surroundings.log
        self._supply = surroundings.supply
        self._place = place
        self._door = door
        self._driven = driven
        self._released = released
        self._end: Appointment | None = None
        self._limit: Appointment | None = None

    def pulse(self, seconds: float) -> None:
        """Drive the coil for a time; a pulse into a driven coil begins the time anew."""
        self.pulses += 1
        self._log.record(Kind.PULSE, door=self._door, place=self._place, note=f"{seconds * 1000:.0f} ms")
        self._switch_on()
        self._end = self._timeline.after(seconds, self.release)

    def hold(self) -> None:
        """Drive the coil until it is released: always a violation, a held coil burns."""
        self._log.record(Kind.VIOLATION, rule=Rule.COIL_HELD, door=self._door, place=self._place)
        self._switch_on()

    def release(self) -> None:
        """End the current, if there is any."""
        self._forget_end()
        if not self.on:
            return
        self.on = False
        self.off_since = self._timeline.now()
        if self._limit is not None:
            self._limit.cancel()
        self._supply.ease()
        self._log.record(Kind.COIL_OFF, door=self._door, place=self._place)
        self._released()

    def _switch_on(self) -> None:
        self._forget_end()
        if self.on:
            return
        self.on = True
        self._supply.draw(self._door, self._place)
        self._limit = self._timeline.after(COIL_RATED_S, self._over)
        self._driven()

    def _forget_end(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None

    def _over(self) -> None:
        note = f"driven for more than {COIL_RATED_S:g} s"
        self._log.record(Kind.VIOLATION, rule=Rule.COIL_OVER_ITS_PULSE, door=self._door, place=self._place, note=note)
