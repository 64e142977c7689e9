"""The journal as JSON lines, one row each in the form in which it is published, for an audit elsewhere."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import rfc8785

from locker.ledger.journal import read_rows


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
