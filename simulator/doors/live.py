"""A timeline in real time: one timer of the asyncio loop wakes it whenever something is due."""

from __future__ import annotations

import asyncio
import math

from simulator.doors.timeline import Timeline


def live_timeline(loop: asyncio.AbstractEventLoop) -> Timeline:
    """A timeline over the loop's clock that keeps itself up to date."""
    waker = _Waker(loop)
    return waker.timeline


class _Waker:
    """The timer. asyncio may call it a clock tick early, so it is set anew until nothing is due."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.timeline = Timeline(loop.time, alarm=self._wake_by)
        self._loop = loop
        self._due = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def _wake_by(self, due: float) -> None:
        if due >= self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due = due
        self._timer = self._loop.call_at(due, self._wake)

    def _wake(self) -> None:
        self._due = math.inf
        try:
            self.timeline.catch_up()
        finally:
            due = self.timeline.next_due
            if due is not None:
                self._wake_by(due)
