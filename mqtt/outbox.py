"""The outbox: a pointer into the journal, moved by the platform's acknowledgements and by nothing else.

Rows go out in order, a window of them at a time, in slices that give the loop and the ledger back in between. Whatever
is lost on the way, on either side, is sent again from the first row that has not been acknowledged.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from mqtt.contract.events import JournalRow
from mqtt.contract.messages import Ack, Resync
from mqtt.errors import AckRejected, NotConnected

WINDOW = 500
"""Rows that may be on their way; half of what a broker's default queue for one subscriber holds."""
SLICE = 100
"""Rows read and sent before everybody else has a turn: a few milliseconds."""
BREATH = 10
"""Rows sent before the loop has a turn: under a millisecond."""
ACK_TIMEOUT_S = 30.0
"""Without any progress for this long, rows are sent again; the wait doubles as long as there is none."""
ACK_TIMEOUT_MAX_S = 600.0
_ACKS_KEPT = 64

_log = structlog.get_logger(__name__)


class Journal(Protocol):
    """The part of the ledger that the outbox reads, and the one pointer that it moves."""

    @property
    def ledger_id(self) -> str:
        """Which ledger this is."""

    async def last_seq(self) -> int:
        """The newest row's seq; 0 when there is none."""

    async def acked_seq(self) -> int:
        """The highest seq that the platform has acknowledged; 0 when none."""

    async def rows(self, after: int, limit: int) -> Sequence[JournalRow]:
        """At most `limit` rows with a seq above `after`, in order."""

    async def mark_published(self, seq: int) -> None:
        """Rows up to `seq` are about to be published: from now on an acknowledgement of them may be believed."""

    async def acknowledge(self, ledger_id: str, seq: int) -> None:
        """Move the pointer.

        Raises:
            AckRejected: another ledger's, or beyond the last published seq.
        """


class EventLink(Protocol):
    """The part of the link that the outbox needs."""

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""

    @property
    def connection(self) -> int:
        """Grows with every connection."""

    def watch(self, changed: Callable[[], None]) -> None:
        """Have `changed` called when a connection comes or goes."""

    async def publish_event(self, row: JournalRow) -> None:
        """Send one row, or raise NotConnected."""


