"""The ledger for the loop: one thread of its own, in which every call runs in the order in which it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

from locker.ledger.personal import PersonalWrite
from locker.ledger.store import CommitHook, Ledger
from mqtt.contract.events import Event, JournalRow

T = TypeVar("T")


class LedgerThread:
    """Runs a ledger in its thread. Made by `LedgerThread.start`."""

    def __init__(self, executor: ThreadPoolExecutor, ledger: Ledger) -> None:
        self._executor = executor
        self._ledger = ledger

    @classmethod
    async def start(cls, open_ledger: Callable[[], Ledger], on_commit: CommitHook | None = None) -> Self:
        """Open the ledger in a new thread.

        Args:
            open_ledger: calls `Ledger.open`.
            on_commit: called on the loop with the rows of each commit, before `record` returns to its caller, also when
                the caller has been cancelled meanwhile.

        Raises:
            LedgerFault: as `Ledger.open` does.
        """
        loop = asyncio.get_running_loop()
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        try:
            ledger = await loop.run_in_executor(executor, open_ledger)
        except Exception:
            executor.shutdown()
            raise
        if on_commit is not None:
            hook = on_commit
            ledger.on_commit = lambda rows: _on_loop(loop, hook, rows)
        return cls(executor, ledger)

    @property
    def ledger_id(self) -> str:
        """The id of the chain."""
        return self._ledger.ledger_id

    @property
    def boot(self) -> int:
        """Counts the starts on this ledger."""
        return self._ledger.boot

    async def run(self, work: Callable[[Ledger], T]) -> T:
        """Do something with the ledger in its thread; reading, deciding and recording in one go is safe there."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, self._ledger)

    async def record(self, *events: Event, personal: Sequence[PersonalWrite] = ()) -> tuple[JournalRow, ...]:
        """As `Ledger.record`."""
        return await self.run(lambda ledger: ledger.record(*events, personal=personal))

    async def close(self) -> None:
        """Finish what was asked, then close the ledger."""
        await self.run(Ledger.close)
        self._executor.shutdown()


def _on_loop(loop: asyncio.AbstractEventLoop, hook: CommitHook, rows: tuple[JournalRow, ...]) -> None:
    loop.call_soon_threadsafe(hook, rows)
