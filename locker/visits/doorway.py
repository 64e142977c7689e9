"""What all visits do at a door: open it within a bounded number of attempts, and wait until it has closed.

A door that does not open is taken out of service; one that stays open reminds, then alarms, and is waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from locker.cabinet import Cabinet
from locker.doors import OPEN, Unlock
from locker.doubt import doubted
from locker.kiosk.screen import Act, Choice, Screen, Tone, text
from locker.ledger import Ledger
from locker.visits.visit import Visit
from mqtt.contract.base import Latch, Outcome, Purpose, ServiceState
from mqtt.contract.events import CompartmentServiceChanged, DoorAlarmed, Event

PUSH_WAIT_S = 4.0
"""How long "push the door, then pull" stands on the screen before the lock is tried again."""


async def open_door(visit: Visit, compartment: str, purpose: Purpose, cause: str) -> Outcome:
    """Open a door in at most `kiosk.unlock_tries` attempts, asking for a push in between.

    A door that is jammed or cannot be read afterwards goes out of service before this returns.
    """
    tries = visit.cabinet.settings.kiosk.unlock_tries
    outcome = Outcome.REFUSED
    for number in range(1, tries + 1):
        visit.show(Screen("opening", text("opening.title", compartment=compartment), doors=(compartment,)))
        outcome = await visit.cabinet.doors.unlock(Unlock(compartment, visit.id, purpose, cause, number))
        if outcome is not Outcome.JAMMED:
            break
        if number < tries and await _pushed_open(visit, compartment):
            return Outcome.OPENED
    if outcome not in OPEN:
        await visit.decide(lambda ledger: _given_up(ledger, visit, compartment, outcome))
        visit.cabinet.doors.release(compartment, visit.id)
    return outcome


def _given_up(ledger: Ledger, visit: Visit, compartment: str, outcome: Outcome) -> list[Event]:
    """A jammed lock is out of service; one that may have opened unseen leaves its content in doubt."""
    if outcome is Outcome.UNCONFIRMED:
        return doubted(ledger, compartment, "the door could not be read after a pulse", visit.id)
    if outcome is not Outcome.JAMMED:
        return []
    return [
        CompartmentServiceChanged(
            compartment=compartment, state=ServiceState.OUT_OF_SERVICE, reason="jammed", visit=visit.id
        )
    ]


async def _pushed_open(visit: Visit, compartment: str) -> bool:
    """Ask for a push; true when the door came open by it."""
    opened = asyncio.create_task(visit.cabinet.doors.until((compartment,), Latch.UNLATCHED))
    prompt = asyncio.create_task(visit.pause(push_screen(compartment), PUSH_WAIT_S))
    try:
        await asyncio.wait({opened, prompt}, return_when=asyncio.FIRST_COMPLETED)
        return opened.done()
    finally:
        await _cancel(opened, prompt)


def push_screen(compartment: str) -> Screen:
    """Push the door, then pull."""
    return Screen(
        "push",
        text("push.title", compartment=compartment),
        lines=(text("push.line"),),
        choices=(Choice("again", text("choice.again"), primary=True),),
        doors=(compartment,),
        tone=Tone.ASK,
    )


async def closed_or_act(visit: Visit, compartments: Sequence[str], screen: Screen) -> Act | None:
    """Show a screen until every door is closed (then None) or the person does something there.

    After `kiosk.door_reminder_s` the screen reminds; after twice that the platform is alarmed, the visit lets go of the
    screen, and the doors are waited for without it.
    """
    doors, reminder_s = visit.cabinet.doors, visit.cabinet.settings.kiosk.door_reminder_s
    for shown, patience_s in ((screen, reminder_s), (reminder_screen(compartments), 2 * reminder_s)):
        if visit.walked_away:
            break
        visit.show(shown)
        closed, act = await _first(visit, compartments, max(0.0, patience_s - doors.open_for_s(compartments)))
        if closed or (act is not None and act.action != "leave"):
            return act
        if act is not None:
            break
    if not visit.walked_away:
        visit.walked_away = True
        await alarm_left_open(visit.cabinet, compartments, visit.id)
        visit.leave_screen()
    await doors.until(compartments, Latch.LATCHED)
    return None


async def alarm_left_open(cabinet: Cabinet, compartments: Sequence[str], visit: str) -> None:
    """Tell the platform of doors that were left open."""
    still_open = [door for door in compartments if cabinet.doors.latch(door) is not Latch.LATCHED]
    await cabinet.ledger.record(*(DoorAlarmed(compartment=door, alarm="left_open", visit=visit) for door in still_open))


def reminder_screen(compartments: Sequence[str]) -> Screen:
    """Please close the door."""
    return Screen(
        "close_reminder",
        text("close.remind.title", compartment="、".join(compartments)),
        choices=(Choice("leave", text("choice.back")),),
        doors=tuple(compartments),
        tone=Tone.WARN,
    )


async def _first(visit: Visit, compartments: Sequence[str], timeout_s: float) -> tuple[bool, Act | None]:
    """Whichever comes first: (True, None) all closed, (False, act) an act, (False, None) neither in time."""
    closed = asyncio.create_task(visit.cabinet.doors.until(compartments, Latch.LATCHED))
    acted = asyncio.create_task(visit.cabinet.desk.next_act(visit)) if visit.on_screen else None
    waiting = {closed} if acted is None else {closed, acted}
    try:
        await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if acted is not None and acted.done():  # what a person says is never lost to a door that closes meanwhile
            return False, acted.result()
        return closed.done(), None
    finally:
        await _cancel(*waiting)


async def _cancel(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
