"""Opening the ledger's file: what is refused before anything is written, and how a boot begins."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from locker.clock import instant
from locker.keys import Keys
from locker.ledger.errors import LedgerDamaged, WrongKey, WrongLedger
from locker.ledger.journal import FIRST_PREV_HASH, Head, read_head, read_rows
from locker.ledger.personal import WAYBILL
from locker.ledger.restoring import rechain
from locker.ledger.schema import APPLICATION_ID, migrate, migrations, refuse_newer
from locker.ledger.vault import Vault
from locker.ledger.verification import ChainBroken, checked
from locker.ledger.witness import Seen, Witness, is_behind

BUSY_MS = 5000  # `ledger verify` may hold a checkpoint up for a moment
_TAIL_ROWS = 256  # what a torn disk would hit, checked at every start; `ledger verify` walks the rest
_LEDGER_ID_BYTES = 10
_SETTINGS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "trusted_schema = OFF",
    "temp_store = MEMORY",  # nothing personal spills into a temporary file
)


def connect(path: Path) -> sqlite3.Connection:
    """A connection that writes: WAL, every commit fsynced, deleted content overwritten."""
    db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS / 1000)
    db.row_factory = sqlite3.Row
    try:
        for setting in _SETTINGS:
            db.execute(f"PRAGMA {setting}")
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection that only reads a ledger, also while the daemon writes.

    Raises:
        WrongLedger: there is no such file, or it is no ledger, or a newer program's.
        LedgerDamaged: the file cannot be read as a database.
    """
    if not path.is_file():
        raise WrongLedger(f"there is no ledger {path}; the daemon makes it at its first start")
    db = _reading(path, "mode=ro")
    try:
        _refuse_other_files(db, path)
    except sqlite3.DatabaseError as error:
        db.close()
        raise damaged(path, error) from error
    except WrongLedger:
        db.close()
        raise
    return db


def _reading(path: Path, mode: str) -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, isolation_level=None, timeout=BUSY_MS / 1000)
    db.row_factory = sqlite3.Row
    return db


def _refuse_other_files(db: sqlite3.Connection, path: Path) -> None:
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise WrongLedger(f"{path} is not a ledger of iris-locker; name the right file in storage.ledger")
    refuse_newer(db, len(migrations()))


def damaged(path: Path, error: Exception) -> LedgerDamaged:
    """What to say of a file that SQLite cannot read."""
    return LedgerDamaged(
        f"{path} cannot be read as a ledger ({error}); keep the file, restore the last copy, and look after the disk"
    )


def refuse_foreign(path: Path, keys: Keys, cabinet: str) -> None:
    """Look at what is there without writing; nothing, or what a crash at the very first start left, is well.

    Raises:
        WrongKey: it was written under another ledger key.
        WrongLedger: it is another cabinet's, a newer program's, or no ledger.
        LedgerDamaged: it cannot be read.
    """
    if not path.exists():
        return
    # Without a log nobody writes, and an immutable connection leaves not even an empty log behind.
    db = _reading(path, "mode=ro" if Path(f"{path}-wal").exists() else "immutable=1")
    try:
        if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
            return
        _refuse_other_files(db, path)
        meta = db.execute("SELECT * FROM meta").fetchone()
    except sqlite3.DatabaseError as error:
        raise damaged(path, error) from error
    finally:
        db.close()
    if meta is not None:
        _refuse_other_owner(meta, path, keys, cabinet)


def _refuse_other_owner(meta: sqlite3.Row, path: Path, keys: Keys, cabinet: str) -> None:
    if meta["fingerprint"] != keys.fingerprint:
        raise WrongKey(
            f"{path} was written under the ledger key with check value {meta['fingerprint']}, the key file's has "
            f"{keys.fingerprint}; restore the key file that belongs to this ledger"
        )
    if meta["cabinet"] != cabinet:
        raise WrongLedger(
            f"{path} is the ledger of cabinet {meta['cabinet']}, the settings say {cabinet}; "
            "name the right file in storage.ledger"
        )


def create_file(path: Path) -> None:
    """An empty file that only its owner may read; SQLite gives its companions the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def begin_boot(
    db: sqlite3.Connection,
    witness: Witness,
    *,
    keys: Keys,
    cabinet: str,
    now: datetime,
    entropy: Callable[[int], bytes],
) -> tuple[str, int]:
    """Bring the schema up to date, count the boot, and give a new or restored ledger an id of its own.

    Returns:
        The ledger's id and the number of this boot, both durable.
    """
    migrate(db, migrations())
    db.execute("BEGIN IMMEDIATE")
    try:
        meta = db.execute("SELECT * FROM meta").fetchone()
        if meta is None:
            ledger_id, boot = new_ledger_id(entropy), 1
            db.execute("INSERT INTO meta VALUES (1, ?, ?, ?, 1)", (ledger_id, cabinet, keys.fingerprint))
            db.execute("INSERT INTO outbox VALUES (1, 0, 0)")
            db.execute("INSERT INTO cabinet (only) VALUES (1)")
        else:
            ledger_id, boot = meta["ledger_id"], meta["boot"] + 1
            witnessed = witness.seen()
            if is_behind(Seen(ledger_id, meta["boot"], read_head(db).seq), witnessed):
                ledger_id = new_ledger_id(entropy)
                boot = max(boot, witnessed.boot + 1 if witnessed else boot)
                rechain(db, ledger_id, instant(now))
            db.execute("UPDATE meta SET boot = ?", (boot,))
            Vault(db, keys.ledger_key, entropy).make_findable(WAYBILL)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    witness.write(Seen(ledger_id, boot, read_head(db).seq))
    return ledger_id, boot


def new_ledger_id(entropy: Callable[[int], bytes]) -> str:
    """An id that no other ledger has."""
    return "ledger-" + entropy(_LEDGER_ID_BYTES).hex()


def check_tail(db: sqlite3.Connection, ledger_id: str) -> None:
    """Check the last rows of the chain.

    Raises:
        LedgerDamaged: a row does not hold.
    """
    head = read_head(db)
    first = db.execute(
        "SELECT seq, hash FROM journal WHERE seq <= ? ORDER BY seq DESC LIMIT 1", (head.seq - _TAIL_ROWS,)
    ).fetchone()
    start = Head(0, FIRST_PREV_HASH) if first is None else Head(first["seq"], first["hash"])
    try:
        for _ in checked(read_rows(db, ledger_id, start.seq), start):
            pass
    except (ChainBroken, ValueError) as error:
        raise LedgerDamaged(
            f"the journal does not hold ({error}); keep the file and restore the last copy; "
            "`iris-locker ledger verify` says more"
        ) from error
