"""The pointer into the journal: it moves by acknowledgements alone, and whatever is lost is sent again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from cabinet_side import Listener, NoWait, TwoCompartments, broker_at
from platform_client import PlatformClient
from real_broker import Mosquitto

from mqtt.contract.events import JournalRow
from mqtt.contract.messages import Ack, Resync
from mqtt.errors import AckRejected, NotConnected
from mqtt.link import Link
from mqtt.outbox import WINDOW, Outbox

LEDGER = "L-1"


def row(seq: int) -> JournalRow:
    return JournalRow.model_construct(
        ledger_id=LEDGER,
        seq=seq,
        at="2026-03-01T08:00:00.000Z",
        clock_synced=True,
        boot=1,
        kind="door.changed",
        subject="A01",
        body={"compartment": "A01", "latch": "latched", "visit": None},
        prev_hash="0" * 64,
        hash="0" * 64,
    )


class Rows:
    """A journal of `count` rows that rejects as the ledger does."""

    ledger_id = LEDGER

    def __init__(self, count: int, acked: int = 0, published: int = 0) -> None:
        self.count, self.acked, self.published = count, acked, published
        self.moved = asyncio.Event()
        self.rejected: asyncio.Queue[Ack] = asyncio.Queue()

    async def last_seq(self) -> int:
        return self.count

    async def acked_seq(self) -> int:
        return self.acked

    async def rows(self, after: int, limit: int) -> Sequence[JournalRow]:
        return [row(seq) for seq in range(after + 1, min(self.count, after + limit) + 1)]

    async def mark_published(self, seq: int) -> None:
        self.published = max(self.published, seq)

    async def acknowledge(self, ledger_id: str, seq: int) -> None:
        if ledger_id != LEDGER or seq > self.published:
            self.rejected.put_nowait(Ack(ledger_id=ledger_id, seq=seq))
            raise AckRejected(f"{ledger_id} {seq}")
        self.acked = max(self.acked, seq)
        self.moved.set()


class Wire:
    """A link that carries rows to a queue while it is up."""

    def __init__(self) -> None:
        self.connected = True
        self.connection = 1
        self.sent: asyncio.Queue[int] = asyncio.Queue()
        self._changed: list[Callable[[], None]] = []

    def watch(self, changed: Callable[[], None]) -> None:
        self._changed.append(changed)

    async def publish_event(self, row: JournalRow) -> None:
        if not self.connected:
            raise NotConnected("down")
        self.sent.put_nowait(row.seq)

    def turn(self, *, up: bool) -> None:
        self.connected = up
        self.connection += up
        for changed in self._changed:
            changed()

    async def next(self, count: int) -> list[int]:
        return [await asyncio.wait_for(self.sent.get(), 10) for _ in range(count)]


@contextlib.asynccontextmanager
async def running(wire: Wire | Link, journal: Rows, ack_timeout_s: float = 60.0) -> AsyncIterator[Outbox]:
    outbox = Outbox(wire, journal, ack_timeout_s=ack_timeout_s)
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def settled() -> None:
    """Let everything that is ready on the loop happen."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_rows_go_out_in_order_from_the_first_that_is_not_acknowledged() -> None:
    wire = Wire()
    async with running(wire, Rows(5, acked=2)):
        assert await wire.next(3) == [3, 4, 5]


async def test_no_more_than_a_window_is_on_its_way() -> None:
    wire, journal = Wire(), Rows(3 * WINDOW)
    async with running(wire, journal) as outbox:
        assert await wire.next(WINDOW) == list(range(1, WINDOW + 1))
        await settled()
        assert wire.sent.empty()
        outbox.on_ack(Ack(ledger_id=LEDGER, seq=7))
        assert await wire.next(7) == list(range(WINDOW + 1, WINDOW + 8))


async def test_new_rows_go_out_when_the_outbox_is_woken() -> None:
    wire, journal = Wire(), Rows(0)
    async with running(wire, journal) as outbox:
        await settled()
        journal.count = 2
        outbox.wake()
        assert await wire.next(2) == [1, 2]


