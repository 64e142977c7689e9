"""Ledgers of older versions, kept in `versions/` as they were dumped then, open in today's program."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from ledger_bench import WANG, Bench

from locker.ledger import Unreadable, WrongLedger
from locker.ledger.schema import APPLICATION_ID, migrate, migrations, version_of

VERSIONS = sorted((Path(__file__).parent / "versions").glob("v*.sql"))


@pytest.fixture
def db() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def test_every_version_has_its_fixture() -> None:
    assert [file.stem for file in VERSIONS] == [f"v{number}" for number in range(1, len(migrations()) + 1)]


@pytest.mark.parametrize("dump", VERSIONS, ids=lambda dump: dump.stem)
def test_an_older_ledger_opens_with_everything_in_it(bench: Bench, dump: Path) -> None:
    old = sqlite3.connect(bench.path)
    old.executescript(dump.read_text(encoding="utf-8"))
    old.close()
    ledger = bench.open()
    assert ledger.verify().holds
    assert version_of(ledger._db) == len(migrations())
    assert [(c.custody, c.door.value) for c in ledger.compartments()] == [
        ("occupied", "unknown"),
        ("free", "unknown"),
        ("free", "unknown"),
    ]
    assert [consignment.state.value for consignment in ledger.consignments()] == ["deposited", "expected"]
    assert ledger.personal("res-1") == WANG
    assert [template.blob for template in ledger.templates()] == [b"an encoded iris"]
    assert ledger.waybill(ledger.consignments()[0].id) == "SW0042"
    assert ledger.consignments_of_waybill("SW0042") == (ledger.consignments()[0].id,)
    assert [code.not_after for code in ledger.credentials()] == ["2026-04-01T00:00:00.000Z"]
    assert len(ledger.open_visits()) == 1
    assert ledger.keypad_failures().failures == 2
    ledger.close()


def test_a_ledger_of_version_1_loses_the_numbers_of_parcels_that_have_gone(bench: Bench) -> None:
    old = sqlite3.connect(bench.path)
    old.executescript(VERSIONS[0].read_text(encoding="utf-8"))
    old.execute(
        "INSERT INTO consignments (consignment, service, direction, recipient, carrier, state, expected_seq) "
        "VALUES ('con-old', 'parcel', 'inbound', 'res-1', 'swift', 'collected', 1)"
    )
    old.execute("INSERT INTO sealed SELECT kind, 'con-old', person, content FROM sealed WHERE kind = 'waybill'")
    old.commit()
    old.close()
    ledger = bench.open()
    numbers = ledger._db.execute("SELECT id FROM sealed WHERE kind = 'waybill'").fetchall()
    assert [row["id"] for row in numbers] == ["con-2"]
    ledger.close()


def test_a_number_that_does_not_open_does_not_keep_an_older_ledger_from_opening(bench: Bench) -> None:
    old = sqlite3.connect(bench.path)
    old.executescript(VERSIONS[0].read_text(encoding="utf-8"))
    old.execute("UPDATE sealed SET content = zeroblob(40) WHERE kind = 'waybill'")
    old.commit()
    old.close()
    ledger = bench.open()
    assert ledger.consignments_of_waybill("SW0042") == ()
    with pytest.raises(Unreadable, match="con-2"):
        ledger.waybill("con-2")
    ledger.close()


def test_a_new_database_is_brought_through_every_version(db: sqlite3.Connection) -> None:
    assert migrate(db, migrations()) == len(migrations())
    assert migrate(db, migrations()) == 0
    assert db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID


def test_only_the_missing_steps_are_taken_and_values_stay(db: sqlite3.Connection) -> None:
    first = "CREATE TABLE things (name TEXT); INSERT INTO things VALUES ('lamp');"
    migrate(db, [first])
    assert migrate(db, [first, "ALTER TABLE things ADD COLUMN size TEXT DEFAULT 'S';"]) == 1
    assert db.execute("SELECT * FROM things").fetchall() == [("lamp", "S")]
    assert version_of(db) == 2


def test_a_step_that_fails_leaves_the_version_before_it_whole(db: sqlite3.Connection) -> None:
    steps = ["CREATE TABLE things (name TEXT);", "CREATE TABLE more (name TEXT); INSERT INTO nowhere VALUES (1);"]
    with pytest.raises(sqlite3.OperationalError, match="no such table: nowhere"):
        migrate(db, steps)
    assert version_of(db) == 1
    assert [row[0] for row in db.execute("SELECT name FROM sqlite_schema")] == ["things"]
    assert not db.in_transaction
    assert migrate(db, [steps[0], "CREATE TABLE more (name TEXT);"]) == 1


def test_there_is_no_way_back(db: sqlite3.Connection) -> None:
    migrate(db, ["SELECT 1;", "SELECT 1;"])
    with pytest.raises(WrongLedger, match="schema version 2, this program knows versions up to 1"):
        migrate(db, ["SELECT 1;"])
