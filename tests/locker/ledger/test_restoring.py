"""A ledger restored from a copy must not go on under the id whose later rows the platform may hold."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ledger_bench import Bench, door

from locker.ledger import AckRejected, LedgerDamaged
from mqtt.contract.base import Latch


def copy(bench: Bench, to: Path) -> Path:
    shutil.copy(bench.path, to)
    return to


def test_an_older_copy_goes_on_under_a_new_id_with_everything_to_publish(bench: Bench, tmp_path: Path) -> None:
    ledger = bench.installed()
    consignment = bench.deposited(ledger, bench.visit(ledger))
    ledger.mark_published(ledger.last_seq)
    ledger.acknowledge(ledger.ledger_id, ledger.last_seq)
    former, kept, boot = ledger.ledger_id, ledger.last_seq, ledger.boot
    ledger.close()
    backup = copy(bench, tmp_path / "backup")
    ledger = bench.open()
    ledger.record(door("A01", Latch.LATCHED))
    ledger.close()
    shutil.copy(backup, bench.path)

    restored = bench.open()
    assert restored.ledger_id != former
    assert (restored.last_seq, restored.acked_seq, restored.published_seq) == (kept, 0, 0)
    assert restored.boot == boot + 2, "a session number is never used twice"
    assert {row.ledger_id for row in restored.events()} == {restored.ledger_id}
    assert restored.verify().holds
    found = restored.consignment(consignment)
    assert found is not None
    assert found.compartment == "A01"
    assert restored.personal("res-1") is not None
    with pytest.raises(AckRejected):
        restored.acknowledge(former, 1)
    with pytest.raises(Exception, match="append-only"):
        restored._db.execute("DELETE FROM journal")
    lineage = restored._db.execute("SELECT ledger_id, last_seq FROM lineage").fetchall()
    assert [tuple(row) for row in lineage] == [(former, kept)]
    restored.close()
    again = bench.open()
    assert again.ledger_id == restored.ledger_id
    again.close()


def test_a_copy_of_the_same_boot_is_told_by_its_shorter_journal(bench: Bench, tmp_path: Path) -> None:
    ledger = bench.installed()
    ledger._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = copy(bench, tmp_path / "backup")
    ledger.record(door("A01", Latch.LATCHED))
    former = ledger.ledger_id
    ledger.close()
    shutil.copy(backup, bench.path)
    restored = bench.open()
    assert restored.ledger_id != former
    restored.close()


def test_a_ledger_brought_to_another_box_has_a_new_id(bench: Bench, tmp_path: Path) -> None:
    ledger = bench.installed()
    ledger.close()
    moved = Bench(copy(bench, tmp_path / "moved.sqlite3"))
    elsewhere = moved.open()
    assert elsewhere.ledger_id != ledger.ledger_id
    assert elsewhere.verify().holds
    elsewhere.close()


def test_a_copy_whose_chain_does_not_hold_is_not_chained_anew(bench: Bench, tmp_path: Path) -> None:
    ledger = bench.installed()
    ledger._db.execute("DROP TRIGGER journal_is_never_changed")
    ledger._db.execute("UPDATE journal SET subject = 'B01' WHERE seq = 2")
    ledger._db.execute("CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal BEGIN SELECT 1; END")
    ledger.close()
    moved = Bench(copy(bench, tmp_path / "moved.sqlite3"))
    with pytest.raises(LedgerDamaged, match="restored ledger does not hold"):
        moved.open()
