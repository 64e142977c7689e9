"""Rows of a cabinet's journal as they arrive, and the check that each follows the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

GENESIS = "0" * 64
FIELDS = frozenset({"ledger_id", "seq", "at", "clock_synced", "boot", "kind", "subject", "body", "prev_hash", "hash"})

Json: TypeAlias = "bool | int | str | list[Json] | Mapping[str, Json] | None"


class UnreadableRow(Exception):
    """A payload that is no row of a journal: which field is wrong, and how."""


class BrokenChain(Exception):
    """A row that does not follow from the one before, or does not hash to what it says."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the journal; `text` is what arrived."""

    ledger_id: str
    seq: int
    at: str
    boot: int
    kind: str
    subject: str
    body: Mapping[str, Json]
    prev_hash: str
    hash: str
    computed: str
    text: str

    def word(self, name: str) -> str:
        """A field of the body that must be text."""
        value = self.body.get(name)
        if not isinstance(value, str):
            raise UnreadableRow(f"{self.kind} at seq {self.seq}: {name} is {value!r}, not text")
        return value

    def word_or_none(self, name: str) -> str | None:
        """A field of the body that is text or absent."""
        return None if self.body.get(name) is None else self.word(name)

    def number(self, name: str) -> int:
        """A field of the body that must be an integer."""
        value = self.body.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise UnreadableRow(f"{self.kind} at seq {self.seq}: {name} is {value!r}, not an integer")
        return value

    def number_or_none(self, name: str) -> int | None:
        """A field of the body that is an integer or absent."""
        return None if self.body.get(name) is None else self.number(name)

    def flag(self, name: str) -> bool:
        """A field of the body that must be true or false."""
        value = self.body.get(name)
        if not isinstance(value, bool):
            raise UnreadableRow(f"{self.kind} at seq {self.seq}: {name} is {value!r}, not true or false")
        return value

    def follows(self, seq: int, digest: str) -> None:
        """Check that this row is the next after `seq`, whose hash is `digest`.

        Raises:
            BrokenChain: it is not, or it was changed on its way.
        """
        if self.hash != self.computed:
            raise BrokenChain(f"seq {self.seq} of {self.ledger_id} hashes to {self.computed}, but says {self.hash}")
        if self.seq != seq + 1 or self.prev_hash != digest:
            raise BrokenChain(f"seq {self.seq} of {self.ledger_id} names {self.prev_hash} before it, not {digest}")


def read_row(payload: bytes) -> Row:
    """The row in an MQTT payload or in the store.

    Raises:
        UnreadableRow: not a JSON object of exactly a row's fields, or with numbers other than integers.
    """
    try:
        text = payload.decode("utf-8")
        value = json.loads(text, parse_float=_refuse, parse_constant=_refuse)
        if not isinstance(value, dict) or set(value) != FIELDS:
            raise UnreadableRow(f"not a row of a journal: {text[:80]!r}")
        sealed = {name: part for name, part in value.items() if name != "hash"}
        computed = hashlib.sha256(canonical(sealed).encode("utf-8")).hexdigest()
    except (ValueError, RecursionError) as error:
        raise UnreadableRow(f"not a row of a journal: {error}") from error
    row = Row(
        ledger_id=value["ledger_id"],
        seq=value["seq"],
        at=value["at"],
        boot=value["boot"],
        kind=value["kind"],
        subject=value["subject"],
        body=value["body"],
        prev_hash=value["prev_hash"],
        hash=value["hash"],
        computed=computed,
        text=text,
    )
    _check_types(row)
    return row


def canonical(value: Json) -> str:
    """The RFC 8785 form, for objects with ASCII names and values other than fractions."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _refuse(number: str) -> None:
    raise ValueError(f"{number} is not an integer")


def _check_types(row: Row) -> None:
    for name in ("ledger_id", "at", "kind", "subject", "prev_hash", "hash"):
        if not isinstance(getattr(row, name), str):
            raise UnreadableRow(f"{name} of a row is not text")
    for name in ("seq", "boot"):
        if type(getattr(row, name)) is not int:
            raise UnreadableRow(f"{name} of a row is not an integer")
    if row.seq < 1 or not isinstance(row.body, dict):
        raise UnreadableRow(f"a row with seq {row.seq} and a body of type {type(row.body).__name__}")
