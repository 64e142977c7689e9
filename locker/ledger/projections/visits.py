"""Visits and the attempts to open doors in them."""

from __future__ import annotations

import sqlite3

from locker.ledger.errors import IllegalTransition
from locker.ledger.projections import compartments
from mqtt.contract.events import AttemptSettled, AttemptStarted, JournalRow, LookRefused, VisitEnded, VisitStarted


def refuse_unless_open(db: sqlite3.Connection, visit: str) -> None:
    """Raise IllegalTransition when a visit never began, or is over."""
    found = db.execute("SELECT result FROM visits WHERE visit = ?", (visit,)).fetchone()
    if found is None:
        raise IllegalTransition(f"visit {visit} never started; record visit.started first")
    if found["result"] is not None:
        raise IllegalTransition(f"visit {visit} is over ({found['result']})")


def started(db: sqlite3.Connection, event: VisitStarted, row: JournalRow) -> None:
    """A visit is open."""
    if db.execute("SELECT 1 FROM visits WHERE visit = ?", (event.visit,)).fetchone():
        raise IllegalTransition(f"visit {event.visit} has started before; every visit has an id of its own")
    db.execute(
        "INSERT INTO visits (visit, kind, means, person, started_seq) VALUES (?, ?, ?, ?, ?)",
        (event.visit, event.visit_kind, event.means, event.person, row.seq),
    )


def ended(db: sqlite3.Connection, event: VisitEnded, row: JournalRow) -> None:
    """A visit is over."""
    refuse_unless_open(db, event.visit)
    pending = db.execute(
        "SELECT attempt FROM attempts WHERE visit = ? AND settled_seq IS NULL", (event.visit,)
    ).fetchone()
    if pending is not None:
        raise IllegalTransition(f"visit {event.visit} cannot end: attempt {pending['attempt']} is not settled")
    db.execute("UPDATE visits SET ended_seq = ?, result = ? WHERE visit = ?", (row.seq, event.result, event.visit))


def look_refused(_db: sqlite3.Connection, _event: LookRefused, _row: JournalRow) -> None:
    """A refused look is history only; it may come before any visit has begun."""


def attempt_started(db: sqlite3.Connection, event: AttemptStarted, row: JournalRow) -> None:
    """A door is about to be unlocked."""
    refuse_unless_open(db, event.visit)
    compartments.known(db, event.compartment)
    if db.execute("SELECT 1 FROM attempts WHERE attempt = ?", (event.attempt,)).fetchone():
        raise IllegalTransition(f"attempt {event.attempt} has started before; another try is another attempt")
    pending = db.execute(
        "SELECT attempt FROM attempts WHERE compartment = ? AND settled_seq IS NULL", (event.compartment,)
    ).fetchone()
    if pending is not None:
        raise IllegalTransition(
            f"attempt {event.attempt} cannot start: attempt {pending['attempt']} at {event.compartment} is not settled"
        )
    db.execute(
        "INSERT INTO attempts (attempt, visit, compartment, purpose, cause, number, started_seq) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (event.attempt, event.visit, event.compartment, event.purpose, event.cause, event.number, row.seq),
    )


def attempt_settled(db: sqlite3.Connection, event: AttemptSettled, row: JournalRow) -> None:
    """How an attempt ended, once."""
    found = db.execute("SELECT outcome FROM attempts WHERE attempt = ?", (event.attempt,)).fetchone()
    if found is None:
        raise IllegalTransition(f"attempt {event.attempt} never started; an outcome needs its attempt")
    if found["outcome"] is not None:
        raise IllegalTransition(f"attempt {event.attempt} is settled already ({found['outcome']})")
    db.execute(
        "UPDATE attempts SET settled_seq = ?, outcome = ?, detail = ? WHERE attempt = ?",
        (row.seq, event.outcome, event.detail, event.attempt),
    )
