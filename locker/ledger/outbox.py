"""The outbox: a pointer into the journal that moves only with the platform's acknowledgement and deletes nothing."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from locker.ledger.errors import AckRejected


@dataclass(frozen=True)
class Pointers:
    """How far the journal has been published, and how far the platform says it has stored it."""

    acked_seq: int
    published_seq: int


def read_pointers(db: sqlite3.Connection) -> Pointers:
    """The pointers as they are stored."""
    row = db.execute("SELECT acked_seq, published_seq FROM outbox").fetchone()
    return Pointers(row["acked_seq"], row["published_seq"])


def publish(db: sqlite3.Connection, seq: int, last_seq: int) -> None:
    """Rows up to `seq` have been handed to the broker's connection; the pointer never moves back.

    Raises:
        ValueError: the journal has no such row.
    """
    if not 0 <= seq <= last_seq:
        raise ValueError(f"row {seq} cannot have been published: the journal ends at {last_seq}")
    db.execute("UPDATE outbox SET published_seq = max(published_seq, ?)", (seq,))


def acknowledge(db: sqlite3.Connection, ledger_id: str, acked_id: str, seq: int) -> bool:
    """Move the pointer to `seq`; False when it is there or beyond already.

    Raises:
        AckRejected: the acknowledgement is of another ledger, or of rows that were never published.
    """
    if acked_id != ledger_id:
        raise AckRejected(f"the acknowledgement is of ledger {acked_id}, this is ledger {ledger_id}")
    pointers = read_pointers(db)
    if seq > pointers.published_seq:
        raise AckRejected(
            f"row {seq} is acknowledged, but only rows up to {pointers.published_seq} of ledger {ledger_id} "
            "were published; the platform's copy needs a resync"
        )
    if seq <= pointers.acked_seq:
        return False
    db.execute("UPDATE outbox SET acked_seq = ?", (seq,))
    return True
