"""The solenoid of a lock, how long it may be driven, and what becomes of it when it is driven longer."""

from __future__ import annotations

from collections.abc import Callable

from simulator.doors.heat import BURNS_OUT_C, RESTS_ABOVE_C, TOO_HOT_C, Winding
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
        driven: called after the current began.
        released: called after it ended.

    Attributes:
        on: current flows.
        pulses: how often a board has driven it for a time.
        off_since: when the current last ended; None when there has been none.
        welded: the contact of its relay has welded: the next current does not end until this is mended.
        burnt: the wire has melted: no current flows any more.
        winding: its copper, and how warm that is.
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
        self.welded = False
        self.burnt = False
        self.winding = Winding(surroundings.timeline)
        self._timeline = surroundings.timeline
        self._log = surroundings.log
        self._supply = surroundings.supply
        self._place = place
        self._door = door
        self._when_on = driven
        self._when_off = released
        self._driven = False
        self._end: Appointment | None = None
        self._limits: list[Appointment] = []
        self._supply.listen(self.release)

    @property
    def current(self) -> float:
        """The current that flows or would flow, as a share of a cold coil's at full voltage."""
        return 0.0 if self.burnt else self._supply.level / self.winding.resistance

    @property
    def cooling(self) -> bool:
        """Whether a board that watches its coils lets this one rest."""
        return self.winding.celsius > RESTS_ABOVE_C

    def pulse(self, seconds: float) -> None:
        """Drive the coil for a time; a pulse into a driven coil begins the time anew."""
        self.pulses += 1
        self._record(Kind.PULSE, f"{seconds * 1000:.0f} ms" + (", burnt out" if self.burnt else ""))
        self._drive()
        self._end = self._timeline.after(seconds, self.release)

    def hold(self) -> None:
        """Drive the coil until it is released: always a violation, a held coil burns."""
        self._violation(Rule.COIL_HELD)
        self._drive()

    def release(self) -> None:
        """Let the relay fall off: that ends the current, unless its contact has welded."""
        self._forget_end()
        if self.on and self.welded and self._driven:
            self._record(Kind.WELDED, "the relay does not let go")
            self._forget_limits()
            self._watch_heat()
        self._driven = False
        if not self.welded:
            self._switch_off()

    def weld(self, *, welded: bool) -> None:
        """Weld the relay's contact, or put in a new relay, which ends a current that no board wants."""
        self.welded = welded
        if not welded and not self._driven:
            self._switch_off()

    def burn(self, *, burnt: bool) -> None:
        """Melt the wire, or put in a new coil, which is cold."""
        if burnt and not self.burnt:
            self._record(Kind.BURNT_OUT, f"{self.winding.celsius:.0f} °C")
            self._switch_off()
        elif self.burnt and not burnt:
            self.winding = Winding(self._timeline)
        self.burnt = burnt

    def warm(self, celsius: float) -> None:
        """Bring the coil to a temperature, as hard use would have."""
        self._record(Kind.WARMED, f"{celsius:g} °C")
        self.winding.be(celsius)
        if self.on:
            self._forget_limits()
            self._watch_heat()

    def _drive(self) -> None:
        self._forget_end()
        self._driven = True
        if self.on or self.burnt:
            return
        self.on = True
        self.winding.drive(on=True)
        self._limits.append(self._timeline.after(COIL_RATED_S, self._over))
        self._watch_heat()
        self._supply.draw(self._door, self._place)
        self._when_on()

    def _switch_off(self) -> None:
        if not self.on:
            return
        self.on = False
        self.off_since = self._timeline.now()
        self.winding.drive(on=False)
        self._forget_limits()
        self._supply.ease()
        self._record(Kind.COIL_OFF)
        self._when_off()

    def _watch_heat(self) -> None:
        if self._driven:
            self._limits.append(self._timeline.after(self.winding.heats_up_to(TOO_HOT_C), self._too_hot))
        self._limits.append(self._timeline.after(self.winding.heats_up_to(BURNS_OUT_C), lambda: self.burn(burnt=True)))

    def _forget_end(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None

    def _forget_limits(self) -> None:
        for limit in self._limits:
            limit.cancel()
        self._limits.clear()

    def _over(self) -> None:
        self._violation(Rule.COIL_OVER_ITS_PULSE, f"driven for more than {COIL_RATED_S:g} s")

    def _too_hot(self) -> None:
        self._violation(Rule.COIL_TOO_HOT, f"driven at more than {TOO_HOT_C:g} °C")

    def _violation(self, rule: Rule, note: str | None = None) -> None:
        self._log.record(Kind.VIOLATION, rule=rule, door=self._door, place=self._place, note=note)

    def _record(self, kind: Kind, note: str | None = None) -> None:
        self._log.record(kind, door=self._door, place=self._place, note=note)
