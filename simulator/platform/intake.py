"""Takes the rows of one ledger in whatever order they come, and lets through an unbroken, verified chain."""

from __future__ import annotations

from simulator.platform.rows import BrokenChain, Row
from simulator.platform.store import EventStore, Tip

GAP_WAIT_S = 1.0
"""How long a missing row may take before it is asked for; a reconnecting cabinet resends by itself."""
GAP_WAIT_MAX_S = 30.0
HELD_ROWS = 20_000
"""Rows kept beyond a gap; what is beyond these comes again with the resync."""


class Intake:
    """The chain of one ledger as far as it has arrived.

    `take` rows, `flush` what follows into the store; `gap` says what to ask for again.
    """

    def __init__(self, store: EventStore, ledger_id: str) -> None:
        """Continue after what the store holds of `ledger_id`."""
        self.ledger_id = ledger_id
        self.fault: str | None = None
        self.ack_due = False
        self.unacknowledged = 0
        self._store = store
        self._tip = store.tip(ledger_id)
        self._held: dict[int, Row] = {}
        self._fresh: list[Row] = []
        self._waiting_since: float | None = None
        self._wait_s = GAP_WAIT_S

    @property
    def tip(self) -> Tip:
        """The last row let through."""
        return self._tip

    def take(self, row: Row) -> None:
        """Consider one row; repeated ones only make an acknowledgement due.

        Raises:
            BrokenChain: the row contradicts the chain; it is not kept.
        """
        if row.seq <= self._tip.seq:
            self.ack_due = True
            self._check_repeated(row)
            return
        if row.seq > self._tip.seq + 1:
            if len(self._held) < HELD_ROWS:
                self._held[row.seq] = row
            return
        self._let_through(row)
        while (following := self._held.pop(self._tip.seq + 1, None)) is not None:
            self._let_through(following)

    def flush(self) -> tuple[Row, ...]:
        """Store what `take` let through, durably, and give it."""
        fresh, self._fresh = tuple(self._fresh), []
        if fresh:
            self._store.append(fresh)
            self.ack_due = True
            self.unacknowledged += len(fresh)
        return fresh

    def acknowledged(self) -> None:
        """Note that an acknowledgement of the tip was sent."""
        self.ack_due = False
        self.unacknowledged = 0

    def gap(self, monotonic: float) -> int | None:
        """The seq to ask for again, once something has been missing for long enough; asks ever less often."""
        if not self._held and self.fault is None:
            self._waiting_since, self._wait_s = None, GAP_WAIT_S
            return None
        if self._waiting_since is None:
            self._waiting_since = monotonic
        if monotonic - self._waiting_since < self._wait_s:
            return None
        self._waiting_since, self._wait_s = monotonic, min(2 * self._wait_s, GAP_WAIT_MAX_S)
        return self._tip.seq + 1

    def _let_through(self, row: Row) -> None:
        try:
            row.follows(self._tip.seq, self._tip.hash)
        except BrokenChain as broken:
            self.fault = str(broken)
            raise
        self.fault = None
        self._tip = Tip(row.seq, row.hash)
        self._fresh.append(row)

    def _check_repeated(self, row: Row) -> None:
        stored = self._store.digest(self.ledger_id, row.seq)
        if stored is not None and stored != row.hash:
            raise BrokenChain(f"seq {row.seq} of {self.ledger_id} came with hash {stored} before, now with {row.hash}")
