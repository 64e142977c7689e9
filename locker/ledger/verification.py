"""Checking a ledger: does the chain hold, and do the tables say what the journal says?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import rfc8785
from pydantic import ValidationError

from locker.ledger.errors import IllegalTransition
from locker.ledger.journal import FIRST_PREV_HASH, Head, read_rows, row_hash
from locker.ledger.outbox import read_pointers
from locker.ledger.projections import project
from locker.ledger.schema import STATE_TABLES, migrate, migrations
from mqtt.contract.events import JournalRow


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong: at which row of the journal, and what."""

    seq: int
    cause: str


@dataclass(frozen=True)
class Verification:
    """What a check found: rows that hold, where the chain ends, and the first fault, if any."""

    ledger_id: str
    rows: int
    last_hash: str
    fault: Fault | None

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return self.fault is None


class ChainBroken(Exception):
    """A row that does not follow from the one before it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"row {fault.seq}: {fault.cause}")
        self.fault = fault


def verify(db: sqlite3.Connection) -> Verification:
    """Walk the whole chain, replay it, and compare the tables. Reads one snapshot and changes nothing."""
    db.execute("BEGIN")
    try:
        ledger_id = str(db.execute("SELECT ledger_id FROM meta").fetchone()["ledger_id"])
        head = Head(0, FIRST_PREV_HASH)
        with empty_state() as replayed:
            try:
                for row in checked(_readable(read_rows(db, ledger_id)), head):
                    _replay_row(replayed, row)
                    head = Head(row.seq, row.hash)
                _refuse_short(db, head)
                _refuse_different_tables(db, replayed, head)
            except ChainBroken as broken:
                return Verification(ledger_id, head.seq, head.hash, broken.fault)
        return Verification(ledger_id, head.seq, head.hash, None)
    finally:
        db.execute("ROLLBACK")


def checked(rows: Iterable[JournalRow], head: Head) -> Iterator[JournalRow]:
    """The same rows, each after a look at its number, its link to the row before, and its hash.

    Raises:
        ChainBroken: at the first row that does not hold.
    """
    for row in rows:
        if row.seq != head.seq + 1:
            raise ChainBroken(Fault(head.seq + 1, f"the row is missing; the next one is {row.seq}"))
        if row.prev_hash != head.hash:
            raise ChainBroken(Fault(row.seq, "the row does not link to the row before it"))
        try:
            computed = row_hash(row)
        except rfc8785.CanonicalizationError as error:
            raise ChainBroken(Fault(row.seq, f"the row has no canonical form ({error})")) from error
        if computed != row.hash:
            raise ChainBroken(Fault(row.seq, "the row's content does not match its hash"))
        yield row
        head = Head(row.seq, row.hash)


def empty_state() -> _State:
    """A database in memory with the ledger's tables and nothing in them, to replay a journal into."""
    return _State()


class _State:
    def __enter__(self) -> sqlite3.Connection:
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        self._db.row_factory = sqlite3.Row
        migrate(self._db, migrations())
        self._db.execute("INSERT INTO cabinet (only) VALUES (1)")
        return self._db

    def __exit__(self, *_: object) -> None:
        self._db.close()


def table_rows(db: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    """Every row of a state table in the order of its key."""
    return [tuple(row) for row in db.execute(f"SELECT * FROM {table} ORDER BY 1")]  # noqa: S608 - one of STATE_TABLES


def _readable(rows: Iterator[JournalRow]) -> Iterator[JournalRow]:
    seq = 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except ValueError as error:
            raise ChainBroken(Fault(seq + 1, "the row's body is not JSON")) from error
        seq = row.seq
        yield row


def _replay_row(replayed: sqlite3.Connection, row: JournalRow) -> None:
    try:
        project(replayed, row.event(), row)
    except (KeyError, ValidationError) as error:
        raise ChainBroken(Fault(row.seq, f"{row.kind} is not an event that this program knows")) from error
    except (IllegalTransition, sqlite3.IntegrityError) as error:
        raise ChainBroken(Fault(row.seq, f"the event cannot follow from the rows before it: {error}")) from error


def _refuse_short(db: sqlite3.Connection, head: Head) -> None:
    published = read_pointers(db).published_seq
    if published > head.seq:
        raise ChainBroken(Fault(head.seq + 1, f"rows are missing at the end: row {published} was published"))


def _refuse_different_tables(db: sqlite3.Connection, replayed: sqlite3.Connection, head: Head) -> None:
    for table in STATE_TABLES:
        if table_rows(db, table) != table_rows(replayed, table):
            raise ChainBroken(Fault(head.seq, f"table {table} says otherwise than the journal"))
