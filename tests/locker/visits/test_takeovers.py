"""Two visits at one door, answers that contradict the ledger, writes that fail: custody stays with the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from firmware_bridge.panel import Latch as HookLatch
from firmware_bridge.panel import Outcome as HookOutcome
from locker.ledger import Ledger, LedgerFull
from locker.visits.remote import RemoteVisit
from mqtt.contract.base import Latch, Outcome, ServiceState
from mqtt.contract.events import (
    AttemptSettled,
    ConsignmentDeposited,
    ConsignmentDoubted,
    CredentialRevoked,
    Event,
)
from mqtt.contract.messages import OpenDoor

if TYPE_CHECKING:
    from paper_bank import Bank, Stock

DOOR = "D01"  # con-4, of Cai


@pytest.fixture
async def stocked(bank: Bank, stock: Stock) -> Bank:
    """All four parcels are in."""
    await stock(bank)
    return bank


async def walk_off(bank: Bank) -> None:
    """Cai takes con-4 by code and leaves the door open."""
    await bank.press("welcome", "code")
    await bank.press("code", "enter", code=bank.code("con-4"))
    await bank.screen("pickup_open")
    await bank.press("close_reminder", "leave")
    await bank.screen("welcome")


async def attend(bank: Bank, door: str) -> None:
    await bank.press("welcome", "staff")
    await bank.press("sign_in", "enter", number="20002", pin="4321")
    await bank.press("service_home", "open", compartment=door)
    await bank.screen("service_open")


async def doubted(bank: Bank, consignment: str) -> bool:
    found = await bank.cabinet.ledger.run(lambda ledger: ledger.consignment(consignment))
    assert found is not None
    return found.doubted


async def service_of(bank: Bank, door: str) -> ServiceState:
    found = await bank.cabinet.ledger.run(lambda ledger: ledger.compartment(door))
    assert found is not None
    return found.service


async def test_an_attendant_who_takes_a_door_over_says_what_its_closing_means(stocked: Bank) -> None:
    await walk_off(stocked)
    await attend(stocked, DOOR)
    await stocked.close(DOOR)
    await stocked.press("service_resolve", "left_inside")
    await stocked.press("service_home", "finish")
    await stocked.screen("welcome")
    assert await stocked.state("con-4") == "deposited"


async def test_two_visits_at_one_open_door_end_its_custody_once(stocked: Bank) -> None:
    await walk_off(stocked)
    await stocked.press("welcome", "code")
    await stocked.press("code", "enter", code=stocked.code("con-4"))
    await stocked.screen("pickup_open")
    await stocked.close(DOOR)
    await stocked.press("pickup_done", "finish")
    await stocked.screen("welcome")
    assert await stocked.state("con-4") == "collected"
    assert len(await stocked.rows("consignment.collected")) == 1
    assert {row.body["result"] for row in await stocked.rows("visit.ended")} <= {"completed", "walked_away"}


async def test_a_look_inside_through_a_door_left_open_leaves_the_parcel_in_doubt(stocked: Bank) -> None:
    await walk_off(stocked)
    visit = RemoteVisit(stocked.cabinet, "cmd-1", OpenDoor(compartment=DOOR, reason="a look"))
    stocked.reception.begin(visit)
    assert await visit.opened is Outcome.ALREADY_OPEN
    await stocked.close(DOOR)
    await stocked.recorded("consignment.doubted")
    assert await stocked.state("con-4") == "deposited"


async def test_a_code_revoked_in_mid_visit_does_not_undo_the_pickup(stocked: Bank) -> None:
    await stocked.press("welcome", "code")
    await stocked.press("code", "enter", code="11112222")
    await stocked.screen("pickup_open")
    await stocked.cabinet.ledger.record(CredentialRevoked(credential="cred-d", reason="by the directory"))
    await stocked.close("E01")
    await stocked.press("pickup_done", "finish")
    await stocked.screen("welcome")
    assert await stocked.state("con-3") == "collected"


async def test_an_attendant_who_says_nothing_leaves_the_compartment_in_doubt(stocked: Bank) -> None:
    await attend(stocked, DOOR)
    await stocked.close(DOOR)
    await stocked.screen("service_resolve")
    await stocked.screen("welcome")
    assert await doubted(stocked, "con-4")
    assert await service_of(stocked, DOOR) is ServiceState.NEEDS_CHECK


async def test_a_reservation_in_doubt_that_is_found_inside_becomes_collectable(bank: Bank) -> None:
    await bank.press("welcome", "courier")
    await bank.press("sign_in", "enter", number="10001", pin="4321")
    await bank.press("courier_home", "deposit", waybill="WB-4000")
    await bank.press("size", "auto")
    door = (await bank.screen("deposit_open")).doors[0]
    await bank.cabinet.ledger.record(ConsignmentDoubted(consignment="con-4", doubted=True, reason="test"))
    await bank.press("close_reminder", "leave")
    await attend(bank, door)
    await bank.close(door)
    await bank.press("service_resolve", "left_inside")
    await bank.press("service_home", "finish")
    await bank.screen("welcome")
    assert await bank.state("con-4") == "deposited"


async def test_only_answers_that_the_ledger_can_take_are_offered(stocked: Bank) -> None:
    await stocked.press("welcome", "code")
    await stocked.press("code", "enter", code=stocked.code("con-4"))
    await stocked.press("pickup_open", "not_mine")
    await stocked.screen("pickup_putback")
    await stocked.close(DOOR)
    await stocked.press("pickup_done", "finish")
    await attend(stocked, DOOR)
    await stocked.close(DOOR)
    answers = {choice.action for choice in (await stocked.screen("service_resolve")).choices}
    assert "handed_over" not in answers
    await stocked.press("service_resolve", "removed")
    await stocked.press("service_home", "finish")
    await stocked.screen("welcome")
    assert await stocked.state("con-4") == "withdrawn"


async def test_a_larger_compartment_asked_for_after_the_closing_opens_the_small_one_again(bank: Bank) -> None:
    await bank.press("welcome", "courier")
    await bank.press("sign_in", "enter", number="10001", pin="4321")
    await bank.press("courier_home", "deposit", waybill="WB-1000")
    await bank.press("size", "auto")
    small = (await bank.screen("deposit_open")).doors[0]
    await bank.close(small)
    await bank.press("deposit_confirm", "larger")
    while len((screen := await bank.screen("deposit_open")).doors) == 1:
        await bank.desk.changed(bank.desk.rev)
    assert [door for door, _ in bank.panel.pulses] == [small, small, screen.doors[0]]


async def test_if_no_larger_compartment_opens_the_parcel_stays_where_it_is(bank: Bank) -> None:
    compartments = await bank.cabinet.ledger.run(lambda ledger: ledger.compartments())
    one, *others = [compartment.id for compartment in compartments if compartment.size != "S"]
    bank.panel.jammed[one] = HookOutcome.UNCONFIRMED
    for door in others:
        bank.panel.move(door, HookLatch.UNKNOWN)
    await bank.cabinet.doors.until(others, Latch.UNKNOWN)
    await bank.press("welcome", "courier")
    await bank.press("sign_in", "enter", number="10001", pin="4321")
    await bank.press("courier_home", "deposit", waybill="WB-1000")
    await bank.press("size", "auto")
    small = (await bank.screen("deposit_open")).doors[0]
    await bank.press("deposit_open", "larger")
    while any(choice.action == "larger" for choice in (await bank.screen("deposit_open")).choices):
        await bank.desk.changed(bank.desk.rev)
    await bank.close(small)
    await bank.press("deposit_confirm", "confirm")
    await bank.press("deposit_done", "continue")
    (row,) = await bank.rows("consignment.deposited")
    assert row.body["compartment"] == small


async def test_taken_back_is_not_claimed_for_a_courier_who_walked_away(bank: Bank) -> None:
    await bank.press("welcome", "courier")
    await bank.press("sign_in", "enter", number="10001", pin="4321")
    await bank.press("courier_home", "deposit", waybill="WB-1000")
    await bank.press("size", "auto")
    door = (await bank.screen("deposit_open")).doors[0]
    await bank.press("deposit_open", "takeback_now")
    await bank.press("close_reminder", "leave")
    await bank.close(door)
    await bank.recorded("visit.ended")
    assert await bank.state("con-1") == "deposited"
    assert await doubted(bank, "con-1")


async def test_put_back_is_in_doubt_when_the_door_was_left_open(stocked: Bank) -> None:
    await stocked.press("welcome", "code")
    await stocked.press("code", "enter", code=stocked.code("con-4"))
    await stocked.press("pickup_open", "not_mine")
    await stocked.press("close_reminder", "leave")
    await stocked.close(DOOR)
    await stocked.recorded("consignment.refused")
    assert await doubted(stocked, "con-4")


async def test_a_door_that_opens_after_its_visit_gave_up_is_an_alarm_and_a_doubt(stocked: Bank) -> None:
    stocked.panel.jammed[DOOR] = HookOutcome.UNCONFIRMED
    await stocked.press("welcome", "code")
    await stocked.press("code", "enter", code=stocked.code("con-4"))
    await stocked.press("jam", "continue")
    await stocked.screen("welcome")
    assert await doubted(stocked, "con-4")
    stocked.panel.move(DOOR, HookLatch.UNLATCHED)
    await stocked.recorded("door.alarm")


async def test_a_door_forced_open_after_its_pickup_is_an_alarm_even_in_the_same_visit(stocked: Bank) -> None:
    stocked.looker.sees = "per-cai"
    await stocked.press("welcome", "look")
    await stocked.screen("pickup_open")
    await stocked.close("E01")
    while (await stocked.screen("pickup_open")).doors != (DOOR,):
        await stocked.desk.changed(stocked.desk.rev)
    stocked.panel.move("E01", HookLatch.UNLATCHED)
    await stocked.recorded("door.alarm")


async def test_toggling_does_not_keep_a_door_open_without_an_alarm(stocked: Bank) -> None:
    await stocked.press("welcome", "code")
    await stocked.press("code", "enter", code=stocked.code("con-4"))
    for _ in range(50):
        screen = await stocked.screen("pickup_open", "pickup_putback", "close_reminder", "welcome")
        if screen.name == "welcome":
            break
        await stocked.press(screen.name, screen.choices[0].action)
    await stocked.recorded("door.alarm")


@pytest.mark.parametrize("failing", [ConsignmentDeposited, AttemptSettled])
async def test_a_write_that_fails_in_a_visit_leaves_no_door_to_nobody(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, failing: type[Event]
) -> None:
    record, failures = Ledger.record, []

    def fail_once(self: Ledger, *events: Event, **more: object) -> object:
        if not failures and any(isinstance(event, failing) for event in events):
            failures.append(events)
            raise LedgerFull("no space")
        return record(self, *events, **more)  # type: ignore[arg-type] - handed on as they came

    monkeypatch.setattr(Ledger, "record", fail_once)
    await bank.press("welcome", "courier")
    await bank.press("sign_in", "enter", number="10001", pin="4321")
    await bank.press("courier_home", "deposit", waybill="WB-1000")
    await bank.press("size", "auto")
    if failing is ConsignmentDeposited:
        door = (await bank.screen("deposit_open")).doors[0]
        await bank.close(door)
        await bank.press("deposit_confirm", "confirm")
    await bank.press("fault", "continue")
    await bank.screen("welcome")
    if failing is AttemptSettled:
        await bank.close(bank.panel.pulses[0][0])
    await bank.recorded("visit.ended")
    assert await bank.state("con-1") == "deposited"
    (ended,) = await bank.rows("visit.ended")
    assert ended.body["result"] == "failed"


async def test_a_parcel_gone_from_a_stale_screen_does_not_throw_the_courier_out(stocked: Bank) -> None:
    await stocked.press("welcome", "code")
    await stocked.press("code", "enter", code=stocked.code("con-4"))
    await stocked.press("pickup_open", "not_mine")
    await stocked.screen("pickup_putback")
    await stocked.close(DOOR)
    await stocked.press("pickup_done", "finish")
    await stocked.press("welcome", "courier")
    await stocked.press("sign_in", "enter", number="10001", pin="4321")
    screen = await stocked.screen("courier_home")
    assert any(choice.action == "takeback" for choice in screen.choices)
    visit = RemoteVisit(stocked.cabinet, "cmd-2", OpenDoor(compartment=DOOR, purpose="withdraw", reason="by hand"))
    stocked.reception.begin(visit)
    await stocked.close(DOOR)
    await stocked.recorded("consignment.withdrawn")
    await stocked.press("courier_home", "takeback", "con-4")
    while not any(line.key == "courier.changed" for line in (await stocked.screen("courier_home")).lines):
        await stocked.desk.changed(stocked.desk.rev)
