"""Run on a disk of four megabytes: fill it to the last byte, and see a pickup recorded all the same."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

from ledger_bench import CABINET, KEYS, Bench, BenchClock, collected, door, ended, settled, started

from locker.ledger import Ledger
from mqtt.contract.base import Latch, VisitKind


def main(folder: Path) -> None:
    path = folder / "ledger.sqlite3"

    def open_ledger() -> Ledger:
        return Ledger.open(path, keys=KEYS, clock=BenchClock(), cabinet=CABINET, watermark_mb=1, reserve_mb=1)

    open_ledger().close()
    bench = Bench(path)
    bench.open = open_ledger  # type: ignore[method-assign, assignment]
    ledger = bench.installed()
    consignment = bench.deposited(ledger, bench.visit(ledger))
    say("deposited")
    fill_up(folder / "others")
    say("full")
    visit = bench.visit(ledger, VisitKind.PICKUP)
    for number in range(30):
        ledger.record(started(f"att-x{number}", visit), settled(f"att-x{number}"))
        ledger.record(door("A01", Latch.UNLATCHED, visit), door("A01", Latch.LATCHED, visit))
        if number == 0:
            fill_up(folder / "more")
    assert ledger.low_space()
    say("low")
    ledger.record(collected(consignment, "A01", visit), ended(visit))
    say("collected")
    assert ledger.verify().holds
    say("holds")
    fill_up(folder / "still more")
    ledger.close()
    ledger = open_ledger()
    ledger.record(door("A01", Latch.UNLATCHED))
    say("restarted")
    (folder / "others").unlink()
    (folder / "more").unlink()
    (folder / "still more").unlink()
    assert not ledger.low_space()
    say("roomy")
    ledger.close()
    again = open_ledger()
    assert again.verify().holds
    assert again.unsettled_attempts() == ()
    say("reopened")
    again.close()


def say(step: str) -> None:
    sys.stdout.write(f"{step}\n")


def fill_up(path: Path) -> None:
    """Write until the disk refuses a single byte."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    size = 65536
    while size:
        try:
            os.write(descriptor, b"x" * size)
        except OSError:
            size //= 2
    os.close(descriptor)


main(Path(sys.argv[1]))
