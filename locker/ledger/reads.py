"""Questions about the state: compartments, consignments, visits, attempts, rights and commands."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from config.settings import Service, Size
from locker.ledger.records import (
    Attempt,
    Compartment,
    Consent,
    Consignment,
    Credential,
    KeypadRecord,
    StoredCommand,
    Visit,
)
from mqtt.contract.base import (
    ConsignmentState,
    CredentialKind,
    Direction,
    Latch,
    Means,
    Outcome,
    Purpose,
    ServiceState,
    VisitKind,
    VisitResult,
)

_CREDENTIALS = "SELECT c.*, d.digest, d.not_after FROM credentials c LEFT JOIN code_digests d USING (credential) "


class StateReads:
    """Reads of the state tables, mixed into the ledger. Unknown ids answer None."""

    _db: sqlite3.Connection

    def compartments(self) -> tuple[Compartment, ...]:
        """Every compartment, by id."""
        return tuple(map(_compartment, self._db.execute("SELECT * FROM compartments ORDER BY compartment")))

    def compartment(self, id_: str) -> Compartment | None:
        """One compartment."""
        row = self._db.execute("SELECT * FROM compartments WHERE compartment = ?", (id_,)).fetchone()
        return None if row is None else _compartment(row)

    def consignment(self, id_: str) -> Consignment | None:
        """One consignment."""
        row = self._db.execute("SELECT * FROM consignments WHERE consignment = ?", (id_,)).fetchone()
        return None if row is None else _consignment(row)

    def consignments(
        self,
        *,
        state: Collection[ConsignmentState] | None = None,
        compartment: str | None = None,
        recipients: Collection[str] | None = None,
        by: str | None = None,
        carrier: str | None = None,
    ) -> tuple[Consignment, ...]:
        """Consignments that meet every condition given, oldest announcement first.

        Args:
            state: one of these states.
            compartment: kept there now.
            recipients: for one of these people.
            by: who deposited it, or reserved for it while nothing is deposited.
            carrier: of this carrier.
        """
        conditions: list[str] = ["1"]
        values: list[str] = []
        for column, wanted in (("state", state), ("recipient", recipients)):
            if wanted is not None:
                conditions.append(f"{column} IN ({', '.join('?' * len(wanted))})")
                values += map(str, wanted)
        for column, value in (
            ("compartment", compartment),
            ("COALESCE(deposited_by, reserved_by)", by),
            ("carrier", carrier),
        ):
            if value is not None:
                conditions.append(f"{column} = ?")
                values.append(value)
        found = self._db.execute(
            f"SELECT * FROM consignments WHERE {' AND '.join(conditions)} ORDER BY expected_seq",  # noqa: S608 - constants
            values,
        )
        return tuple(map(_consignment, found))

    def visit(self, id_: str) -> Visit | None:
        """One visit."""
        row = self._db.execute("SELECT * FROM visits WHERE visit = ?", (id_,)).fetchone()
        return None if row is None else _visit(row)

    def open_visits(self) -> tuple[Visit, ...]:
        """Visits that have not ended, oldest first."""
        return tuple(map(_visit, self._db.execute("SELECT * FROM visits WHERE ended_seq IS NULL ORDER BY started_seq")))

    def attempts(self, visit: str) -> tuple[Attempt, ...]:
        """The attempts of a visit, in order."""
        found = self._db.execute("SELECT * FROM attempts WHERE visit = ? ORDER BY started_seq", (visit,))
        return tuple(map(_attempt, found))

    def attempt(self, id_: str) -> Attempt | None:
        """One attempt."""
        row = self._db.execute("SELECT * FROM attempts WHERE attempt = ?", (id_,)).fetchone()
        return None if row is None else _attempt(row)

    def unsettled_attempts(self) -> tuple[Attempt, ...]:
        """Attempts without an outcome, oldest first."""
        found = self._db.execute("SELECT * FROM attempts WHERE settled_seq IS NULL ORDER BY started_seq")
        return tuple(map(_attempt, found))

    def credentials(self, kind: CredentialKind | None = None) -> tuple[Credential, ...]:
        """Open one-time codes, of a kind or of every kind; `not_after` is for the caller to judge."""
        found = self._db.execute(
            _CREDENTIALS + "WHERE c.state = 'open' AND (? IS NULL OR c.kind = ?) ORDER BY c.credential", (kind, kind)
        )
        return tuple(map(_credential, found))

    def credential(self, id_: str) -> Credential | None:
        """One one-time code, open or not."""
        row = self._db.execute(_CREDENTIALS + "WHERE c.credential = ?", (id_,)).fetchone()
        return None if row is None else _credential(row)

    def consents(self, person: str) -> tuple[Consent, ...]:
        """The consents of a person, those withdrawn as well."""
        found = self._db.execute("SELECT * FROM consents WHERE person = ? ORDER BY rowid", (person,))
        return tuple(
            Consent(row["consent"], row["person"], row["text_version"], bool(row["withdrawn"])) for row in found
        )

    def command(self, id_: str) -> StoredCommand | None:
        """A command that was accepted before."""
        row = self._db.execute("SELECT * FROM commands WHERE command = ?", (id_,)).fetchone()
        return None if row is None else StoredCommand(row["command"], row["kind"], row["status"], row["reason"])

    def unsettled_commands(self) -> tuple[StoredCommand, ...]:
        """Commands that were accepted and have no outcome."""
        found = self._db.execute("SELECT * FROM commands WHERE status = 'accepted' ORDER BY rowid")
        return tuple(StoredCommand(row["command"], row["kind"], row["status"], row["reason"]) for row in found)

    def keypad_failures(self) -> KeypadRecord:
        """How slow the keypad was when it last changed."""
        row = self._db.execute("SELECT * FROM cabinet").fetchone()
        return KeypadRecord(row["keypad_failures"], row["keypad_delay_s"], bool(row["keypad_alarm"]))

    def directory_version(self) -> int | None:
        """The version of the directory in force; None before the first."""
        version: int | None = self._db.execute("SELECT directory_version FROM cabinet").fetchone()["directory_version"]
        return version

    def storage_recorded_low(self) -> bool:
        """What the last `storage.changed` said."""
        return bool(self._db.execute("SELECT storage_low FROM cabinet").fetchone()["storage_low"])

    def stopped_in_order(self) -> bool:
        """Whether the journal's last word on the daemon is that it stopped (or that it never ran)."""
        return not self._db.execute("SELECT running FROM cabinet").fetchone()["running"]

    def line_up(self, line: str) -> bool | None:
        """What the last `line.changed` said of a line; None when it said nothing."""
        row = self._db.execute("SELECT up FROM lines WHERE line = ?", (line,)).fetchone()
        return None if row is None else bool(row["up"])


