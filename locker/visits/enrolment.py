"""An enrolment: a resident with a one-time code consents, shows both eyes, and from then on collects by looking.

Nothing is kept before both eyes are good and the consent is recorded: then the consent, both templates and the spent
code are one transaction.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from iris.template import EyeSide, Template
from locker.cabinet import Cabinet
from locker.kiosk.screen import Choice, Screen, Tone, text
from locker.kiosk.wording import WORDING
from locker.ledger import Credential, DropTemplate, PersonalWrite, StoreConsent, StoreTemplate
from locker.look import NotEnrolled, Sight
from locker.visits import notices
from locker.visits.visit import Moves, Visit
from mqtt.contract.base import EyeSideName, Means, VisitKind, VisitResult
from mqtt.contract.events import ConsentGiven, CredentialUsed, Event, TemplateRevoked, TemplateStored

CONSENT_VERSION = "2026-12"
"""Version of `consent.text` in the wording; a changed text takes a new version."""

READY_S = 5.0
"""How long "now your right eye" stands before the burst begins by itself."""
LENSES_S = 30.0
"""The same for the left eye: time to take coloured lenses out. Whoever wears none says that they are ready."""


class EnrolmentStage(StrEnum):
    """Where an enrolment stands."""

    CONSENT = "consent"
    LEFT = "left"
    RIGHT = "right"
    STORED = "stored"


class EnrolmentVisit(Visit):
    """Consent, left eye, right eye, stored."""

    kind = VisitKind.ENROLMENT
    first = EnrolmentStage.CONSENT
    moves: ClassVar[Moves] = {
        EnrolmentStage.CONSENT: frozenset({EnrolmentStage.LEFT}),
        EnrolmentStage.LEFT: frozenset({EnrolmentStage.RIGHT}),
        EnrolmentStage.RIGHT: frozenset({EnrolmentStage.STORED}),
    }

    def __init__(self, cabinet: Cabinet, credential: Credential) -> None:
        """A visit of the person whom the one-time code names."""
        super().__init__(cabinet)
        assert credential.person is not None
        self._person = credential.person
        self._credential = credential.credential

    async def serve(self) -> VisitResult:
        """Ask for consent, then for each eye, as often as the resident has patience."""
        await self.begin(Means.ENROLMENT_CODE, self._person)
        if (await self.ask(consent_screen(), idle_s=CONSENT_IDLE_S)).action != "agree":
            return VisitResult.CANCELLED
        templates: dict[EyeSideName, Template] = {}
        for stage, side in ((EnrolmentStage.LEFT, EyeSideName.LEFT), (EnrolmentStage.RIGHT, EyeSideName.RIGHT)):
            self.enter(stage)
            template = await self._capture(side, other=templates.get(EyeSideName.LEFT))
            if template is None:
                return VisitResult.CANCELLED
            templates[side] = template
        self.enter(EnrolmentStage.STORED)
        await self._store(templates)
        await self.pause(
            notices.notice("enrol_done", text("enrol.done.title"), text("enrol.done.line"), tone=Tone.GOOD),
            notices.NOTICE_S,
        )
        return VisitResult.COMPLETED

    async def _capture(self, side: EyeSideName, *, other: Template | None) -> Template | None:
        """One eye, again and again until it is good, and not the `other` one once more, or the resident gives up."""
        while True:
            await self.pause(ready_screen(side), LENSES_S if other is None else READY_S)

            def watch(sight: Sight) -> None:
                self.show(looking_screen(side, sight))

            self.show(looking_screen(side, Sight(None)))
            result = await self.cabinet.looker.enrol(EyeSide(side.value), self._person, watch, other=other)
            if not isinstance(result, NotEnrolled):
                return result
            if (await self.ask(refused_screen(result))).action != "again":
                return None

    async def _store(self, templates: dict[EyeSideName, Template]) -> None:
        """Consent, templates and the spent code in one transaction; then the gallery, where they replace older ones."""
        consent = self.cabinet.new_id("cst")
        events: list[Event] = [ConsentGiven(consent=consent, person=self._person, text_version=CONSENT_VERSION)]
        wording = "\n\n".join(WORDING["consent.text"])
        personal: list[PersonalWrite] = [StoreConsent(consent, self._person, wording)]
        older = await self.cabinet.ledger.run(
            lambda ledger: [t.template for t in ledger.templates() if t.person == self._person]
        )
        for template_id in older:
            events.append(TemplateRevoked(template=template_id, reason="enrolled anew"))
            personal.append(DropTemplate(template_id))
        stored: dict[str, Template] = {}
        for side, template in templates.items():
            template_id = self.cabinet.new_id("tpl")
            stored[template_id] = template
            events.append(
                TemplateStored(
                    template=template_id,
                    person=self._person,
                    side=side,
                    encoder=template.encoder.hex(),
                    consent=consent,
                )
            )
            personal.append(StoreTemplate(template_id, self._person, template.to_bytes()))
        events.append(CredentialUsed(credential=self._credential, visit=self.id))
        await self.cabinet.ledger.record(*events, personal=tuple(personal))
        self.cabinet.looker.forget(older)
        for template_id, template in stored.items():
            self.cabinet.looker.gallery.add(template_id, self._person, template)


CONSENT_IDLE_S = 180.0
"""A consent is read in peace."""


def consent_screen() -> Screen:
    """What is stored, for what, for how long; never a condition of service."""
    return Screen(
        "consent",
        text("consent.title"),
        lines=(text("consent.text"),),
        choices=(
            Choice("agree", text("choice.agree"), primary=True),
            Choice("decline", text("choice.decline")),
        ),
        tone=Tone.ASK,
    )


def ready_screen(side: EyeSideName) -> Screen:
    """Which eye comes next, and what must not cover it: two wearers of one print might be taken for one person."""
    return Screen(
        f"enrol_ready_{side}",
        text("enrol.title"),
        lines=(text(f"enrol.side.{side}"), text("enrol.lenses")),
        choices=(Choice("ready", text("choice.ready"), primary=True),),
        tone=Tone.ASK,
    )


def looking_screen(side: EyeSideName, sight: Sight) -> Screen:
    """The burst is being taken."""
    hint = text(f"look.hint.{sight.hint}") if sight.hint else text("enrol.progress")
    return Screen(
        f"enrol_{side}",
        text("enrol.title"),
        lines=(text(f"enrol.side.{side}"), hint),
        looking=True,
        progress=sight.progress,
        tone=Tone.ASK,
    )


def refused_screen(result: NotEnrolled) -> Screen:
    """The eye gave no template."""
    return Screen(
        "enrol_refused",
        text("enrol.refused.title"),
        lines=(text(f"enrol.refused.{result.reason}"),),
        choices=(
            Choice("again", text("choice.again"), primary=True),
            Choice("cancel", text("choice.cancel")),
        ),
        tone=Tone.WARN,
    )
