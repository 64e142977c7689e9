"""What somebody who collects sees: the look, the pickup code, open doors, and what was taken."""

from __future__ import annotations

from collections.abc import Iterable

from locker.kiosk.screen import Choice, Entry, EntryKind, Screen, Text, Tone, text

CODE_LENGTH = 8


def looking(hint: str | None) -> Screen:
    """Look into the camera."""
    return Screen(
        "looking",
        text("look.title"),
        lines=(text(f"look.hint.{hint}") if hint else text("look.line"),),
        choices=(Choice("code", text("choice.code")), Choice("cancel", text("choice.cancel"))),
        tone=Tone.ASK,
        looking=True,
    )


def look_refused(reason: str, *, again: bool) -> Screen:
    """Nobody was recognised; a code works just as well. `reason` names the words."""
    choices = (Choice("again", text("choice.again"), primary=True),) if again else ()
    return Screen(
        "look_refused",
        text("look.refused.title"),
        lines=(text(f"look.refused.{reason}"),),
        choices=(
            *choices,
            Choice("code", text("choice.code"), primary=not again),
            Choice("cancel", text("choice.back")),
        ),
        tone=Tone.WARN,
    )


def looks_spent() -> Screen:
    """Whoever is there was looked at as often as the promise allows: refused before it begins."""
    return Screen(
        "look_refused",
        text("look.spent.title"),
        lines=(text("look.refused.spent"),),
        choices=(Choice("code", text("choice.code"), primary=True), Choice("cancel", text("choice.back"))),
        tone=Tone.WARN,
    )


def code(title: str, *, wrong: bool, wait_s: float) -> Screen:
    """Type a code."""
    lines: tuple[Text, ...] = (text("code.wrong"),) if wrong else (text("code.line"),)
    if wait_s > 0:
        lines = (*lines, text("code.slow", seconds=f"{wait_s:.0f}"))
    return Screen(
        "code",
        text(title),
        lines=lines,
        entries=(Entry("code", text("code.entry"), EntryKind.DIGITS, CODE_LENGTH),),
        choices=(Choice("enter", text("choice.confirm"), primary=True), Choice("cancel", text("choice.cancel"))),
        tone=Tone.WARN if wrong else Tone.ASK,
        wait_s=wait_s,
    )


def door_open(compartment: str, number: int, total: int) -> Screen:
    """Take what is inside and close the door."""
    return Screen(
        "pickup_open",
        text("pickup.open.title", compartment=compartment),
        lines=(text("pickup.open.line", number=number, total=total),),
        choices=(Choice("not_mine", text("choice.not_mine")),),
        doors=(compartment,),
        tone=Tone.GOOD,
    )


def putting_back(compartment: str) -> Screen:
    """It is not theirs: put it back and close the door."""
    return Screen(
        "pickup_putback",
        text("pickup.putback.title", compartment=compartment),
        lines=(text("pickup.putback.line"),),
        choices=(Choice("mine", text("choice.mine")),),
        doors=(compartment,),
        tone=Tone.ASK,
    )


def done(compartments: Iterable[str]) -> Screen:
    """Everything is closed; for a while the doors may be opened again."""
    return Screen(
        "pickup_done",
        text("pickup.done.title"),
        lines=(text("pickup.done.line"),),
        choices=(
            Choice("finish", text("choice.finish"), primary=True),
            *(Choice("reopen", text("choice.reopen_door", compartment=door), door) for door in compartments),
        ),
        tone=Tone.GOOD,
    )
