"""What the reception shows: the welcome, and signing in."""

from __future__ import annotations

from locker.kiosk.screen import Choice, Entry, EntryKind, Screen, Tone, text

NUMBER_LENGTH = 12
PIN_LENGTH = 12


def welcome() -> Screen:
    """What everybody finds."""
    return Screen(
        "welcome",
        text("welcome.title"),
        lines=(text("welcome.line"),),
        choices=(
            Choice("look", text("choice.look"), primary=True),
            Choice("code", text("choice.code")),
            Choice("courier", text("choice.courier")),
            Choice("send", text("choice.send")),
            Choice("enrol", text("choice.enrol")),
            Choice("staff", text("choice.staff")),
        ),
    )


def sign_in(*, courier: bool, wrong: bool, wait_s: float) -> Screen:
    """Number and PIN; couriers may use a one-time deposit code instead."""
    lines = [text("courier.wrong")] if wrong else []
    if wait_s > 0:
        lines.append(text("code.slow", seconds=f"{wait_s:.0f}"))
    return Screen(
        "sign_in",
        text("courier.title" if courier else "service.sign_in"),
        lines=tuple(lines),
        entries=(
            Entry("number", text("courier.number"), EntryKind.DIGITS, NUMBER_LENGTH),
            Entry("pin", text("courier.pin"), EntryKind.PIN, PIN_LENGTH),
        ),
        choices=(
            Choice("enter", text("choice.confirm"), primary=True),
            *((Choice("deposit_code", text("choice.deposit_code")),) if courier else ()),
            Choice("cancel", text("choice.cancel")),
        ),
        tone=Tone.WARN if wrong else Tone.ASK,
        wait_s=wait_s,
    )


def internal_fault() -> Screen:
    """The program failed; nothing is lost."""
    return Screen(
        "fault",
        text("fault.internal"),
        choices=(Choice("continue", text("choice.done"), primary=True),),
        tone=Tone.WARN,
    )
