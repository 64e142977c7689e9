"""Tells everybody who waits that something in the street has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from simulator.street.errors import NotInTime


class Changes:
    """A bell that rings at every change. Belongs to one asyncio loop.

    Attributes:
        count: how often it has rung; whoever looks now and then sees from it whether something changed meanwhile.
        closed: the street has ended.
    """

    def __init__(self) -> None:
        self.count = 0
        self.closed = False
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits."""
        self.count += 1
        self._bell.set()
        self._bell = asyncio.Event()

    def close(self) -> None:
        """The street ends: wake everybody for the last time."""
        self.closed = True
        self.ring()

    async def next(self) -> None:
        """Wait for the next ring."""
        if not self.closed:
            await self._bell.wait()

    async def until(self, holds: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Wait until a condition holds.

        Raises:
            NotInTime: it did not within `timeout_s` seconds, or the street ended.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():
                    if self.closed:
                        raise NotInTime(f"the street ended before {what}")
                    await self.next()
        except TimeoutError:
            raise NotInTime(f"{timeout_s:g} s were not enough: not yet {what}") from None
