from __future__ import annotations

import threading

from firmware_bridge.fault_book import QUIET_MOST_S, FaultBook
from firmware_bridge.faults import QUIET_S, REMEDIES, STAFF_ONLY, FaultKind
from firmware_bridge.reports import FaultChanged

SILENT = FaultKind.BOARD_SILENT


class Book(FaultBook):
    def __init__(self) -> None:
        self.told: list[FaultChanged] = []
        super().__init__(self.told.append)

    @property
    def ups_and_downs(self) -> list[bool]:
        return [event.over for event in self.told]


def test_every_kind_has_a_remedy_and_a_way_to_end() -> None:
    assert set(REMEDIES) == set(FaultKind)
    assert set(QUIET_S) | STAFF_ONLY == set(FaultKind)


def test_a_fault_has_its_first_and_last_time_its_count_and_its_remedy() -> None:
    book = Book()
    book.latch(FaultKind.DOOR_JAMMED, "A01", "the hook stayed latched", 10.0)
    book.latch(FaultKind.DOOR_JAMMED, "A01", "the hook stayed latched, again", 25.0)
    (fault,) = book.all()
    assert (fault.first, fault.last, fault.count) == (10.0, 25.0, 2)
    assert fault.cause == "the hook stayed latched, again"
    assert "striker" in fault.remedy
    assert book.ups_and_downs == [False], "it is told once"


def test_evidence_ends_a_fault_once_it_has_lasted() -> None:
    book = Book()
    book.lasts(SILENT, "left:0", "no answer", 0.0)
    book.evidence([SILENT], "left:0", 100.0)
    assert book.all(), "one answer after a long silence may be a loose plug"
    book.evidence([SILENT], "left:0", 109.0)
    assert book.all()
    book.evidence([SILENT], "left:0", 110.0)
    assert not book.all()
    assert book.told[-1].why == "evidence"


def test_what_comes_and_goes_is_one_fault_with_a_count() -> None:
    book = Book()
    for number in range(20):
        book.lasts(SILENT, "left:0", "no answer", number * 8.0)
        book.lasts(SILENT, "left:0", "no answer", number * 8.0 + 1.0)
        book.evidence([SILENT], "left:0", number * 8.0 + 4.0)
    assert book.ups_and_downs == [False]
    assert book.all()[0].count == 20


def test_a_fault_that_returns_soon_takes_longer_to_clear_each_time() -> None:
    book = Book()
    now, lasted = 0.0, []
    for _ in range(10):
        book.lasts(SILENT, "left:0", "no answer", now)
        began = now = now + 1.0
        while book.all():
            book.evidence([SILENT], "left:0", now)
            now += 1.0
        lasted.append(now - began)
    assert lasted == sorted(lasted)
    assert lasted[1] > 1.8 * lasted[0]
    assert max(lasted) <= QUIET_MOST_S + 1.0


def test_only_staff_ends_a_door_that_opened_by_itself() -> None:
    book = Book()
    book.latch(FaultKind.DOOR_OPENED, "A01", "it opened", 0.0)
    book.latch(FaultKind.DOOR_JAMMED, "A02", "it did not", 0.0)
    book.evidence(FaultKind, "A01", 9999.0)
    assert len(book.all()) == 2
    assert [fault.kind for fault in book.clear("A01", 10000.0)] == [FaultKind.DOOR_OPENED]
    assert [fault.part for fault in book.all()] == ["A02"]
    assert book.told[-1].why == "service staff"


def test_what_staff_has_cleared_and_a_line_latches_again_meanwhile_is_told_in_that_order() -> None:
    told: list[bool] = []
    line: list[threading.Thread] = []

    def listen(event: FaultChanged) -> None:
        if event.over:
            line.append(threading.Thread(target=book.latch, args=(FaultKind.DOOR_JAMMED, "A01", "again", 2.0)))
            line[0].start()
            line[0].join(0.2)
        told.append(event.over)

    book = FaultBook(listen)
    book.latch(FaultKind.DOOR_JAMMED, "A01", "it did not open", 0.0)
    book.clear("A01", 1.0)
    line[0].join()
    assert told == [False, True, False]
    assert book.all()
