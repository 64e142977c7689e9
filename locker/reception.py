"""The reception: the welcome screen, who comes with what right, and which visit begins.

It holds the screen between visits. A visit that has let go of the screen (a door left open) goes on behind it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from locker.access.keypad import Patience
from locker.access.pins import Pins
from locker.cabinet import Cabinet
from locker.camera import SOMEBODY, CameraFault
from locker.kiosk.desk import NotHolder
from locker.kiosk.screen import Act, Screen
from locker.ledger import Ledger, LedgerFault, Person
from locker.look import NotRecognised, Recognised
from locker.presence import Presence
from locker.visits import desk_screens, pickup_screens, rights
from locker.visits.aftercare import Interrupted, see_to
from locker.visits.deposit import DepositVisit
from locker.visits.enrolment import EnrolmentVisit
from locker.visits.pickup import Entitlement, PickupVisit
from locker.visits.sending import SendingVisit, ask_how
from locker.visits.service import ServiceVisit
from locker.visits.visit import Visit
from mqtt.contract.base import CredentialKind, Means, VisitKind, VisitResult
from mqtt.contract.events import KeypadSlowed, LookRefused, VisitEnded, VisitStarted
from mqtt.contract.messages import StaffPersonal

log = structlog.get_logger(__name__)

T = TypeVar("T")

CAMERA_FAULTS = frozenset({"camera", "wrong_view"})
"""Looks that end so are the camera's fault: another would end alike, so only the code is offered."""
FAULT_SHOWN_S = 10.0
"""How long the news of a fault of the program stands on the screen."""


