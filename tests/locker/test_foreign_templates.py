"""Templates of an older encoder: left out of the gallery, counted at the start, their people asked to enrol again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from config.settings import IrisSettings
from iris.code import CODE_COLUMNS, CODE_ROWS, IrisCode
from iris.gallery import RENEWAL_LEADS
from iris.match import compare
from iris.template import EyeSide, Template
from locker.clock import SystemClock
from locker.daemon import _fill_gallery
from locker.keys import new_keys
from locker.ledger import Ledger, SetPersonRow, StoreConsent, StoreTemplate
from locker.look import Looker
from mqtt.contract.base import EyeSideName
from mqtt.contract.events import ConsentGiven, DirectoryApplied, TemplateStored


def iris(seed: int) -> Template:
    rng = np.random.default_rng(seed)
    code = IrisCode(rng.random((CODE_COLUMNS, CODE_ROWS, 2)) < 0.5, rng.random((CODE_COLUMNS, CODE_ROWS)) < 0.8)
    return Template.of(code, side=EyeSide.LEFT, quality=90)


def enrolled(ledger: Ledger, person: str, template: Template) -> None:
    ledger.record(
        DirectoryApplied(cabinet="east", version=1, full=True),
        ConsentGiven(consent=f"cst-{person}", person=person, text_version="2026-12"),
        TemplateStored(
            template=f"tpl-{person}",
            person=person,
            side=EyeSideName.LEFT,
            encoder=template.encoder.hex(),
            consent=f"cst-{person}",
        ),
        personal=(
            SetPersonRow(person, "resident", household="hh-1"),
            StoreConsent(f"cst-{person}", person, "I agree"),
            StoreTemplate(f"tpl-{person}", person, template.to_bytes()),
        ),
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty one."""
    opened = Ledger.open(
        tmp_path / "ledger.sqlite3",
        keys=new_keys(),
        clock=SystemClock("assumed"),
        cabinet="east",
        watermark_mb=1,
        reserve_mb=1,
    )
    yield opened
    opened.close()


def renewed(ledger: Ledger, person: str, name: str, template: Template) -> None:
    ledger.record(
        TemplateStored(
            template=name,
            person=person,
            side=EyeSideName.LEFT,
            encoder=template.encoder.hex(),
            consent=f"cst-{person}",
            renews=f"tpl-{person}",
        ),
        personal=(StoreTemplate(name, person, template.to_bytes()),),
    )


def test_a_renewal_stands_behind_its_enrolment_again_after_a_start(ledger: Ledger) -> None:
    """Whatever order the ledger gives them in."""
    enrolled(ledger, "per-ann", iris(1))
    renewed(ledger, "per-ann", "a-renewal", iris(2))
    assert [stored.template for stored in ledger.templates()] == ["a-renewal", "tpl-per-ann"]
    looker = Looker(None, IrisSettings())
    _fill_gallery(looker, ledger)
    found = {each.template_id: each.distance for each in looker.gallery.identify(iris(2)).near}
    assert found["a-renewal"] == compare(iris(2), iris(1)).distance - RENEWAL_LEADS
    looker.close()


def test_a_renewal_whose_enrolment_is_of_another_encoder_is_left_out_with_it(ledger: Ledger) -> None:
    enrolled(ledger, "per-ann", replace(iris(1), encoder=b"an older"))
    renewed(ledger, "per-ann", "a-renewal", iris(2))
    looker = Looker(None, IrisSettings())
    _fill_gallery(looker, ledger)
    assert len(looker.gallery) == 0
    looker.close()


def test_the_start_says_how_many_must_enrol_again_and_asks_each_once(ledger: Ledger) -> None:
    enrolled(ledger, "per-new", iris(1))
    for number in range(3):
        enrolled(ledger, f"per-{number}", replace(iris(2 + number), encoder=b"an older"))
    for _start in range(2):
        looker = Looker(None, IrisSettings())
        with capture_logs() as told:
            _fill_gallery(looker, ledger)
        assert len(looker.gallery) == 1
        (said,) = [line for line in told if line["event"] == "people must enrol again"]
        assert said["people"] == 3
        looker.close()
    asked = [row for row in ledger.events(0, 100) if row.kind == "enrolment.asked"]
    assert [(row.subject, row.body["reason"]) for row in asked] == [(f"per-{n}", "encoder") for n in range(3)]
