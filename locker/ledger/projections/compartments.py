"""Compartments and their doors. Each change of size, service, door or custody makes `rev` grow by one."""

from __future__ import annotations

import sqlite3

from locker.ledger.errors import IllegalTransition
from mqtt.contract.base import Latch, ServiceState
from mqtt.contract.events import (
    CompartmentInstalled,
    CompartmentServiceChanged,
    DoorAlarmed,
    DoorChanged,
    DoorDiffered,
    JournalRow,
)


def known(db: sqlite3.Connection, compartment: str) -> sqlite3.Row:
    """The row of a compartment.

    Raises:
        IllegalTransition: it was never installed.
    """
    row: sqlite3.Row | None = db.execute("SELECT * FROM compartments WHERE compartment = ?", (compartment,)).fetchone()
    if row is None:
        raise IllegalTransition(f"compartment {compartment} was never installed; record compartment.installed first")
    return row


def keep(db: sqlite3.Connection, compartment: str, consignment: str) -> None:
    """Keep a compartment for a consignment.

    Raises:
        IllegalTransition: it is not free, or not in service.
    """
    found = known(db, compartment)
    if found["service"] != ServiceState.IN_SERVICE:
        raise IllegalTransition(
            f"compartment {compartment} cannot be reserved for {consignment}: it is {found['service']} "
            f"({found['reason']})"
        )
    refuse_unless_free(found, consignment)
    _set_custody(db, compartment, "reserved", consignment)


def fill(db: sqlite3.Connection, compartment: str, consignment: str) -> None:
    """A consignment lies behind the door.

    Raises:
        IllegalTransition: the compartment holds another consignment.
    """
    found = known(db, compartment)
    if found["consignment"] != consignment:
        refuse_unless_free(found, consignment)
    _set_custody(db, compartment, "occupied", consignment)


def free(db: sqlite3.Connection, compartment: str) -> None:
    """Nothing is kept there any more."""
    _set_custody(db, compartment, "free", None)


def refuse_unless_free(found: sqlite3.Row, consignment: str) -> None:
    """Raise IllegalTransition when a compartment holds something."""
    if found["custody"] != "free":
        raise IllegalTransition(
            f"compartment {found['compartment']} cannot take {consignment}: it is {found['custody']} "
            f"by {found['consignment']}"
        )


def _set_custody(db: sqlite3.Connection, compartment: str, custody: str, consignment: str | None) -> None:
    db.execute(
        "UPDATE compartments SET custody = ?, consignment = ?, rev = rev + 1 "
        "WHERE compartment = ? AND (custody, consignment) IS NOT (?, ?)",
        (custody, consignment, compartment, custody, consignment),
    )


def installed(db: sqlite3.Connection, event: CompartmentInstalled, _row: JournalRow) -> None:
    """A new compartment: in service, free, its door unknown. A known one has a new size."""
    db.execute(
        "INSERT INTO compartments (compartment, size) VALUES (?, ?) "
        "ON CONFLICT (compartment) DO UPDATE SET size = excluded.size, rev = rev + 1",
        (event.compartment, event.size),
    )


def service_changed(db: sqlite3.Connection, event: CompartmentServiceChanged, _row: JournalRow) -> None:
    """A compartment may be used, or not."""
    known(db, event.compartment)
    db.execute(
        "UPDATE compartments SET service = ?, reason = ?, rev = rev + 1 WHERE compartment = ?",
        (event.state, event.reason, event.compartment),
    )


def door_changed(db: sqlite3.Connection, event: DoorChanged, _row: JournalRow) -> None:
    """A door's hook changed."""
    known(db, event.compartment)
    _set_door(db, event.compartment, event.latch)


def door_alarmed(db: sqlite3.Connection, event: DoorAlarmed, _row: JournalRow) -> None:
    """An alarm changes no state; the door's own events do."""
    known(db, event.compartment)


def door_differed(db: sqlite3.Connection, event: DoorDiffered, _row: JournalRow) -> None:
    """A door is as it was found.

    Raises:
        IllegalTransition: the ledger had it otherwise than the event says.
    """
    recorded = known(db, event.compartment)["door"]
    if recorded != event.recorded:
        raise IllegalTransition(
            f"door {event.compartment} is recorded as {recorded}, the event says {event.recorded} was recorded"
        )
    _set_door(db, event.compartment, event.found)


def _set_door(db: sqlite3.Connection, compartment: str, latch: Latch) -> None:
    db.execute(
        "UPDATE compartments SET door = ?, rev = rev + 1 WHERE compartment = ? AND door != ?",
        (latch, compartment, latch),
    )
