"""How many publishes may be unconfirmed at once on one connection (MQTT 5 calls it the receive maximum).

The limit is kept here, before paho, so that paho never builds a queue that would outlive the connection.
"""

from __future__ import annotations

import asyncio
from collections import deque

from mqtt.errors import NotConnected


class Slots:
    """A first-come-first-served semaphore that fails all its waiters when the connection ends."""

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed: str | None = None

    async def take(self) -> None:
        """Wait for a free slot.

        Raises:
            NotConnected: the connection ended before one was free.
        """
        if self._closed is not None:
            raise NotConnected(self._closed)
        if self._free > 0:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.give()  # the slot had been handed over just before the cancellation
            raise

    def give(self) -> None:
        """Return a slot; the longest waiter gets it."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def close(self, reason: str) -> None:
        """The connection has ended: nobody gets a slot any more."""
        self._closed = reason
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(NotConnected(reason))
