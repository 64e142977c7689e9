"""The bench stands in a file beside this one; test folders are no packages, so its place is named here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

import pytest
from ledger_bench import Bench

from locker.ledger import Ledger


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "ledger.sqlite3")


@pytest.fixture
def ledger(bench: Bench) -> Iterator[Ledger]:
    """Three compartments, one resident, one courier."""
    ledger = bench.installed()
    yield ledger
    ledger.close()
