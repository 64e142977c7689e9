"""The envelope in which a row of the journal is stored, published and exported."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from mqtt.contract.base import Digest, Instant, Message, OpaqueId, Seq
from mqtt.contract.events.catalogue import BY_KIND
from mqtt.contract.events.event import Event


class JournalRow(Message):
    """One row of the journal, as it is stored, published and exported.

    `hash` is SHA-256 over the RFC 8785 form of every other field; `prev_hash` is the hash of the row before
    (64 zeros for the first).
    """

    ledger_id: OpaqueId
    seq: Annotated[Seq, Field(ge=1)]
    at: Instant
    clock_synced: bool
    boot: int
    kind: str
    subject: OpaqueId
    body: dict[str, JsonValue]
    prev_hash: Digest
    hash: Digest

    def event(self) -> Event:
        """The typed event in the row.

        Raises:
            KeyError: the kind is not known.
            pydantic.ValidationError: the body does not fit its kind.
        """
        return BY_KIND[self.kind].model_validate(self.body)
