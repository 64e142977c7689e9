"""Renewal in the cabinet: after a completed visit whose first look was accepted, and after nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from iris.code import CODE_COLUMNS, CODE_ROWS, IrisCode
from iris.drift import JUDGED, Sightings
from iris.template import EyeSide, Template
from locker.ledger import StoreConsent, StoreTemplate
from locker.remote import RemoteHands
from locker.renewal import EVERY_DAYS, ask_whose_templates_are_foreign, due
from locker.visits.enrolment import CONSENT_VERSION
from mqtt.contract.base import EyeSideName
from mqtt.contract.events import ConsentGiven, TemplateStored
from mqtt.contract.messages import Command, RevokeTemplates

if TYPE_CHECKING:
    from paper_bank import Bank, Stock

PERSON, FIRST = "per-cai", "tpl-first"


def iris(seed: int) -> Template:
    """An eye that nobody has."""
    rng = np.random.default_rng(seed)
    code = IrisCode(rng.random((CODE_COLUMNS, CODE_ROWS, 2)) < 0.5, rng.random((CODE_COLUMNS, CODE_ROWS)) < 0.8)
    return Template.of(code, side=EyeSide.LEFT, quality=90, frames=3)


EYE = iris(1)


def frames(seed: int = 0, flipped: float = 0.08, eye: Template = EYE) -> tuple[Template, ...]:
    """What a look of somebody shows: three good frames, the side not known."""
    shown = []
    for n in range(3):
        code = eye.unpacked()
        flips = np.random.default_rng((seed, n)).random(code.bits.shape) < flipped
        shown.append(Template.of(IrisCode(code.bits ^ flips, code.mask), side=EyeSide.UNKNOWN, quality=90))
    return tuple(shown)


async def enrolled(bank: Bank, consent: str = CONSENT_VERSION, eye: Template = EYE) -> None:
    """One eye, enrolled long ago."""
    await bank.cabinet.ledger.record(
        ConsentGiven(consent="cst-1", person=PERSON, text_version=consent),
        TemplateStored(
            template=FIRST, person=PERSON, side=EyeSideName.LEFT, encoder=eye.encoder.hex(), consent="cst-1"
        ),
        personal=(StoreConsent("cst-1", PERSON, "I agree"), StoreTemplate(FIRST, PERSON, eye.to_bytes())),
    )
    bank.looker.gallery.add(FIRST, PERSON, eye)


async def visit(bank: Bank, shown: tuple[Template, ...], days: int = 0) -> None:
    """Somebody looks, so many days later, and has nothing to collect: a visit all the same, and a short one."""
    bank.clock.wall += timedelta(days=days)
    bank.looker.sees, bank.looker.frames = PERSON, shown
    ended = len(await bank.rows("visit.ended"))
    await bank.press("welcome", "look")
    await bank.press("pickup_nothing", "continue")
    while len(await bank.rows("visit.ended")) == ended:
        await bank.cabinet.ledger.run(lambda _ledger: None)
    await bank.screen("welcome")


async def renewals(bank: Bank) -> tuple[str, ...]:
    return await bank.cabinet.ledger.run(lambda ledger: ledger.renewals_of(PERSON))


async def kept(bank: Bank) -> Sightings | None:
    content = await bank.cabinet.ledger.run(lambda ledger: ledger.sightings(FIRST))
    return None if content is None else Sightings.model_validate_json(content)


async def test_a_good_look_months_after_the_first_renews_the_enrolment_beside_it(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    assert not await renewals(bank)
    await visit(bank, frames(1), days=EVERY_DAYS)
    (renewal,) = await renewals(bank)
    assert set(bank.looker.gallery.templates) == {FIRST, renewal}
    row = (await bank.rows("template.stored"))[-1]
    assert (row.body["renews"], row.body["person"], row.body["side"]) == (FIRST, PERSON, "left")
    stored = await bank.cabinet.ledger.run(lambda ledger: ledger.stored_templates_of(PERSON))
    assert next(t.blob for t in stored if t.template == FIRST) == EYE.to_bytes()


async def test_renewals_come_so_seldom_and_replace_one_another(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    await visit(bank, frames(1), days=EVERY_DAYS)
    first = await renewals(bank)
    await visit(bank, frames(2), days=EVERY_DAYS - 1)
    assert await renewals(bank) == first
    await visit(bank, frames(3), days=1)
    second = await renewals(bank)
    assert len(second) == 1
    assert second != first
    assert set(bank.looker.gallery.templates) == {FIRST, *second}


async def test_under_an_older_consent_nothing_is_kept_of_a_look(bank: Bank) -> None:
    await enrolled(bank, "2026-11")
    await visit(bank, frames())
    await visit(bank, frames(1), days=EVERY_DAYS)
    assert not await renewals(bank)
    assert await kept(bank) is None


async def test_nothing_is_renewed_while_nobody_knows_the_date(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    bank.clock.believed = False
    await visit(bank, frames(1), days=EVERY_DAYS)
    assert not await renewals(bank)


async def test_a_second_look_renews_nothing(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    before = await kept(bank)
    bank.clock.wall += timedelta(days=EVERY_DAYS)
    bank.looker.sees = None
    await bank.press("welcome", "look")
    await bank.screen("look_refused")
    bank.looker.sees = PERSON
    await bank.press("look_refused", "again")
    await bank.press("pickup_nothing", "continue")
    await bank.screen("welcome")
    assert not await renewals(bank)
    assert await kept(bank) == before


async def test_a_code_renews_nothing(bank: Bank, stock: Stock) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    await stock(bank)
    before = await kept(bank)
    bank.clock.wall += timedelta(days=EVERY_DAYS)
    await bank.press("welcome", "code")
    await bank.press("code", "enter", code=bank.code("con-3"))
    await bank.screen("pickup_open")
    await bank.close("E01")
    await bank.press("pickup_done", "finish")
    await bank.screen("welcome")
    assert not await renewals(bank)
    assert await kept(bank) == before


async def test_a_stranger_who_was_accepted_by_chance_renews_nothing_however_often(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    for seed in range(2, 8):
        await visit(bank, frames(seed, eye=iris(seed)), days=EVERY_DAYS)
    assert not await renewals(bank)


async def test_a_renewal_that_lies_farther_than_the_enrolment_is_undone_by_itself(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    odd = frames(1, 0.2)  # a look that struck out places by mistake
    await visit(bank, odd, days=EVERY_DAYS)
    (renewal,) = await renewals(bank)
    for seed in range(JUDGED):
        assert await renewals(bank) == (renewal,)
        await visit(bank, frames(10 + seed, 0.02))
    assert not await renewals(bank)
    assert set(bank.looker.gallery.templates) == {FIRST}
    assert (await bank.rows("template.revoked"))[-1].body["reason"] == "farther than the enrolment"


async def test_a_bad_renewal_is_undone_even_while_nobody_knows_the_date(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    await visit(bank, frames(1, 0.2), days=EVERY_DAYS)
    assert await renewals(bank)
    bank.clock.believed = False
    for seed in range(JUDGED):
        await visit(bank, frames(10 + seed, 0.02))
    assert not await renewals(bank)
    undone = await kept(bank)
    assert undone is not None
    assert undone.renewed_on is None
    bank.clock.believed = True
    await visit(bank, frames(2), days=EVERY_DAYS)  # the day of the undoing is not known: the time begins now
    assert not await renewals(bank)
    await visit(bank, frames(3), days=EVERY_DAYS)
    assert await renewals(bank)


async def test_a_clock_that_was_far_ahead_once_does_not_end_renewal(bank: Bank) -> None:
    await enrolled(bank)
    there = bank.clock.wall
    await visit(bank, frames(), days=100 * 365)
    bank.clock.wall = there
    await visit(bank, frames(1))
    await visit(bank, frames(2), days=EVERY_DAYS)
    assert await renewals(bank)


async def test_the_gallery_knows_what_a_renewal_renews(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    await visit(bank, frames(1), days=EVERY_DAYS)
    (renewal,) = await renewals(bank)
    assert bank.looker.gallery.renews == {renewal: FIRST}


async def test_the_platform_undoes_renewals_and_leaves_the_enrolment(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    await visit(bank, frames(1), days=EVERY_DAYS)
    hands = RemoteHands(bank.cabinet, bank.reception.begin)
    body = RevokeTemplates(person=PERSON, reason="as asked", only_renewals=True)
    command = Command(
        command_id="cmd-1",
        audience="c/d",
        issued_at="2026-03-01T08:00:00.000Z",
        not_after="2027-03-01T08:00:00.000Z",
        body=body,
    )
    assert await hands.handlers[RevokeTemplates](command) == ("done", "1 templates revoked")
    assert await bank.cabinet.ledger.run(lambda ledger: ledger.templates_of(PERSON)) == (FIRST,)
    assert set(bank.looker.gallery.templates) == {FIRST}
    assert not await bank.rows("consent.withdrawn")


async def test_erasing_a_person_leaves_nothing_of_renewals_and_distances(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    await visit(bank, frames(1), days=EVERY_DAYS)
    hands = RemoteHands(bank.cabinet, bank.reception.begin)
    command = Command(
        command_id="cmd-1",
        audience="c/d",
        issued_at="2026-03-01T08:00:00.000Z",
        not_after="2027-03-01T08:00:00.000Z",
        body=RevokeTemplates(person=PERSON, reason="as asked"),
    )
    await hands.handlers[RevokeTemplates](command)
    left = await bank.cabinet.ledger.run(
        lambda ledger: ledger._db.execute(
            "SELECT count(*) FROM sealed WHERE kind IN ('template', 'sightings')"
        ).fetchone()[0]
    )
    assert left == 0
    assert len(bank.looker.gallery) == 0


async def test_who_drifts_is_asked_to_enrol_again_and_the_platform_hears_an_opaque_id(bank: Bank) -> None:
    await enrolled(bank)
    for seed in range(JUDGED):
        await visit(bank, frames(seed, 0.04))
    for seed in range(3):  # the third makes the median of five
        assert not await bank.rows("enrolment.asked")
        await visit(bank, frames(20 + seed, 0.35))
    (row,) = await bank.rows("enrolment.asked")
    assert row.body == {"person": PERSON, "reason": "drift"}


async def test_who_is_asked_to_enrol_again_reads_it_at_the_pickup_and_collects_all_the_same(
    bank: Bank, stock: Stock
) -> None:
    await enrolled(bank)
    await stock(bank)
    await bank.cabinet.ledger.run(lambda ledger: ask_whose_templates_are_foreign(ledger, [PERSON]))
    bank.looker.sees = PERSON
    await bank.press("welcome", "look")
    for door in ("E01", "D01"):
        screen = await bank.screen("pickup_open")
        while screen.doors != (door,):
            await bank.desk.changed(bank.desk.rev)
            screen = await bank.screen("pickup_open")
        await bank.close(door)
    await bank.press("pickup_done", "finish")
    await bank.press("enrol_again", "continue")
    await bank.screen("welcome")
    assert await bank.state("con-3") == "collected"


async def test_whoever_types_the_pickup_code_reads_it_too(bank: Bank, stock: Stock) -> None:
    await enrolled(bank)
    await stock(bank)
    await bank.cabinet.ledger.run(lambda ledger: ask_whose_templates_are_foreign(ledger, [PERSON]))
    await bank.press("welcome", "code")
    await bank.press("code", "enter", code=bank.code("con-3"))
    await bank.screen("pickup_open")
    await bank.close("E01")
    await bank.press("pickup_done", "finish")
    await bank.press("enrol_again", "continue")
    await bank.screen("welcome")


async def test_each_is_asked_once(bank: Bank) -> None:
    await enrolled(bank, eye=replace(EYE, encoder=bytes(8)))
    for _ in range(2):
        await bank.cabinet.ledger.run(lambda ledger: ask_whose_templates_are_foreign(ledger, [PERSON]))
    assert len(await bank.rows("enrolment.asked")) == 1


async def test_templates_of_another_encoder_are_neither_watched_nor_renewed(bank: Bank) -> None:
    await enrolled(bank, eye=replace(EYE, encoder=bytes(8)))
    await visit(bank, frames())
    assert await kept(bank) is None


async def test_no_row_of_the_journal_holds_a_distance(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    await visit(bank, frames(1), days=EVERY_DAYS)
    for row in await bank.rows():
        assert not any(isinstance(value, float) for value in row.body.values()), row.kind


async def test_who_may_be_renewed_is_found_again_after_a_restart(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    today = bank.clock.wall.date().toordinal()
    assert await bank.cabinet.ledger.run(lambda ledger: due(ledger, today + EVERY_DAYS - 1)) == set()
    assert await bank.cabinet.ledger.run(lambda ledger: due(ledger, today + EVERY_DAYS)) == {PERSON}


async def test_who_is_due_and_gave_too_few_frames_is_looked_at_longer_the_next_time(bank: Bank) -> None:
    await enrolled(bank)
    await visit(bank, frames())
    await visit(bank, frames()[:1], days=EVERY_DAYS)
    assert bank.looker.linger == {PERSON}
    await visit(bank, frames())
    assert bank.looker.linger == set()
    assert await renewals(bank)
