"""The other direction: a resident puts in what a courier takes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.settings import Service
from locker.access.codes import one_time_digest
from locker.ledger import StoreCode, StoreWaybill
from mqtt.contract.base import CredentialKind, Direction, SizeName
from mqtt.contract.events import ConsignmentExpected, CredentialIssued

if TYPE_CHECKING:
    from paper_bank import Bank

CODE = "55556666"


@pytest.fixture
async def ordered(bank: Bank) -> Bank:
    """Cai has ordered a courier for one return, and has a sending code."""
    digest = one_time_digest(bank.cabinet.keys.code_secret, CredentialKind.DEPOSIT, "cred-s", CODE)
    await bank.cabinet.ledger.record(
        ConsignmentExpected(
            consignment="con-s",
            service=Service.RETURN,
            direction=Direction.OUTBOUND,
            recipient="per-cai",
            carrier="car-1",
            size=SizeName.S,
        ),
        CredentialIssued(credential="cred-s", credential_kind=CredentialKind.DEPOSIT, person="per-cai"),
        personal=[StoreWaybill("con-s", "per-cai", "WB-S000"), StoreCode("cred-s", digest, "2026-03-02T08:00:00.000Z")],
    )
    return bank


async def put_in(bank: Bank) -> str:
    await bank.press("size", "auto")
    door = (await bank.screen("deposit_open")).doors[0]
    await bank.close(door)
    await bank.press("deposit_confirm", "confirm")
    await bank.press("deposit_done", "continue")
    await bank.screen("welcome")
    return door


async def test_a_look_lets_a_resident_send(ordered: Bank) -> None:
    ordered.looker.sees = "per-cai"
    await ordered.press("welcome", "send")
    await ordered.press("send", "look")
    await put_in(ordered)
    assert await ordered.state("con-s") == "deposited"
    (row,) = await ordered.rows("consignment.deposited")
    assert row.body["by"] == "per-cai"


async def test_whatever_an_eye_sends_a_code_sends_too_once(ordered: Bank) -> None:
    await ordered.press("welcome", "send")
    await ordered.press("send", "code")
    await ordered.press("code", "enter", code=CODE)
    await put_in(ordered)
    assert [row.subject for row in await ordered.rows("credential.used")] == ["cred-s"]
    await ordered.press("welcome", "send")
    await ordered.press("send", "code")
    await ordered.press("code", "enter", code=CODE)
    await ordered.screen("code")


async def test_the_carriers_courier_collects_what_was_sent(ordered: Bank) -> None:
    await test_a_look_lets_a_resident_send(ordered)
    await ordered.press("welcome", "courier")
    await ordered.press("sign_in", "enter", number="10001", pin="4321")
    await ordered.press("courier_home", "collect", "con-s")
    door = (await ordered.screen("withdraw_open")).doors[0]
    await ordered.close(door)
    await ordered.press("courier_home", "finish")
    await ordered.screen("welcome")
    assert await ordered.state("con-s") == "collected"
    (row,) = await ordered.rows("consignment.collected")
    assert (row.body["by"], row.body["means"]) == ("per-cou", "pin")


async def test_the_sender_does_not_find_it_among_what_is_to_be_collected(ordered: Bank) -> None:
    await test_a_look_lets_a_resident_send(ordered)
    await ordered.press("welcome", "look")
    await ordered.screen("pickup_nothing")


async def test_a_residents_sending_code_signs_nobody_in_as_a_courier(ordered: Bank) -> None:
    await ordered.press("welcome", "courier")
    await ordered.press("sign_in", "deposit_code")
    await ordered.press("code", "enter", code=CODE)
    await ordered.screen("welcome")
    assert not await ordered.rows("visit.started")
