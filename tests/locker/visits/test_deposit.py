"""Deposits: custody begins with a closed door and a word; nothing is typed twice; nothing is claimed that is not so."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from config.settings import Settings
from firmware_bridge.panel import Latch as HookLatch
from firmware_bridge.panel import Outcome
from locker.vacancy import choose_compartment, vacancies
from mqtt.contract.base import Latch, ServiceState

if TYPE_CHECKING:
    from paper_bank import Bank


async def sign_in(bank: Bank) -> None:
    await bank.press("welcome", "courier")
    await bank.press("sign_in", "enter", number="10001", pin="4321")


async def open_for(bank: Bank, waybill: str = "WB-1000") -> str:
    await bank.press("courier_home", "deposit", waybill=waybill)
    await bank.press("size", "auto")
    return (await bank.screen("deposit_open")).doors[0]


async def test_a_confirmed_deposit_is_in_custody(bank: Bank) -> None:
    await sign_in(bank)
    door = await open_for(bank)
    await bank.close(door)
    await bank.press("deposit_confirm", "confirm")
    await bank.press("deposit_done", "continue")
    await bank.screen("courier_home")
    assert await bank.state("con-1") == "deposited"
    (row,) = await bank.rows("consignment.deposited")
    assert row.body["confirmed"] is True
    assert row.body["deadline"] == "2026-03-03T08:00:00.000Z"


async def test_every_pulse_finds_its_attempt_in_the_ledger_already(bank: Bank, settings: Settings) -> None:
    written: list[bool] = []

    def look(_door: str, attempt: str) -> None:
        with closing(sqlite3.connect(f"file:{settings.storage.ledger}?mode=ro", uri=True)) as other:
            found = other.execute("SELECT 1 FROM attempts WHERE attempt = ? AND outcome IS NULL", (attempt,)).fetchone()
        written.append(found is not None)

    bank.panel.before_pulse = look
    await sign_in(bank)
    await open_for(bank)
    assert written == [True]


async def test_a_courier_who_walks_away_leaves_it_deposited_but_unconfirmed(bank: Bank) -> None:
    await sign_in(bank)
    door = await open_for(bank)
    await bank.close(door)
    await bank.screen("deposit_confirm")
    await bank.screen("welcome")
    (row,) = await bank.rows("consignment.deposited")
    assert row.body["confirmed"] is False
    (ended,) = await bank.rows("visit.ended")
    assert ended.body["result"] == "walked_away"


async def test_the_courier_may_confirm_at_the_next_visit(bank: Bank) -> None:
    await test_a_courier_who_walks_away_leaves_it_deposited_but_unconfirmed(bank)
    await sign_in(bank)
    await bank.press("courier_home", "confirm", "con-1")
    await bank.press("courier_home", "finish")
    await bank.screen("welcome")
    assert len(await bank.rows("consignment.confirmed")) == 1


async def test_what_does_not_fit_moves_to_a_larger_compartment_without_typing_again(bank: Bank) -> None:
    await sign_in(bank)
    small = await open_for(bank)
    await bank.press("deposit_open", "larger")
    while (screen := await bank.screen("deposit_open")).doors[0] == small:
        await bank.desk.changed(bank.desk.rev)
    larger = screen.doors[0]
    assert set(screen.doors) == {larger, small}
    await bank.close(larger)
    await bank.close(small)
    await bank.press("deposit_confirm", "confirm")
    await bank.press("deposit_done", "continue")
    (row,) = await bank.rows("consignment.deposited")
    assert row.body["compartment"] == larger
    compartments = {c.id: c for c in await bank.cabinet.ledger.run(lambda ledger: ledger.compartments())}
    assert compartments[small].custody == "free"
    assert compartments[larger].size.rank > compartments[small].size.rank


async def test_a_deposit_that_is_taken_back_leaves_nothing_reserved(bank: Bank) -> None:
    await sign_in(bank)
    door = await open_for(bank)
    await bank.press("deposit_open", "takeback_now")
    await bank.screen("deposit_takeback")
    await bank.close(door)
    await bank.press("deposit_cancelled", "continue")
    await bank.screen("courier_home")
    assert await bank.state("con-1") == "expected"


async def test_taking_back_after_the_door_has_closed_opens_it_again_first(bank: Bank) -> None:
    await sign_in(bank)
    door = await open_for(bank)
    await bank.close(door)
    await bank.press("deposit_confirm", "takeback_now")
    await bank.screen("deposit_takeback")
    assert len(bank.panel.pulses) == 2
    await bank.close(door)
    await bank.press("deposit_cancelled", "continue")
    assert await bank.state("con-1") == "expected"


async def test_a_door_that_jams_goes_out_of_service_and_another_opens(bank: Bank) -> None:
    first = await first_choice(bank)
    bank.panel.jammed[first] = Outcome.JAMMED
    await sign_in(bank)
    await bank.press("courier_home", "deposit", waybill="WB-1000")
    await bank.press("size", "auto")
    await bank.press("push", "again")
    await bank.press("push", "again")
    door = (await bank.screen("deposit_open")).doors[0]
    assert door != first
    assert [pulse[0] for pulse in bank.panel.pulses] == [first, first, first, door]
    compartment = await bank.cabinet.ledger.run(lambda ledger: ledger.compartment(first))
    assert compartment is not None
    assert compartment.service is ServiceState.OUT_OF_SERVICE


async def first_choice(bank: Bank) -> str:
    compartments = await bank.cabinet.ledger.run(lambda ledger: ledger.compartments())
    chosen = choose_compartment(vacancies(compartments, bank.cabinet.doors.latch), compartments[0].size, exact=False)
    assert chosen is not None
    return chosen.id


async def test_a_full_disk_refuses_deposits_with_a_reason(bank: Bank) -> None:
    bank.cabinet.ledger._ledger._space._free = lambda _path: 0
    await sign_in(bank)
    await bank.press("courier_home", "deposit", waybill="WB-1000")
    screen = await bank.screen("courier_home")
    while not any(line.key == "size.low_space" for line in screen.lines):
        await bank.desk.changed(bank.desk.rev)
        screen = await bank.screen("courier_home")
    assert await bank.state("con-1") == "expected"


async def test_an_unknown_waybill_and_one_of_another_carrier_are_refused(bank: Bank) -> None:
    await sign_in(bank)
    rev = bank.desk.rev
    await bank.press("courier_home", "deposit", waybill="WB-9999")
    await bank.desk.changed(rev)
    screen = await bank.screen("courier_home")
    assert screen.lines[0].key == "courier.unknown_waybill"


async def test_wrong_pins_slow_the_keypad_and_the_right_one_is_not_believed_before_its_time(bank: Bank) -> None:
    await bank.press("welcome", "courier")
    await bank.press("sign_in", "enter", number="10001", pin="0000")
    screen = await bank.screen("sign_in")
    while screen.wait_s == 0:
        await bank.desk.changed(bank.desk.rev)
        screen = await bank.screen("sign_in")
    await bank.press("sign_in", "enter", number="10001", pin="4321")
    assert (await bank.screen("sign_in")).name == "sign_in"
    assert not await bank.rows("visit.started")
    (row,) = await bank.rows("keypad.slowed")
    assert row.body["delay_s"] == 2


async def test_an_attendant_is_no_courier(bank: Bank) -> None:
    await bank.press("welcome", "courier")
    await bank.press("sign_in", "enter", number="20002", pin="4321")
    await bank.screen("sign_in")
    assert not await bank.rows("visit.started")


async def test_doors_that_cannot_be_read_are_not_given_out(bank: Bank) -> None:
    first = await first_choice(bank)
    bank.panel.move(first, HookLatch.UNKNOWN)
    await bank.cabinet.doors.until((first,), Latch.UNKNOWN)
    await sign_in(bank)
    assert await open_for(bank) != first
