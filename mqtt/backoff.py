"""How long to wait before the next attempt to connect: exponential with full jitter.

Full jitter spreads a thousand cabinets that lost one broker at the same moment evenly over the whole interval.
"""

from __future__ import annotations

import random

FIRST_CEILING_S = 2.0
"""The first wait is drawn from 0 to this: long enough to spread a restart of the broker, short enough for a hiccup."""


class Backoff:
    """Waits that grow with every failure, up to `ceiling_s`."""

    def __init__(self, ceiling_s: float, rng: random.Random) -> None:
        self._ceiling_s = ceiling_s
        self._rng = rng
        self._failures = 0

    def next_wait_s(self) -> float:
        """A wait for one more failure, uniform between nothing and the present ceiling."""
        # The exponent is bounded because 2.0 ** 1024 overflows, and a broker may be away for weeks.
        ceiling = min(self._ceiling_s, FIRST_CEILING_S * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return self._rng.uniform(0.0, ceiling)

    def reset(self) -> None:
        """Begin again: a connection has proved stable."""
        self._failures = 0
