"""Encryption at rest: a key for each person, wrapped under the ledger key; destroying it erases the person.

AES-256-GCM throughout. Additional data binds each wrapped key to its person and each value to its person, kind and id,
so that rows which somebody swaps do not open. What must be found by its content has a keyed hash beside it.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from locker.ledger.errors import IllegalTransition, Unreadable

_NONCE_BYTES = 12  # SP 800-38D, 8.2.2: random 96-bit nonces; far below 2**32 values under one key
_KEY_BYTES = 32
_SEALED = "SELECT s.kind, s.id, s.person, s.content, k.wrapped FROM sealed s JOIN person_keys k USING (person)"


@dataclass(frozen=True)
class Opened:
    """A value in the clear; it lives in memory only."""

    person: str
    kind: str
    id: str
    content: bytes = field(repr=False)


class Vault:
    """Sealed values in the ledger's database; it takes part in the caller's transaction."""

    def __init__(self, db: sqlite3.Connection, ledger_key: bytes, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self._db = db
        self._wrapping = AESGCM(ledger_key)
        self._finding = HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"iris-locker sealed value lookup 1").derive(
            ledger_key
        )
        self._entropy = entropy

    def store(self, person: str, kind: str, id_: str, content: bytes, *, findable: bool = False) -> None:
        """Seal a value under its person's key; one of the same kind and id is replaced.

        Args:
            person: whose it is.
            kind: what it is.
            id_: its own, among those of its kind.
            content: in the clear.
            findable: whether `find` finds it by its content.

        Raises:
            IllegalTransition: the value with that id is another person's.
            Unreadable: the person's key does not open.
        """
        key = self._key(person) or self._new_key(person)
        changed = self._db.execute(
            "INSERT INTO sealed (kind, id, person, content, found_by) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET content = excluded.content, found_by = excluded.found_by "
            "WHERE person = excluded.person",
            (
                kind,
                id_,
                person,
                self._encrypt(key, content, _bound(person, kind, id_)),
                self._found_by(kind, content) if findable else None,
            ),
        ).rowcount
        if not changed:
            raise IllegalTransition(f"{kind} {id_} is kept for another person than {person}")

    def open(self, kind: str, id_: str) -> Opened | None:
        """The value of a kind and id, if there is one.

        Raises:
            Unreadable: it was altered or moved.
        """
        return next(self._open_all("kind = ? AND id = ?", (kind, id_)), None)

    def open_kind(self, kind: str) -> Iterator[Opened]:
        """Every value of a kind.

        Raises:
            Unreadable: one was altered or moved.
        """
        return self._open_all("kind = ?", (kind,))

    def find(self, kind: str, content: bytes) -> Iterator[Opened]:
        """The values of a kind that were stored findable and have this content.

        Raises:
            Unreadable: one was altered or moved.
        """
        found = self._open_all("kind = ? AND found_by = ?", (kind, self._found_by(kind, content)))
        return (opened for opened in found if opened.content == content)  # a hash that somebody moved finds nothing

    def make_findable(self, kind: str) -> None:
        """Give the values of a kind that an older program stored their hash; what does not open stays as it is."""
        for row in self._db.execute("SELECT id FROM sealed WHERE kind = ? AND found_by IS NULL", (kind,)).fetchall():
            with contextlib.suppress(Unreadable):
                opened = self.open(kind, row["id"])
                assert opened is not None
                self._db.execute(
                    "UPDATE sealed SET found_by = ? WHERE kind = ? AND id = ?",
                    (self._found_by(kind, opened.content), kind, row["id"]),
                )

    def drop(self, kind: str, id_: str) -> None:
        """Remove a value."""
        self._db.execute("DELETE FROM sealed WHERE kind = ? AND id = ?", (kind, id_))

    def erase(self, person: str) -> None:
        """Destroy a person's key and everything sealed under it."""
        self._db.execute("DELETE FROM sealed WHERE person = ?", (person,))
        self._db.execute("DELETE FROM person_keys WHERE person = ?", (person,))

    def _found_by(self, kind: str, content: bytes) -> bytes:
        return hmac.digest(self._finding, kind.encode("utf-8") + b"\0" + content, sha256)

    def _open_all(self, condition: str, values: tuple[str | bytes, ...]) -> Iterator[Opened]:
        found = self._db.execute(f"{_SEALED} WHERE {condition} ORDER BY s.kind, s.id", values)
        for row in found.fetchall():
            person, kind, id_ = row["person"], row["kind"], row["id"]
            key = self._unwrap(person, row["wrapped"])
            try:
                content = _decrypt(key, row["content"], _bound(person, kind, id_))
            except InvalidTag as error:
                raise Unreadable(f"{kind} {id_} of {person} does not open: it was altered or moved") from error
            yield Opened(person, kind, id_, content)

    def _key(self, person: str) -> AESGCM | None:
        row = self._db.execute("SELECT wrapped FROM person_keys WHERE person = ?", (person,)).fetchone()
        return None if row is None else self._unwrap(person, row["wrapped"])

    def _new_key(self, person: str) -> AESGCM:
        key = self._entropy(_KEY_BYTES)
        wrapped = self._encrypt(self._wrapping, key, _bound(person))
        self._db.execute("INSERT INTO person_keys VALUES (?, ?)", (person, wrapped))
        return AESGCM(key)

    def _unwrap(self, person: str, wrapped: bytes) -> AESGCM:
        try:
            return AESGCM(_decrypt(self._wrapping, wrapped, _bound(person)))
        except InvalidTag as error:
            raise Unreadable(f"the key of {person} does not open: it was altered or moved") from error

    def _encrypt(self, key: AESGCM, content: bytes, bound: bytes) -> bytes:
        nonce = self._entropy(_NONCE_BYTES)
        return nonce + key.encrypt(nonce, content, bound)


def _decrypt(key: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)


def _bound(*parts: str) -> bytes:
    return "\0".join(parts).encode("utf-8")  # no opaque id holds a NUL
