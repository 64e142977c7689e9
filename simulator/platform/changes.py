"""A counter that grows with every change, and a way to wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Changes:
    """Lets many wait on the loop for what one part brings about."""

    def __init__(self) -> None:
        """Nothing has changed yet."""
        self.revision = 0
        self.closed = False
        self._event = asyncio.Event()

    def note(self) -> None:
        """Something changed: everybody who waits looks again."""
        self.revision += 1
        self._event.set()
        self._event = asyncio.Event()

    def close(self) -> None:
        """End every wait, now and from now on."""
        self.closed = True
        self.note()

    async def wait(self, until: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until `until` holds; False when the time is over or nothing will change any more."""
        try:
            async with asyncio.timeout(timeout_s):
                while not until():
                    if self.closed:
                        return False
                    await self._event.wait()
        except TimeoutError:
            return until()
        return True
