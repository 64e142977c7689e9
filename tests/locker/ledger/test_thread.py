"""The ledger on its own thread: order, the hook, cancellation, errors."""

from __future__ import annotations

import asyncio
import threading

import pytest
from ledger_bench import KEYS, Bench, door, ended

from locker.ledger import IllegalTransition, Ledger, LedgerBusy, LedgerThread
from mqtt.contract.base import Latch
from mqtt.contract.events import JournalRow


@pytest.fixture
def installed(bench: Bench) -> Bench:
    bench.installed().close()
    return bench


async def test_everything_runs_in_one_thread_that_is_not_the_loops(installed: Bench) -> None:
    thread = await installed.thread()
    names = {await thread.run(lambda _ledger: threading.current_thread().name) for _ in range(5)}
    assert len(names) == 1
    assert threading.current_thread().name not in names
    assert (thread.boot, thread.ledger_id) == await thread.run(lambda ledger: (ledger.boot, ledger.ledger_id))
    await thread.close()


async def test_the_hook_hears_of_each_commit_on_the_loop_before_record_returns(installed: Bench) -> None:
    heard: list[tuple[int, ...]] = []
    loop_thread = threading.current_thread()

    def hook(rows: tuple[JournalRow, ...]) -> None:
        assert threading.current_thread() is loop_thread
        heard.append(tuple(row.seq for row in rows))

    thread = await installed.thread(hook)
    rows = await thread.record(door("A01", Latch.LATCHED), door("A02", Latch.LATCHED))
    assert heard == [(6, 7)]
    assert [row.seq for row in rows] == [6, 7]
    await thread.run(lambda ledger: ledger.record(door("A03", Latch.LATCHED)))
    assert heard == [(6, 7), (8,)]
    await thread.close()


async def test_what_was_asked_first_is_recorded_first(installed: Bench) -> None:
    thread = await installed.thread()
    latches = [Latch.LATCHED, Latch.UNLATCHED] * 10
    results = await asyncio.gather(*(thread.record(door("A01", latch)) for latch in latches))
    assert [rows[0].seq for rows in results] == list(range(6, 26))
    await thread.close()


async def test_a_refusal_reaches_its_caller_and_the_thread_goes_on(installed: Bench) -> None:
    heard: list[tuple[JournalRow, ...]] = []
    thread = await installed.thread(heard.append)
    with pytest.raises(IllegalTransition):
        await thread.record(ended("vis-never"))
    assert heard == []
    await thread.record(door("A01", Latch.LATCHED))
    assert len(heard) == 1
    await thread.close()


async def test_a_commit_is_heard_of_also_when_its_caller_has_gone(installed: Bench) -> None:
    heard = asyncio.Event()
    thread = await installed.thread(lambda _rows: heard.set())
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(ledger: Ledger) -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(10)
        ledger.record(door("A01", Latch.LATCHED))

    caller = asyncio.create_task(thread.run(slow))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    await asyncio.wait_for(heard.wait(), 10)
    assert await thread.run(lambda ledger: ledger.last_seq) == 6
    await thread.close()


async def test_a_ledger_that_does_not_open_leaves_no_thread(installed: Bench) -> None:
    thread = await installed.thread()
    with pytest.raises(LedgerBusy):
        await installed.thread()
    await thread.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("ledger")]


async def test_closing_finishes_what_was_asked(installed: Bench) -> None:
    thread = await LedgerThread.start(installed.open)
    asked = [asyncio.create_task(thread.record(door("A01", latch))) for latch in (Latch.LATCHED, Latch.UNLATCHED)]
    await asyncio.sleep(0)
    await thread.close()
    assert [rows[0].seq for rows in await asyncio.gather(*asked)] == [6, 7]
    again = installed.open(KEYS)
    assert again.last_seq == 7
    again.close()
