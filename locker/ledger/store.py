"""The ledger: records events with the state they make, in one durable transaction, and answers what the state is.

Synchronous, and used from one thread only; `locker.ledger.thread` brings it to the loop.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self, TypeVar

from locker.clock import Clock, instant
from locker.keys import Keys
from locker.ledger import journal, opening, outbox
from locker.ledger.errors import IllegalTransition, LedgerFault, LedgerFull
from locker.ledger.exporting import export_rows
from locker.ledger.journal import Stamp
from locker.ledger.panel_reads import PanelReads
from locker.ledger.people import PeopleReads
from locker.ledger.personal import PersonalWrite, write_personal
from locker.ledger.projections import project
from locker.ledger.reads import StateReads
from locker.ledger.space import Space, free_bytes
from locker.ledger.vault import Vault
from locker.ledger.verification import Verification, verify
from locker.ledger.witness import Seen, Witness
from mqtt.contract.events import Event, JournalRow

T = TypeVar("T")
CommitHook = Callable[[tuple[JournalRow, ...]], None]


class Ledger(StateReads, PeopleReads, PanelReads):
    """All state of one cabinet. Made by `Ledger.open`."""

    def __init__(
        self,
        path: Path,
        db: sqlite3.Connection,
        witness: Witness,
        *,
        identity: tuple[str, int],
        cabinet: str,
        clock: Clock,
        vault: Vault,
        space: Space,
    ) -> None:
        self._path = path
        self._db = db
        self._witness = witness
        self._ledger_id, self._boot = identity
        self._cabinet = cabinet
        self._clock = clock
        self._vault = vault
        self._space = space
        self._head = journal.read_head(db)
        self._erased = True  # a crash may have left an erased person's pages in the WAL
        self._closed = False
        self.on_commit: CommitHook | None = None

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        keys: Keys,
        clock: Clock,
        cabinet: str,
        watermark_mb: int,
        reserve_mb: int,
        free_bytes: Callable[[Path], int] = free_bytes,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> Self:
        """Open the ledger, or make a new one, and begin a boot. Records no event by itself.

        Raises:
            WrongKey: the ledger was written under another key; nothing was written.
            WrongLedger: it is another cabinet's, a newer program's, or no ledger; nothing was written.
            LedgerBusy: another daemon has it open.
            LedgerDamaged: the file cannot be read, or the end of its chain does not hold.
            LedgerFull: there is no space to begin.
        """
        opening.refuse_foreign(path, keys, cabinet)
        opening.create_file(path)
        with contextlib.ExitStack() as undo:
            witness = Witness(path.with_name(path.name + ".witness"))
            undo.callback(witness.release)
            space = Space(
                path.with_name(path.name + ".reserve"),
                watermark_mb=watermark_mb,
                reserve_mb=reserve_mb,
                free=free_bytes,
            )
            space.make_room()
            try:
                db = opening.connect(path)
                undo.callback(db.close)
                identity = opening.begin_boot(db, witness, keys=keys, cabinet=cabinet, now=clock.now(), entropy=entropy)
                opening.check_tail(db, identity[0])
            except sqlite3.DatabaseError as error:
                raise _fault(path, error) from error
            space.low()
            undo.pop_all()
        vault = Vault(db, keys.ledger_key, entropy)
        ledger = cls(path, db, witness, identity=identity, cabinet=cabinet, clock=clock, vault=vault, space=space)
        ledger._forget_erased()
        return ledger

    @property
    def ledger_id(self) -> str:
        """The id of this chain; a restored ledger has a new one."""
        return self._ledger_id

    @property
    def boot(self) -> int:
        """Counts the starts on this ledger."""
        return self._boot

    @property
    def last_seq(self) -> int:
        """The number of the newest row; 0 when there is none."""
        return self._head.seq

    @property
    def acked_seq(self) -> int:
        """Rows up to this one are stored by the platform."""
        return outbox.read_pointers(self._db).acked_seq

    @property
    def published_seq(self) -> int:
        """Rows up to this one have been published at least once."""
        return outbox.read_pointers(self._db).published_seq

    def record(self, *events: Event, personal: Sequence[PersonalWrite] = ()) -> tuple[JournalRow, ...]:
        """Write events, the state that they make, and what is personal about them: all or nothing, and durable.

        Raises:
            IllegalTransition: an event cannot follow from the present state.
            LedgerFull: the disk is full, and the reserve is spent.
            LedgerDamaged: the file cannot be written or read.
        """
        if not events:
            if personal:
                raise IllegalTransition("personal values are written with the event that tells of them; give the event")
            return ()
        rows, erased = self._durably(lambda: self._append(events, personal))
        self._head = journal.Head(rows[-1].seq, rows[-1].hash)
        self._erased = self._erased or erased
        self._forget_erased()
        if self.on_commit is not None:
            self.on_commit(rows)
        return rows

    def events(self, after_seq: int = 0, limit: int = 500) -> tuple[JournalRow, ...]:
        """At most `limit` rows after `after_seq`, in order."""
        return tuple(journal.read_rows(self._db, self._ledger_id, after_seq, limit))

    def history(self, subject: str) -> tuple[JournalRow, ...]:
        """Every row about one opaque id, in order."""
        found = self._db.execute("SELECT * FROM journal WHERE subject = ? ORDER BY seq", (subject,))
        return tuple(journal.stored_row(self._ledger_id, row) for row in found)

    def mark_published(self, seq: int) -> None:
        """Rows up to `seq` have been handed to the broker's connection; call it before publishing them.

        Not fsynced by itself: if the power fails, an acknowledgement is refused once and asked for again.

        Raises:
            ValueError: there is no such row.
        """
        if seq <= self.published_seq:
            return
        self._db.execute("PRAGMA synchronous = NORMAL")
        try:
            self._durably(lambda: outbox.publish(self._db, seq, self.last_seq))
        finally:
            self._db.execute("PRAGMA synchronous = FULL")

    def acknowledge(self, ledger_id: str, seq: int) -> bool:
        """The platform has stored rows up to `seq`. Durable; deletes nothing; False when that was known.

        Raises:
            AckRejected: the acknowledgement is of another ledger, or of rows that were never published.
        """
        return self._durably(lambda: outbox.acknowledge(self._db, self._ledger_id, ledger_id, seq))

    def low_space(self) -> bool:
        """Whether new deposits must be refused, because the disk is nearly full or the reserve is spent."""
        return self._space.low()

    def free_mb(self) -> int:
        """Mebibytes left on the ledger's disk."""
        return self._space.free_mb()

    def verify(self) -> Verification:
        """Walk the whole chain, replay it, and compare the tables."""
        return verify(self._db)

    def export(self, path: Path) -> int:
        """Write the journal as JSON lines; returns the number of rows."""
        return export_rows(self._db, path)

    def close(self) -> None:
        """Close the file and let another daemon open it; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._witness.write(Seen(self._ledger_id, self._boot, self.last_seq))
        self._db.close()
        self._witness.release()

    def _append(
        self, events: Sequence[Event], personal: Sequence[PersonalWrite]
    ) -> tuple[tuple[JournalRow, ...], bool]:
        """The new rows, and whether anybody was erased with them."""
        stamp = Stamp(self._ledger_id, self._boot, instant(self._clock.now()), self._clock.synced())
        head = self._head
        rows = []
        for event in events:
            if event.subject_field == "cabinet" and event.subject != self._cabinet:
                raise IllegalTransition(f"{event.kind} is of cabinet {event.subject}, this is {self._cabinet}")
            row = journal.next_row(head, event, stamp)
            project(self._db, event, row)
            journal.insert(self._db, row)
            head = journal.Head(row.seq, row.hash)
            rows.append(row)
        erased = write_personal(self._db, self._vault, events, personal)
        return tuple(rows), erased

    def _durably(self, work: Callable[[], T]) -> T:
        """Do `work` in a transaction; on a full disk again, first in the log's own space, then in the reserve's."""
        try:
            return self._in_transaction(work)
        except LedgerFull:
            self._reuse_log()
        while True:
            try:
                return self._in_transaction(work)
            except LedgerFull:
                if not self._space.give_up():
                    raise
                self._reuse_log()

    def _in_transaction(self, work: Callable[[], T]) -> T:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            result = work()
            self._db.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            self._roll_back()
            raise IllegalTransition(f"the ledger's tables refuse it: {error}") from error
        except sqlite3.DatabaseError as error:
            self._roll_back()
            raise _fault(self._path, error) from error
        except BaseException:
            self._roll_back()
            raise
        return result

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def _reuse_log(self) -> None:
        """Bring the write-ahead log into the file, so that it is written again from its beginning."""
        with contextlib.suppress(sqlite3.OperationalError):  # the file may need to grow for it; then nothing is won
            self._checkpoint("RESTART")

    def _forget_erased(self) -> None:
        """Overwrite erased content in the write-ahead log as well; put off while a reader holds it."""
        if self._erased:
            with contextlib.suppress(sqlite3.OperationalError):
                self._erased = not self._checkpoint("TRUNCATE")

    def _checkpoint(self, mode: str) -> bool:
        """Whether the whole log is in the file. Never waits for a reader: a visit may be waiting for us."""
        self._db.execute("PRAGMA busy_timeout = 0")
        try:
            return not self._db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()[0]
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {opening.BUSY_MS}")


def _fault(path: Path, error: sqlite3.DatabaseError) -> LedgerFault:
    code = getattr(error, "sqlite_errorcode", None)  # an error of the binding itself has none
    if code == sqlite3.SQLITE_FULL:
        return LedgerFull(f"no space is left for {path}; free some on its disk")
    return opening.damaged(path, error)
