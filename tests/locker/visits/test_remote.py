"""Remote opening: the command's row before the pulse, once and only once, and custody as the command says."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from firmware_bridge.panel import Outcome as HookOutcome
from locker.clock import instant
from locker.remote import CommandRows, RemoteHands
from mqtt.commands import CommandDesk
from mqtt.contract.base import Latch
from mqtt.contract.messages import Reply
from mqtt.signed import Verifier

if TYPE_CHECKING:
    from paper_bank import Bank, Stock

DOOR = "D01"  # con-4


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Platform:
    """Signs commands and hears replies."""

    def __init__(self, bank: Bank) -> None:
        self._key = Ed25519PrivateKey.generate()
        self._bank = bank
        self.replies: list[Reply] = []
        verifier = Verifier({"k": b64(self._key.public_key().public_bytes_raw())}, "a/b")
        hands = RemoteHands(bank.cabinet, bank.reception.begin)
        self.desk = CommandDesk(
            verifier, CommandRows(bank.cabinet.ledger), hands.handlers, self._hear, bank.cabinet.clock
        )

    async def _hear(self, reply: Reply) -> None:
        self.replies.append(reply)

    def sign(self, body: dict[str, Any], command_id: str = "cmd-1", lasts: timedelta = timedelta(minutes=1)) -> str:
        now = self._bank.clock.wall
        claims = {
            "command_id": command_id,
            "audience": "a/b",
            "issued_at": instant(now),
            "not_after": instant(now + lasts),
            "body": body,
        }
        signed = f"{b64(json.dumps({'alg': 'EdDSA', 'kid': 'k'}).encode())}.{b64(json.dumps(claims).encode())}"
        return f"{signed}.{b64(self._key.sign(signed.encode()))}"

    @property
    def last(self) -> str:
        return self.replies[-1].status


@pytest.fixture
async def platform(bank: Bank, stock: Stock) -> Platform:
    await stock(bank)
    return Platform(bank)


def open_body(purpose: str = "inspect") -> dict[str, Any]:
    return {"kind": "open", "compartment": DOOR, "purpose": purpose, "on_behalf_of": "per-cai", "reason": "a call"}


async def opened(bank: Bank) -> None:
    await bank.cabinet.doors.until((DOOR,), Latch.UNLATCHED)


async def test_the_commands_row_is_there_before_the_pulse(bank: Bank, platform: Platform) -> None:
    await platform.desk.on_command(platform.sign(open_body()))
    await opened(bank)
    rows = await bank.rows("command.received", "attempt.started")
    assert [row.kind for row in rows] == ["command.received", "attempt.started"]
    assert rows[1].body["cause"] == "cmd-1"


@pytest.mark.parametrize(
    ("purpose", "state"), [("inspect", "deposited"), ("collect", "collected"), ("withdraw", "withdrawn")]
)
async def test_custody_ends_as_the_command_says(bank: Bank, platform: Platform, purpose: str, state: str) -> None:
    await platform.desk.on_command(platform.sign(open_body(purpose)))
    await bank.close(DOOR)
    await platform.desk.idle()
    while len(await bank.rows("visit.ended")) < 2:
        await bank.cabinet.doors.until((DOOR,), Latch.LATCHED)
    assert await bank.state("con-4") == state
    assert platform.last == "done"


async def test_a_repeated_command_opens_nothing_and_gets_the_stored_reply(bank: Bank, platform: Platform) -> None:
    token = platform.sign(open_body())
    await platform.desk.on_command(token)
    await bank.close(DOOR)
    await platform.desk.idle()
    await platform.desk.on_command(token)
    await platform.desk.idle()
    assert len(bank.panel.pulses) == 1
    assert platform.last == "done"


async def test_an_expired_command_and_one_without_a_clock_open_nothing(bank: Bank, platform: Platform) -> None:
    await platform.desk.on_command(platform.sign(open_body(), "cmd-old", timedelta(minutes=-1)))
    assert platform.last == "expired"
    bank.clock.believed = False
    await platform.desk.on_command(platform.sign(open_body(), "cmd-new"))
    assert (platform.last, platform.replies[-1].reason[:16]) == ("rejected", "clock_not_synced")
    assert not bank.panel.pulses


async def test_a_door_that_jams_fails_the_command_and_a_strange_one_too(bank: Bank, platform: Platform) -> None:
    bank.panel.jammed[DOOR] = HookOutcome.LINE_DOWN
    await platform.desk.on_command(platform.sign(open_body()))
    await platform.desk.idle()
    assert (platform.last, platform.replies[-1].reason) == ("failed", "line_down")
    await platform.desk.on_command(platform.sign(open_body() | {"compartment": "Z99"}, "cmd-2"))
    await platform.desk.idle()
    assert platform.last == "failed"


async def test_a_visit_that_fails_does_not_leave_the_command_hanging(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a fault of the program")

    monkeypatch.setattr("locker.visits.remote.open_door", broken)
    await platform.desk.on_command(platform.sign(open_body()))
    await platform.desk.idle()
    assert platform.last == "unknown"


async def test_a_compartment_is_taken_out_of_service_and_put_back(bank: Bank, platform: Platform) -> None:
    body = {"kind": "set_service", "compartment": DOOR, "in_service": False, "reason": "painting"}
    for number, in_service in enumerate((False, True)):
        await platform.desk.on_command(platform.sign(body | {"in_service": in_service}, f"cmd-{number}"))
        await platform.desk.idle()
        row = await bank.cabinet.ledger.run(lambda ledger: ledger.compartment(DOOR))
        assert row is not None
        assert (row.service == "in_service") is in_service
