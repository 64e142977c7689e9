"""How warm the winding of a coil is: it heats while it is driven and cools down afterwards, both exponentially.

The figures are those of a 12 V cabinet lock of 24 W: 18 g of copper (7 J/K) that sheds its heat over 12.5 K/W. A coil
that is driven counts with its full power, whatever the supply gives: the model errs towards hot.
"""

from __future__ import annotations

import math

from simulator.doors.timeline import Timeline

AMBIENT_C = 25.0
"""Temperature of a cabinet that nobody has used, degrees Celsius."""

HELD_RISE_K = 300.0
"""How far above the cabinet a coil would end that is driven for ever: 24 W over 12.5 K/W."""

TIME_CONSTANT_S = 90.0
"""7 J/K over 12.5 K/W: after this time 63 % of a change has happened."""

RESTS_ABOVE_C = 70.0
"""Boards that watch their coils refuse to drive one that is warmer: enamelled wire ages fast beyond."""

TOO_HOT_C = 130.0
"""Limit of insulation class B (IEC 60085)."""

BURNS_OUT_C = 180.0
"""Where the enamel gives way: the windings short, and the wire melts."""

COPPER_PER_K = 0.00393
"""Relative rise of copper's resistance with each kelvin."""


class Winding:
    """The copper of one coil."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._celsius = AMBIENT_C
        self._since = timeline.now()
        self._driven = False

    @property
    def celsius(self) -> float:
        """The present temperature, degrees Celsius."""
        aim = self._aim
        return aim + (self._celsius - aim) * math.exp(-(self._timeline.now() - self._since) / TIME_CONSTANT_S)

    @property
    def resistance(self) -> float:
        """Ohms as a share of those of the cold winding."""
        return 1 + COPPER_PER_K * (self.celsius - AMBIENT_C)

    def drive(self, *, on: bool) -> None:
        """Current flows from now on, or ends."""
        self.be(self.celsius)
        self._driven = on

    def be(self, celsius: float) -> None:
        """Have a temperature from now on, as the physics or a person with a hair dryer says."""
        self._celsius, self._since = celsius, self._timeline.now()

    def heats_up_to(self, celsius: float) -> float:
        """How many seconds of current lead from now to a temperature; 0 when it is that warm already.

        Only for temperatures below `AMBIENT_C + HELD_RISE_K`, which current alone can reach.
        """
        top = AMBIENT_C + HELD_RISE_K
        return max(0.0, TIME_CONSTANT_S * math.log((top - self.celsius) / (top - celsius)))

    @property
    def _aim(self) -> float:
        return AMBIENT_C + (HELD_RISE_K if self._driven else 0.0)
