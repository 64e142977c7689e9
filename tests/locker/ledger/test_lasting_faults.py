"""A door that opened by itself, or jammed, is a fault until that has ended, however often the daemon is started."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from ledger_bench import BenchClock, door, settled, started

from config.load import load_settings
from config.settings import Settings
from firmware_bridge.fault_book import FaultBook
from firmware_bridge.panel import Fault, FaultChanged, FaultKind, Panel
from locker.clock import instant
from locker.doubt import OPENED_BY_ITSELF
from locker.keys import new_keys
from locker.ledger import Ledger, StandingFault
from locker.recovery import INSTALLED_AGAIN, NOT_INSTALLED, begin_boot, compare_doors
from mqtt.contract.base import Latch, Means, Outcome, ServiceState, VisitKind
from mqtt.contract.events import DoorAlarmed, PanelFault, VisitStarted

SITE = load_settings(Path(__file__).parents[3] / "config" / "examples" / "two-boards.toml")
SMALLER = SITE.model_copy(update={"columns": SITE.columns[1:]})
DOOR = SITE.compartments[0].id
CAUSE = "it opened though no pulse had been sent"

Open = Callable[[], Ledger]


@pytest.fixture
def clock() -> BenchClock:
    return BenchClock()


@pytest.fixture
def open_ledger(tmp_path: Path, clock: BenchClock) -> Iterator[Open]:
    """Opens one ledger again and again; the one before is closed."""
    keys, opened = new_keys(), list[Ledger]()

    def opening() -> Ledger:
        while opened:
            opened.pop().close()
        opened.append(
            Ledger.open(
                tmp_path / "ledger.sqlite3",
                keys=keys,
                clock=clock,
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


def start(ledger: Ledger, site: Settings = SITE) -> tuple[StandingFault, ...]:
    return begin_boot(ledger, site, "test").faults


def told(ledger: Ledger) -> list[PanelFault]:
    """Every fault of the journal that was told of the door."""
    rows = [row for row in ledger.history(DOOR) if row.kind == PanelFault.kind]
    return [PanelFault.model_validate(row.body) for row in rows]


def service(ledger: Ledger) -> tuple[ServiceState, str | None]:
    (compartment,) = [each for each in ledger.compartments() if each.id == DOOR]
    return compartment.service, compartment.reason


def test_it_keeps_its_times_its_count_and_its_cause_however_often_the_daemon_is_started(
    open_ledger: Open, clock: BenchClock
) -> None:
    start(ledger := open_ledger())
    first = ledger.record(fault(FaultKind.DOOR_OPENED, DOOR))[0].at
    ledger.record(DoorAlarmed(compartment=DOOR, alarm="opened_without_attempt"))
    last = first
    for count in range(1, 4):
        clock.wait(3600.0)
        (kept,) = start(ledger := open_ledger())
        assert (kept.fault.part, kept.fault.fault, kept.fault.cause) == (DOOR, "door_opened", CAUSE)
        assert (kept.first_at, kept.last_at, kept.count) == (first, last, count)
        again = told(ledger)[-1]
        assert (again.over, again.count) == (False, count)
        assert again.cause == f"{CAUSE}; first at {first}, last at {last}, before the daemon was started again"
        clock.wait(60.0)
        last = ledger.record(DoorAlarmed(compartment=DOOR, alarm="opened_without_attempt"))[0].at
        ledger.record(DoorAlarmed(compartment=DOOR, alarm="left_open"))


def test_a_journal_of_a_program_that_told_it_with_its_time_in_the_cause_gives_the_same(open_ledger: Open) -> None:
    start(ledger := open_ledger())
    first = ledger.record(fault(FaultKind.DOOR_OPENED, DOOR, count=2))[0].at
    told_again = fault(FaultKind.DOOR_OPENED, DOOR, count=2)
    ledger.record(told_again.model_copy(update={"cause": f"{CAUSE}; seen at {first}, before the daemon was started"}))
    (kept,) = start(open_ledger())
    assert (kept.fault.cause, kept.first_at, kept.count) == (CAUSE, first, 2)


def test_a_cause_of_any_length_can_be_told_again(open_ledger: Open) -> None:
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.DOOR_OPENED, DOOR).model_copy(update={"cause": "x" * 400}))
    start(ledger := open_ledger())
    (_, again) = told(ledger)
    assert len(again.cause) == 400
    assert again.cause.endswith("before the daemon was started again")


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
        assert len(told(ledger)) == 1, "what is gone is told once, and not at each start"
    for number in range(2, 4):
        (again,) = start(ledger := open_ledger())
        assert (again.fault.part, again.fault.fault, again.fault.cause) == (DOOR, "door_opened", CAUSE)
        assert len(told(ledger)) == number
        assert service(ledger) == (ServiceState.NEEDS_CHECK, OPENED_BY_ITSELF)


def test_a_door_that_staff_has_seen_to_comes_back_with_the_site_file(open_ledger: Open) -> None:
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.DOOR_OPENED, DOOR), fault(FaultKind.DOOR_OPENED, DOOR, over=True))
    start(open_ledger(), SMALLER)
    ledger = open_ledger()
    assert start(ledger) == ()
    assert service(ledger) == (ServiceState.IN_SERVICE, INSTALLED_AGAIN)


def test_the_panel_holds_it_without_telling_it_again_until_staff_has_seen_to_the_door(
    open_ledger: Open, clock: BenchClock
) -> None:
    events: list[object] = []
    panel = Panel(SITE.lines, SITE.compartments, SITE.panel, on_event=events.append, clock=clock.monotonic)
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.DOOR_OPENED, DOOR, count=2))
    clock.wait(900.0)
    ledger.record(DoorAlarmed(compartment=DOOR, alarm="opened_without_attempt"))
    clock.wait(100.0)
    begin_boot(open_ledger(), SITE, "test").hand_to(panel, clock)
    (held,) = panel.faults()
    assert (held.kind, held.part, held.cause, held.count) == (FaultKind.DOOR_OPENED, DOOR, CAUSE, 2)
    assert (held.first, held.last) == (clock.monotonic() - 1000.0, clock.monotonic() - 100.0)
    assert events == []
    panel.clear_faults(DOOR)
    assert panel.faults() == ()
    (end,) = events
    assert isinstance(end, FaultChanged)
    assert end.over


def test_a_door_that_stands_open_at_a_start_is_a_fault_as_if_it_had_been_seen_to_open(open_ledger: Open) -> None:
    events: list[object] = []
    panel = Panel(SITE.lines, SITE.compartments, SITE.panel, on_event=events.append)
    start(ledger := open_ledger())
    shut = {each.id: Latch.LATCHED for each in SITE.compartments}
    assert compare_doors(ledger, shut) == ()
    found = {**shut, DOOR: Latch.UNLATCHED}
    assert compare_doors(ledger, found) == (DOOR,)
    assert compare_doors(ledger, found) == (), "what is recorded has been told"
    panel.found_open(DOOR)
    (held,) = panel.faults()
    assert (held.kind, held.part, held.count) == (FaultKind.DOOR_OPENED, DOOR, 1)
    (told_of,) = events
    assert isinstance(told_of, FaultChanged)
    assert not told_of.over


def jam(ledger: Ledger, visit: str, attempt: str) -> None:
    """An attempt at which the door jams, as the journal has it: the panel's word may come first."""
    ledger.record(started(attempt, visit, DOOR))
    if attempt == "att-1":
        ledger.record(fault(FaultKind.DOOR_JAMMED, DOOR))
    ledger.record(settled(attempt, Outcome.JAMMED))


