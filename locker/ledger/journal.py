"""Rows of the journal: how an event becomes one, how it is hashed, and how rows are read back.

The hash of a row is SHA-256 over the RFC 8785 form of its other fields; it covers the hash of the row before.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import rfc8785

from mqtt.contract.events import Event, JournalRow

FIRST_PREV_HASH = "0" * 64
"""What stands for the row before the first."""

_COLUMNS = "seq, at, clock_synced, boot, kind, subject, body, prev_hash, hash"


@dataclass(frozen=True)
class Head:
    """Where the chain ends."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Stamp:
    """When an event is recorded, and by which boot of which ledger."""

    ledger_id: str
    boot: int
    at: str
    clock_synced: bool


def next_row(head: Head, event: Event, stamp: Stamp) -> JournalRow:
    """The row that follows `head` and tells of `event`."""
    return sealed_row(
        JournalRow.model_construct(
            ledger_id=stamp.ledger_id,
            seq=head.seq + 1,
            at=stamp.at,
            clock_synced=stamp.clock_synced,
            boot=stamp.boot,
            kind=event.kind,
            subject=event.subject,
            body=event.model_dump(mode="json"),
            prev_hash=head.hash,
            hash="",
        )
    )


def sealed_row(row: JournalRow) -> JournalRow:
    """The same row with the hash that its other fields give, and validated.

    Raises:
        pydantic.ValidationError: a field is not of the contract's form.
    """
    return JournalRow.model_validate(row.model_dump() | {"hash": row_hash(row)})


def row_hash(row: JournalRow) -> str:
    """SHA-256 over the RFC 8785 form of every field but the hash itself."""
    return sha256(rfc8785.dumps(row.model_dump(exclude={"hash"}))).hexdigest()


def insert(db: sqlite3.Connection, row: JournalRow) -> None:
    """Write a row."""
    db.execute(
        "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.seq,
            row.at,
            row.clock_synced,
            row.boot,
            row.kind,
            row.subject,
            rfc8785.dumps(row.body).decode("utf-8"),
            row.prev_hash,
            row.hash,
        ),
    )


def read_head(db: sqlite3.Connection) -> Head:
    """Where the chain in the database ends."""
    last = db.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(0, FIRST_PREV_HASH) if last is None else Head(last["seq"], last["hash"])


def read_rows(db: sqlite3.Connection, ledger_id: str, after_seq: int = 0, limit: int = -1) -> Iterator[JournalRow]:
    """Rows after `after_seq` in order, unchecked, as they stand in the database; all when `limit` is negative."""
    found = db.execute(
        f"SELECT {_COLUMNS} FROM journal WHERE seq > ? ORDER BY seq LIMIT ?",  # noqa: S608 - a constant of this module
        (after_seq, limit),
    )
    return (stored_row(ledger_id, row) for row in found)


def stored_row(ledger_id: str, row: sqlite3.Row) -> JournalRow:
    """A row as it was stored. It was validated when written; the chain tells whether it has been changed since.

    Raises:
        ValueError: the body is no JSON.
    """
    return JournalRow.model_construct(
        ledger_id=ledger_id,
        seq=row["seq"],
        at=row["at"],
        clock_synced=bool(row["clock_synced"]),
        boot=row["boot"],
        kind=row["kind"],
        subject=row["subject"],
        body=json.loads(row["body"]),
        prev_hash=row["prev_hash"],
        hash=row["hash"],
    )
