"""Power cuts use the ledger's bench; test folders are no packages, so its place is named here."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "locker" / "ledger"))
sys.path.append(str(Path(__file__).parent))

import pytest
from ledger_bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    (tmp_path / "box").mkdir()
    return Bench(tmp_path / "box" / "ledger.sqlite3")