def test_a_jam_stands_with_its_times_and_count_until_the_door_has_opened(open_ledger: Open, clock: BenchClock) -> None:
    start(ledger := open_ledger())
    ledger.record(VisitStarted(visit="vis-1", visit_kind=VisitKind.SERVICE, means=Means.PIN, person="att-1"))
    first = clock.now()
    for number in range(1, 4):
        clock.wait(5.0)
        jam(ledger, "vis-1", f"att-{number}")
    (kept,) = start(ledger := open_ledger())
    assert (kept.fault.fault, kept.count) == ("door_jammed", 3)
    assert (kept.first_at, kept.last_at) == tuple(instant(first + timedelta(seconds=each)) for each in (5.0, 15.0))
    for _ in range(2):
        standing = start(ledger := open_ledger())
        assert len(standing) == 1
        ledger.record(door(DOOR, Latch.LATCHED))  # a hook that still says latched is no evidence
    ledger.record(door(DOOR, Latch.UNLATCHED), door(DOOR, Latch.LATCHED))
    assert start(open_ledger()) == ()


def test_a_jam_that_was_told_of_long_ago_is_no_part_of_a_new_one(open_ledger: Open, clock: BenchClock) -> None:
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.DOOR_JAMMED, DOOR, count=7), door(DOOR, Latch.UNLATCHED), door(DOOR, Latch.LATCHED))
    clock.wait(60.0)
    row = ledger.record(fault(FaultKind.DOOR_JAMMED, DOOR))[0]
    (kept,) = start(open_ledger())
    assert (kept.first_at, kept.count) == (row.at, 1)


def test_a_jammed_door_that_is_gone_from_the_site_file_needs_no_look_behind_when_it_returns(open_ledger: Open) -> None:
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.DOOR_JAMMED, DOOR))
    assert start(open_ledger(), SMALLER) == ()
    standing = start(ledger := open_ledger())
    assert len(standing) == 1
    assert service(ledger) == (ServiceState.IN_SERVICE, INSTALLED_AGAIN)


def test_another_opening_of_the_same_door_counts_on() -> None:
    events: list[FaultChanged] = []
    book = FaultBook(events.append)
    book.latch_again(Fault(FaultKind.DOOR_OPENED, DOOR, CAUSE, first=4.0, last=7.0, count=2))
    book.latch(FaultKind.DOOR_OPENED, DOOR, CAUSE, 20.0)
    book.evidence((FaultKind.DOOR_OPENED,), DOOR, 30.0)
    (held,) = book.all()
    assert (held.first, held.last, held.count) == (4.0, 20.0, 3)
    assert events == []


def test_a_clock_that_was_set_back_makes_no_fault_of_the_future(open_ledger: Open, clock: BenchClock) -> None:
    start(ledger := open_ledger())
    ledger.record(fault(FaultKind.DOOR_OPENED, DOOR))
    clock.wall -= timedelta(days=300)
    panel = Panel(SITE.lines, SITE.compartments, SITE.panel, on_event=lambda _: None, clock=clock.monotonic)
    begin_boot(open_ledger(), SITE, "test").hand_to(panel, clock)
    (held,) = panel.faults()
    assert held.first == held.last == clock.monotonic()
