"""The chain: rows are canonical, tampering is found at its row, tables are the fold of the journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
import rfc8785
from ledger_bench import Bench, collected, door, ended

from locker.ledger import Fault, Ledger
from locker.ledger.journal import FIRST_PREV_HASH
from mqtt.contract.base import Latch
from mqtt.contract.events import JournalRow


@pytest.fixture
def told(bench: Bench, ledger: Ledger) -> Ledger:
    visit = bench.visit(ledger)
    consignment = bench.deposited(ledger, visit)
    ledger.record(collected(consignment, "A01", visit), ended(visit))
    ledger.record(door("A01", Latch.LATCHED))
    assert ledger.verify().holds
    return ledger


def unguarded(ledger: Ledger) -> Ledger:
    for name in ("journal_is_never_changed", "journal_is_never_shortened"):
        ledger._db.execute(f"DROP TRIGGER {name}")
    return ledger


def rehashed(row: JournalRow) -> str:
    return hashlib.sha256(rfc8785.dumps(row.model_dump(exclude={"hash"}))).hexdigest()


def test_rows_are_numbered_without_gaps_and_linked_by_hash(told: Ledger) -> None:
    rows = told.events(0, 1000)
    assert [row.seq for row in rows] == list(range(1, told.last_seq + 1))
    assert [row.prev_hash for row in rows] == [FIRST_PREV_HASH, *(row.hash for row in rows[:-1])]
    assert all(rehashed(row) == row.hash for row in rows)
    assert told.verify().rows == told.last_seq
    assert told.verify().last_hash == rows[-1].hash


def test_what_record_returns_is_what_is_read_back_and_what_travels(told: Ledger) -> None:
    rows = told.record(door("A02", Latch.UNLATCHED), door("A02", Latch.LATCHED))
    assert told.events(rows[0].seq - 1) == rows
    assert [JournalRow.model_validate_json(row.model_dump_json()) for row in rows] == list(rows)
    assert rows[0].event() == door("A02", Latch.UNLATCHED)
    assert told.history("A02")[-2:] == rows


def test_pages_of_rows_join_without_gaps(told: Ledger) -> None:
    seen: list[JournalRow] = []
    while page := told.events(seen[-1].seq if seen else 0, 3):
        seen += page
    assert tuple(seen) == told.events(0, 1000)


def change_body(ledger: Ledger, seq: int) -> None:
    ledger._db.execute("UPDATE journal SET body = replace(body, 'cou-1', 'cou-2') WHERE seq = ?", (seq,))


def change_time(ledger: Ledger, seq: int) -> None:
    ledger._db.execute("UPDATE journal SET at = '2026-02-01T08:00:00.000Z' WHERE seq = ?", (seq,))


def change_hash(ledger: Ledger, seq: int) -> None:
    ledger._db.execute("UPDATE journal SET hash = ? WHERE seq = ?", ("0" * 64, seq))


def break_body(ledger: Ledger, seq: int) -> None:
    ledger._db.execute("UPDATE journal SET body = '{' WHERE seq = ?", (seq,))


def remove(ledger: Ledger, seq: int) -> None:
    ledger._db.execute("DELETE FROM journal WHERE seq = ?", (seq,))


TAMPERINGS: dict[Callable[[Ledger, int], None], str] = {
    change_body: "the row's content does not match its hash",
    change_time: "the row's content does not match its hash",
    change_hash: "the row's content does not match its hash",
    break_body: "the row's body is not JSON",
    remove: "the row is missing; the next one is 9",
}


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_tampering_is_found_at_its_row(told: Ledger, tamper: Callable[[Ledger, int], None]) -> None:
    tamper(unguarded(told), 8)
    assert told.verify().fault == Fault(8, TAMPERINGS[tamper])
    assert told.verify().rows == 7


def test_a_forger_who_renews_one_hash_is_found_at_the_next_row(told: Ledger) -> None:
    row = told.events(7, 1)[0]
    forged = row.model_copy(update={"body": row.body | {"by": "cou-9"}})
    unguarded(told)._db.execute(
        "UPDATE journal SET body = ?, hash = ? WHERE seq = ?", (json.dumps(forged.body), rehashed(forged), forged.seq)
    )
    assert told.verify().fault == Fault(9, "the row does not link to the row before it")


def test_an_altered_table_is_found(told: Ledger) -> None:
    told._db.execute("UPDATE consignments SET deposited_by = 'cou-9'")
    assert told.verify().fault == Fault(told.last_seq, "table consignments says otherwise than the journal")


def test_rows_missing_at_the_end_are_found_by_what_was_published(told: Ledger) -> None:
    last = told.last_seq
    told.mark_published(last)
    remove(unguarded(told), last)
    assert told.verify().fault == Fault(last, f"rows are missing at the end: row {last} was published")


def test_a_forged_row_that_cannot_follow_is_found(told: Ledger) -> None:
    forged = told.events(told.last_seq - 1)[0]
    forged = forged.model_copy(
        update={
            "seq": forged.seq + 1,
            "prev_hash": forged.hash,
            "kind": "attempt.settled",
            "subject": "att-9",
            "body": {"attempt": "att-9", "outcome": "opened", "detail": ""},
        }
    )
    told._db.execute(
        "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            forged.seq,
            forged.at,
            1,
            forged.boot,
            forged.kind,
            forged.subject,
            json.dumps(forged.body),
            forged.prev_hash,
            rehashed(forged),
        ),
    )
    fault = told.verify().fault
    assert fault is not None
    assert fault.seq == forged.seq
    assert "attempt att-9 never started" in fault.cause


@pytest.mark.parametrize("change", ["UPDATE journal SET at = at", "DELETE FROM journal"])
def test_the_database_itself_refuses_to_change_the_journal(told: Ledger, change: str) -> None:
    with pytest.raises(Exception, match="append-only"):
        told._db.execute(change)
