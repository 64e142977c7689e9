"""Pickups: everything that is theirs and nothing else, by eye or by code, and custody ends with a closed door."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from firmware_bridge.panel import Outcome
from locker.presence import PRESENCE_ENDS_S
from mqtt.contract.base import ConsignmentState, Latch, ServiceState

if TYPE_CHECKING:
    from paper_bank import Bank, Stock

PLACES = {"con-1": "A01", "con-2": "B02", "con-3": "E01", "con-4": "D01"}


@pytest.fixture
async def stocked(bank: Bank, stock: Stock) -> Bank:
    """All four parcels are in."""
    await stock(bank)
    return bank


async def look(bank: Bank, person: str) -> None:
    bank.looker.sees = person
    await bank.press("welcome", "look")


async def type_code(bank: Bank, code: str) -> None:
    await bank.press("welcome", "code")
    await bank.press("code", "enter", code=code)


async def test_a_look_opens_every_door_of_the_household_one_after_another(stocked: Bank) -> None:
    await look(stocked, "per-ann")
    for consignment in ("con-1", "con-2"):
        screen = await stocked.screen("pickup_open")
        while screen.doors != (PLACES[consignment],):
            await stocked.desk.changed(stocked.desk.rev)
            screen = await stocked.screen("pickup_open")
        assert [door for door, _ in stocked.panel.pulses][-1] == PLACES[consignment]
        await stocked.close(PLACES[consignment])
    await stocked.press("pickup_done", "finish")
    await stocked.screen("welcome")
    assert [await stocked.state(c) for c in PLACES] == ["collected", "collected", "deposited", "deposited"]


async def test_a_stranger_opens_nothing_and_is_told_so(stocked: Bank) -> None:
    await stocked.press("welcome", "look")
    screen = await stocked.screen("look_refused")
    assert screen.lines[0].key == "look.refused.not_recognised"
    assert not stocked.panel.pulses
    (row,) = await stocked.rows("look.refused")
    assert row.body["reason"] == "not_recognised"


async def test_looks_are_bounded_and_the_code_is_offered(stocked: Bank) -> None:
    await stocked.press("welcome", "look")
    for _ in range(stocked.cabinet.settings.iris.looks - 1):
        await stocked.press("look_refused", "again")
        await stocked.screen("look_refused")
    while any(choice.action == "again" for choice in (await stocked.screen("look_refused")).choices):
        await stocked.desk.changed(stocked.desk.rev)
    assert any(choice.action == "code" for choice in stocked.desk.screen.choices)


async def test_one_presence_gets_no_more_looks_by_touching_again(stocked: Bank) -> None:
    """The promise is divided by so many looks: who begins anew goes on counting."""
    looks = stocked.cabinet.settings.iris.looks
    for _ in range(looks):
        await stocked.press("welcome", "look")
        await stocked.press("look_refused", "cancel")
    for action in ("look", "send"):
        await stocked.press("welcome", action)
        if action == "send":
            await stocked.press("send", "look")
        screen = await stocked.screen("look_refused")
        assert [choice.action for choice in screen.choices] == ["code", "cancel"]
        assert screen.lines[0].key == "look.refused.spent"
        await stocked.press("look_refused", "cancel")
    assert stocked.looker.looks == looks
    assert len(await stocked.rows("look.refused")) == looks
    await stocked.press("welcome", "look")
    await stocked.press("look_refused", "code")
    await stocked.press("code", "enter", code=stocked.code("con-3"))
    assert (await stocked.screen("pickup_open")).doors == (PLACES["con-3"],)


async def test_the_last_look_says_that_looking_is_over_for_now(stocked: Bank) -> None:
    await stocked.press("welcome", "look")
    for _ in range(stocked.cabinet.settings.iris.looks - 1):
        await stocked.press("look_refused", "again")
    while (await stocked.screen("look_refused")).lines[0].key != "look.refused.spent":
        await stocked.desk.changed(stocked.desk.rev)
    assert stocked.desk.screen.title.key == "look.refused.title"


async def test_half_a_minute_without_a_touch_or_a_recognition_allows_looks_again(stocked: Bank) -> None:
    looks = stocked.cabinet.settings.iris.looks
    for how in ("quiet", "recognition"):
        for _ in range(looks - 1):
            await stocked.press("welcome", "look")
            await stocked.press("look_refused", "cancel")
        await stocked.screen("welcome")
        if how == "quiet":
            stocked.clock.later += PRESENCE_ENDS_S
        else:
            stocked.looker.sees = "per-att"  # nothing to collect
            await stocked.press("welcome", "look")
            await stocked.press("pickup_nothing", "continue")
            stocked.looker.sees = None
    for _ in range(looks):
        await stocked.press("welcome", "look")
        assert (await stocked.screen("look_refused")).title.key == "look.refused.title"
        await stocked.press("look_refused", "cancel")


async def test_time_spent_at_a_screen_of_the_reception_is_no_quiet(stocked: Bank) -> None:
    for _ in range(stocked.cabinet.settings.iris.looks):
        await stocked.press("welcome", "look")
        await stocked.press("look_refused", "cancel")
    await stocked.press("welcome", "code")
    await stocked.screen("code")
    stocked.clock.later += PRESENCE_ENDS_S
    await stocked.press("code", "cancel")
    await stocked.press("welcome", "look")
    assert (await stocked.screen("look_refused")).title.key == "look.spent.title"


@pytest.mark.parametrize("fault", ["camera", "wrong_view"])
async def test_a_dead_camera_or_one_the_wrong_way_round_leads_to_the_code(stocked: Bank, fault: str) -> None:
    stocked.looker.reason = fault
    await stocked.press("welcome", "look")
    assert [choice.action for choice in (await stocked.screen("look_refused")).choices] == ["code", "cancel"]
    await stocked.press("look_refused", "code")
    await stocked.press("code", "enter", code=stocked.code("con-3"))
    assert (await stocked.screen("pickup_open")).doors == (PLACES["con-3"],)


async def test_a_pickup_code_opens_its_one_parcel(stocked: Bank) -> None:
    await type_code(stocked, stocked.code("con-4"))
    await stocked.screen("pickup_open")
    await stocked.close(PLACES["con-4"])
    await stocked.press("pickup_done", "finish")
    await stocked.screen("welcome")
    assert await stocked.state("con-4") == "collected"
    assert await stocked.state("con-3") == "deposited"
    (row,) = await stocked.rows("consignment.collected")
    assert (row.body["means"], row.body["by"]) == ("pickup_code", None)


async def test_a_code_is_worth_nothing_after_the_pickup(stocked: Bank) -> None:
    await test_a_pickup_code_opens_its_one_parcel(stocked)
    await type_code(stocked, stocked.code("con-4"))
    await stocked.screen("code")
    assert len(stocked.panel.pulses) == 1


async def test_a_delegate_collects_one_parcel_once(stocked: Bank) -> None:
    await type_code(stocked, "11112222")
    await stocked.screen("pickup_open")
    await stocked.close(PLACES["con-3"])
    await stocked.press("pickup_done", "finish")
    await stocked.screen("welcome")
    assert [row.subject for row in await stocked.rows("credential.used")] == ["cred-d"]
    await type_code(stocked, "11112222")
    await stocked.screen("code")
    assert len(stocked.panel.pulses) == 1


async def test_a_delegates_code_expires_only_by_a_clock_that_can_be_believed(stocked: Bank) -> None:
    stocked.clock.wall += timedelta(days=2)
    stocked.clock.believed = False
    await type_code(stocked, "11112222")
    await stocked.screen("pickup_open")


async def test_a_delegates_code_expires(stocked: Bank) -> None:
    stocked.clock.wall += timedelta(days=2)
    await type_code(stocked, "11112222")
    await stocked.screen("code")
    assert not stocked.panel.pulses


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_clock_that_steps_by_a_day_stops_nobody(stocked: Bank, days: int) -> None:
    stocked.clock.wall += timedelta(days=days)
    await type_code(stocked, stocked.code("con-4"))
    await stocked.screen("pickup_open")
    stocked.clock.wall -= timedelta(days=2 * days)
    await stocked.close(PLACES["con-4"])
    await stocked.press("pickup_done", "finish")
    await stocked.screen("welcome")
    assert await stocked.state("con-4") == "collected"


async def test_a_parcel_that_is_put_back_is_refused_and_waits_for_its_courier(stocked: Bank) -> None:
    await type_code(stocked, stocked.code("con-4"))
    await stocked.press("pickup_open", "not_mine")
    await stocked.screen("pickup_putback")
    await stocked.close(PLACES["con-4"])
    await stocked.press("pickup_done", "finish")
    await stocked.screen("welcome")
    assert await stocked.state("con-4") == "refused"
    compartment = await stocked.cabinet.ledger.run(lambda ledger: ledger.compartment(PLACES["con-4"]))
    assert compartment is not None
    assert compartment.custody == "occupied"


async def test_the_same_visit_may_open_again_and_put_back(stocked: Bank) -> None:
    await type_code(stocked, stocked.code("con-4"))
    await stocked.screen("pickup_open")
    await stocked.close(PLACES["con-4"])
    await stocked.press("pickup_done", "reopen", PLACES["con-4"])
    await stocked.press("pickup_open", "not_mine")
    await stocked.close(PLACES["con-4"])
    await stocked.press("pickup_done", "finish")
    await stocked.screen("welcome")
    assert await stocked.state("con-4") == "refused"
    assert len(stocked.panel.pulses) == 2


async def test_an_open_door_reminds_then_alarms_and_lets_the_next_person_in(stocked: Bank) -> None:
    await type_code(stocked, stocked.code("con-4"))
    await stocked.screen("pickup_open")
    await stocked.screen("close_reminder")
    await stocked.screen("welcome")
    (alarm,) = await stocked.rows("door.alarm")
    assert alarm.body["alarm"] == "left_open"
    await type_code(stocked, stocked.code("con-3"))
    await stocked.screen("pickup_open")
    await stocked.close(PLACES["con-3"])
    await stocked.press("pickup_done", "finish")
    assert await stocked.state("con-4") == "deposited"
    await stocked.close(PLACES["con-4"])
    await stocked.screen("welcome")
    while len(await stocked.rows("visit.ended")) < 3:
        await stocked.cabinet.doors.until((PLACES["con-4"],), Latch.LATCHED)
    assert await stocked.state("con-4") == "collected"
    results = {row.body["result"] for row in await stocked.rows("visit.ended")}
    assert results == {"completed", "walked_away"}


async def test_a_jammed_door_is_tried_a_bounded_number_of_times_and_the_parcel_stays_theirs(stocked: Bank) -> None:
    stocked.panel.jammed[PLACES["con-4"]] = Outcome.JAMMED
    await type_code(stocked, stocked.code("con-4"))
    await stocked.press("push", "again")
    await stocked.press("push", "again")
    await stocked.press("jam", "continue")
    await stocked.screen("welcome")
    assert len(stocked.panel.pulses) == stocked.cabinet.settings.kiosk.unlock_tries
    assert len({attempt for _, attempt in stocked.panel.pulses}) == len(stocked.panel.pulses)
    assert await stocked.state("con-4") == "deposited"
    compartment = await stocked.cabinet.ledger.run(lambda ledger: ledger.compartment(PLACES["con-4"]))
    assert compartment is not None
    assert compartment.service is ServiceState.OUT_OF_SERVICE


async def test_a_compartment_out_of_service_is_not_pulsed_again(stocked: Bank) -> None:
    await test_a_jammed_door_is_tried_a_bounded_number_of_times_and_the_parcel_stays_theirs(stocked)
    pulses = len(stocked.panel.pulses)
    await type_code(stocked, stocked.code("con-4"))
    await stocked.press("jam", "continue")
    await stocked.screen("welcome")
    assert len(stocked.panel.pulses) == pulses


async def test_an_attendant_hands_over_what_is_behind_a_jammed_door(stocked: Bank) -> None:
    await test_a_jammed_door_is_tried_a_bounded_number_of_times_and_the_parcel_stays_theirs(stocked)
    del stocked.panel.jammed[PLACES["con-4"]]
    await stocked.press("welcome", "staff")
    await stocked.press("sign_in", "enter", number="20002", pin="4321")
    await stocked.press("service_home", "open", PLACES["con-4"])
    await stocked.screen("service_open")
    await stocked.close(PLACES["con-4"])
    await stocked.press("service_resolve", "handed_over")
    await stocked.press("service_home", "finish")
    await stocked.screen("welcome")
    assert await stocked.state("con-4") == "collected"
    compartment = await stocked.cabinet.ledger.run(lambda ledger: ledger.compartment(PLACES["con-4"]))
    assert compartment is not None
    assert compartment.service is ServiceState.IN_SERVICE


async def test_wrong_codes_slow_the_keypad_but_a_look_goes_on_working(stocked: Bank) -> None:
    await type_code(stocked, "00000000")
    await stocked.press("code", "cancel")
    assert stocked.cabinet.keypad.wait_s > 0
    await look(stocked, "per-cai")
    await stocked.screen("pickup_open")


async def test_a_door_that_opens_by_itself_is_an_alarm(stocked: Bank) -> None:
    from firmware_bridge.panel import Latch as HookLatch  # noqa: PLC0415 - only this test moves a hook by hand

    stocked.panel.move("C01", HookLatch.UNLATCHED)
    await stocked.cabinet.doors.until(("C01",), Latch.UNLATCHED)
    (alarm,) = await stocked.rows("door.alarm")
    assert alarm.body == {"compartment": "C01", "alarm": "opened_without_attempt", "visit": None}


async def test_nothing_of_a_neighbour_is_ever_opened(stocked: Bank) -> None:
    await look(stocked, "per-cai")
    for consignment in ("con-3", "con-4"):
        screen = await stocked.screen("pickup_open")
        while screen.doors != (PLACES[consignment],):
            await stocked.desk.changed(stocked.desk.rev)
            screen = await stocked.screen("pickup_open")
        await stocked.close(PLACES[consignment])
    await stocked.press("pickup_done", "finish")
    await stocked.screen("welcome")
    left = await stocked.cabinet.ledger.run(lambda ledger: ledger.consignments(state={ConsignmentState.DEPOSITED}))
    assert {consignment.id for consignment in left} == {"con-1", "con-2"}
