"""When a port that was lost is looked for again: soon, but a line that comes and goes has to rest.

Each loss makes all doors of a line unknown and each return makes them known: a loose plug would fill the journal.
"""

from __future__ import annotations

from typing import Final

FIRST_S: Final = 0.1
MOST_S: Final = 2.0
"""A port that went away is looked for after 0.1 s, then half as often each time, and never less than every 2 s."""
STABLE_S: Final = 10.0
"""A line that has been up for this long before it is lost has not been flapping."""
REST_FIRST_S: Final = 4.0
REST_MOST_S: Final = 60.0
"""A flapping line rests for 4 s, then twice as long each time: five losses in its first minute, then one a minute."""


class Reopening:
    """Counts the failures and flaps of one port; every time is in monotonic seconds."""

    def __init__(self, now: float) -> None:
        self.at = now
        """When the port may be opened."""
        self._after_s = FIRST_S
        self._rest_s = 0.0
        self._up_since: float | None = None

    def answered(self, now: float) -> None:
        """A board answers: the line is up."""
        self._after_s = FIRST_S
        if self._up_since is None:
            self._up_since = now

    def lost(self, now: float) -> None:
        """The port is lost, or could not be opened."""
        wait_s = self._after_s
        self._after_s = min(2 * self._after_s, MOST_S)
        if self._up_since is not None:
            wait_s = max(wait_s, self._rest_after_a_loss(now - self._up_since))
            self._up_since = None
        self.at = now + wait_s

    def _rest_after_a_loss(self, up_for_s: float) -> float:
        """The rest before this return; the first loss after a stable time has none."""
        if up_for_s >= STABLE_S:
            self._rest_s = 0.0
        rest_s = self._rest_s
        self._rest_s = min(max(2 * rest_s, REST_FIRST_S), REST_MOST_S)
        return rest_s
