"""Attempts that wait for their line: people first, and then in the order in which they were asked for.

Safe from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from firmware_bridge.attempts import Attempt
from firmware_bridge.reports import Outcome


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, the next first, and what was cancelled since the last look."""

    attempts: Sequence[Attempt]
    cancelled: Sequence[Attempt]


NOBODY: Final = Waiting((), ())


class AttemptQueue:
    """The waiting attempts of one line."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: list[Attempt] = []
        self._closed_because = ""

    def put(self, attempt: Attempt) -> None:
        """Queue an attempt, or refuse it when the queue is closed."""
        with self._guard:
            refused = self._closed_because
            if not refused:
                self._waiting.append(attempt)
                self._waiting.sort(key=lambda each: each.priority)  # stable: among equals the order of asking stays
        if refused:
            attempt.give_up(Outcome.REFUSED, refused, attempt.queued)

    def waiting(self) -> Waiting:
        """Those that wait, the first to be served first; those that were cancelled leave the queue here."""
        if not self._waiting:  # at rest, twice for every read
            return NOBODY
        with self._guard:
            cancelled = [attempt for attempt in self._waiting if attempt.future.cancelled()]
            self._waiting = [attempt for attempt in self._waiting if attempt not in cancelled]
            return Waiting(tuple(self._waiting), cancelled)

    def take(self, attempt: Attempt) -> bool:
        """Take one out to be sent: nobody can cancel it any more.

        False when it is gone: cancelled, or given up by another thread.
        """
        return self._remove(attempt) and attempt.future.set_running_or_notify_cancel()

    def give_up(self, attempt: Attempt, outcome: Outcome, detail: str, now: float) -> None:
        """End one without sending anything, unless another thread has ended it."""
        if self._remove(attempt):
            attempt.give_up(outcome, detail, now)

    def give_up_all(self, outcome: Outcome, detail: str, now: float) -> Sequence[Attempt]:
        """End all that wait without sending anything; says which."""
        with self._guard:
            waiting = tuple(self._waiting)
            self._waiting.clear()
        for attempt in waiting:
            attempt.give_up(outcome, detail, now)
        return waiting

    def close(self, detail: str, now: float) -> None:
        """Refuse all that wait and all that come."""
        with self._guard:
            self._closed_because = detail
        self.give_up_all(Outcome.REFUSED, detail, now)

    def _remove(self, attempt: Attempt) -> bool:
        with self._guard:
            if attempt not in self._waiting:
                return False
            self._waiting.remove(attempt)
            return True
