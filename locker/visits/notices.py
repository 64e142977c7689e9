"""Screens that every kind of visit may show: a door that does not open, and plain notices."""

from __future__ import annotations

from locker.cabinet import Cabinet
from locker.kiosk.screen import Choice, Screen, Text, Tone, text
from mqtt.contract.base import Outcome

NOTICE_S = 4.0
"""How long a plain notice stands on the screen; a touch ends it."""

FAULT_S = 12.0
"""How long the news of a fault stands on the screen: long enough to be read twice."""


def notice(name: str, title: Text, *lines: Text, tone: Tone = Tone.CALM, doors: tuple[str, ...] = ()) -> Screen:
    """A screen that only tells something."""
    done = Choice("continue", text("choice.done"), primary=True)
    return Screen(name, title, lines=lines, choices=(done,), doors=doors, tone=tone)


def fault(cabinet: Cabinet, compartment: str, outcome: Outcome) -> Screen:
    """Say that a door did not open, and what happens next."""
    lines = [text("fault.line_down" if outcome is Outcome.LINE_DOWN else "jam.line")]
    if cabinet.settings.site.attendant_phone:
        lines.append(text("jam.line_phone", phone=cabinet.settings.site.attendant_phone))
    title = text("jam.title", compartment=compartment)
    return notice("jam", title, *lines, tone=Tone.WARN, doors=(compartment,))
