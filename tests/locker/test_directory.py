"""Directories of the platform on a real ledger: what they bring, what they take away, and what is erased by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import ValidationError
from still_clock import StillClock

from locker import directory
from locker.keys import Keys
from locker.ledger import IllegalTransition, Ledger, StoreTemplate
from mqtt.contract.base import CredentialKind, EyeSideName, Means, SizeName, VisitKind
from mqtt.contract.events import (
    CompartmentInstalled,
    ConsentGiven,
    ConsignmentCollected,
    ConsignmentDeposited,
    ConsignmentReserved,
    TemplateStored,
    VisitStarted,
)
from mqtt.contract.messages import (
    ConsignmentPersonal,
    Directory,
    ExpectedConsignment,
    OneTimeCode,
    PersonalPart,
    Removed,
    Resident,
    ResidentPersonal,
    Staff,
)

NOW = "2026-03-01T08:00:00.000Z"
NAMES = {"res-1": "王小明", "res-2": "李雷", "res-3": "韩梅梅"}
WAYBILL = "SW0042"


@dataclass
class Platform:
    """Sends directories to one cabinet, the next version each time."""

    ledger: Ledger
    version: int = 0
    codes: tuple[OneTimeCode, ...] = field(default=())

    def full(self, *people: str, expecting: dict[str, str] | None = None, silent: bool = False) -> tuple[str, ...]:
        """Everything: these residents, one courier, and parcels with their recipients (`silent`: without numbers)."""
        expected = expecting or {}
        self.version += 1
        return directory.apply(
            self.ledger,
            "gate-east",
            Directory(
                audience="a/gate-east",
                version=self.version,
                issued_at=NOW,
                residents=tuple(Resident(person=person, household=f"home-{person}") for person in people),
                staff=(Staff(person="cou-1", role="courier", carrier="swift"),),
                expected=tuple(
                    ExpectedConsignment(consignment=consignment, recipient=recipient, carrier="swift")
                    for consignment, recipient in expected.items()
                ),
                codes=self.codes,
            ),
            PersonalPart(
                residents={
                    person: ResidentPersonal(name=NAMES[person], room="3-1204", phone_tail="4711") for person in people
                },
                consignments={} if silent else {each: ConsignmentPersonal(waybill=WAYBILL) for each in expected},
            ),
        )

    def without(self, *people: str, consignments: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A differential that takes away."""
        self.version += 1
        removed = Removed(people=people, consignments=consignments)
        return directory.apply(
            self.ledger,
            "gate-east",
            Directory(
                audience="a/gate-east", version=self.version, base=self.version - 1, issued_at=NOW, removed=removed
            ),
            PersonalPart(),
        )


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    ledger = Ledger.open(
        tmp_path / "ledger.sqlite3",
        keys=Keys(b"\x01" * 32, b"\x02" * 32, b"\x03" * 32),
        clock=StillClock(),
        cabinet="gate-east",
        watermark_mb=1,
        reserve_mb=1,
        free_bytes=lambda _folder: 10**12,
    )
    ledger.record(CompartmentInstalled(compartment="A01", size=SizeName.S))
    yield Platform(ledger)
    ledger.close()


def deposit(ledger: Ledger, consignment: str) -> None:
    visit = f"vis-{consignment}"
    ledger.record(
        VisitStarted(visit=visit, visit_kind=VisitKind.DEPOSIT, means=Means.PIN, person="cou-1"),
        ConsignmentReserved(consignment=consignment, compartment="A01", visit=visit, by="cou-1"),
        ConsignmentDeposited(
            consignment=consignment, compartment="A01", visit=visit, by="cou-1", confirmed=True, nonce=0
        ),
    )


def collect(ledger: Ledger, consignment: str) -> None:
    ledger.record(
        ConsignmentCollected(
            consignment=consignment, compartment="A01", visit=f"vis-{consignment}", means=Means.PICKUP_CODE
        )
    )


def enrol(ledger: Ledger, person: str) -> str:
    template = f"tpl-{person}"
    ledger.record(
        ConsentGiven(consent=f"cst-{person}", person=person, text_version="1"),
        TemplateStored(
            template=template, person=person, side=EyeSideName.LEFT, encoder="gabor-1", consent=f"cst-{person}"
        ),
        personal=(StoreTemplate(template, person, b"an encoded iris"),),
    )
    return template


def keys_of(ledger: Ledger) -> set[str]:
    """Who has a key: for everybody else nothing personal can be read any more."""
    return {row["person"] for row in ledger._db.execute("SELECT person FROM person_keys")}


def test_a_courier_without_a_carrier_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="courier cou-1 has no carrier; name the carrier"):
        Staff(person="cou-1", role="courier")
    assert Staff(person="att-1", role="attendant").carrier is None


