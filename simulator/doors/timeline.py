"""When things happen: a schedule over an injected clock, so that physics is exact in tests and in real time alike."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

Action = Callable[[], None]


@dataclass(order=True)
class Appointment:
    """Something that will happen; cancel it and it will not."""

    due: float
    number: int
    action: Action = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Let it not happen."""
        self.cancelled = True


class Timeline:
    """Runs appointments in the order of their due times, each at exactly its own time.

    Args:
        clock: seconds, never going back.
        alarm: told the due time of every new appointment, so that whoever owns the loop calls `catch_up` by then.
    """

    def __init__(self, clock: Callable[[], float], alarm: Callable[[float], None] | None = None) -> None:
        self._clock = clock
        self._alarm = alarm
        self._numbers = itertools.count()
        self._queue: list[Appointment] = []
        self._happening: float | None = None

    def now(self) -> float:
        """The present time; within an action, the time that it was due."""
        return self._clock() if self._happening is None else self._happening

    @property
    def next_due(self) -> float | None:
        """When something will happen next; None when nothing will."""
        while self._queue and self._queue[0].cancelled:
            heapq.heappop(self._queue)
        return self._queue[0].due if self._queue else None

    def after(self, seconds: float, action: Action) -> Appointment:
        """Let `action` happen `seconds` from now."""
        return self.at(self.now() + seconds, action)

    def at(self, due: float, action: Action) -> Appointment:
        """Let `action` happen at a time, or now when that has passed."""
        appointment = Appointment(max(due, self.now()), next(self._numbers), action)
        heapq.heappush(self._queue, appointment)
        if self._alarm is not None:
            self._alarm(appointment.due)
        return appointment

    def catch_up(self) -> None:
        """Let everything happen that is due by now. Calls from within an action do nothing."""
        if self._happening is not None:
            return
        now = self._clock()
        try:
            while self._queue and self._queue[0].due <= now:
                appointment = heapq.heappop(self._queue)
                if not appointment.cancelled:
                    self._happening = appointment.due
                    appointment.action()
        finally:
            self._happening = None
