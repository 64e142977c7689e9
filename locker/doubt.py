"""When the ledger can no longer vouch for what lies behind a door: the compartment needs a check.

A doubted parcel can still be collected by whoever it belongs to; nothing new is put in before somebody has looked.
"""

from __future__ import annotations

from locker.ledger import Ledger
from mqtt.contract.base import ServiceState
from mqtt.contract.events import CompartmentServiceChanged, ConsignmentDoubted, Event

OPENED_BY_ITSELF = "the door opened without an attempt"
"""The reason that the ledger keeps with a compartment that opened by itself or by force."""


def doubted(ledger: Ledger, compartment: str, reason: str, visit: str | None = None) -> list[Event]:
    """The events that put a compartment and what is kept there in doubt; none for what is in doubt already."""
    events: list[Event] = []
    row = ledger.compartment(compartment)
    if row is not None and row.service is ServiceState.IN_SERVICE:
        events.append(
            CompartmentServiceChanged(
                compartment=compartment, state=ServiceState.NEEDS_CHECK, reason=reason, visit=visit
            )
        )
    kept = ledger.consignments(compartment=compartment)
    return events + [
        ConsignmentDoubted(consignment=consignment.id, doubted=True, reason=reason)
        for consignment in kept
        if not consignment.doubted
    ]