class Reception:
    """Receives people, one after another, for as long as the daemon runs."""

    def __init__(self, cabinet: Cabinet, pins: Pins | None = None) -> None:
        """Nobody is received before `run`."""
        self._cabinet = cabinet
        self._pins = pins or Pins()
        self._presence = Presence(cabinet.clock.monotonic, cabinet.settings.iris.looks)
        self._visits: set[asyncio.Task[None]] = set()
        self._receiving = True

    async def stop_receiving(self) -> None:
        """Welcome nobody any more; visits go on until `close`."""
        self._receiving = False
        self._cabinet.desk.hand_to(None)

    async def run(self) -> None:
        """Welcome, receive, and welcome again."""
        while self._receiving:
            self._cabinet.desk.hand_to(self)
            self._cabinet.desk.show(self, desk_screens.welcome())
            self._presence.lasts()
            try:
                visit = await self._receive(await self._somebody())
            except (TimeoutError, NotHolder):
                continue
            except Exception:
                log.exception("the reception failed")
                visit = None
                await self._apologise()
            if visit is not None:
                await self._host(visit)

    def begin(self, visit: Visit) -> None:
        """Let a visit run that needs no screen, or whose person has the screen already."""
        task = asyncio.create_task(self._guard(visit), name=visit.id)
        self._visits.add(task)
        task.add_done_callback(self._visits.discard)

    async def close(self) -> None:
        """End every visit at once. Those with an open door are found again at the next start."""
        for task in self._visits:
            task.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    async def _host(self, visit: Visit) -> None:
        """Give a visit the screen until it lets go of it."""
        self._cabinet.desk.hand_to(visit)
        self.begin(visit)
        await visit.left_screen.wait()

    async def _guard(self, visit: Visit) -> None:
        """Run a visit; if it fails, say so, and see to its doors as after a restart: they are nobody's otherwise."""
        try:
            await visit.run()
        except Exception:
            log.exception("a visit failed", visit=visit.id, kind=visit.kind, stage=visit.stage)
            await visit.pause(desk_screens.internal_fault(), FAULT_SHOWN_S)
            visit.leave_screen()
            await self._see_to_failed(visit)
        finally:
            visit.leave_screen()

    async def _see_to_failed(self, visit: Visit) -> None:
        row = await self._in_ledger(lambda ledger: ledger.visit(visit.id))
        if row is not None and row.result is None:
            await see_to(self._cabinet, Interrupted(row, VisitResult.FAILED))

    async def _apologise(self) -> None:
        self._cabinet.desk.show(self, desk_screens.internal_fault())
        with contextlib.suppress(TimeoutError, NotHolder):
            await asyncio.wait_for(self._cabinet.desk.next_act(self), FAULT_SHOWN_S)

    async def _ask(self, screen: Screen) -> Act:
        """Show a screen and wait for an act; TimeoutError after `kiosk.idle_s` in which somebody could act."""
        self._cabinet.desk.show(self, screen)
        patience_s = self._cabinet.settings.kiosk.idle_s + screen.wait_s
        return await asyncio.wait_for(self._cabinet.desk.next_act(self), patience_s)

    async def _somebody(self) -> Act | Visit:
        """Wait for a touch; or, where the site has a preview, for somebody who comes near and has a parcel here."""
        camera = self._cabinet.settings.camera
        if camera is None or camera.preview_every_s == 0.0:
            return await self._cabinet.desk.next_act(self)
        acting = asyncio.create_task(self._cabinet.desk.next_act(self))
        coming = asyncio.create_task(self._comes_near(camera.preview_every_s))
        try:
            await asyncio.wait({acting, coming}, return_when=asyncio.FIRST_COMPLETED)
            return acting.result() if acting.done() else coming.result()
        finally:
            acting.cancel()
            coming.cancel()
            await asyncio.gather(acting, coming, return_exceptions=True)

    async def _comes_near(self, every_s: float) -> Visit:
        """Look at what moves before the camera, until somebody has something to collect.

        A stranger is told nothing, but the ledger hears of it.
        """
        looker, presence = self._cabinet.looker, self._presence
        while True:
            await asyncio.sleep(every_s)
            if not await self._moves():
                continue
            presence.stirs()
            if not presence.may_glance() or len(looker.gallery) == 0:
                continue
            presence.glances()
            result = await looker.look(lambda _sight: None)
            presence.judge(result)
            if isinstance(result, Recognised):
                right = await self._right_of(result.person)
                if right.consignments:
                    return PickupVisit(self._cabinet, right)
            elif not presence.may_glance() and result.reason == "not_recognised":
                await self._record_refusal(result)

    async def _moves(self) -> bool:
        try:
            return await self._cabinet.looker.motion() >= SOMEBODY
        except CameraFault:
            return False

    async def _receive(self, act: Act | Visit) -> Visit | None:
        if isinstance(act, Visit):
            return act
        self._presence.stirs()
        receive: dict[str, Callable[[], Awaitable[Visit | None]]] = {
            "look": lambda: self._look(self._pickup_by_eye, self._pickup_by_code),
            "code": self._pickup_by_code,
            "courier": lambda: self._sign_in(courier=True),
            "staff": lambda: self._sign_in(courier=False),
            "send": self._send,
            "enrol": self._enrol,
        }
        return await receive[act.action]()

    # By eye

    async def _look(
        self, begin: Callable[[str], Awaitable[Visit]], by_code: Callable[[], Awaitable[Visit | None]]
    ) -> Visit | None:
        """Look after look, as many as are left; then the code. `begin` makes the visit of who is recognised."""
        looks = self._cabinet.settings.iris.looks
        for number in range(1, looks + 1):
            if not self._presence.may_look():
                act = await self._ask(pickup_screens.looks_spent())
                return await by_code() if act.action == "code" else None
            result = await self._one_look()
            if isinstance(result, Act):
                return await by_code() if result.action == "code" else None
            if isinstance(result, Recognised):
                visit = await begin(result.person)
                visit.seen = result if number == 1 else None
                return visit
            await self._record_refusal(result)
            act = await self._ask(self._refused(result, last=number == looks))
            if act.action == "code":
                return await by_code()
            if act.action != "again":
                return None
        return None

    def _refused(self, result: NotRecognised, *, last: bool) -> Screen:
        if not self._presence.may_look():
            return pickup_screens.look_refused("spent", again=False)
        return pickup_screens.look_refused(result.reason, again=not last and result.reason not in CAMERA_FAULTS)

    async def _pickup_by_eye(self, person: str) -> Visit:
        return PickupVisit(self._cabinet, await self._right_of(person))

    async def _right_of(self, person: str) -> Entitlement:
        services = self._cabinet.settings.services
        return await self._in_ledger(lambda ledger: rights.of_person(ledger, person, services))

    async def _one_look(self) -> Recognised | NotRecognised | Act:
        """One look; an act of the person ends it early."""
        desk = self._cabinet.desk
        desk.show(self, pickup_screens.looking(None))
        self._presence.looks()
        looking = asyncio.create_task(
            self._cabinet.looker.look(lambda sight: desk.show(self, pickup_screens.looking(sight.hint)))
        )
        acting = asyncio.create_task(desk.next_act(self))
        try:
            await asyncio.wait({looking, acting}, return_when=asyncio.FIRST_COMPLETED)
            if not looking.done():
                return acting.result()
            self._presence.judge(looking.result())
            return looking.result()
        finally:
            for task in (looking, acting):
                task.cancel()
            await asyncio.gather(looking, acting, return_exceptions=True)

    async def _record_refusal(self, result: NotRecognised) -> None:
        visit = self._cabinet.new_id("vis")
        await self._cabinet.ledger.record(
            VisitStarted(visit=visit, visit_kind=VisitKind.PICKUP, means=Means.IRIS),
            LookRefused(visit=visit, reason=result.reason),
            VisitEnded(visit=visit, result=VisitResult.REFUSED),
        )

    # Sending

    async def _send(self) -> Visit | None:
        act = await self._ask(ask_how())
        if act.action == "look":
            return await self._look(self._send_by_eye, self._send_by_code)
        return await self._send_by_code() if act.action == "code" else None

    async def _send_by_eye(self, person: str) -> Visit:
        return SendingVisit(self._cabinet, person, await self._in_ledger(lambda ledger: rights.to_send(ledger, person)))

    async def _send_by_code(self) -> Visit | None:
        """By a one-time deposit code, which names who sends. It is spent only by a resident with something to send."""
        found = await self._code(
            "send.code.title",
            lambda entered: self._in_ledger(lambda ledger: rights.sender(self._cabinet, ledger, entered)),
        )
        if found is None:
            return None
        credential, person, waiting = found
        return SendingVisit(self._cabinet, person, waiting, credential)

    # By code

    async def _pickup_by_code(self) -> Visit | None:
        right = await self._code(
            "code.title", lambda entered: self._in_ledger(lambda ledger: rights.of_code(self._cabinet, ledger, entered))
        )
        return PickupVisit(self._cabinet, right) if right is not None else None

    async def _enrol(self) -> Visit | None:
        credential = await self._code(
            "enrol.code.title",
            lambda entered: self._in_ledger(
                lambda ledger: rights.one_time(self._cabinet, ledger, CredentialKind.ENROLMENT, entered)
            ),
        )
        return EnrolmentVisit(self._cabinet, credential) if credential is not None else None

    async def _in_ledger(self, work: Callable[[Ledger], T]) -> T:
        return await self._cabinet.ledger.run(work)

    async def _code(self, title: str, find: Callable[[str], Awaitable[T | None]]) -> T | None:
        """Ask for a code until it is right or the person gives up; wrong ones slow the keypad."""
        wrong = False
        while True:
            act = await self._ask(pickup_screens.code(title, wrong=wrong, wait_s=self._cabinet.keypad.wait_s))
            if act.action == "cancel":
                return None
            if self._cabinet.keypad.wait_s > 0:
                continue
            found = await find(act.entries.get("code", ""))
            await self._judge(right=found is not None)
            if found is not None:
                return found
            wrong = True

    async def _judge(self, *, right: bool) -> None:
        """Slow the keypad after a wrong code; a right one ends the wait, and only quiet forgives."""
        keypad = self._cabinet.keypad
        await record_patience(self._cabinet, keypad.right() if right else keypad.wrong())

    # Couriers and attendants

    async def _sign_in(self, *, courier: bool) -> Visit | None:
        wrong = False
        while True:
            wait_s = self._cabinet.keypad.wait_s
            act = await self._ask(desk_screens.sign_in(courier=courier, wrong=wrong, wait_s=wait_s))
            if act.action == "cancel":
                return None
            if act.action == "deposit_code":
                return await self._deposit_by_code()
            if self._cabinet.keypad.wait_s > 0:
                continue
            person = await self._identified(act.entries.get("number", ""), act.entries.get("pin", ""), courier=courier)
            await self._judge(right=person is not None)
            if person is not None:
                return await self._staff_visit(person)
            wrong = True

    async def _identified(self, number: str, pin: str, *, courier: bool) -> Person | None:
        """The courier or attendant with this number and PIN. Argon2 is slow on purpose, so it has a thread."""
        staff = await self._cabinet.ledger.run(lambda ledger: tuple(ledger.staff_personal()))
        found = await asyncio.to_thread(self._pins.check, staff, number, pin)
        person = await self._cabinet.ledger.run(lambda ledger: ledger.person(found)) if found else None
        return person if person is not None and person.role == ("courier" if courier else "attendant") else None

    async def _deposit_by_code(self) -> Visit | None:
        found = await self._code(
            "courier.deposit_code",
            lambda entered: self._in_ledger(lambda ledger: rights.depositor(self._cabinet, ledger, entered)),
        )
        return await self._staff_visit(*found) if found is not None else None

    async def _staff_visit(self, person: Person, credential: str | None = None) -> Visit:
        personal = await self._cabinet.ledger.run(lambda ledger: ledger.personal(person.person))
        name = personal.name if isinstance(personal, StaffPersonal) else ""
        if person.role == "attendant":
            return ServiceVisit(self._cabinet, person, name)
        return DepositVisit(self._cabinet, person, name, credential)


async def record_patience(cabinet: Cabinet, patience: Patience | None) -> None:
    """Tell the ledger that the keypad became slower or quicker."""
    if patience is not None:
        await cabinet.ledger.record(
            KeypadSlowed(
                cabinet=cabinet.name, failures=patience.failures, delay_s=patience.delay_s, alarm=patience.alarm
            )
        )


async def forgive(cabinet: Cabinet) -> None:
    """Let the keypad forget a wrong code for each minute of quiet, for ever."""
    while True:
        await asyncio.sleep(cabinet.keypad.relaxes_in_s or FORGIVE_CHECK_S)
        with contextlib.suppress(LedgerFault):  # the disk is full: the next change tells it
            await record_patience(cabinet, cabinet.keypad.relax())


FORGIVE_CHECK_S = 60.0
"""With no wrong code to forgive, look again after this."""
