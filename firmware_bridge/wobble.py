"""When a board that fell silent may be believed again: at once, but one that comes and goes has to answer for a while.

A supply that wobbles makes all doors of a board unknown and known again with each dip; that would fill the journal,
and a lock that such a board pulses may get half a pulse. Noise is something else: it leaves its traces on the line, and
what suffers from it is believed as soon as it answers. Pure; the caller says what time it is.
"""

from __future__ import annotations

from typing import Final

from firmware_bridge.reopening import REST_FIRST_S, REST_MOST_S

STABLE_S: Final = 60.0
"""A board that has answered for this long before it falls silent does not wobble."""
LEAST_READS: Final = 3
"""So many good reads, and no damaged one, show that the line was clean before the board fell silent."""


class Wobble:
    """Counts how often one board fell silent."""

    def __init__(self) -> None:
        self._rest_s = 0.0
        """How long the board must answer before it is believed."""
        self._next_rest_s = 0.0
        self._heard_since: float | None = None
        self._reads = 0
        self._clean = True
        self._failing = False

    def answered(self, now: float) -> bool:
        """A read was answered; says whether the board may be believed."""
        if self._heard_since is None:
            self._heard_since, self._reads, self._clean, self._failing = now, 0, True, False
        if self._failing:  # a repetition was answered: the line loses frames, or the board is slow
            self._clean = self._failing = False
        self._reads += 1
        return now - self._heard_since >= self._rest_s

    def failed(self, *, traces: bool) -> None:
        """A read failed; `traces` says that it left more than silence: noise, damage, a board that declines."""
        self._failing = True
        self._clean = self._clean and not traces

    def lost(self, now: float) -> None:
        """The board has fallen silent; the first time in a while, its return is believed at once."""
        if self._heard_since is None:
            return
        if not self._clean or now - self._heard_since >= self._rest_s + STABLE_S:
            self._rest_s = self._next_rest_s = 0.0
        if self._clean and self._reads >= LEAST_READS:
            self._rest_s = self._next_rest_s
            self._next_rest_s = min(max(2 * self._next_rest_s, REST_FIRST_S), REST_MOST_S)
        self._heard_since = None
