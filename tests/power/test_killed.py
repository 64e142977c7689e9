"""The daemon's process is killed without warning: what it said was recorded is recorded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ledger_bench import Bench

from mqtt.contract.base import Outcome
from mqtt.contract.events import AttemptSettled

KILLED = Path(__file__).with_name("killed.py")


@pytest.mark.parametrize("lines", [1, 40, 300])
def test_a_killed_process_loses_nothing_that_it_said(bench: Bench, lines: int) -> None:
    process = subprocess.Popen([sys.executable, str(KILLED), str(bench.path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as said:
        heard = [said.readline() for _ in range(lines)]
        process.kill()
        heard += [line for line in said.readlines() if line.endswith("\n")]
    process.wait(10)
    told = int(heard[-1])
    ledger = bench.open()
    assert ledger.last_seq >= told
    assert ledger.boot == 2
    assert ledger.verify().holds
    for attempt in ledger.unsettled_attempts():
        ledger.record(AttemptSettled(attempt=attempt.attempt, outcome=Outcome.UNKNOWN))
    assert not ledger.stopped_in_order()
    ledger.close()
