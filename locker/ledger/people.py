"""Questions about people, answered in the clear: what comes back is decrypted, and lives in memory only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from locker.ledger.personal import CONSENT, RESIDENT, SIGHTINGS, STAFF, TEMPLATE, WAYBILL, sealed_waybill
from locker.ledger.records import Person, StoredTemplate
from locker.ledger.vault import Opened, Vault
from mqtt.contract.base import EyeSideName
from mqtt.contract.messages import ResidentPersonal, StaffPersonal


class PeopleReads:
    """Reads of the personal tables, mixed into the ledger. Unknown ids answer None.

    Every method raises `Unreadable` when a sealed value was altered or moved.
    """

    _db: sqlite3.Connection
    _vault: Vault

    def person(self, id_: str) -> Person | None:
        """Somebody of the directory."""
        row = self._db.execute("SELECT * FROM people WHERE person = ?", (id_,)).fetchone()
        return None if row is None else _person(row)

    def resident(self, id_: str) -> Person | None:
        """A resident of the directory."""
        found = self.person(id_)
        return found if found is not None and found.role == "resident" else None

    def residents(self) -> tuple[Person, ...]:
        """Every resident, by id."""
        return tuple(map(_person, self._db.execute("SELECT * FROM people WHERE role = 'resident' ORDER BY person")))

    def household(self, id_: str) -> tuple[Person, ...]:
        """The residents of a household, by id."""
        return tuple(map(_person, self._db.execute("SELECT * FROM people WHERE household = ? ORDER BY person", (id_,))))

    def staff(self) -> tuple[Person, ...]:
        """Every courier and attendant, by id."""
        return tuple(map(_person, self._db.execute("SELECT * FROM people WHERE role != 'resident' ORDER BY person")))

    def personal(self, person: str) -> ResidentPersonal | StaffPersonal | None:
        """What is personal about somebody, if the directory brought it."""
        resident = self._vault.open(RESIDENT, person)
        if resident is not None:
            return ResidentPersonal.model_validate_json(resident.content)
        staff = self._vault.open(STAFF, person)
        return None if staff is None else StaffPersonal.model_validate_json(staff.content)

    def residents_personal(self) -> Iterator[tuple[str, ResidentPersonal]]:
        """Every resident's person id with what is personal."""
        for opened in self._vault.open_kind(RESIDENT):
            yield opened.person, ResidentPersonal.model_validate_json(opened.content)

    def staff_personal(self) -> Iterator[tuple[str, StaffPersonal]]:
        """Every courier's and attendant's person id with what is personal."""
        for opened in self._vault.open_kind(STAFF):
            yield opened.person, StaffPersonal.model_validate_json(opened.content)

    def waybill(self, consignment: str) -> str | None:
        """The number printed on a parcel; None also when its custody has ended."""
        opened = self._vault.open(WAYBILL, consignment)
        return None if opened is None else _waybill(opened)

    def consignments_of_waybill(self, waybill: str) -> tuple[str, ...]:
        """Consignments with that number that have not ended: two carriers may use the same one."""
        return tuple(opened.id for opened in self._vault.find(WAYBILL, sealed_waybill(waybill)))

    def consent_text(self, consent: str) -> str | None:
        """The wording that somebody agreed to, if it was kept."""
        opened = self._vault.open(CONSENT, consent)
        return None if opened is None else opened.content.decode("utf-8")

    def templates(self) -> Iterator[StoredTemplate]:
        """The gallery, decrypted one by one."""
        for opened in self._vault.open_kind(TEMPLATE):
            row = self._db.execute("SELECT * FROM templates WHERE template = ?", (opened.id,)).fetchone()
            if row is not None and not row["revoked"]:
                yield _template(row, opened)

    def stored_templates_of(self, person: str) -> tuple[StoredTemplate, ...]:
        """A person's part of the gallery, decrypted."""
        rows = self._db.execute("SELECT * FROM templates WHERE person = ? AND revoked = 0 ORDER BY template", (person,))
        opened = ((row, self._vault.open(TEMPLATE, row["template"])) for row in rows.fetchall())
        return tuple(_template(row, content) for row, content in opened if content is not None)

    def renewals_of(self, person: str) -> tuple[str, ...]:
        """Ids of a person's templates that renew another."""
        found = self._db.execute(
            "SELECT template FROM templates WHERE person = ? AND revoked = 0 AND renews IS NOT NULL ORDER BY template",
            (person,),
        )
        return tuple(row["template"] for row in found)

    def sightings(self, template: str) -> bytes | None:
        """What was kept of the visits with an enrolment, decrypted."""
        opened = self._vault.open(SIGHTINGS, template)
        return None if opened is None else opened.content

    def enrolment_asked(self, person: str) -> str | None:
        """Why somebody should enrol again, if they should."""
        row = self._db.execute("SELECT reason FROM enrolments_asked WHERE person = ?", (person,)).fetchone()
        return None if row is None else str(row["reason"])

    def enrolled(self) -> tuple[str, ...]:
        """Ids of the people whose templates are in the gallery."""
        found = self._db.execute("SELECT DISTINCT person FROM templates WHERE revoked = 0 ORDER BY person")
        return tuple(row["person"] for row in found)

    def templates_of(self, person: str) -> tuple[str, ...]:
        """Ids of a person's templates that are in the gallery."""
        found = self._db.execute(
            "SELECT template FROM templates WHERE person = ? AND revoked = 0 ORDER BY template", (person,)
        )
        return tuple(row["template"] for row in found)


def _person(row: sqlite3.Row) -> Person:
    return Person(row["person"], row["role"], row["household"], row["carrier"])


def _template(row: sqlite3.Row, opened: Opened) -> StoredTemplate:
    return StoredTemplate(
        row["template"],
        row["person"],
        EyeSideName(row["side"]),
        row["encoder"],
        opened.content,
        row["consent"],
        row["renews"],
    )


def _waybill(opened: Opened) -> str:
    return str(json.loads(opened.content))
