"""The place before the camera, and the clockwork that turns it into frames.

One thread prepares pictures, another develops frames; the loop only keeps the beat, so a stream never stalls while
somebody steps up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import numpy as np

from simulator.camera.reel import EmptyReel, Reel
from simulator.camera.source import Source
from simulator.camera.standing import Standing

NOBODY = Standing(person=None)

T = TypeVar("T")


class Stage:
    """Shows one standing at a time to any number of viewers; without a viewer nothing is developed."""

    def __init__(self, source: Source, *, seed: int, fps: float) -> None:
        self._source = source
        self._seed = seed
        self._period = 1 / fps
        self._stands = 0
        self._standing = NOBODY
        self._reel: Reel | None = None
        self._darkroom = ThreadPoolExecutor(1, thread_name_prefix="prepare")
        self._developing = ThreadPoolExecutor(1, thread_name_prefix="develop")
        self._preparing: asyncio.Task[None] | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._fresh = asyncio.Condition()
        self._frame = b""
        self._number = 0
        self._viewers = 0
        self._closed = False

    @property
    def standing(self) -> Standing:
        """Who stands before the camera now."""
        return self._standing

    async def stand(self, standing: Standing) -> int:
        """Put somebody before the camera; returns the number of this stand once the camera sees them.

        Raises:
            CannotStand: the source has no such eye; whoever stood there still does.
        """
        async with self._turn:
            return await self._step_up(standing)

    async def _step_up(self, standing: Standing) -> int:
        rng = np.random.default_rng([self._seed, self._stands + 1])
        reel = await self._in_darkroom(lambda: self._new_reel(standing, rng))
        if self._preparing is not None:
            self._preparing.cancel()
        self._stands += 1
        self._reel, self._standing = reel, standing
        self._preparing = asyncio.create_task(self._prepare(reel))
        return self._stands

    def _new_reel(self, standing: Standing, rng: np.random.Generator) -> Reel:
        reel: Reel = EmptyReel(self._source.size, rng) if standing.person is None else self._source.reel(standing, rng)
        reel.prepare()
        return reel

    async def _prepare(self, reel: Reel) -> None:
        more = True
        while more:
            more = await self._in_darkroom(reel.prepare)

    async def _in_darkroom(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._darkroom, work)

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """JPEG frames in real time, each newer than the call; ends when the stage closes.

        A viewer that is slower than the camera misses frames and never sees them late.
        """
        async with self._turn:
            if self._reel is None:
                await self._step_up(NOBODY)
        self._viewers += 1
        if self._ticking is None or self._ticking.done():
            self._ticking = asyncio.create_task(self._tick())
        try:
            seen = self._number
            while not self._closed:
                seen, frame = await self._frame_after(seen)
                if not self._closed:
                    yield frame
        finally:
            self._viewers -= 1

    async def _frame_after(self, seen: int) -> tuple[int, bytes]:
        async with self._fresh:
            await self._fresh.wait_for(lambda: self._closed or self._number > seen)
            return self._number, self._frame

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while self._viewers > 0 and not self._closed:
            reel = self._reel
            assert reel is not None
            frame = await loop.run_in_executor(self._developing, reel.develop)
            if reel is not self._reel:
                continue  # somebody stepped up meanwhile; nobody may see the one before again
            async with self._fresh:
                self._frame, self._number = frame, self._number + 1
                self._fresh.notify_all()
            # A late beat is skipped, not caught up: a camera has no frames from the past.
            due = max(due + self._period, loop.time())
            await asyncio.sleep(due - loop.time())

    async def close(self) -> None:
        """End every stream and both threads."""
        self._closed = True
        async with self._fresh:
            self._fresh.notify_all()
        for task in (self._preparing, self._ticking):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        self._darkroom.shutdown(cancel_futures=True)
        self._developing.shutdown(cancel_futures=True)
