"""The outbox: only the platform's acknowledgement moves it, and nothing is ever deleted."""

from __future__ import annotations

import pytest
from ledger_bench import Bench

from locker.ledger import AckRejected, Ledger


def test_an_acknowledgement_moves_the_pointer_and_deletes_nothing(bench: Bench, ledger: Ledger) -> None:
    ledger.mark_published(3)
    assert ledger.acknowledge(ledger.ledger_id, 2)
    ledger.close()
    again = bench.open()
    assert (again.acked_seq, again.published_seq, again.last_seq) == (2, 3, 5)
    assert len(again.events()) == 5
    again.close()


def test_an_acknowledgement_of_another_ledger_is_rejected(ledger: Ledger) -> None:
    ledger.mark_published(5)
    with pytest.raises(AckRejected, match="of ledger ledger-other"):
        ledger.acknowledge("ledger-other", 1)
    assert ledger.acked_seq == 0


def test_an_acknowledgement_beyond_what_was_published_is_rejected(ledger: Ledger) -> None:
    ledger.mark_published(3)
    for seq in (4, 5, 6, 2**53):
        with pytest.raises(AckRejected, match="only rows up to 3"):
            ledger.acknowledge(ledger.ledger_id, seq)
    assert ledger.acked_seq == 0


def test_an_old_acknowledgement_changes_nothing(ledger: Ledger) -> None:
    ledger.mark_published(5)
    assert ledger.acknowledge(ledger.ledger_id, 4)
    assert not ledger.acknowledge(ledger.ledger_id, 4)
    assert not ledger.acknowledge(ledger.ledger_id, 1)
    assert ledger.acked_seq == 4


def test_published_never_moves_back_and_never_beyond_the_journal(ledger: Ledger) -> None:
    ledger.mark_published(4)
    ledger.mark_published(2)
    assert ledger.published_seq == 4
    with pytest.raises(ValueError, match="the journal ends at 5"):
        ledger.mark_published(6)


def test_every_commit_but_the_published_mark_is_fsynced(ledger: Ledger) -> None:
    def synchronous() -> int:
        return int(ledger._db.execute("PRAGMA synchronous").fetchone()[0])

    full = 2
    assert synchronous() == full
    ledger.mark_published(4)
    assert synchronous() == full
    assert ledger._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
