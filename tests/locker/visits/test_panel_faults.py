"""What the panel finds wrong reaches the journal, and service staff ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from firmware_bridge.panel import Fault, FaultChanged, FaultKind, Priority
from locker.visits.remote import RemoteVisit
from mqtt.contract.base import Outcome
from mqtt.contract.events import PanelFault
from mqtt.contract.messages import OpenDoor

if TYPE_CHECKING:
    from paper_bank import Bank, Stock

DOOR = "D01"


def fault(kind: FaultKind, part: str, count: int = 1) -> Fault:
    return Fault(kind, part, "what was seen", first=1.0, last=2.0, count=count)


async def attend(bank: Bank, answer: str) -> None:
    await bank.press("welcome", "staff")
    await bank.press("sign_in", "enter", number="20002", pin="4321")
    await bank.press("service_home", "open", compartment=DOOR)
    await bank.screen("service_open")
    await bank.close(DOOR)
    await bank.press("service_resolve", answer)
    await bank.press("service_home", "finish")
    await bank.screen("welcome")


def test_the_contract_knows_every_kind_of_fault() -> None:
    assert set(get_args(PanelFault.model_fields["fault"].annotation)) == {kind.value for kind in FaultKind}


async def test_a_fault_is_in_the_journal_when_it_begins_and_when_it_ends(bank: Bank) -> None:
    jam = FaultKind.DOOR_JAMMED
    bank.cabinet.doors.from_panel(FaultChanged(fault(jam, DOOR), over=False, why="", at=1.0))
    bank.cabinet.doors.from_panel(FaultChanged(fault(jam, DOOR, count=3), over=True, why="evidence", at=9.0))
    await bank.recorded("panel.fault")
    rows = await bank.rows("panel.fault")
    while len(rows) < 2:
        rows = await bank.rows("panel.fault")
    assert [(row.subject, row.body["fault"], row.body["over"], row.body["count"]) for row in rows] == [
        (DOOR, "door_jammed", False, 1),
        (DOOR, "door_jammed", True, 3),
    ]
    assert "striker" in str(rows[0].body["remedy"])


async def test_a_fault_from_before_the_first_look_at_the_doors_is_not_lost(bank: Bank) -> None:
    for task in bank.tasks:
        task.cancel()
    doors = bank.cabinet.doors
    doors.from_panel(FaultChanged(fault(FaultKind.LINE_ABSENT, "left"), over=False, why="", at=1.0))
    await bank.cabinet.ledger.run(lambda _: None)  # what was handed over from a thread has arrived
    await doors.take_lines_only()
    assert [row.subject for row in await bank.rows("panel.fault")] == ["left"]


async def test_an_attendant_who_is_content_with_a_door_ends_its_faults(bank: Bank, stock: Stock) -> None:
    await stock(bank)
    await attend(bank, "left_inside")
    assert bank.panel.seen_to == [DOOR]


async def test_an_attendant_who_leaves_a_door_out_of_service_ends_none(bank: Bank, stock: Stock) -> None:
    await stock(bank)
    await attend(bank, "out_of_service")
    assert bank.panel.seen_to == []


async def test_a_command_from_afar_waits_for_people_before_doors(bank: Bank, stock: Stock) -> None:
    await stock(bank)
    await attend(bank, "left_inside")
    assert set(bank.panel.priorities) == {Priority.PERSON}
    visit = RemoteVisit(bank.cabinet, "cmd-1", OpenDoor(compartment=DOOR, reason="a look"))
    bank.reception.begin(visit)
    assert await visit.opened is Outcome.OPENED
    assert bank.panel.priorities[-1] is Priority.REMOTE
