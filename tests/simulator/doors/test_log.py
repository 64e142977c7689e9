"""The log of the simulated world keeps what is new and counts what it has forgotten."""

from __future__ import annotations

import pytest

from simulator.doors import log
from simulator.doors.log import Kind, PhysicalLog


def test_a_log_forgets_its_oldest_entries_and_goes_on_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MOST_KEPT", 5)
    kept = PhysicalLog(lambda: 0.0)
    for number in range(8):
        kept.record(Kind.PULSE, note=str(number))
    assert len(kept) == 8
    assert [entry.note for entry in kept.since(0)] == ["3", "4", "5", "6", "7"]
    assert [entry.note for entry in kept.since(6)] == ["6", "7"]
    assert kept.since(8) == kept.since(99) == ()
