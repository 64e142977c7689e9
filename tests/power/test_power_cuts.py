"""The power fails at every statement and in every write: nothing told is lost, and state and journal agree."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from ledger_bench import KEYS, Bench, collected, door, ended, expected, settled, started
from power import Moment, after, cut

from locker.ledger import ErasePerson, Ledger, StoreConsent, StoreTemplate, StoreWaybill
from mqtt.contract.base import EyeSideName, Latch
from mqtt.contract.events import ConsentGiven, ConsentWithdrawn, TemplateRevoked, TemplateStored


def live(bench: Bench, ledger: Ledger) -> None:
    """A deposit, a pickup, an enrolment and its undoing, and the platform's acknowledgements."""
    visit = bench.visit(ledger)
    attempt = bench.attempt(ledger, visit)
    consignment = bench.deposited(ledger, visit, "A02")
    ledger.record(settled(attempt), door("A01", Latch.UNLATCHED, visit), door("A01", Latch.LATCHED, visit))
    ledger.record(
        ConsentGiven(consent="cst-1", person="res-1", text_version="1"),
        TemplateStored(template="tpl-1", person="res-1", side=EyeSideName.LEFT, encoder="gabor-1", consent="cst-1"),
        personal=(StoreConsent("cst-1", "res-1", "I agree"), StoreTemplate("tpl-1", "res-1", b"iris" * 600)),
    )
    ledger.mark_published(ledger.last_seq)
    ledger.acknowledge(ledger.ledger_id, 7)
    ledger.record(collected(consignment, "A02", visit), ended(visit))
    ledger.record(expected("con-x"), personal=(StoreWaybill("con-x", "res-1", "SW0042"),))
    ledger.record(
        TemplateRevoked(template="tpl-1", reason="asked for"),
        ConsentWithdrawn(consent="cst-1", person="res-1"),
        personal=(ErasePerson("res-1"),),
    )


def check(bench: Bench, moment: Moment, journal: dict[int, str]) -> None:
    """Everything that was told is there, unchanged; state and journal agree; life goes on."""
    ledger = after(bench, moment)
    found = {row.seq: row.hash for row in ledger.events(0, 1000)}
    assert set(range(1, moment.told + 1)) <= set(found)
    assert found.items() <= journal.items(), "a row that was never recorded, or another one under its number"
    verification = ledger.verify()
    assert verification.holds, verification.fault
    assert ledger.acked_seq <= ledger.published_seq <= ledger.last_seq
    stored = {template.template for template in ledger.templates()}
    assert stored == set(ledger.templates_of("res-1")), "a template without its content, or content without its event"
    assert (ledger.personal("res-1") is None) == (ledger.person("res-1") is None)
    for attempt in ledger.unsettled_attempts():
        ledger.record(settled(attempt.attempt))
    for visit in ledger.open_visits():
        ledger.record(ended(visit.visit))
    assert ledger.verify().holds
    ledger.close()


def test_the_power_may_fail_at_any_statement(bench: Bench, tmp_path: Path) -> None:
    ledger = bench.installed()
    moments: list[Moment] = []

    def photograph(_statement: str) -> None:
        moments.append(cut(bench, ledger, tmp_path / f"cut-{len(moments)}"))

    ledger._db.set_trace_callback(photograph)
    live(bench, ledger)
    ledger._db.set_trace_callback(None)
    moments.append(cut(bench, ledger, tmp_path / "end"))
    journal = {row.seq: row.hash for row in ledger.events(0, 1000)}
    ledger.close()
    assert len(moments) > 100
    for moment in moments:
        check(bench, moment, journal)


def test_the_power_may_fail_while_the_log_is_being_written(bench: Bench, tmp_path: Path) -> None:
    """The log is cut at many lengths, and its end is torn; what was fsynced before the last write is all there."""
    ledger = bench.installed()
    live(bench, ledger)
    ledger._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    told_before = ledger.last_seq
    wal = Path(f"{bench.path}-wal")
    ends: list[tuple[int, int]] = [(0, told_before)]
    visit = bench.visit(ledger)
    ends.append((wal.stat().st_size, ledger.last_seq))
    for number in range(4):
        ledger.record(started(f"att-x{number}", visit, "A03"), settled(f"att-x{number}"))
        ends.append((wal.stat().st_size, ledger.last_seq))
    whole = cut(bench, ledger, tmp_path / "whole")
    journal = {row.seq: row.hash for row in ledger.events(0, 1000)}
    ledger.close()
    log = (whole.files / wal.name).read_bytes()
    for length in range(0, len(log) + 1, 1021):
        told = max(seq for end, seq in ends if end <= length)
        torn = tmp_path / f"torn-{length}"
        shutil.copytree(whole.files, torn)
        garbage = bytes(b ^ 0x5A for b in log[length : length + 512])
        (torn / wal.name).write_bytes(log[:length] + garbage)
        check(bench, Moment(torn, told), journal)
        shutil.rmtree(torn)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_write_that_breaks_off_leaves_nothing_of_it(bench: Bench, rows: int) -> None:
    """The connection dies inside a transaction, after some of its statements."""
    ledger = bench.installed()
    before = ledger.last_seq
    ledger._db.execute("BEGIN IMMEDIATE")
    ledger._append([expected(f"con-{number}") for number in range(rows)], ())
    ledger._db.close()
    ledger._witness.release()
    again = bench.open()
    assert again.last_seq == before
    assert again.consignments() == ()
    assert again.verify().holds
    again.close()


def test_the_power_may_fail_while_a_ledger_is_made(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments: list[Path] = []
    connect = sqlite3.connect

    def photographed(*arguments: object, **options: object) -> sqlite3.Connection:
        db = connect(*arguments, **options)  # type: ignore[call-overload]

        def photograph(_statement: str) -> None:
            moments.append(tmp_path / f"cut-{len(moments)}")
            shutil.copytree(bench.path.parent, moments[-1], ignore=shutil.ignore_patterns("*-shm"))

        db.set_trace_callback(photograph)
        return db

    with monkeypatch.context() as patched:
        patched.setattr("locker.ledger.opening.sqlite3.connect", photographed)
        bench.open().close()
    assert len(moments) > 30
    for moment in moments:
        ledger = Bench(moment / bench.path.name).open(KEYS)
        assert ledger.last_seq == 0
        ledger.record(door_free_event())
        assert ledger.verify().holds
        ledger.close()


def door_free_event() -> ConsentGiven:
    return ConsentGiven(consent="cst-1", person="res-1", text_version="1")
