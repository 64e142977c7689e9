"""Consents, templates, one-time codes and people; and that an erasure leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledger_bench import COURIER, WANG, Bench, collected, deposited, expected, reserved, withdrawn

from locker.ledger import (
    DropPersonRow,
    DropTemplate,
    ErasePerson,
    IllegalTransition,
    Ledger,
    Person,
    PersonalWrite,
    SetPersonRow,
    StoreCode,
    StoreConsent,
    StorePerson,
    StoreSightings,
    StoreTemplate,
    StoreWaybill,
    Unreadable,
)
from locker.ledger.erasure import _STRANGERS
from locker.ledger.opening import connect_read_only
from locker.ledger.vault import _SEALED
from mqtt.contract.base import ConsignmentState as State
from mqtt.contract.base import CredentialKind, EyeSideName
from mqtt.contract.events import (
    ConsentGiven,
    ConsentWithdrawn,
    ConsignmentReleased,
    CredentialIssued,
    CredentialRevoked,
    CredentialUsed,
    DirectoryApplied,
    EnrolmentAsked,
    TemplateRevoked,
    TemplateStored,
)

DIGEST = "ab" * 32
BLOB = b"an encoded iris, not a picture of one"
CONSENT = ConsentGiven(consent="cst-1", person="res-1", text_version="2026-11")
TEMPLATE = TemplateStored(template="tpl-1", person="res-1", side=EyeSideName.LEFT, encoder="gabor-1", consent="cst-1")
REVOKED = TemplateRevoked(template="tpl-1", reason="asked for")
WITHDRAWN = ConsentWithdrawn(consent="cst-1", person="res-1")
DELEGATE = CredentialIssued(credential="cre-1", credential_kind=CredentialKind.DELEGATE, consignment="con-1")


def applied(*personal: PersonalWrite) -> tuple[DirectoryApplied, tuple[PersonalWrite, ...]]:
    return DirectoryApplied(cabinet="gate-east", version=2, full=True), personal


def enrolled(ledger: Ledger) -> None:
    ledger.record(
        CONSENT,
        TEMPLATE,
        personal=(StoreConsent("cst-1", "res-1", "I agree"), StoreTemplate("tpl-1", "res-1", BLOB)),
    )


def files_of(bench: Bench) -> bytes:
    return b"".join(file.read_bytes() for file in Path(bench.path.parent).iterdir())


def test_an_enrolment_is_kept_encrypted_and_comes_back_in_the_clear(bench: Bench, ledger: Ledger) -> None:
    enrolled(ledger)
    ledger.close()
    again = bench.open()
    (template,) = again.templates()
    assert (template.template, template.person, template.side, template.encoder, template.blob) == (
        "tpl-1",
        "res-1",
        EyeSideName.LEFT,
        "gabor-1",
        BLOB,
    )
    assert again.consent_text("cst-1") == "I agree"
    assert again.templates_of("res-1") == ("tpl-1",)
    assert BLOB not in files_of(bench)
    assert "an encoded iris" not in repr(template)
    again.close()


def test_a_template_needs_a_standing_consent_of_the_same_person(ledger: Ledger) -> None:
    blob = (StoreTemplate("tpl-1", "res-1", BLOB),)
    with pytest.raises(IllegalTransition, match="gave no consent"):
        ledger.record(TEMPLATE, personal=blob)
    ledger.record(CONSENT)
    with pytest.raises(IllegalTransition, match="res-2 gave no consent cst-1"):
        ledger.record(TEMPLATE.model_copy(update={"person": "res-2"}), personal=blob)
    ledger.record(WITHDRAWN)
    with pytest.raises(IllegalTransition, match="was withdrawn"):
        ledger.record(TEMPLATE, personal=blob)


def test_a_template_and_its_event_come_together_or_not_at_all(ledger: Ledger) -> None:
    with pytest.raises(IllegalTransition, match="has no content"):
        ledger.record(CONSENT, TEMPLATE)
    with pytest.raises(IllegalTransition, match="no event says"):
        ledger.record(CONSENT, personal=(StoreTemplate("tpl-1", "res-1", BLOB),))
    assert list(ledger.templates()) == []


def test_revoking_a_template_removes_it_from_the_disk(ledger: Ledger) -> None:
    enrolled(ledger)
    ledger.record(REVOKED)
    assert list(ledger.templates()) == []
    assert ledger._db.execute("SELECT count(*) FROM sealed WHERE kind = 'template'").fetchone()[0] == 0
    with pytest.raises(IllegalTransition, match="not in the gallery"):
        ledger.record(REVOKED)


def test_a_consent_does_not_end_while_templates_stand_under_it(ledger: Ledger) -> None:
    enrolled(ledger)
    with pytest.raises(IllegalTransition, match="revoke them in the same record"):
        ledger.record(WITHDRAWN)
    ledger.record(WITHDRAWN, REVOKED, personal=(DropTemplate("tpl-1"),))
    assert [consent.withdrawn for consent in ledger.consents("res-1")] == [True]


def test_erasing_a_person_leaves_neither_key_nor_value_on_the_disk_and_the_chain_holds(
    bench: Bench, ledger: Ledger
) -> None:
    enrolled(ledger)
    ledger.record(expected("con-1"), personal=(StoreWaybill("con-1", "res-1", "SW0042"),))
    wrapped = ledger._db.execute("SELECT wrapped FROM person_keys WHERE person = 'res-1'").fetchone()[0]
    sealed = [row[0] for row in ledger._db.execute("SELECT content FROM sealed WHERE person = 'res-1'")]
    assert len(sealed) == 4
    assert all(value in files_of(bench) for value in (wrapped, *sealed))
    with pytest.raises(IllegalTransition, match="tpl-1 is in the gallery"):
        ledger.record(WITHDRAWN.model_copy(), personal=(ErasePerson("res-1"),))
    ledger.record(REVOKED, WITHDRAWN, personal=(ErasePerson("res-1"),))
    assert (ledger.person("res-1"), ledger.personal("res-1"), ledger.waybill("con-1")) == (None, None, None)
    assert ledger.verify().holds
    assert not any(value in files_of(bench) for value in (wrapped, *sealed))
    assert ledger.personal("cou-1") == COURIER


def test_an_erasure_beside_a_reader_is_finished_with_the_next_row(bench: Bench, ledger: Ledger) -> None:
    wrapped = ledger._db.execute("SELECT wrapped FROM person_keys WHERE person = 'res-1'").fetchone()[0]
    reader = connect_read_only(bench.path)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM meta").fetchone()
    event, personal = applied(ErasePerson("res-1"))
    ledger.record(event, personal=personal)
    assert wrapped in files_of(bench)
    reader.close()
    ledger.record(expected("con-1"))
    assert wrapped not in files_of(bench)


def test_nothing_personal_stands_in_the_clear_anywhere_on_the_disk(bench: Bench, ledger: Ledger) -> None:
    ledger.record(expected("con-1"), personal=(StoreWaybill("con-1", "res-1", "SW0042"),))
    found = files_of(bench)
    for drawn in (
        ledger.ledger_id,
        *(row.hash for row in ledger.events()),
    ):  # four digits may turn up in them by chance
        found = found.replace(drawn.encode("ascii"), b"")
    for text in (WANG.name, WANG.room, WANG.phone_tail, COURIER.name, COURIER.number, COURIER.pin_hash, "SW0042"):
        assert text.encode("utf-8") not in found, text


def test_a_value_moved_to_another_persons_row_does_not_open(ledger: Ledger) -> None:
    event, personal = applied(SetPersonRow("res-2", "resident"), StorePerson("res-2", WANG))
    ledger.record(event, personal=personal)
    for change in (
        "UPDATE sealed SET content = (SELECT content FROM sealed WHERE id = 'res-1') WHERE id = 'res-2'",
        "UPDATE person_keys SET wrapped = (SELECT k.wrapped FROM person_keys k WHERE k.person = 'res-1')",
    ):
        ledger._db.execute(change)
        with pytest.raises(Unreadable, match="res-2"):
            ledger.personal("res-2")
        assert ledger.personal("res-1") == WANG


def test_a_value_of_somebody_else_is_not_overwritten(ledger: Ledger) -> None:
    ledger.record(expected("con-1"), personal=(StoreWaybill("con-1", "res-1", "SW0042"),))
    with pytest.raises(IllegalTransition, match="kept for another person"):
        ledger.record(expected("con-2"), personal=(StoreWaybill("con-1", "res-2", "SW0043"),))
    assert (ledger.waybill("con-1"), ledger.consignment("con-2")) == ("SW0042", None)


def test_the_directory_is_answered_by_role(ledger: Ledger) -> None:
    assert ledger.residents() == (Person("res-1", "resident", "home-1", None),) == ledger.household("home-1")
    assert ledger.staff() == (Person("cou-1", "courier", None, "swift"),)
    assert (ledger.resident("cou-1"), ledger.person("nobody")) == (None, None)
    assert (ledger.personal("res-1"), ledger.personal("cou-1"), ledger.personal("x")) == (WANG, COURIER, None)
    assert dict(ledger.residents_personal()) == {"res-1": WANG}
    assert dict(ledger.staff_personal()) == {"cou-1": COURIER}
    event, personal = applied(DropPersonRow("res-1"))
    ledger.record(event, personal=personal)
    assert ledger.residents() == ()


def test_somebody_who_changes_roles_has_the_new_personal_values_only(ledger: Ledger) -> None:
    event, personal = applied(SetPersonRow("res-1", "attendant"), StorePerson("res-1", COURIER))
    ledger.record(event, personal=personal)
    assert ledger.personal("res-1") == COURIER
    assert dict(ledger.residents_personal()) == {}


def test_two_parcels_with_one_number_are_both_found(ledger: Ledger) -> None:
    ledger.record(
        expected("con-1"),
        expected("con-2"),
        personal=(StoreWaybill("con-1", "res-1", "SW0042"), StoreWaybill("con-2", "res-2", "SW0042")),
    )
    assert ledger.consignments_of_waybill("SW0042") == ("con-1", "con-2")
    assert ledger.consignments_of_waybill("SW0043") == ()


@pytest.mark.parametrize("end", [State.COLLECTED, State.WITHDRAWN, State.EXPIRED, State.CANCELLED])
def test_a_number_goes_with_the_end_of_custody_and_stays_when_a_reservation_ends(
    bench: Bench, ledger: Ledger, end: State
) -> None:
    visit = bench.visit(ledger)
    ledger.record(expected("con-1"), personal=(StoreWaybill("con-1", "res-1", "SW0042"),))
    ledger.record(reserved("con-1", "A01", visit))
    ledger.record(ConsignmentReleased(consignment="con-1", state=State.EXPECTED, reason="changed their mind"))
    assert ledger.waybill("con-1") == "SW0042"
    if end is State.COLLECTED or end is State.WITHDRAWN:
        leave = collected if end is State.COLLECTED else withdrawn
        ledger.record(reserved("con-1", "A01", visit), deposited("con-1", "A01", visit))
        ledger.record(leave("con-1", "A01", visit))
    else:
        ledger.record(ConsignmentReleased(consignment="con-1", state=end, reason="late"))
    assert (ledger.waybill("con-1"), ledger.consignments_of_waybill("SW0042")) == (None, ())


def test_a_number_is_found_in_an_index_and_not_when_its_hash_was_moved(ledger: Ledger) -> None:
    ledger.record(
        expected("con-1"),
        expected("con-2"),
        personal=(StoreWaybill("con-1", "res-1", "SW0042"), StoreWaybill("con-2", "res-1", "SW0043")),
    )
    hashes = "(SELECT found_by FROM sealed WHERE id = 'con-1')"
    ledger._db.execute(f"UPDATE sealed SET found_by = {hashes} WHERE id = 'con-2'")
    assert ledger.consignments_of_waybill("SW0042") == ("con-1",)


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (f"{_SEALED} WHERE kind = 'waybill' AND found_by = x'00' ORDER BY s.kind, s.id", "sealed_found_by"),
        (
            "SELECT * FROM consignments WHERE state IN ('x', 'y') AND carrier = 'z' ORDER BY 2",
            "consignments_of_carrier",
        ),
        ("SELECT * FROM consignments WHERE state = 'x' AND recipient IN ('y', 'z')", "consignments_of_recipient"),
        (_STRANGERS, "consignments_of_recipient"),
    ],
)
def test_what_is_asked_for_often_is_answered_from_an_index(ledger: Ledger, question: str, index: str) -> None:
    plan = " ".join(row["detail"] for row in ledger._db.execute(f"EXPLAIN QUERY PLAN {question}"))
    assert index in plan, plan


def test_personal_values_are_never_written_without_an_event(ledger: Ledger) -> None:
    with pytest.raises(IllegalTransition, match="give the event"):
        ledger.record(personal=(SetPersonRow("res-9", "resident"),))
    assert ledger.record() == ()


def test_a_code_is_open_until_it_is_used_or_revoked_and_its_digest_goes_with_it(bench: Bench, ledger: Ledger) -> None:
    store = StoreCode("cre-1", DIGEST, "2026-04-01T00:00:00.000Z")
    with pytest.raises(IllegalTransition, match="has no digest"):
        ledger.record(DELEGATE)
    ledger.record(DELEGATE, personal=(store,))
    (found,) = ledger.credentials(CredentialKind.DELEGATE)
    assert (found.digest, found.not_after, found.consignment) == (DIGEST, store.not_after, "con-1")
    assert DIGEST not in repr(found)
    assert ledger.credentials(CredentialKind.ENROLMENT) == ()
    visit = bench.visit(ledger)
    ledger.record(CredentialUsed(credential="cre-1", visit=visit))
    assert ledger.credentials() == ()
    spent = ledger.credential("cre-1")
    assert spent is not None
    assert (spent.state, spent.digest) == ("used", None)
    for event in (
        CredentialUsed(credential="cre-1", visit=visit),
        CredentialRevoked(credential="cre-1", reason="late"),
        CredentialUsed(credential="cre-2", visit=visit),
        DELEGATE,
    ):
        with pytest.raises(IllegalTransition):
            ledger.record(event)


def test_a_code_spent_in_a_visit_that_never_starts_is_not_spent(ledger: Ledger) -> None:
    ledger.record(DELEGATE, personal=(StoreCode("cre-1", DIGEST, "2026-04-01T00:00:00.000Z"),))
    with pytest.raises(IllegalTransition, match="FOREIGN KEY"):
        ledger.record(CredentialUsed(credential="cre-1", visit="vis-never"))
    assert len(ledger.credentials()) == 1


def test_a_digest_is_replaced_while_the_code_is_open_and_not_after(ledger: Ledger) -> None:
    ledger.record(DELEGATE, personal=(StoreCode("cre-1", DIGEST, "2026-04-01T00:00:00.000Z"),))
    event, personal = applied(StoreCode("cre-1", "cd" * 32, "2026-05-01T00:00:00.000Z"))
    ledger.record(event, personal=personal)
    assert [code.digest for code in ledger.credentials()] == ["cd" * 32]
    ledger.record(CredentialRevoked(credential="cre-1", reason="void"))
    with pytest.raises(IllegalTransition, match="cre-1 is revoked"):
        ledger.record(event, personal=personal)


RENEWAL = TEMPLATE.model_copy(update={"template": "tpl-2", "renews": "tpl-1"})


def renew(ledger: Ledger) -> None:
    ledger.record(RENEWAL, personal=(StoreTemplate("tpl-2", "res-1", b"a part of it"),))


def test_a_renewal_stands_beside_the_enrolment_and_goes_alone(ledger: Ledger) -> None:
    enrolled(ledger)
    renew(ledger)
    assert [(t.template, t.renews) for t in ledger.stored_templates_of("res-1")] == [
        ("tpl-1", None),
        ("tpl-2", "tpl-1"),
    ]
    assert ledger.renewals_of("res-1") == ("tpl-2",)
    ledger.record(TemplateRevoked(template="tpl-2", reason="undone"))
    assert ledger.templates_of("res-1") == ("tpl-1",)
    assert ledger.verify().holds


def test_only_one_renewal_stands_beside_an_enrolment_and_none_beside_a_renewal(ledger: Ledger) -> None:
    enrolled(ledger)
    renew(ledger)
    for renews in ("tpl-1", "tpl-2", "tpl-9"):
        another = RENEWAL.model_copy(update={"template": "tpl-3", "renews": renews})
        with pytest.raises(IllegalTransition, match="renews"):
            ledger.record(another, personal=(StoreTemplate("tpl-3", "res-1", b"a part of it"),))


def test_an_enrolment_does_not_go_before_its_renewal(ledger: Ledger) -> None:
    enrolled(ledger)
    renew(ledger)
    with pytest.raises(IllegalTransition, match="before what renews it"):
        ledger.record(REVOKED)
    ledger.record(REVOKED, TemplateRevoked(template="tpl-2", reason="asked for"))


def test_sightings_are_sealed_and_go_with_the_enrolment(ledger: Ledger) -> None:
    enrolled(ledger)
    asked = EnrolmentAsked(person="res-1", reason="drift")
    ledger.record(asked, personal=(StoreSightings("tpl-1", "res-1", b"0.31 0.32"),))
    assert ledger.sightings("tpl-1") == b"0.31 0.32"
    assert b"0.31" not in ledger._db.serialize()
    ledger.record(REVOKED)
    assert ledger.sightings("tpl-1") is None


def test_who_is_asked_to_enrol_again_is_asked_until_they_do(ledger: Ledger) -> None:
    enrolled(ledger)
    ledger.record(EnrolmentAsked(person="res-1", reason="encoder"))
    renew(ledger)
    assert ledger.enrolment_asked("res-1") == "encoder"
    anew = TEMPLATE.model_copy(update={"template": "tpl-3"})
    ledger.record(anew, personal=(StoreTemplate("tpl-3", "res-1", b"another"),))
    assert ledger.enrolment_asked("res-1") is None
    ledger.record(EnrolmentAsked(person="res-1", reason="drift"))
    ledger.record(*(TemplateRevoked(template=t, reason="gone") for t in ledger.templates_of("res-1")))
    assert ledger.enrolment_asked("res-1") is None
    with pytest.raises(IllegalTransition, match="no template"):
        ledger.record(EnrolmentAsked(person="res-1", reason="drift"))
    assert ledger.verify().holds
