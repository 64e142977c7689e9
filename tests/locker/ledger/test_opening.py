"""Opening: what is refused before anything is written, and what a new boot is."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from ledger_bench import KEYS, Bench

from locker.ledger import LedgerBusy, LedgerDamaged, LedgerFault, WrongKey, WrongLedger


def snapshot(bench: Bench) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in bench.path.parent.iterdir() if not file.name.endswith("-shm")}


def refused(bench: Bench, fault: type[LedgerFault], **changes: object) -> str:
    """The message of a refusal that wrote nothing."""
    before = snapshot(bench)
    with pytest.raises(fault) as caught:
        bench.open(**changes)  # type: ignore[arg-type]
    assert snapshot(bench) == before
    return str(caught.value)


def test_a_boot_is_counted_and_records_nothing_by_itself(bench: Bench) -> None:
    bench.installed().close()
    for boot in (2, 3):
        ledger = bench.open()
        assert (ledger.boot, ledger.last_seq) == (boot, 5)
        ledger.close()
        ledger.close()


def test_a_new_ledger_has_an_id_of_its_own_and_keeps_it(bench: Bench, tmp_path: Path) -> None:
    first = bench.open()
    first.close()
    again = bench.open()
    other = Bench(tmp_path / "other" / "ledger.sqlite3").open()
    assert again.ledger_id == first.ledger_id != other.ledger_id
    again.close()
    other.close()


def test_a_wrong_key_stops_before_anything_is_written(bench: Bench) -> None:
    bench.installed().close()
    wrong = replace(KEYS, ledger_key=b"\x09" * 32)
    said = refused(bench, WrongKey, keys=wrong)
    assert KEYS.fingerprint in said
    assert wrong.fingerprint in said
    assert "restore the key file" in said


def test_a_wrong_key_stops_also_after_a_crash_that_left_a_log(bench: Bench, tmp_path: Path) -> None:
    ledger = bench.installed()
    crashed = Bench(tmp_path / "crashed" / "ledger.sqlite3")
    shutil.copytree(bench.path.parent, crashed.path.parent, ignore=shutil.ignore_patterns("crashed", "*-shm"))
    ledger.close()
    assert Path(f"{crashed.path}-wal").stat().st_size > 0
    refused(crashed, WrongKey, keys=replace(KEYS, ledger_key=b"\x09" * 32))


def test_new_platform_secrets_do_not_matter_to_the_ledger(bench: Bench) -> None:
    bench.installed().close()
    bench.open(keys=replace(KEYS, code_secret=b"\x09" * 32, mqtt_password="new")).close()


def test_another_cabinets_ledger_is_refused(bench: Bench) -> None:
    bench.installed().close()
    assert "cabinet gate-east, the settings say gate-west" in refused(bench, WrongLedger, cabinet="gate-west")


def test_a_file_that_is_no_database_is_refused(bench: Bench) -> None:
    bench.path.write_bytes(b"not a database, and no shorter than the header of one" * 40)
    assert "cannot be read as a ledger" in refused(bench, LedgerDamaged)


def test_a_database_of_something_else_is_refused(bench: Bench) -> None:
    db = sqlite3.connect(bench.path)
    db.execute("CREATE TABLE recipes (name TEXT)")
    db.close()
    assert "not a ledger of iris-locker" in refused(bench, WrongLedger)


def test_a_newer_programs_ledger_is_refused(bench: Bench) -> None:
    bench.installed().close()
    db = sqlite3.connect(bench.path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    assert "schema version 99" in refused(bench, WrongLedger)


def test_a_second_daemon_is_kept_out(bench: Bench) -> None:
    ledger = bench.installed()
    with pytest.raises(LedgerBusy, match="stop that one first"):
        bench.open()
    ledger.close()
    bench.open().close()


def test_a_damaged_end_of_the_chain_is_found_at_the_start(bench: Bench) -> None:
    bench.installed().close()
    db = sqlite3.connect(bench.path)
    db.execute("DROP TRIGGER journal_is_never_changed")
    db.execute("UPDATE journal SET subject = 'B01' WHERE seq = 4")
    db.commit()
    db.close()
    with pytest.raises(LedgerDamaged, match="row 4: the row's content does not match its hash"):
        bench.open()


def test_only_the_owner_may_read_any_of_the_files(bench: Bench, tmp_path: Path) -> None:
    bench.path = tmp_path / "data" / "ledger.sqlite3"
    ledger = bench.installed()
    assert stat.S_IMODE(bench.path.parent.stat().st_mode) == 0o700
    files = list(bench.path.parent.iterdir())
    assert len(files) == 5
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    ledger.close()


def test_an_empty_file_of_a_first_start_that_crashed_is_begun_anew(bench: Bench) -> None:
    bench.path.touch()
    ledger = bench.open()
    assert (ledger.boot, ledger.last_seq) == (1, 0)
    ledger.close()
