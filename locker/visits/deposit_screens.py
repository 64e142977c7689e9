"""What a courier sees: the home screen, sizes, and the steps of putting a parcel in or taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from config.settings import Size
from locker.kiosk.screen import Choice, Entry, EntryKind, Screen, Text, Tone, text
from locker.ledger import Consignment
from locker.visits.notices import notice

WAYBILL_LENGTH = 40


def home(
    name: str,
    *,
    expected: int,
    returns: Sequence[Consignment],
    outgoing: Sequence[Consignment],
    unconfirmed: Sequence[Consignment],
    problem: Text | None,
) -> Screen:
    """The courier's home: type or scan a waybill, take back what waits, confirm what was left unconfirmed."""
    return Screen(
        "courier_home",
        text("courier.home.title", name=name),
        lines=(*((problem,) if problem else ()), text("courier.expected", count=expected)),
        entries=(Entry("waybill", text("courier.home.waybill"), EntryKind.WORD, WAYBILL_LENGTH),),
        choices=(
            Choice("deposit", text("choice.deposit"), primary=True),
            *(Choice("confirm", text("choice.confirm_door", compartment=c.compartment), c.id) for c in unconfirmed),
            *(Choice("collect", text("choice.collect_outgoing", compartment=c.compartment), c.id) for c in outgoing),
            *(Choice("takeback", text("choice.takeback", compartment=c.compartment), c.id) for c in returns),
            Choice("finish", text("choice.finish")),
        ),
        tone=Tone.WARN if problem else Tone.ASK,
    )


def size(recipient: Text, free: Mapping[Size, int], announced: Size | None) -> Screen:
    """Choose a size, or be given the announced one (or the next larger that is free)."""
    return Screen(
        "size",
        text("size.title"),
        lines=(recipient,),
        choices=(
            Choice("auto", text("choice.auto", size=announced or Size.S), primary=True),
            *(Choice("size", text("choice.size", size=s, free=count), s) for s, count in free.items()),
            Choice("back", text("choice.back")),
        ),
        tone=Tone.ASK,
    )


def placing(compartment: str, old: Sequence[str], *, taking_back: bool, can_grow: bool) -> Screen:
    """The door is open: put the parcel in (or take it out again) and close."""
    doors = (compartment, *old)
    if taking_back:
        return Screen(
            "deposit_takeback",
            text("deposit.takeback.title", compartment=compartment),
            choices=(Choice("keep", text("choice.keep")),),
            doors=doors,
            tone=Tone.ASK,
        )
    moved = (text("relocate.line", old="、".join(old), new=compartment),) if old else ()
    return Screen(
        "deposit_open",
        text("deposit.open.title", compartment=compartment),
        lines=(*moved, text("deposit.open.line")),
        choices=(
            *((Choice("larger", text("choice.larger")),) if can_grow else ()),
            Choice("takeback_now", text("choice.takeback_now")),
        ),
        doors=doors,
        tone=Tone.GOOD,
    )


def confirm(compartment: str, *, can_grow: bool) -> Screen:
    """The door is closed: is the parcel in?"""
    return Screen(
        "deposit_confirm",
        text("deposit.confirm.title", compartment=compartment),
        lines=(text("deposit.confirm.line"),),
        choices=(
            Choice("confirm", text("choice.confirm"), primary=True),
            *((Choice("larger", text("choice.larger")),) if can_grow else ()),
            Choice("reopen", text("choice.reopen")),
            Choice("takeback_now", text("choice.takeback_now")),
        ),
        doors=(compartment,),
        tone=Tone.ASK,
    )


def done(compartment: str) -> Screen:
    """In custody."""
    return notice("deposit_done", text("deposit.done.title", compartment=compartment), tone=Tone.GOOD)


def cancelled() -> Screen:
    """Nothing was deposited."""
    return notice("deposit_cancelled", text("deposit.cancelled"))


def withdrawing(compartment: str) -> Screen:
    """The door is open for taking back."""
    return Screen(
        "withdraw_open",
        text("withdraw.open.title", compartment=compartment),
        doors=(compartment,),
        tone=Tone.GOOD,
    )
