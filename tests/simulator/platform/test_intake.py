import hashlib
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from simulator.platform.intake import GAP_WAIT_S, Intake
from simulator.platform.rows import BrokenChain, Row, read_row
from simulator.platform.store import EventStore


def chain(length: int, fork: str = "") -> list[Row]:
    rows: list[Row] = []
    for seq in range(1, length + 1):
        made: dict[str, Any] = {
            "ledger_id": "ledger-1",
            "seq": seq,
            "at": "2026-03-01T08:00:00.000Z",
            "clock_synced": True,
            "boot": 1,
            "kind": "door.changed",
            "subject": "A01",
            "body": {"note": fork},
            "prev_hash": rows[-1].hash if rows else "0" * 64,
        }
        made["hash"] = hashlib.sha256(rfc8785.dumps(made)).hexdigest()
        rows.append(read_row(json.dumps(made).encode()))
    return rows


@given(st.permutations(list(range(8))), st.lists(st.integers(0, 7), max_size=8), st.integers(1, 5))
def test_rows_in_any_order_and_repeated_come_through_once_and_in_order(
    order: list[int], repeated: list[int], flush_every: int
) -> None:
    rows, through = chain(8), []
    intake = Intake(EventStore(), "ledger-1")
    for count, place in enumerate([*order[:4], *repeated, *order[4:], *repeated]):
        intake.take(rows[place])
        if count % flush_every == 0:
            through += intake.flush()
    through += intake.flush()
    assert [row.seq for row in through] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert intake.gap(1e9) is None


def test_a_gap_is_asked_for_ever_less_often_until_it_closes() -> None:
    rows = chain(3)
    intake = Intake(EventStore(), "ledger-1")
    intake.take(rows[0])
    intake.take(rows[2])
    asked = [moment for moment in range(60) if intake.gap(float(moment)) == 2]
    assert asked == [GAP_WAIT_S, 3 * GAP_WAIT_S, 7 * GAP_WAIT_S, 15 * GAP_WAIT_S, 31 * GAP_WAIT_S]
    intake.take(rows[1])
    assert intake.gap(100.0) is None
    assert intake.tip.seq == 3


def test_a_second_history_under_the_same_ledger_is_refused() -> None:
    intake = Intake(EventStore(), "ledger-1")
    for row in chain(3):
        intake.take(row)
    intake.flush()
    with pytest.raises(BrokenChain, match="before, now with"):
        intake.take(chain(3, fork="other")[1])
    with pytest.raises(BrokenChain, match="before it"):
        intake.take(chain(4, fork="other")[3])
    assert intake.fault is not None
    intake.take(chain(4)[3])
    assert intake.fault is None


def test_a_store_in_a_file_continues_where_it_ended(tmp_path: Any) -> None:
    path = str(tmp_path / "events.sqlite3")
    store = EventStore(path)
    intake = Intake(store, "ledger-1")
    for row in chain(3):
        intake.take(row)
    intake.flush()
    store.close()
    again = EventStore(path)
    assert Intake(again, "ledger-1").tip.seq == 3
    assert [row.seq for row in again.rows("ledger-1", after=1)] == [2, 3]
    again.close()


def test_an_acknowledgement_is_due_after_a_repeated_row_too() -> None:
    rows = chain(1)
    intake = Intake(EventStore(), "ledger-1")
    intake.take(rows[0])
    assert not intake.ack_due
    intake.flush()
    intake.acknowledged()
    intake.take(rows[0])
    assert intake.ack_due
