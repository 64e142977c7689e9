"""Where the platform keeps the rows that it has acknowledged: SQLite, in memory or in a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulator.platform.rows import GENESIS, Row, read_row

SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    ledger_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (ledger_id, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledgers (ledger_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash TEXT NOT NULL)
"""


@dataclass(frozen=True)
class Tip:
    """The end of a stored chain."""

    seq: int = 0
    hash: str = GENESIS


class EventStore:
    """Rows by ledger and seq. Used from one thread."""

    def __init__(self, path: str = ":memory:") -> None:
        """Open or make the file at `path`."""
        self._database = sqlite3.connect(path)
        self._database.executescript(SCHEMA)

    def append(self, rows: Sequence[Row]) -> None:
        """Store rows of one ledger that follow its tip, in one transaction."""
        last = rows[-1]
        with self._database:
            self._database.executemany(
                "INSERT INTO rows VALUES (?, ?, ?, ?)",
                [(row.ledger_id, row.seq, row.hash, row.text) for row in rows],
            )
            self._database.execute(
                "INSERT INTO ledgers VALUES (?, ?, ?) "
                "ON CONFLICT (ledger_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
                (last.ledger_id, last.seq, last.hash),
            )

    def tip(self, ledger_id: str) -> Tip:
        """Where the stored chain of a ledger ends; seq 0 when there is none."""
        found = self._database.execute("SELECT seq, hash FROM ledgers WHERE ledger_id = ?", (ledger_id,)).fetchone()
        return Tip(*found) if found else Tip()

    def digest(self, ledger_id: str, seq: int) -> str | None:
        """The hash of a stored row, if there is one."""
        query = "SELECT hash FROM rows WHERE ledger_id = ? AND seq = ?"
        found = self._database.execute(query, (ledger_id, seq)).fetchone()
        return str(found[0]) if found else None

    def ledgers(self) -> tuple[str, ...]:
        """The ledgers of which rows are stored."""
        return tuple(name for (name,) in self._database.execute("SELECT ledger_id FROM ledgers ORDER BY rowid"))

    def rows(self, ledger_id: str, after: int = 0, limit: int = -1) -> Iterator[Row]:
        """Stored rows with a seq above `after`, in order."""
        query = "SELECT text FROM rows WHERE ledger_id = ? AND seq > ? ORDER BY seq LIMIT ?"
        for (text,) in self._database.execute(query, (ledger_id, after, limit)):
            yield read_row(text.encode("utf-8"))

    def close(self) -> None:
        """Close the file."""
        self._database.close()
