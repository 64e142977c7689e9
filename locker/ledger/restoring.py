"""A ledger restored from a copy goes on under a new id: its rows are chained again, and nothing counts as published.

The platform then learns the whole journal anew, and cannot mistake the rows written from here on for those that the
copy had lost.
"""

from __future__ import annotations

import sqlite3

from locker.ledger import journal
from locker.ledger.errors import LedgerDamaged
from locker.ledger.journal import FIRST_PREV_HASH, Head
from locker.ledger.verification import ChainBroken, checked

_TRIGGERS = ("journal_is_never_changed", "journal_is_never_shortened")


def rechain(db: sqlite3.Connection, ledger_id: str, at: str) -> None:
    """Give every row of the journal another ledger's id, inside the caller's transaction; `lineage` keeps the old head.

    Args:
        db: with the restored ledger.
        ledger_id: the new id.
        at: wall time, as the contract writes it.

    Raises:
        LedgerDamaged: the restored chain does not hold.
    """
    former_id = str(db.execute("SELECT ledger_id FROM meta").fetchone()["ledger_id"])
    former = journal.read_head(db)
    guards = [
        db.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()["sql"] for name in _TRIGGERS
    ]
    for name in _TRIGGERS:
        db.execute(f"DROP TRIGGER {name}")
    head = Head(0, FIRST_PREV_HASH)
    try:
        for row in checked(journal.read_rows(db, former_id), head):
            moved = journal.sealed_row(row.model_copy(update={"ledger_id": ledger_id, "prev_hash": head.hash}))
            db.execute(
                "UPDATE journal SET prev_hash = ?, hash = ? WHERE seq = ?", (moved.prev_hash, moved.hash, row.seq)
            )
            head = Head(moved.seq, moved.hash)
    except ChainBroken as broken:
        raise LedgerDamaged(f"the restored ledger does not hold ({broken}); restore another copy") from broken
    for guard in guards:
        db.execute(guard)
    db.execute("INSERT INTO lineage VALUES (?, ?, ?, ?)", (former_id, former.seq, former.hash, at))
    db.execute("UPDATE meta SET ledger_id = ?", (ledger_id,))
    db.execute("UPDATE outbox SET acked_seq = 0, published_seq = 0")
