"""What the platform sent: versions of the directory, and commands."""

from __future__ import annotations

import sqlite3

from locker.ledger.errors import IllegalTransition
from mqtt.contract.events import CommandReceived, CommandSettled, DirectoryApplied, JournalRow


def directory_applied(db: sqlite3.Connection, event: DirectoryApplied, _row: JournalRow) -> None:
    """A version is in force. A full one may be older: the platform may have been restored."""
    present = db.execute("SELECT directory_version FROM cabinet").fetchone()["directory_version"]
    if not event.full and (present is None or event.version <= present):
        raise IllegalTransition(f"directory version {event.version} cannot follow version {present}")
    db.execute("UPDATE cabinet SET directory_version = ?", (event.version,))


def command_received(db: sqlite3.Connection, event: CommandReceived, _row: JournalRow) -> None:
    """A command is accepted, once."""
    if db.execute("SELECT 1 FROM commands WHERE command = ?", (event.command,)).fetchone():
        raise IllegalTransition(f"command {event.command} was received before; a command works once")
    db.execute("INSERT INTO commands (command, kind) VALUES (?, ?)", (event.command, event.command_kind))


def command_settled(db: sqlite3.Connection, event: CommandSettled, _row: JournalRow) -> None:
    """How a command ended, once."""
    changed = db.execute(
        "UPDATE commands SET status = ?, reason = ? WHERE command = ? AND status = 'accepted'",
        (event.status, event.reason, event.command),
    ).rowcount
    if not changed:
        raise IllegalTransition(f"command {event.command} is not waiting for an outcome")
