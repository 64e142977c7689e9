"""Attempts that wait for their line, in the order in which they were asked for. Safe from any thread."""

from __future__ import annotations

import threading
from collections import deque

from firmware_bridge.attempts import Attempt
from firmware_bridge.reports import Outcome


class AttemptQueue:
    """The waiting attempts of one line."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[Attempt] = deque()
        self._closed_because = ""

    def put(self, attempt: Attempt) -> None:
        """Queue an attempt, or refuse it when the queue is closed."""
        with self._guard:
            refused = self._closed_because
            if not refused:
                self._waiting.append(attempt)
        if refused:
            attempt.give_up(Outcome.REFUSED, refused)

    def waiting(self) -> tuple[Attempt, ...]:
        """Those that wait, oldest first, without the ones that were cancelled meanwhile."""
        with self._guard:
            self._waiting = deque(attempt for attempt in self._waiting if not attempt.future.cancelled())
            return tuple(self._waiting)

    def take(self, attempt: Attempt) -> None:
        """Take one out."""
        with self._guard:
            self._waiting.remove(attempt)

    def give_up_all(self, outcome: Outcome, detail: str) -> None:
        """End all that wait without sending anything."""
        with self._guard:
            waiting = tuple(self._waiting)
            self._waiting.clear()
        for attempt in waiting:
            attempt.give_up(outcome, detail)

    def close(self, detail: str) -> None:
        """Refuse all that wait and all that come."""
        with self._guard:
            self._closed_because = detail
        self.give_up_all(Outcome.REFUSED, detail)
