"""What a box looks like after the power failed: copies of its files as they stood at one moment."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from ledger_bench import Bench

from locker.ledger import Ledger

LOST_WITH_THE_POWER = ("-shm",)
"""Shared memory is no file that lasts."""


@dataclass(frozen=True)
class Moment:
    """The files at a moment, and the last row that somebody had been told was recorded."""

    files: Path
    told: int


def cut(bench: Bench, ledger: Ledger, to: Path) -> Moment:
    """Keep the files as they are now."""
    told = ledger.last_seq
    to.mkdir()
    for file in bench.path.parent.iterdir():
        if not file.name.endswith(LOST_WITH_THE_POWER):
            shutil.copy(file, to / file.name)
    return Moment(to, told)


def after(bench: Bench, moment: Moment) -> Ledger:
    """Start the daemon's ledger on what was left."""
    return Bench(moment.files / bench.path.name, clock=bench.clock).open()
