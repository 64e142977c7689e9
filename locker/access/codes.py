"""Pickup codes, which nobody stores, and one-time codes, of which only a digest is stored.

Comparisons take the same time whatever is entered: every active code is looked at, and none ends the search.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count

from locker.ledger import INSIDE, Ledger
from mqtt.contract.base import CredentialKind

CODE_DIGITS = 8
"""Ten to the eighth codes against a few dozen active ones, and a keypad that slows down."""


def pickup_code(secret: bytes, consignment: str, nonce: int) -> str:
    """The code that opens a consignment's compartment: eight digits.

    Source: RFC 4226, section 5.3 (dynamic truncation), over HMAC-SHA-256(secret, "{consignment}:{nonce}").
    """
    digest = hmac.digest(secret, f"{consignment}:{nonce}".encode(), sha256)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**CODE_DIGITS).zfill(CODE_DIGITS)


def one_time_digest(secret: bytes, kind: CredentialKind, credential: str, code: str) -> str:
    """What the directory says instead of a one-time code: HMAC-SHA-256(secret, "{kind}:{credential}:{code}"), hex."""
    return hmac.digest(secret, f"{kind.value}:{credential}:{code}".encode(), sha256).hex()


@dataclass(frozen=True)
class OneTime:
    """A one-time code that may be entered."""

    credential: str
    kind: CredentialKind
    digest: str = field(repr=False)


def find_one_time(secret: bytes, codes: Iterable[OneTime], entered: str) -> str | None:
    """The credential whose code was entered; None when there is none."""
    found = None
    for code in codes:
        digest = one_time_digest(secret, code.kind, code.credential, entered)
        if hmac.compare_digest(digest, code.digest):
            found = code.credential
    return found


@dataclass(frozen=True)
class Active:
    """A pickup code that opens something now."""

    consignment: str
    code: str = field(repr=False)


class ActiveCodes:
    """The pickup codes of the consignments that lie in the cabinet, derived anew, held in memory only."""

    def __init__(self, secret: bytes, consignments: Iterable[tuple[str, int]]) -> None:
        """From (consignment, nonce) pairs."""
        self._active = tuple(Active(id_, pickup_code(secret, id_, nonce)) for id_, nonce in consignments)

    @classmethod
    def of(cls, ledger: Ledger, secret: bytes) -> ActiveCodes:
        """The codes of everything that lies behind a door, put-back consignments as well."""
        return cls(secret, ((c.id, c.nonce) for c in ledger.consignments(state=INSIDE) if c.nonce is not None))

    @property
    def codes(self) -> frozenset[str]:
        """Every active code."""
        return frozenset(active.code for active in self._active)

    def find(self, entered: str) -> str | None:
        """The consignment whose code was entered; None when there is none."""
        attempt = entered.encode("utf-8")  # what was entered need not be ASCII
        found = None
        for active in self._active:
            if hmac.compare_digest(attempt, active.code.encode("ascii")):
                found = active.consignment
        return found


def distinct_nonce(
    secret: bytes, consignment: str, active: Collection[str], taken: Callable[[str], bool] = lambda _code: False
) -> int:
    """The least nonce whose code is not `active` and not `taken` otherwise.

    Args:
        secret: shared with the platform.
        consignment: what the code is to open.
        active: pickup codes in use.
        taken: whether a code would open something else; by default none does.
    """
    for nonce in count():
        code = pickup_code(secret, consignment, nonce)
        if code not in active and not taken(code):
            return nonce
    raise AssertionError("counting does not end")


def free_nonce(ledger: Ledger, secret: bytes, consignment: str) -> int:
    """The nonce for a deposit: its code opens nothing else, neither a pickup nor as anybody's one-time code."""
    one_time = open_one_time(ledger)
    return distinct_nonce(
        secret,
        consignment,
        ActiveCodes.of(ledger, secret).codes,
        lambda code: find_one_time(secret, one_time, code) is not None,
    )


def open_one_time(ledger: Ledger, kind: CredentialKind | None = None) -> tuple[OneTime, ...]:
    """One-time codes that are neither spent nor void, of a kind or of every kind."""
    return tuple(
        OneTime(found.credential, found.kind, found.digest)
        for found in ledger.credentials(kind)
        if found.digest is not None
    )
