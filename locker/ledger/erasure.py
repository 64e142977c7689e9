"""Nobody has to remember an erasure: whoever is in no list and awaits nothing is erased, in that same transaction.

Looked for with each directory and with each end of custody, the two moments in which somebody may have become a
stranger.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TypeGuard

from locker.ledger.vault import Vault
from mqtt.contract.base import ConsignmentState
from mqtt.contract.events import (
    ConsignmentCollected,
    ConsignmentReleased,
    ConsignmentWithdrawn,
    DirectoryApplied,
    Event,
)

_STRANGERS = """
SELECT person FROM person_keys k
WHERE NOT EXISTS (SELECT 1 FROM people WHERE person = k.person)
AND NOT EXISTS (SELECT 1 FROM templates WHERE person = k.person AND revoked = 0)
AND NOT EXISTS (
    SELECT 1 FROM consignments
    WHERE recipient = k.person AND state IN ('expected', 'reserved', 'deposited', 'refused')
)
"""
"""A template that stands keeps its person: only an event may take it from the gallery."""


def ends_custody(event: Event) -> TypeGuard[ConsignmentCollected | ConsignmentReleased | ConsignmentWithdrawn]:
    """Whether a consignment is out of the cabinet's hands with it, or will never come."""
    if isinstance(event, ConsignmentReleased):
        return event.state is not ConsignmentState.EXPECTED
    return isinstance(event, ConsignmentCollected | ConsignmentWithdrawn)


def erase_strangers(db: sqlite3.Connection, vault: Vault, events: Iterable[Event]) -> bool:
    """Destroy the keys of people whom nothing binds to this cabinet any more; whether there were any."""
    if not any(isinstance(event, DirectoryApplied) or ends_custody(event) for event in events):
        return False
    strangers = [row["person"] for row in db.execute(_STRANGERS)]
    for person in strangers:
        vault.erase(person)
    return bool(strangers)
