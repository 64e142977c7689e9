"""Several threads of control in one virtual time: each runs until it waits, and whoever waits for least goes next.

So every interleaving at the waits (a port that is read, a pause, an idle line) is played exactly and repeatably.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

import greenlet


class Hub:
    """The clock, and those who wait for it. Everything else happens at an instant."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._waiting: list[tuple[float, int, Turn]] = []
        self._order = itertools.count()
        self._home = greenlet.getcurrent()

    def __call__(self) -> float:
        return self.now

    def spawn(self, run: Callable[[], None]) -> Waiter:
        """Begin something; it first runs when time passes."""
        waiter = Waiter(greenlet.greenlet(run, self._home))
        self.wake(waiter, self.now)
        return waiter

    def wake(self, waiter: Waiter, at: float) -> None:
        """Let a waiter go on at a time, instead of whenever it would have."""
        waiter.turn += 1
        heapq.heappush(self._waiting, (at, next(self._order), Turn(waiter, waiter.turn)))

    def wait(self, seconds: float) -> None:
        """Let time pass, for whoever calls."""
        waiter = Waiter.current()
        self.wake(waiter, self.now + max(0.0, seconds))
        self._home.switch()

    def run(self, seconds: float) -> None:
        """Let time pass for everybody."""
        end = self.now + seconds
        self._home = greenlet.getcurrent()
        while self._waiting and self._waiting[0][0] <= end:
            at, _, turn = heapq.heappop(self._waiting)
            if turn.valid:
                self.now = max(self.now, at)
                turn.waiter.greenlet.parent = self._home
                turn.waiter.greenlet.switch()
        self.now = end


class Waiter:
    """One thread of control."""

    def __init__(self, run: greenlet.greenlet) -> None:
        self.greenlet = run
        self.turn = 0
        run.waiter = self

    @staticmethod
    def current() -> Waiter:
        """Whoever runs now."""
        waiter: Waiter = greenlet.getcurrent().waiter
        return waiter

    @property
    def ended(self) -> bool:
        return bool(self.greenlet.dead)


class Turn:
    """A place in the queue; a later one of the same waiter replaces it."""

    def __init__(self, waiter: Waiter, number: int) -> None:
        self.waiter = waiter
        self.number = number

    @property
    def valid(self) -> bool:
        return self.number == self.waiter.turn and not self.waiter.ended


class Awake:
    """What wakes a line's thread (`line_thread.Awake`), in virtual time."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._set = False
        self._waiter: Waiter | None = None

    def set(self) -> None:
        self._set = True
        if self._waiter is not None:
            self._hub.wake(self._waiter, self._hub.now)

    def wait(self, timeout: float) -> None:
        if not self._set:
            self._waiter = Waiter.current()
            self._hub.wait(timeout)
            self._waiter = None
        self._set = False