@pytest.mark.parametrize("silent", [False, True], ids=["with the number again", "without it"])
def test_a_parcel_whose_recipient_is_corrected_keeps_its_number(platform: Platform, *, silent: bool) -> None:
    platform.full("res-1", "res-2", expecting={"con-1": "res-1"})
    platform.full("res-1", "res-2", expecting={"con-1": "res-2"}, silent=silent)
    ledger = platform.ledger
    assert [consignment.recipient for consignment in ledger.consignments()] == ["res-2"]
    assert ledger.waybill("con-1") == WAYBILL
    assert ledger.consignments_of_waybill(WAYBILL) == ("con-1",)
    assert ledger.directory_version() == 2
    assert ledger.verify().holds


def test_somebody_who_left_is_erased_with_the_parcels_that_the_directory_cancels(platform: Platform) -> None:
    platform.full("res-1", "res-2", expecting={"con-1": "res-1"})
    assert keys_of(platform.ledger) == {"res-1", "res-2"}
    platform.full("res-2")
    ledger = platform.ledger
    assert keys_of(ledger) == {"res-2"}
    assert (ledger.person("res-1"), ledger.personal("res-1"), ledger.waybill("con-1")) == (None, None, None)
    assert ledger.verify().holds


def test_somebody_who_left_with_a_parcel_inside_is_erased_when_it_is_collected(platform: Platform) -> None:
    platform.full("res-1", "res-2", expecting={"con-1": "res-1"})
    deposit(platform.ledger, "con-1")
    platform.without("res-1")
    assert platform.ledger.personal("res-1") is not None, "an attendant may have to ask whose parcel it is"
    platform.full("res-2")
    assert keys_of(platform.ledger) == {"res-1", "res-2"}
    collect(platform.ledger, "con-1")
    assert keys_of(platform.ledger) == {"res-2"}
    assert platform.ledger.personal("res-1") is None


def test_somebody_announced_by_a_parcel_alone_is_erased_with_its_end(platform: Platform) -> None:
    platform.full("res-2", expecting={"con-1": "res-1"})
    assert "res-1" in keys_of(platform.ledger)
    platform.without(consignments=("con-1",))
    assert keys_of(platform.ledger) == {"res-2"}


def test_templates_leave_with_their_person_and_are_named_to_the_gallery(platform: Platform) -> None:
    platform.full("res-1", "res-2")
    gone, stays = enrol(platform.ledger, "res-1"), enrol(platform.ledger, "res-2")
    assert platform.without("res-1") == (gone,)
    assert [template.template for template in platform.ledger.templates()] == [stays]
    assert keys_of(platform.ledger) == {"res-2"}
    assert platform.full("res-3") == (stays,)
    assert list(platform.ledger.templates()) == []
    assert platform.ledger._db.execute("SELECT count(*) FROM sealed WHERE kind = 'template'").fetchone()[0] == 0


def test_codes_are_void_when_their_person_leaves_and_nobody_can_enrol_with_one(platform: Platform) -> None:
    platform.codes = (enrolment_code("res-1"), enrolment_code("res-2"))
    platform.full("res-1", "res-2")
    platform.without("res-1")
    assert [code.credential for code in platform.ledger.credentials()] == ["cre-res-2"]
    with pytest.raises(IllegalTransition, match="res-1 is not in the directory"):
        enrol(platform.ledger, "res-1")
    assert list(platform.ledger.templates()) == []
    assert keys_of(platform.ledger) == {"res-2"}


def test_a_code_for_somebody_who_leaves_by_the_same_list_is_void_and_the_list_holds(platform: Platform) -> None:
    platform.full("res-1", "res-2")
    platform.codes = (enrolment_code("res-1"),)
    platform.full("res-2")
    assert platform.ledger.credentials() == ()
    assert platform.ledger.directory_version() == 2


def test_a_template_that_outlived_its_person_leaves_with_the_next_full_directory(platform: Platform) -> None:
    platform.full("res-1", "res-2")
    template = enrol(platform.ledger, "res-1")
    platform.ledger._db.execute("DELETE FROM people WHERE person = 'res-1'")  # as an older program left it
    assert platform.full("res-2") == (template,)
    assert keys_of(platform.ledger) == {"res-2"}


def test_a_wrong_directory_changes_nothing(platform: Platform) -> None:
    platform.codes = (enrolment_code("res-1"),)
    platform.full("res-1", "res-2", expecting={"con-1": "res-1"})
    enrol(platform.ledger, "res-1")
    platform.full("res-1", "res-2", expecting={"con-1": "res-1"})
    before = everything(platform.ledger)
    platform.version -= 1  # a differential on a version that is no longer in force
    with pytest.raises(IllegalTransition, match="directory version 2 cannot follow version 2"):
        platform.without("res-1", consignments=("con-1",))
    assert everything(platform.ledger) == before
    assert platform.ledger.verify().holds


def enrolment_code(person: str) -> OneTimeCode:
    return OneTimeCode(
        credential=f"cre-{person}",
        kind=CredentialKind.ENROLMENT,
        digest="ab" * 32,
        not_after="2026-04-01T00:00:00.000Z",
        person=person,
    )


def everything(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    tables = [row["name"] for row in ledger._db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {table: [tuple(row) for row in ledger._db.execute(f"SELECT * FROM {table}")] for table in tables}
