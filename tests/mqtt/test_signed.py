"""Whom the cabinet believes: signed by another library, opened by ours; and everything else refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from platform_keys import AUDIENCE, PlatformKeys, b64u, command_claims

from mqtt.contract.messages import OpenDoor
from mqtt.errors import Forged, LinkSettingsInvalid, Malformed, Untrusted, WrongAudience
from mqtt.signed import Verifier, claimed_command_id


@pytest.fixture(scope="session")
def verifier(keys: PlatformKeys) -> Verifier:
    return Verifier(keys.public, AUDIENCE)


def test_a_command_signed_by_the_platform_opens(keys: PlatformKeys, verifier: Verifier) -> None:
    command = verifier.command(keys.sign(command_claims(), {"alg": "EdDSA", "kid": "k1", "typ": "JOSE"}))
    assert isinstance(command.body, OpenDoor)


def test_the_newer_name_of_the_algorithm_is_accepted_too(keys: PlatformKeys, verifier: Verifier) -> None:
    header = b64u(json.dumps({"alg": "Ed25519", "kid": "k1"}).encode())
    payload = b64u(json.dumps(command_claims()).encode())
    signature = keys.raw_sign(f"{header}.{payload}".encode())
    assert verifier.command(f"{header}.{payload}.{b64u(signature)}").command_id == "c-1"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "k1"},
        {"alg": "HS256", "kid": "k1"},
        {"alg": "EdDSA"},
        {"alg": "EdDSA", "kid": "k2"},
        {"alg": "EdDSA", "kid": 1},
        {"alg": "EdDSA", "kid": "k1", "crit": ["b64"], "b64": False},
        {"alg": "EdDSA", "kid": "k1", "jwk": {"kty": "OKP"}},
        {"alg": "EdDSA", "kid": "k1", "jku": "https://example.org/keys"},
    ],
)
def test_a_header_that_asks_for_anything_else_is_forged(
    keys: PlatformKeys, verifier: Verifier, header: dict[str, Any]
) -> None:
    _, payload, signature = keys.command().split(".")
    with pytest.raises(Forged):
        verifier.command(f"{b64u(json.dumps(header).encode())}.{payload}.{signature}")


def test_another_key_under_a_known_name_is_forged(verifier: Verifier) -> None:
    with pytest.raises(Forged, match="k1"):
        verifier.command(PlatformKeys().command())


def test_every_changed_character_is_noticed(keys: PlatformKeys, verifier: Verifier) -> None:
    token = keys.command()
    for place in range(0, len(token) - 1, 7):  # the last character has bits that mean nothing
        swapped = "A" if token[place] != "A" else "B"
        with pytest.raises(Untrusted):
            verifier.command(token[:place] + swapped + token[place + 1 :])


@pytest.mark.parametrize(
    "claims",
    [
        b"",
        b"[]",
        b"null",
        command_claims() | {"more": 1},
        command_claims(body={"kind": "open", "compartment": "A1", "reason": ""}),
        command_claims(body={"kind": "dance"}),
        command_claims(not_after="yesterday"),
        command_claims(command_id="../../etc"),
    ],
)
def test_signed_claims_that_do_not_fit_are_malformed(keys: PlatformKeys, verifier: Verifier, claims: Any) -> None:
    with pytest.raises(Malformed):
        verifier.command(keys.sign(claims))


def test_a_directory_is_no_command(keys: PlatformKeys, verifier: Verifier) -> None:
    token = keys.sign({"audience": AUDIENCE, "version": 1, "issued_at": "2026-03-01T08:00:00.000Z"})
    assert verifier.directory(token).version == 1
    with pytest.raises(Malformed):
        verifier.command(token)


def test_another_cabinets_command_has_the_wrong_audience(keys: PlatformKeys, verifier: Verifier) -> None:
    with pytest.raises(WrongAudience, match="east-2"):
        verifier.command(keys.command(audience="willow/east-2"))


def test_an_oversized_command_is_refused_unread(verifier: Verifier) -> None:
    with pytest.raises(Malformed, match="at most"):
        verifier.command("a" * 20_000)


@given(
    st.one_of(st.text(max_size=300), st.from_regex(r"[A-Za-z0-9_-]{0,60}\.[A-Za-z0-9_-]{0,60}\.[A-Za-z0-9_-]{0,90}"))
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_arrives_is_refused_by_name(keys: PlatformKeys, text: str) -> None:
    verifier = Verifier(keys.public, AUDIENCE)
    with pytest.raises(Untrusted):
        verifier.command(text)
    assert claimed_command_id(text) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=8,
)


@given(JSON)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_signed_json_is_a_command_or_malformed(keys: PlatformKeys, claims: Any) -> None:
    with pytest.raises(Untrusted):
        Verifier(keys.public, AUDIENCE).command(keys.sign(claims))


@pytest.mark.parametrize("key", ["", "AAAA", "é", "A" * 44, "!" * 43])
def test_a_bad_key_in_the_settings_is_named(key: str) -> None:
    with pytest.raises(LinkSettingsInvalid, match=r"signing_keys\.main"):
        Verifier({"main": key}, AUDIENCE)
