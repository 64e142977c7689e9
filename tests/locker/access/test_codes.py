"""Codes: known answers, distinct active codes, and comparisons that never end early."""

from __future__ import annotations

import hmac
import struct
from hashlib import sha256
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locker.access import codes
from locker.access.codes import (
    ActiveCodes,
    OneTime,
    distinct_nonce,
    find_one_time,
    one_time_digest,
    pickup_code,
)
from mqtt.contract.base import CredentialKind

SECRET = b"\x02" * 32
KNOWN = ["84155011", "19661787", "64862938"]


def rfc_4226(secret: bytes, message: bytes) -> str:
    """Section 5.3 again, by another way of reading bytes."""
    digest = hmac.new(secret, message, sha256).digest()
    (number,) = struct.unpack_from(">I", digest, digest[31] % 16)
    return f"{(number % 2**31) % 100_000_000:08d}"


@given(
    st.binary(min_size=32, max_size=32),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", fullmatch=True),
    st.integers(0, 2**31),
)
def test_a_pickup_code_is_the_truncation_of_rfc_4226(secret: bytes, consignment: str, nonce: int) -> None:
    assert pickup_code(secret, consignment, nonce) == rfc_4226(secret, f"{consignment}:{nonce}".encode())


def test_pickup_codes_stay_what_they_are() -> None:
    assert [pickup_code(SECRET, "con-1", nonce) for nonce in range(3)] == KNOWN


def test_a_code_opens_its_consignment_and_nothing_else_does() -> None:
    active = ActiveCodes(SECRET, [("con-1", 0), ("con-2", 0), ("con-3", 5)])
    assert active.find(pickup_code(SECRET, "con-3", 5)) == "con-3"
    for wrong in ("", "0", pickup_code(SECRET, "con-3", 4), pickup_code(SECRET, "con-1", 0) + "0", "１２３４５６７８"):
        assert active.find(wrong) is None
    assert len(active.codes) == 3
    assert not any(code in repr(active._active) for code in active.codes)


def test_every_active_code_is_compared_whichever_was_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(left: bytes, right: bytes) -> bool:
        compared.append(right)
        return hmac.compare_digest(left, right)

    monkeypatch.setattr(codes, "hmac", SimpleNamespace(compare_digest=compare, digest=hmac.digest))
    active = ActiveCodes(SECRET, [(f"con-{number}", 0) for number in range(10)])
    for entered in (pickup_code(SECRET, "con-0", 0), pickup_code(SECRET, "con-9", 0), "00000000"):
        compared.clear()
        active.find(entered)
        assert len(compared) == 10
    one_time = [one("cre-1", "11112222"), one("cre-2", "33334444")]
    for entered in ("11112222", "33334444", "x"):
        compared.clear()
        find_one_time(SECRET, one_time, entered)
        assert len(compared) == 2


def one(credential: str, code: str, kind: CredentialKind = CredentialKind.DELEGATE) -> OneTime:
    return OneTime(credential, kind, one_time_digest(SECRET, kind, credential, code))


def test_a_one_time_code_is_found_by_its_digest_and_bound_to_kind_and_credential() -> None:
    known = [one("cre-1", "11112222"), one("cre-2", "33334444", CredentialKind.ENROLMENT)]
    assert find_one_time(SECRET, known, "33334444") == "cre-2"
    assert find_one_time(SECRET, known, "44443333") is None
    assert find_one_time(b"\x09" * 32, known, "33334444") is None
    moved = OneTime("cre-3", CredentialKind.DELEGATE, known[0].digest)
    assert find_one_time(SECRET, [moved], "11112222") is None
    expected = hmac.new(SECRET, b"delegate:cre-1:11112222", sha256).hexdigest()
    assert known[0].digest == expected
    assert expected not in repr(known[0])


def test_a_nonce_keeps_active_codes_distinct() -> None:
    taken = {pickup_code(SECRET, "con-1", 0), pickup_code(SECRET, "con-1", 1)}
    assert distinct_nonce(SECRET, "con-1", set()) == 0
    assert distinct_nonce(SECRET, "con-1", taken) == 2
    assert distinct_nonce(SECRET, "con-1", taken, lambda code: code == pickup_code(SECRET, "con-1", 2)) == 3
