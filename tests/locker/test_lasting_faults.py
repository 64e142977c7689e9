"""A door that opened by itself is a fault until staff has looked behind it, however often the daemon is started."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from still_clock import StillClock

from config.load import load_settings
from config.settings import Settings
from firmware_bridge.fault_book import FaultBook
from firmware_bridge.panel import FaultChanged, FaultKind, Panel
from locker.doubt import OPENED_BY_ITSELF
from locker.keys import new_keys
from locker.ledger import Ledger
from locker.recovery import INSTALLED_AGAIN, NOT_INSTALLED, begin_boot
from mqtt.contract.base import ServiceState
from mqtt.contract.events import PanelFault

SITE = load_settings(Path(__file__).parents[2] / "config" / "examples" / "two-boards.toml")
SMALLER = SITE.model_copy(update={"columns": SITE.columns[1:]})
DOOR = SITE.compartments[0].id
CAUSE = "it opened though no pulse had been sent"

Open = Callable[[], Ledger]


@pytest.fixture
def open_ledger(tmp_path: Path) -> Iterator[Open]:
    """Opens one ledger again and again; the one before is closed."""
    keys, opened = new_keys(), list[Ledger]()

    def opening() -> Ledger:
        while opened:
            opened.pop().close()
        opened.append(
            Ledger.open(
                tmp_path / "ledger.sqlite3",
                keys=keys,
                clock=StillClock(),
                cabinet=SITE.site.cabinet,
                watermark_mb=1,
                reserve_mb=1,
            )
        )
        return opened[-1]

    yield opening
    while opened:
        opened.pop().close()


def fault(kind: FaultKind, part: str, *, over: bool = False, count: int = 1) -> PanelFault:
    return PanelFault.model_validate(
        {"part": part, "fault": kind.value, "over": over, "count": count, "cause": CAUSE, "remedy": "look"}
    )


def start(ledger: Ledger, site: Settings = SITE) -> tuple[PanelFault, ...]:
    return begin_boot(ledger, site, "test")


def service(ledger: Ledger) -> tuple[ServiceState, str | None]:
    (compartment,) = [each for each in ledger.compartments() if each.id == DOOR]
    return compartment.service, compartment.reason


def test_it_is_given_to_the_panel_again_at_each_start_with_its_time(open_ledger: Open) -> None:
    ledger = open_ledger()
    assert start(ledger) == ()
    (row,) = ledger.record(fault(FaultKind.DOOR_OPENED, DOOR, count=2))
    for _ in range(3):
        ledger = open_ledger()
        (again,) = start(ledger)
        assert (again.part, again.fault, again.over, again.count) == (DOOR, "door_opened", False, 2)
        assert again.cause == f"{CAUSE}; seen at {row.at}, before the daemon was started again"


def test_it_is_told_after_the_start_that_ends_all_faults(open_ledger: Open) -> None:
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.DOOR_OPENED, DOOR))
    before = (ledger := open_ledger()).last_seq
    start(ledger)
    assert [(row.kind, row.subject) for row in ledger.events(before)] == [
        ("daemon.started", SITE.site.cabinet),
        ("panel.fault", DOOR),
    ]


def test_staff_ends_it_for_ever(open_ledger: Open) -> None:
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.DOOR_OPENED, DOOR))
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.DOOR_OPENED, DOOR, over=True))
    assert start(open_ledger()) == ()


def test_what_the_panel_finds_out_anew_is_not_carried_over(open_ledger: Open) -> None:
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.LINE_ABSENT, "left"), fault(FaultKind.DOOR_LEFT_OPEN, DOOR))
    assert start(open_ledger()) == ()


def test_a_door_that_the_site_no_longer_has_is_no_fault(open_ledger: Open) -> None:
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.DOOR_OPENED, "Z99"))
    assert start(open_ledger()) == ()


def test_a_start_with_a_site_file_that_lacks_the_door_forgets_nothing(open_ledger: Open) -> None:
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.DOOR_OPENED, DOOR))
    for _ in range(2):
        ledger = open_ledger()
        assert start(ledger, SMALLER) == ()
        assert service(ledger) == (ServiceState.OUT_OF_SERVICE, NOT_INSTALLED)
    for _ in range(2):
        (again,) = start(ledger := open_ledger())
        assert (again.part, again.fault) == (DOOR, "door_opened")
        assert again.cause.count("seen at") == 1
        assert service(ledger) == (ServiceState.NEEDS_CHECK, OPENED_BY_ITSELF)


def test_a_door_that_staff_has_seen_to_comes_back_with_the_site_file(open_ledger: Open) -> None:
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.DOOR_OPENED, DOOR), fault(FaultKind.DOOR_OPENED, DOOR, over=True))
    start(open_ledger(), SMALLER)
    ledger = open_ledger()
    assert start(ledger) == ()
    assert service(ledger) == (ServiceState.IN_SERVICE, INSTALLED_AGAIN)


def test_the_panel_holds_it_without_telling_it_again_until_staff_has_seen_to_the_door() -> None:
    told: list[object] = []
    panel = Panel(SITE.lines, SITE.compartments, SITE.panel, on_event=told.append)
    panel.latch_again(FaultKind.DOOR_OPENED, DOOR, CAUSE, 2)
    (held,) = panel.faults()
    assert (held.kind, held.part, held.cause, held.count) == (FaultKind.DOOR_OPENED, DOOR, CAUSE, 2)
    assert told == []
    panel.clear_faults(DOOR)
    assert panel.faults() == ()
    (end,) = told
    assert isinstance(end, FaultChanged)
    assert end.over


def test_another_opening_of_the_same_door_counts_on() -> None:
    told: list[FaultChanged] = []
    book = FaultBook(told.append)
    book.latch_again(FaultKind.DOOR_OPENED, DOOR, CAUSE, 10.0, 2)
    book.latch(FaultKind.DOOR_OPENED, DOOR, CAUSE, 20.0)
    book.evidence((FaultKind.DOOR_OPENED,), DOOR, 30.0)
    (held,) = book.all()
    assert (held.first, held.last, held.count) == (10.0, 20.0, 3)
    assert told == []
