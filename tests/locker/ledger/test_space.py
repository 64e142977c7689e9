"""A full disk: deposits are refused in time, pickups are recorded to the last."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ledger_bench import Bench, collected, door, ended, settled, started

from locker.ledger import Ledger, LedgerFull
from locker.ledger.space import MEBIBYTE
from mqtt.contract.base import Latch, VisitKind

DISK = Path(__file__).with_name("full_disk.py")


def reserve_of(bench: Bench) -> Path:
    return bench.path.with_name(bench.path.name + ".reserve")


def close_the_disk(ledger: Ledger) -> None:
    """SQLite may not make the file any larger: a real SQLITE_FULL."""
    pages = ledger._db.execute("PRAGMA page_count").fetchone()[0]
    ledger._db.execute(f"PRAGMA max_page_count = {pages}")


def fill(ledger: Ledger) -> int:
    """Record until the disk is full; the number of rows that were recorded."""
    for rows in range(1000):
        try:
            ledger.record(door("A02", Latch.LATCHED if rows % 2 else Latch.UNLATCHED))
        except LedgerFull:
            return rows
    raise AssertionError("the disk is never full")


def test_below_the_watermark_deposits_are_refused_and_above_it_no_longer(bench: Bench, ledger: Ledger) -> None:
    assert not ledger.low_space()
    bench.free = 64 * MEBIBYTE - 1
    assert ledger.low_space()
    assert ledger.free_mb() == 63
    bench.free = 64 * MEBIBYTE
    assert not ledger.low_space()


def test_the_reserve_is_really_allocated(bench: Bench, ledger: Ledger) -> None:
    assert not ledger.low_space()
    found = reserve_of(bench).stat()
    assert found.st_size == MEBIBYTE
    assert found.st_blocks * 512 >= MEBIBYTE


def test_a_full_disk_takes_the_reserve_and_the_row_is_recorded(
    bench: Bench, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    consignment = bench.deposited(ledger, bench.visit(ledger))
    visit = bench.visit(ledger, VisitKind.PICKUP)
    close_the_disk(ledger)
    give_up = ledger._space.give_up
    given: list[bool] = []

    def give_up_and_make_room() -> bool:
        given.append(give_up())
        ledger._db.execute("PRAGMA max_page_count = 1000000")
        return given[-1]

    monkeypatch.setattr(ledger._space, "give_up", give_up_and_make_room)
    while not given:
        ledger.record(door("A02", Latch.LATCHED))
    assert given == [True]
    assert 0 < reserve_of(bench).stat().st_size < MEBIBYTE, "a piece is given, not all"
    bench.free = MEBIBYTE // 2
    assert ledger.low_space(), "without its reserve the cabinet takes nothing in"
    ledger.record(started("att-x", visit), settled("att-x"), collected(consignment, "A01", visit), ended(visit))
    bench.free = 65 * MEBIBYTE
    assert not ledger.low_space()
    assert reserve_of(bench).stat().st_size == MEBIBYTE, "the reserve is taken again when there is room"
    assert ledger.verify().holds


def test_when_the_reserve_is_spent_as_well_nothing_recorded_is_lost(bench: Bench, ledger: Ledger) -> None:
    close_the_disk(ledger)
    before = ledger.last_seq
    rows = fill(ledger)
    assert ledger.last_seq == before + rows
    assert ledger.verify().holds
    ledger.close()
    again = bench.open()
    assert again.last_seq == before + rows
    again.record(door("A02", Latch.UNKNOWN))
    assert again.verify().holds
    again.close()


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare(1) to mount a small disk")
def test_pickups_go_on_upon_a_real_disk_with_no_byte_free(tmp_path: Path) -> None:
    mount = 'mount -t tmpfs -o size=4m none "$1" && exec "$2" "$3" "$1"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    ran = subprocess.run(
        [*command, str(tmp_path), sys.executable, str(DISK)], capture_output=True, text=True, timeout=60, check=False
    )
    if "unshare:" in ran.stderr or "mount:" in ran.stderr:
        pytest.skip(f"may not mount a small disk here: {ran.stderr.strip()}")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["deposited", "full", "low", "collected", "holds", "restarted", "roomy", "reopened"]