def _compartment(row: sqlite3.Row) -> Compartment:
    return Compartment(
        id=row["compartment"],
        size=Size(row["size"]),
        service=ServiceState(row["service"]),
        reason=row["reason"],
        door=Latch(row["door"]),
        custody=row["custody"],
        consignment=row["consignment"],
        rev=row["rev"],
    )


def _consignment(row: sqlite3.Row) -> Consignment:
    return Consignment(
        id=row["consignment"],
        service=Service(row["service"]),
        direction=Direction(row["direction"]),
        recipient=row["recipient"],
        carrier=row["carrier"],
        size=None if row["size"] is None else Size(row["size"]),
        deadline_h=row["deadline_h"],
        state=ConsignmentState(row["state"]),
        compartment=row["compartment"],
        last_compartment=row["last_compartment"],
        reserved_by=row["reserved_by"],
        deposited_by=row["deposited_by"],
        deposit_visit=row["deposit_visit"],
        deposited_at=row["deposited_at"],
        confirmed=bool(row["confirmed"]),
        doubted=bool(row["doubted"]),
        nonce=row["nonce"],
        deadline=row["deadline"],
        last_visit=row["last_visit"],
    )


def _visit(row: sqlite3.Row) -> Visit:
    return Visit(
        visit=row["visit"],
        kind=VisitKind(row["kind"]),
        means=Means(row["means"]),
        person=row["person"],
        started_seq=row["started_seq"],
        result=None if row["result"] is None else VisitResult(row["result"]),
    )


def _attempt(row: sqlite3.Row) -> Attempt:
    return Attempt(
        attempt=row["attempt"],
        visit=row["visit"],
        compartment=row["compartment"],
        purpose=Purpose(row["purpose"]),
        cause=row["cause"],
        number=row["number"],
        started_seq=row["started_seq"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        detail=row["detail"],
    )


def _credential(row: sqlite3.Row) -> Credential:
    return Credential(
        credential=row["credential"],
        kind=CredentialKind(row["kind"]),
        person=row["person"],
        consignment=row["consignment"],
        state=row["state"],
        digest=row["digest"],
        not_after=row["not_after"],
    )
