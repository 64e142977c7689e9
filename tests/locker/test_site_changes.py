"""A site file that changes between two starts: what the ledger says of compartments that go and come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.load import load_settings
from config.settings import Settings
from locker.keys import new_keys
from locker.ledger import Compartment, Ledger
from locker.recovery import INSTALLED_AGAIN, NOT_INSTALLED, begin_boot
from mqtt.contract.base import ServiceState
from mqtt.contract.events import CompartmentServiceChanged, JournalRow

SITE = load_settings(Path(__file__).parents[2] / "config" / "examples" / "two-boards.toml")
SMALLER = SITE.model_copy(update={"columns": SITE.columns[1:]})
GONE = sorted({c.id for c in SITE.compartments} - {c.id for c in SMALLER.compartments})


@dataclass(frozen=True)
class BootClock:
    """A clock that stands."""

    def monotonic(self) -> float:
        return 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 1, 8, tzinfo=UTC)

    def synced(self) -> bool:
        return True


Start = Callable[..., tuple[list[JournalRow], dict[str, Compartment]]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts once with a site file, records more events if there are any, and ends."""
    keys = new_keys()

    def started(site: Settings, *more: CompartmentServiceChanged) -> tuple[list[JournalRow], dict[str, Compartment]]:
        ledger = Ledger.open(
            tmp_path / "ledger.sqlite3",
            keys=keys,
            clock=BootClock(),
            cabinet=site.site.cabinet,
            watermark_mb=1,
            reserve_mb=1,
        )
        before = ledger.last_seq
        begin_boot(ledger, site, "test")
        rows = [row for row in ledger.events(before) if row.kind != "daemon.started"]
        ledger.record(*more)
        found = {compartment.id: compartment for compartment in ledger.compartments()}
        ledger.close()
        return rows, found

    return started


def told(rows: list[JournalRow]) -> list[tuple[str, str, str]]:
    return [(str(row.body["compartment"]), str(row.body["state"]), str(row.body["reason"])) for row in rows]


def test_the_first_start_installs_every_compartment_and_the_next_says_nothing(start: Start) -> None:
    rows, found = start(SITE)
    assert [row.subject for row in rows] == [compartment.id for compartment in SITE.compartments]
    assert all(compartment.service is ServiceState.IN_SERVICE for compartment in found.values())
    assert start(SITE)[0] == []


def test_what_leaves_the_site_file_goes_out_of_service_once_and_what_returns_comes_back_once(start: Start) -> None:
    start(SITE)
    rows, _ = start(SMALLER)
    assert told(rows) == [(name, "out_of_service", NOT_INSTALLED) for name in GONE]
    assert start(SMALLER)[0] == []
    rows, found = start(SITE)
    assert told(rows) == [(name, "in_service", INSTALLED_AGAIN) for name in GONE]
    for _ in range(2):
        again, same = start(SITE)
        assert again == []
        assert same == found


def test_what_staff_took_out_of_service_stays_so_whatever_the_site_file_does(start: Start) -> None:
    broken = CompartmentServiceChanged(compartment=GONE[0], state=ServiceState.OUT_OF_SERVICE, reason="by an attendant")
    start(SITE, broken)
    for site in (SMALLER, SITE):
        _, found = start(site)
        assert (found[GONE[0]].service, found[GONE[0]].reason) == (ServiceState.OUT_OF_SERVICE, "by an attendant")
