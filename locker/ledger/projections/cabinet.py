"""The cabinet as a whole: the daemon, its lines, its disk and its keypad."""

from __future__ import annotations

import sqlite3

from locker.ledger.errors import IllegalTransition
from mqtt.contract.events import (
    ClockStepped,
    DaemonStarted,
    DaemonStopped,
    JournalRow,
    KeypadSlowed,
    LineChanged,
    LockDrifted,
    PanelFault,
    StorageChanged,
)


def daemon_started(db: sqlite3.Connection, event: DaemonStarted, row: JournalRow) -> None:
    """The daemon runs, in this boot."""
    if event.boot != row.boot:
        raise IllegalTransition(f"the daemon says that boot {event.boot} began, but the ledger is in boot {row.boot}")
    db.execute("UPDATE cabinet SET running = 1, boot = ?, version = ?", (event.boot, event.version))


def daemon_stopped(db: sqlite3.Connection, _event: DaemonStopped, _row: JournalRow) -> None:
    """The daemon no longer runs."""
    db.execute("UPDATE cabinet SET running = 0")


def clock_stepped(_db: sqlite3.Connection, _event: ClockStepped, _row: JournalRow) -> None:
    """A jump of the wall clock is history only."""


def storage_changed(db: sqlite3.Connection, event: StorageChanged, _row: JournalRow) -> None:
    """The disk is short of space, or no longer."""
    db.execute("UPDATE cabinet SET storage_low = ?", (event.low,))


def line_changed(db: sqlite3.Connection, event: LineChanged, _row: JournalRow) -> None:
    """A serial line is up or down."""
    db.execute("INSERT OR REPLACE INTO lines VALUES (?, ?, ?)", (event.line, event.up, event.cause))


def lock_drifted(_db: sqlite3.Connection, _event: LockDrifted, _row: JournalRow) -> None:
    """How a lock fares is history; what is known of it stands in a file of its own."""


def panel_fault(_db: sqlite3.Connection, _event: PanelFault, _row: JournalRow) -> None:
    """Faults are history: what is wrong now, the panel finds out anew at each start."""


def keypad_slowed(db: sqlite3.Connection, event: KeypadSlowed, _row: JournalRow) -> None:
    """The keypad's patience has changed."""
    db.execute(
        "UPDATE cabinet SET keypad_failures = ?, keypad_delay_s = ?, keypad_alarm = ?",
        (event.failures, event.delay_s, event.alarm),
    )
