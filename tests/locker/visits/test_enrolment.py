"""Enrolment: nothing without consent, both eyes or nothing, one transaction, undone in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from locker.kiosk.wording import WORDING
from locker.ledger import Ledger, LedgerFull
from locker.look import NotEnrolled
from locker.remote import RemoteHands
from locker.visits.enrolment import LENSES_S
from mqtt.contract.events import Event, TemplateStored
from mqtt.contract.messages import Command, RevokeTemplates

if TYPE_CHECKING:
    from paper_bank import Bank

CODE = "33334444"


async def begin(bank: Bank) -> None:
    await bank.press("welcome", "enrol")
    await bank.press("code", "enter", code=CODE)
    await bank.screen("consent")


async def enrol(bank: Bank) -> None:
    await begin(bank)
    await bank.press("consent", "agree")
    await bank.press("enrol_ready_left", "ready")
    await bank.press("enrol_ready_right", "ready")
    await bank.press("enrol_done", "continue")
    await bank.screen("welcome")


async def nothing_stored(bank: Bank) -> None:
    await bank.screen("welcome")
    await bank.recorded("visit.ended")
    assert not await bank.rows("consent.given", "template.stored", "credential.used")
    assert len(bank.looker.gallery) == 0
    assert not await bank.cabinet.ledger.run(lambda ledger: list(ledger.templates()))


async def test_both_eyes_the_consent_and_the_spent_code_are_one_transaction(bank: Bank) -> None:
    await enrol(bank)
    rows = await bank.rows("consent.given", "template.stored", "credential.used")
    assert [row.kind for row in rows] == ["consent.given", "template.stored", "template.stored", "credential.used"]
    assert [row.seq for row in rows] == list(range(rows[0].seq, rows[0].seq + 4))
    assert {row.body["side"] for row in rows if row.kind == "template.stored"} == {"left", "right"}
    assert set(bank.looker.gallery.templates.values()) == {"per-cai"}


async def test_the_words_that_were_agreed_to_are_kept(bank: Bank) -> None:
    await enrol(bank)
    (row,) = await bank.rows("consent.given")
    kept = await bank.cabinet.ledger.run(lambda ledger: ledger.consent_text(row.subject))
    assert kept is not None
    assert all(words in kept for words in WORDING["consent.text"])


async def test_without_consent_nothing_is_stored(bank: Bank) -> None:
    await begin(bank)
    await bank.press("consent", "decline")
    await nothing_stored(bank)


async def test_silence_is_no_consent(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locker.visits.enrolment.CONSENT_IDLE_S", 0.05)
    await begin(bank)
    await nothing_stored(bank)


async def test_an_eye_that_gives_no_template_stores_nothing_of_the_other(bank: Bank) -> None:
    await begin(bank)
    await bank.press("consent", "agree")
    await bank.press("enrol_ready_left", "ready")
    await bank.screen("enrol_ready_right")
    bank.looker.enrols.append(NotEnrolled("poor_pictures"))
    await bank.press("enrol_ready_right", "ready")
    await bank.press("enrol_refused", "cancel")
    await nothing_stored(bank)


async def test_a_write_that_fails_stores_nothing_and_fills_no_gallery(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Ledger.record

    def full(self: Ledger, *events: Event, **more: object) -> object:
        if any(isinstance(event, TemplateStored) for event in events):
            raise LedgerFull("no space")
        return record(self, *events, **more)  # type: ignore[arg-type] - handed on as they came

    monkeypatch.setattr(Ledger, "record", full)
    await begin(bank)
    await bank.press("consent", "agree")
    await bank.press("enrol_ready_left", "ready")
    await bank.press("enrol_ready_right", "ready")
    await bank.press("fault", "continue")
    await nothing_stored(bank)


async def test_the_code_works_once(bank: Bank) -> None:
    await enrol(bank)
    await bank.press("welcome", "enrol")
    await bank.press("code", "enter", code=CODE)
    await bank.screen("code")
    assert len(await bank.rows("consent.given")) == 1


async def test_a_revocation_empties_the_gallery_and_withdraws_the_consent(bank: Bank) -> None:
    await enrol(bank)
    hands = RemoteHands(bank.cabinet, bank.reception.begin)
    command = Command(
        command_id="cmd-1",
        audience="a/b",
        issued_at="2026-03-01T08:00:00.000Z",
        not_after="2026-03-01T09:00:00.000Z",
        body=RevokeTemplates(person="per-cai", reason="asked for"),
    )
    assert (await hands.handlers[RevokeTemplates](command))[0] == "done"
    assert len(bank.looker.gallery) == 0
    assert not await bank.cabinet.ledger.run(lambda ledger: list(ledger.templates()))
    assert len(await bank.rows("template.revoked")) == 2
    assert len(await bank.rows("consent.withdrawn")) == 1


async def test_coloured_lenses_are_to_come_out_before_the_eyes_are_shown(bank: Bank) -> None:
    """Two wearers of one print might be taken for one person."""
    await begin(bank)
    await bank.press("consent", "agree")
    for side in ("left", "right"):
        screen = await bank.screen(f"enrol_ready_{side}")
        assert "enrol.lenses" in [line.key for line in screen.lines]
        await bank.press(f"enrol_ready_{side}", "ready")


async def test_there_is_time_to_take_lenses_out_before_the_first_eye(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second begins by itself soon: they are out by then."""
    monkeypatch.setattr("locker.visits.enrolment.READY_S", 0.0)
    await begin(bank)
    await bank.press("consent", "agree")
    await bank.press("enrol_ready_left", "ready")
    await bank.screen("enrol_done")
    assert LENSES_S >= 30
