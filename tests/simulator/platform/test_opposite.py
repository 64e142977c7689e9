"""The platform opposite the cabinet's own reading of the contract: two implementations that must agree."""

import random
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from mqtt.contract.events import BY_KIND
from mqtt.contract.messages import OpenDoor
from mqtt.directory import DirectoryReader
from mqtt.errors import Forged, WrongAudience
from mqtt.signed import Verifier
from simulator.platform.commands import CommandOffice, Forgery
from simulator.platform.community import Mint, found
from simulator.platform.copy import _STEPS
from simulator.platform.jose import Signer, UnusableKey, seal
from simulator.platform.registry import Registry

AUDIENCE = "sunrise/east"
CHANGE_NO_STATE = {
    "daemon.started",
    "daemon.stopped",
    "clock.stepped",
    "door.alarm",
    "lock.drifted",
    "panel.fault",
    "look.refused",
    "enrolment.asked",
}


def now() -> datetime:
    return datetime(2026, 3, 1, 8, tzinfo=UTC)


def b64u(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def signer(key: Ed25519PrivateKey) -> Signer:
    return Signer(key.private_bytes_raw(), "p1")


@pytest.fixture
def verifier(key: Ed25519PrivateKey) -> Verifier:
    return Verifier({"p1": b64u(key.public_key().public_bytes_raw())}, AUDIENCE)


@pytest.fixture
def registry() -> Registry:
    mint = Mint(random.Random(7))
    return Registry(found(mint), mint, b"c" * 32, AUDIENCE, now)


@pytest.fixture
def office(signer: Signer) -> CommandOffice:
    forger = Signer(Ed25519PrivateKey.generate().private_bytes_raw(), "p1")
    return CommandOffice(signer, forger, AUDIENCE, now)


def test_the_cabinet_reads_a_full_directory_and_a_difference(
    registry: Registry, signer: Signer, verifier: Verifier
) -> None:
    exchange = X25519PrivateKey.generate()
    public = b64u(exchange.public_key().public_bytes_raw())
    reader = DirectoryReader(verifier, exchange)
    opened = reader.read(signer.sign(registry.full(public, None)), in_force=0)
    assert opened.directory.version == 1
    assert {who.person for who in opened.directory.residents} == set(opened.personal.residents)
    assert {who.person for who in opened.directory.staff} == set(opened.personal.staff)
    assert {one.consignment for one in opened.directory.expected} == set(opened.personal.consignments)
    code = registry.new_delegate_code(opened.directory.expected[0].consignment)
    changed = reader.read(signer.sign(registry.difference(public, codes=[code])), in_force=1)
    assert [one.credential for one in changed.directory.codes] == [code.credential]


def test_the_cabinet_reads_a_command(office: CommandOffice, verifier: Verifier) -> None:
    body = {"kind": "open", "compartment": "A01", "purpose": "inspect", "reason": "test"}
    command = verifier.command(office.issue("cmd-1", body, 60).token)
    assert isinstance(command.body, OpenDoor)
    assert (command.issued_at, command.not_after) == ("2026-03-01T08:00:00.000Z", "2026-03-01T08:01:00.000Z")


@pytest.mark.parametrize(
    ("forgery", "refusal"),
    [(Forgery.SIGNATURE, Forged), (Forgery.KEY, Forged), (Forgery.AUDIENCE, WrongAudience)],
)
def test_the_cabinet_refuses_every_forgery(
    office: CommandOffice, verifier: Verifier, forgery: Forgery, refusal: type[Exception]
) -> None:
    body = {"kind": "open", "compartment": "A01", "purpose": "inspect", "reason": "test"}
    with pytest.raises(refusal):
        verifier.command(office.issue("cmd-1", body, 60, forgery).token)


def test_a_forgery_does_not_take_the_place_of_the_true_command(office: CommandOffice) -> None:
    true = office.issue("cmd-1", {}, 60)
    office.issue("cmd-1", {}, 60, Forgery.KEY)
    assert office.sent("cmd-1") == true


def test_only_true_commands_that_may_still_be_obeyed_are_sent_again(office: CommandOffice) -> None:
    waiting = office.issue("cmd-1", {}, 60)
    office.issue("cmd-2", {}, 60, expired=True)
    office.issue("cmd-3", {}, 60, Forgery.KEY)
    office.issue("cmd-4", {}, 60)
    office.file("cmd-4", "accepted", "")
    office.file("cmd-4", "accepted", "")
    assert office.unanswered() == (waiting,)
    assert len(office.replies("cmd-4")) == 1


def test_every_kind_of_event_is_folded_or_known_to_change_nothing() -> None:
    assert set(_STEPS) | CHANGE_NO_STATE == set(BY_KIND)


@pytest.mark.parametrize("public", ["", "AAAA", "*" * 43])
def test_nothing_is_sealed_for_what_is_no_key(public: str) -> None:
    with pytest.raises(UnusableKey):
        seal("{}", public)
