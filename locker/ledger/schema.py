"""The ledger's tables and how they grow: numbered SQL files, applied forward only, each in one transaction.

`PRAGMA user_version` says which have been applied.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from importlib import resources

from locker.ledger.errors import WrongLedger

APPLICATION_ID = 0x49524C4B  # "IRLK" in the file's header: file(1) and we know the file by it

STATE_TABLES = (
    "cabinet",
    "lines",
    "visits",
    "consignments",
    "compartments",
    "attempts",
    "consents",
    "templates",
    "enrolments_asked",
    "credentials",
    "commands",
)
"""Tables that are a pure fold of the journal."""

PERSONAL_TABLES = ("people", "person_keys", "sealed", "code_digests")
"""Tables beside the journal, which an erasure empties of a person."""


def migrations() -> tuple[str, ...]:
    """The SQL of every version, oldest first; version 1 is the first."""
    folder = resources.files("locker.ledger") / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return tuple(file.read_text(encoding="utf-8") for file in files)


def version_of(db: sqlite3.Connection) -> int:
    """The schema version of a database; 0 for an empty one."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, steps: Sequence[str]) -> int:
    """Bring a database to the newest version; a step that fails leaves the version before it.

    Args:
        db: in autocommit mode.
        steps: as `migrations` returns them.

    Returns:
        The number of steps applied.

    Raises:
        WrongLedger: the database is of a version that this program does not know.
    """
    present = refuse_newer(db, len(steps))
    for version, step in enumerate(steps[present:], start=present + 1):
        try:
            db.executescript(
                f"BEGIN IMMEDIATE;\n{step}\nPRAGMA application_id = {APPLICATION_ID};\n"
                f"PRAGMA user_version = {version};\nCOMMIT;"
            )
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
    return len(steps) - present


def refuse_newer(db: sqlite3.Connection, known: int) -> int:
    """The database's version, if this program knows it.

    Raises:
        WrongLedger: it was written by a newer program.
    """
    present = version_of(db)
    if present > known:
        raise WrongLedger(
            f"the ledger has schema version {present}, this program knows versions up to {known}; "
            "install the program that wrote it, or a newer one"
        )
    return present
