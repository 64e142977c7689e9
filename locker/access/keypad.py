"""Patience with wrong codes: the keypad slows down from 2 s to 60 s and alarms, and never closes the panel.

Pure state. Whoever uses it records each change as `keypad.slowed`, and starts from the last one after a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

FIRST_DELAY_S = 2
MOST_DELAY_S = 60
"""At one entry a minute, a million-code guess would take two years, and a person still gets in."""
ALARM_FROM = 3
"""Wrong codes in a row after which the platform hears of it; two are a person with wet fingers."""
QUIET_S = 60.0
"""So much quiet forgives one failure, and nothing else does."""


@dataclass(frozen=True)
class Patience:
    """How slow the keypad is: what `keypad.slowed` says."""

    failures: int
    delay_s: int
    alarm: bool


def patience_after(failures: int) -> Patience:
    """The delay doubles with each failure."""
    exponent = min(failures - 1, MOST_DELAY_S.bit_length())
    delay_s = 0 if failures == 0 else min(FIRST_DELAY_S * 2**exponent, MOST_DELAY_S)
    return Patience(failures, delay_s, failures >= ALARM_FROM)


class Keypad:
    """One keypad, whoever stands before it."""

    def __init__(self, monotonic: Callable[[], float], failures: int = 0) -> None:
        """Start with the failures of the last record; their delay begins now."""
        self._monotonic = monotonic
        self._failures = failures
        self._changed_at = monotonic()
        self._ready_at = self._changed_at + patience_after(failures).delay_s

    @property
    def patience(self) -> Patience:
        """How slow it is."""
        return patience_after(self._failures)

    @property
    def wait_s(self) -> float:
        """Seconds until the next entry is taken; 0 when it is taken now."""
        return min(max(0.0, self._ready_at - self._monotonic()), MOST_DELAY_S)

    def wrong(self) -> Patience:
        """A wrong code was entered."""
        self._failures += 1
        self._changed_at = self._monotonic()
        self._ready_at = self._changed_at + self.patience.delay_s
        return self.patience

    def right(self) -> Patience | None:
        """A right code was entered: the next entry need not wait. Failures stay, or an own code would buy guesses.

        Returns:
            What quiet has forgiven meanwhile, as `relax` does; None when nothing changes.
        """
        forgiven = self.relax()
        self._ready_at = self._monotonic()
        return forgiven

    def relax(self) -> Patience | None:
        """Forgive one failure for each minute of quiet. None when nothing changes."""
        forgiven = min(self._failures, int((self._monotonic() - self._changed_at) // QUIET_S))
        if forgiven == 0:
            return None
        self._failures -= forgiven
        self._changed_at += forgiven * QUIET_S
        self._ready_at = min(self._ready_at, self._monotonic() + self.patience.delay_s)
        return self.patience

    @property
    def relaxes_in_s(self) -> float | None:
        """Seconds until `relax` has something to forgive; None when there is nothing."""
        if self._failures == 0:
            return None
        return max(0.0, self._changed_at + QUIET_S - self._monotonic())
