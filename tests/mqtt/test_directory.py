"""The directory: its place among the versions, and its personal part."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from platform_keys import AUDIENCE, PlatformKeys, b64u

from mqtt.directory import DirectoryReader
from mqtt.errors import DirectoryGap, DirectoryStale, Malformed, PersonalPartUnreadable
from mqtt.signed import Verifier

PERSONAL = {"residents": {"p-1": {"name": "王小明", "room": "3-1201", "phone_tail": "4821"}}}


@pytest.fixture
def reader(keys: PlatformKeys) -> DirectoryReader:
    return DirectoryReader(Verifier(keys.public, AUDIENCE), keys.cabinet)


def directory(version: int, base: int | None = None, **other: Any) -> dict[str, Any]:
    claims = {"audience": AUDIENCE, "version": version, "issued_at": "2026-03-01T08:00:00.000Z"} | other
    return claims | ({"base": base} if base is not None else {})


def test_a_full_directory_opens_with_its_personal_part(keys: PlatformKeys, reader: DirectoryReader) -> None:
    residents = [{"person": "p-1", "household": "h-1"}]
    opened, personal = reader.read(keys.sign(directory(3, residents=residents, personal=keys.seal(PERSONAL))), 1)
    assert opened.residents[0].household == "h-1"
    assert personal.residents["p-1"].name == "王小明"


def test_a_directory_without_a_personal_part_brings_an_empty_one(keys: PlatformKeys, reader: DirectoryReader) -> None:
    assert reader.read(keys.sign(directory(1)), 0).personal.residents == {}


@pytest.mark.parametrize(
    ("claims", "in_force", "fault"),
    [
        (directory(3), 3, DirectoryStale),
        (directory(2), 3, DirectoryStale),
        (directory(3, base=2), 3, DirectoryStale),
        (directory(5, base=4), 3, DirectoryGap),
        (directory(5, base=2), 3, DirectoryGap),
        (directory(5, base=5), 5, Malformed),
        (directory(4, base=6), 3, Malformed),
    ],
)
def test_a_version_out_of_order_is_refused(
    keys: PlatformKeys, claims: dict[str, Any], in_force: int, fault: type[Exception]
) -> None:
    reader = DirectoryReader(Verifier(keys.public, AUDIENCE), keys.cabinet)
    with pytest.raises(fault):
        reader.read(keys.sign(claims), in_force)


def test_a_differential_directory_applies_on_its_base(keys: PlatformKeys, reader: DirectoryReader) -> None:
    assert reader.read(keys.sign(directory(4, 3)), 3).directory.base == 3


@pytest.mark.parametrize(
    "spoil", ["another key", "compressed", "another cipher", "not the contract", "noise", "zero point"]
)
def test_a_personal_part_that_does_not_open_is_refused(keys: PlatformKeys, reader: DirectoryReader, spoil: str) -> None:
    sealed = {
        "another key": lambda: keys.seal(PERSONAL, to=X25519PrivateKey.generate()),
        "compressed": lambda: keys.seal(PERSONAL, {"zip": "DEF"}),
        "another cipher": lambda: keys.seal(PERSONAL, {"enc": "A128CBC-HS256"}),
        "not the contract": lambda: keys.seal({"residents": {"p-1": {"name": "x"}}}),
        "noise": lambda: "a.b.c.d.e",
        "zero point": lambda: _with_zero_point(keys.seal(PERSONAL)),
    }[spoil]()
    with pytest.raises(PersonalPartUnreadable) as caught:
        reader.read(keys.sign(directory(1, personal=sealed)), 0)
    assert "王" not in str(caught.value)


def _with_zero_point(token: str) -> str:
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "epk": {"kty": "OKP", "crv": "X25519", "x": "A" * 43}}
    return ".".join([b64u(json.dumps(header).encode()), *token.split(".")[1:]])