class Outbox:
    """Brings the journal to the platform.

    Args:
        link: the way there.
        journal: the rows and the pointer.
        ack_timeout_s: how long the platform may be silent before rows are sent again.
    """

    def __init__(self, link: EventLink, journal: Journal, *, ack_timeout_s: float = ACK_TIMEOUT_S) -> None:
        self._link = link
        self._journal = journal
        self._ack_timeout_s = ack_timeout_s
        self._patience_s = ack_timeout_s
        self._awake = asyncio.Event()
        self._acks: deque[Ack] = deque(maxlen=_ACKS_KEPT)
        self._resync_from: int | None = None
        self._connection = 0
        self._published = 0
        self._acked = 0  # the durable pointer, as the journal has it
        self._heard = 0  # where the platform says it is; below _acked while it asks for old rows again
        self._next = 1  # the row to send next
        self._quiet_since = 0.0
        link.watch(self.wake)

    @property
    def unacknowledged(self) -> int:
        """Rows sent that the platform has not acknowledged."""
        return max(0, self._next - 1 - self._acked)

    def wake(self) -> None:
        """There may be something to do: new rows, or another connection."""
        self._awake.set()

    def on_ack(self, ack: Ack) -> None:
        """The platform acknowledges; looked at in `run`."""
        self._acks.append(ack)
        self.wake()

    def on_resync(self, resync: Resync) -> None:
        """The platform asks for rows again. The durable pointer does not move back."""
        if resync.from_seq is not None:
            self._resync_from = min(resync.from_seq, self._resync_from or resync.from_seq)
            self.wake()

    async def run(self) -> None:
        """Send and settle for ever. What the journal raises ends it: the ledger is then beyond the outbox's help."""
        self._acked = self._heard = await self._journal.acked_seq()
        self._next = self._acked + 1
        while True:
            self._awake.clear()
            await self._settle_acks()
            self._begin_again_where_asked()
            if self._link.connected and await self._send_slice():
                await asyncio.sleep(0)
            else:
                await self._rest()

    # Sending

    def _begin_again_where_asked(self) -> None:
        if self._link.connection != self._connection:
            self._connection = self._link.connection
            self._rewind(self._acked + 1)
        if self._resync_from is not None:
            self._rewind(min(self._resync_from, self._next))
            self._resync_from = None

    def _rewind(self, seq: int) -> None:
        self._next = seq
        self._heard = seq - 1
        self._patience_s = self._ack_timeout_s
        self._progressed()

    async def _send_slice(self) -> bool:
        """Send the next rows that the window allows; False when there is nothing to send."""
        room = self._heard + WINDOW - (self._next - 1)
        if room <= 0:
            return False
        rows = await self._journal.rows(self._next - 1, min(SLICE, room))
        if not rows:
            return False
        if rows[-1].seq > self._published:
            # Before the first byte: an acknowledgement may overtake whatever would be written afterwards.
            await self._journal.mark_published(rows[-1].seq)
            self._published = rows[-1].seq
        if self._heard == self._next - 1:
            self._progressed()  # nothing was on its way, so nobody has kept us waiting
        return await self._send(rows)

    async def _send(self, rows: Sequence[JournalRow]) -> bool:
        for number, row in enumerate(rows, start=1):
            if self._link.connection != self._connection or self._resync_from is not None:
                break
            try:
                await self._link.publish_event(row)
            except NotConnected:
                return False  # the link wakes us with the next connection
            self._next = row.seq + 1
            if number % BREATH == 0:
                await asyncio.sleep(0)
        return True

    # Settling

    async def _settle_acks(self) -> None:
        acks = tuple(self._acks)
        self._acks.clear()
        believable = [ack for ack in acks if self._is_believable(ack)]
        if believable:
            # Within a burst only the highest one says anything, and each move of the pointer costs an fsync.
            await self._settle(max(believable, key=lambda ack: ack.seq))
        for ack in acks:
            if not self._is_believable(ack):
                await self._settle(ack)

    def _is_believable(self, ack: Ack) -> bool:
        return ack.ledger_id == self._journal.ledger_id and ack.seq <= self._published

    async def _settle(self, ack: Ack) -> None:
        if not self._is_believable(ack) or ack.seq > self._acked:
            try:
                await self._journal.acknowledge(ack.ledger_id, ack.seq)
            except AckRejected as fault:
                _log.warning("acknowledgement rejected", fault=str(fault), ledger_id=ack.ledger_id, seq=ack.seq)
                return
            self._acked = max(self._acked, ack.seq)
        if ack.seq > self._heard:
            self._heard = ack.seq
            self._next = max(self._next, ack.seq + 1)
            self._patience_s = self._ack_timeout_s
            self._progressed()

    # Waiting

    def _progressed(self) -> None:
        self._quiet_since = asyncio.get_running_loop().time()

    async def _rest(self) -> None:
        waiting_for_platform = self._link.connected and self._heard < self._next - 1
        if not waiting_for_platform:
            await self._awake.wait()
            return
        try:
            async with asyncio.timeout_at(self._quiet_since + self._patience_s):
                await self._awake.wait()
        except TimeoutError:
            self._lose_patience()

    def _lose_patience(self) -> None:
        self._progressed()
        if self._next - 1 <= self._acked:
            # The platform asked for rows that it once acknowledged and says nothing to them: go on at this pace.
            self._heard = self._next - 1
            return
        self._patience_s = min(2 * self._patience_s, ACK_TIMEOUT_MAX_S)
        _log.warning("no acknowledgement; sending again", from_seq=self._acked + 1, next_wait_s=self._patience_s)
        self._next = self._acked + 1
        self._heard = self._acked
