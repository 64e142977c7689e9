"""A process that records without end and says each row number once it is told that it is recorded."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "locker" / "ledger"))

from ledger_bench import Bench, settled, started


def main(path: Path) -> None:
    bench = Bench(path)
    ledger = bench.installed()
    visit = bench.visit(ledger)
    for number in count():
        ledger.record(started(f"att-{number}", visit))
        rows = ledger.record(settled(f"att-{number}"))
        sys.stdout.write(f"{rows[-1].seq}\n")
        sys.stdout.flush()


main(Path(sys.argv[1]))
