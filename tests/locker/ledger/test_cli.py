"""`ledger verify` and `ledger export`, also beside a daemon, and without keys."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from ledger_bench import Bench, door

from locker.ledger import Ledger, cli
from mqtt.contract.base import Latch
from mqtt.contract.events import JournalRow

EXAMPLE = Path(__file__).parents[3] / "config" / "examples" / "two-boards.toml"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    settings = EXAMPLE.read_text(encoding="utf-8").replace("data/ledger.sqlite3", "ledger.sqlite3")
    (tmp_path / "site.toml").write_text(settings, encoding="utf-8")
    return tmp_path / "site.toml"


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    arguments = parser.parse_args(["ledger", *map(str, words)])
    code: int = arguments.run(arguments)
    return code


def test_a_ledger_that_holds_is_said_to_hold_while_the_daemon_runs(
    ledger: Ledger, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", "--config", site) == 0
    said = capsys.readouterr().out
    assert f"ledger {ledger.ledger_id}: 5 rows hold" in said
    assert ledger.verify().last_hash in said
    ledger.record(door("A01", Latch.LATCHED))


def test_a_broken_chain_is_named_with_its_row_and_fails(
    ledger: Ledger, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger._db.execute("DROP TRIGGER journal_is_never_changed")
    ledger._db.execute("UPDATE journal SET at = '2026-01-01T00:00:00.000Z' WHERE seq = 3")
    assert run("verify", "--config", site) == 1
    assert "BROKEN at row 3: the row's content does not match its hash" in capsys.readouterr().out


def test_an_export_is_the_journal_line_by_line(ledger: Ledger, site: Path, tmp_path: Path) -> None:
    out = tmp_path / "audit.jsonl"
    assert run("export", "--config", site, "--out", out) == 0
    rows = [JournalRow.model_validate_json(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert rows == list(ledger.events())
    assert ledger.export(out) == 5


def test_what_cannot_be_read_is_said_with_its_remedy(
    bench: Bench, site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", "--config", site) == 2
    assert "the daemon makes it at its first start" in capsys.readouterr().err
    assert run("verify", "--config", tmp_path / "nowhere.toml") == 2
    assert "cannot read" in capsys.readouterr().err
    bench.path.write_text("no database, though long enough to be taken for one" * 50, encoding="utf-8")
    assert run("export", "--config", site, "--out", tmp_path / "x") == 2
    assert "cannot be read as a ledger" in capsys.readouterr().err
    bench.path.unlink()
    bench.installed().close()
    assert run("export", "--config", site, "--out", tmp_path / "missing" / "x") == 2
    assert "cannot write" in capsys.readouterr().err
