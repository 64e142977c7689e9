"""A wall clock that jumps by a day: rows keep their order, the chain holds, durations do not notice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger_bench import Bench, door

from locker.access.keypad import Keypad
from locker.clock import StepWatch
from locker.ledger import Ledger
from mqtt.contract.base import Latch
from mqtt.contract.events import ClockStepped


@pytest.mark.parametrize("days", [1, -1])
def test_a_step_of_a_day_leaves_order_chain_and_durations_alone(bench: Bench, ledger: Ledger, days: int) -> None:
    watch = StepWatch(bench.clock)
    keypad = Keypad(bench.clock.monotonic, failures=3)
    before = ledger.record(door("A01", Latch.LATCHED))[0]
    bench.clock.wait(3)
    bench.clock.wall += timedelta(days=days)
    assert keypad.wait_s == 5
    jump = watch.check()
    assert jump == days * 86400
    bench.clock.believed = False
    after = ledger.record(
        ClockStepped(cabinet="gate-east", by_s=round(jump)), door("A01", Latch.UNLATCHED), door("A01", Latch.LATCHED)
    )
    assert [row.seq for row in after] == [before.seq + 1, before.seq + 2, before.seq + 3]
    assert after[0].at == ("2026-03-02T08:00:03.000Z" if days > 0 else "2026-02-28T08:00:03.000Z")
    assert [row.clock_synced for row in (before, *after)] == [True, False, False, False]
    assert ledger.verify().holds
