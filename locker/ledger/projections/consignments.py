"""Custody of consignments: expected, reserved, deposited, collected, refused, withdrawn, expired, cancelled.

A compartment holds at most one consignment; the consignment's row and the compartment's row change together.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from locker.ledger.errors import IllegalTransition
from locker.ledger.projections import compartments, visits
from mqtt.contract.base import ConsignmentState as State
from mqtt.contract.events import (
    ConsignmentCollected,
    ConsignmentConfirmed,
    ConsignmentDeposited,
    ConsignmentDoubted,
    ConsignmentExpected,
    ConsignmentRefused,
    ConsignmentReleased,
    ConsignmentRelocated,
    ConsignmentReserved,
    ConsignmentWithdrawn,
    JournalRow,
)


def _known(db: sqlite3.Connection, consignment: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute("SELECT * FROM consignments WHERE consignment = ?", (consignment,)).fetchone()
    if row is None:
        raise IllegalTransition(f"consignment {consignment} is not known; record consignment.expected first")
    return row


def _in_state(db: sqlite3.Connection, consignment: str, states: Collection[State], becoming: str) -> sqlite3.Row:
    found = _known(db, consignment)
    if found["state"] not in states:
        raise IllegalTransition(f"consignment {consignment} cannot be {becoming}: it is {found['state']}")
    return found


def _refuse_elsewhere(found: sqlite3.Row, compartment: str) -> None:
    if found["compartment"] != compartment:
        raise IllegalTransition(
            f"consignment {found['consignment']} is in {found['compartment']}, the event says {compartment}"
        )


def expected(db: sqlite3.Connection, event: ConsignmentExpected, row: JournalRow) -> None:
    """A consignment is announced, or its announcement is corrected before anything was reserved for it."""
    values = (
        event.service,
        event.direction,
        event.recipient,
        event.carrier,
        event.size,
        event.deadline_h,
        event.consignment,
    )
    if db.execute("SELECT 1 FROM consignments WHERE consignment = ?", (event.consignment,)).fetchone():
        _in_state(db, event.consignment, (State.EXPECTED,), "expected again")
        db.execute(
            "UPDATE consignments SET service = ?, direction = ?, recipient = ?, carrier = ?, size = ?, deadline_h = ? "
            "WHERE consignment = ?",
            values,
        )
        return
    db.execute(
        "INSERT INTO consignments (service, direction, recipient, carrier, size, deadline_h, consignment, state, "
        "expected_seq) VALUES (?, ?, ?, ?, ?, ?, ?, 'expected', ?)",
        (*values, row.seq),
    )


def reserved(db: sqlite3.Connection, event: ConsignmentReserved, _row: JournalRow) -> None:
    """A free compartment in service is kept for it."""
    _in_state(db, event.consignment, (State.EXPECTED,), "reserved")
    visits.refuse_unless_open(db, event.visit)
    compartments.keep(db, event.compartment, event.consignment)
    db.execute(
        "UPDATE consignments SET state = 'reserved', compartment = ?, reserved_by = ?, last_visit = ? "
        "WHERE consignment = ?",
        (event.compartment, event.by, event.visit, event.consignment),
    )


def relocated(db: sqlite3.Connection, event: ConsignmentRelocated, _row: JournalRow) -> None:
    """Its reservation moves; the compartment that it leaves is free."""
    found = _in_state(db, event.consignment, (State.RESERVED,), "relocated")
    _refuse_elsewhere(found, event.left)
    visits.refuse_unless_open(db, event.visit)
    compartments.free(db, event.left)
    compartments.keep(db, event.compartment, event.consignment)
    db.execute(
        "UPDATE consignments SET compartment = ?, last_visit = ? WHERE consignment = ?",
        (event.compartment, event.visit, event.consignment),
    )


def deposited(db: sqlite3.Connection, event: ConsignmentDeposited, row: JournalRow) -> None:
    """In custody, in the compartment that was reserved."""
    found = _in_state(db, event.consignment, (State.RESERVED,), "deposited")
    _refuse_elsewhere(found, event.compartment)
    visits.refuse_unless_open(db, event.visit)
    compartments.fill(db, event.compartment, event.consignment)
    db.execute(
        "UPDATE consignments SET state = 'deposited', deposited_by = ?, deposit_visit = ?, deposited_at = ?, "
        "confirmed = ?, nonce = ?, deadline = ?, last_visit = ? WHERE consignment = ?",
        (
            event.by,
            event.visit,
            row.at,
            event.confirmed,
            event.nonce,
            event.deadline,
            event.visit,
            event.consignment,
        ),
    )


def confirmed(db: sqlite3.Connection, event: ConsignmentConfirmed, _row: JournalRow) -> None:
    """Somebody vouches for a deposit that nobody had confirmed."""
    found = _in_state(db, event.consignment, (State.DEPOSITED,), "confirmed")
    if found["confirmed"]:
        raise IllegalTransition(f"consignment {event.consignment} is confirmed already")
    db.execute("UPDATE consignments SET confirmed = 1 WHERE consignment = ?", (event.consignment,))


def collected(db: sqlite3.Connection, event: ConsignmentCollected, _row: JournalRow) -> None:
    """Out of custody. A refused one may still be taken in the visit that put it back."""
    found = _in_state(db, event.consignment, (State.DEPOSITED, State.REFUSED), "collected")
    _refuse_elsewhere(found, event.compartment)
    visits.refuse_unless_open(db, event.visit)
    if found["state"] == State.REFUSED and found["last_visit"] != event.visit:
        raise IllegalTransition(
            f"consignment {event.consignment} was refused in visit {found['last_visit']}; "
            "only that visit may collect it"
        )
    _leave(db, found, State.COLLECTED, event.visit)


def refused(db: sqlite3.Connection, event: ConsignmentRefused, _row: JournalRow) -> None:
    """Put back, and waiting to be taken back. A collected one may come back in the visit that collected it."""
    found = _in_state(db, event.consignment, (State.DEPOSITED, State.COLLECTED), "refused")
    visits.refuse_unless_open(db, event.visit)
    if found["state"] == State.DEPOSITED:
        _refuse_elsewhere(found, event.compartment)
    elif (found["last_visit"], found["last_compartment"]) != (event.visit, event.compartment):
        raise IllegalTransition(
            f"consignment {event.consignment} was collected from {found['last_compartment']} in visit "
            f"{found['last_visit']}; only that visit may put it back, and only there"
        )
    compartments.fill(db, event.compartment, event.consignment)
    db.execute(
        "UPDATE consignments SET state = 'refused', compartment = ?, last_visit = ? WHERE consignment = ?",
        (event.compartment, event.visit, event.consignment),
    )


def withdrawn(db: sqlite3.Connection, event: ConsignmentWithdrawn, _row: JournalRow) -> None:
    """Taken back."""
    found = _in_state(db, event.consignment, (State.RESERVED, State.DEPOSITED, State.REFUSED), "withdrawn")
    _refuse_elsewhere(found, event.compartment)
    visits.refuse_unless_open(db, event.visit)
    _leave(db, found, State.WITHDRAWN, event.visit)


def released(db: sqlite3.Connection, event: ConsignmentReleased, _row: JournalRow) -> None:
    """A reservation ends with nothing put in, or the announcement ends."""
    before = (State.RESERVED,) if event.state is State.EXPECTED else (State.RESERVED, State.EXPECTED)
    found = _in_state(db, event.consignment, before, f"released ({event.state})")
    _leave(db, found, event.state, found["last_visit"])


def doubted(db: sqlite3.Connection, event: ConsignmentDoubted, _row: JournalRow) -> None:
    """The ledger vouches for it no longer, or again."""
    _known(db, event.consignment)
    db.execute("UPDATE consignments SET doubted = ? WHERE consignment = ?", (event.doubted, event.consignment))


def _leave(db: sqlite3.Connection, found: sqlite3.Row, state: State, visit: str | None) -> None:
    if found["compartment"] is not None:
        compartments.free(db, found["compartment"])
    db.execute(
        "UPDATE consignments SET state = ?, compartment = NULL, last_compartment = COALESCE(compartment, "
        "last_compartment), last_visit = ? WHERE consignment = ?",
        (state, visit, found["consignment"]),
    )
