"""What a screen may say of a person: enough to recognise the right one, not enough to learn who lives where."""

from __future__ import annotations

from locker.kiosk.screen import Text, text
from locker.ledger import LedgerThread
from mqtt.contract.messages import ResidentPersonal


def masked_name(name: str) -> str:
    """The first character, then a star for each other one: 王小明 is 王**."""
    return name[:1] + "*" * (len(name) - 1)


async def masked_recipient(ledger: LedgerThread, person: str) -> Text:
    """The recipient of a parcel as its courier may see it."""
    personal = await ledger.run(lambda book: book.personal(person))
    if not isinstance(personal, ResidentPersonal):
        return text("courier.recipient_unknown")
    return text("courier.recipient", name=masked_name(personal.name), room=personal.room, tail=personal.phone_tail)
