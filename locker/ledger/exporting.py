"""What leaves the ledger for an audit elsewhere: the journal as JSON lines, and the state that its events make."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import rfc8785

from locker.ledger.journal import read_rows
from locker.ledger.schema import STATE_TABLES


def export_rows(db: sqlite3.Connection, path: Path) -> int:
    """Write every row of the journal to a new file, which appears whole or not at all.

    Returns:
        The number of rows.

    Raises:
        OSError: the file cannot be written.
    """
    ledger_id = str(db.execute("SELECT ledger_id FROM meta").fetchone()["ledger_id"])
    partial = path.with_name(path.name + ".partial")
    rows = 0
    with partial.open("wb") as file:
        for row in read_rows(db, ledger_id):
            file.write(rfc8785.dumps(row.model_dump()) + b"\n")
            rows += 1
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return rows


def dump_state(db: sqlite3.Connection) -> dict[str, object]:
    """Every state table by the id of its rows, with `ledger_id` and the last `seq`; a snapshot, opaque ids only.

    Columns that only order rows (`..._seq`, `rev`) are left out: they are the ledger's own.
    """
    db.execute("BEGIN")
    try:
        state: dict[str, object] = {
            "ledger_id": db.execute("SELECT ledger_id FROM meta").fetchone()["ledger_id"],
            "seq": db.execute("SELECT COALESCE(MAX(seq), 0) AS seq FROM journal").fetchone()["seq"],
        }
        for table in STATE_TABLES:
            rows = db.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - one of STATE_TABLES
            state[table] = {str(row[0]): _public(row) for row in rows}
        return state
    finally:
        db.execute("ROLLBACK")


def _public(row: sqlite3.Row) -> dict[str, object]:
    key, *columns = row.keys()
    del key
    return {name: row[name] for name in columns if name != "rev" and not name.endswith("_seq")}