async def test_a_new_connection_begins_again_after_the_last_acknowledged_row() -> None:
    wire, journal = Wire(), Rows(4)
    async with running(wire, journal) as outbox:
        await wire.next(4)
        outbox.on_ack(Ack(ledger_id=LEDGER, seq=2))
        await journal.moved.wait()
        wire.turn(up=False)
        wire.turn(up=True)
        assert await wire.next(2) == [3, 4]


async def test_lost_acknowledgements_make_the_rows_go_out_again() -> None:
    wire, journal = Wire(), Rows(3)
    async with running(wire, journal, ack_timeout_s=0.02) as outbox:
        assert await wire.next(6) == [1, 2, 3, 1, 2, 3]
        outbox.on_ack(Ack(ledger_id=LEDGER, seq=3))
        await journal.moved.wait()
        assert outbox.unacknowledged == 0


@pytest.mark.parametrize("ack", [Ack(ledger_id=LEDGER, seq=10**9), Ack(ledger_id="L-2", seq=1)])
async def test_an_acknowledgement_beyond_what_was_published_or_of_another_ledger_moves_nothing(ack: Ack) -> None:
    wire, journal = Wire(), Rows(3)
    async with running(wire, journal) as outbox:
        await wire.next(3)
        outbox.on_ack(ack)
        outbox.on_ack(Ack(ledger_id=LEDGER, seq=2))  # a true one in the same burst still counts
        assert await journal.rejected.get() == ack
        assert journal.acked == 2


async def test_an_acknowledgement_of_rows_published_before_a_restart_is_believed() -> None:
    wire, journal = Wire(), Rows(9, acked=2, published=8)
    wire.connected = False
    async with running(wire, journal) as outbox:
        outbox.on_ack(Ack(ledger_id=LEDGER, seq=8))
        await journal.moved.wait()
        wire.turn(up=True)
        assert await wire.next(1) == [9]


async def test_a_resync_sends_old_rows_again_and_leaves_the_pointer_where_it_is() -> None:
    wire, journal = Wire(), Rows(6, acked=6, published=6)
    async with running(wire, journal) as outbox:
        await settled()
        outbox.on_resync(Resync(from_seq=3))
        assert await wire.next(4) == [3, 4, 5, 6]
        assert journal.acked == 6


async def test_a_long_resync_goes_on_even_when_the_platform_acknowledges_nothing() -> None:
    size = WINDOW + 20
    wire, journal = Wire(), Rows(size, acked=size, published=size)
    async with running(wire, journal, ack_timeout_s=0.02) as outbox:
        await settled()
        outbox.on_resync(Resync(from_seq=1))
        assert await wire.next(size) == list(range(1, size + 1))


async def test_a_resync_without_a_seq_sends_no_rows() -> None:
    wire, journal = Wire(), Rows(6, acked=6, published=6)
    async with running(wire, journal) as outbox:
        outbox.on_resync(Resync())
        await settled()
        assert wire.sent.empty()


@pytest.mark.mosquitto
async def test_a_broker_that_dies_in_the_middle_loses_no_row(mosquitto: Mosquitto) -> None:
    journal, listener = Rows(4000), Listener()
    link = Link(
        broker_at(mosquitto.port),
        "willow",
        "east-1",
        session=1,
        password=None,
        receiver=listener,
        presence=TwoCompartments(),
        rng=NoWait(),
    )
    platform = PlatformClient(mosquitto.port, "lockers/v1/willow/east-1/")
    await platform.start()
    await link.start()
    async with running(link, journal) as outbox:
        stored = 0
        died = False
        while stored < journal.count:
            seq = (await platform.hear("events"))["seq"]
            stored += seq == stored + 1
            if seq % 100 == 0 or seq <= stored:
                outbox.on_ack(Ack(ledger_id=LEDGER, seq=stored))
            if stored >= 1500 and not died:
                died = True
                await mosquitto.stop()
                await mosquitto.start()
        while journal.acked < journal.count:
            journal.moved.clear()
            await asyncio.wait_for(journal.moved.wait(), 10)
    await link.stop()
    await platform.stop()
