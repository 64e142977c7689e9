"""The stream of screens as server-sent events (HTML Living Standard, section 9.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from locker.kiosk.first import first_of
from locker.kiosk.page import Page
from locker.kiosk.screen import Desk
from locker.kiosk.tongue import Tongue

RECONNECT_MS = 1000
"""How soon a page comes back after the stream has ended: a restarted daemon shows its screen within a second."""


def event(name: str, body: str) -> str:
    """One event; every line of the body travels in a field of its own."""
    lines = "".join(f"data: {line}\n" for line in body.splitlines())
    return f"event: {name}\n{lines}\n"


async def updates(
    desk: Desk, page: Page, tongue: Tongue, closing: asyncio.Event, heartbeat_s: float
) -> AsyncIterator[str]:
    """The present screen at once, then every change, until `closing`; a slow reader skips to the latest.

    A comment every `heartbeat_s` seconds lets both ends notice a dead connection.
    """
    yield f"retry: {RECONNECT_MS}\n\n"
    shown: tuple[int, str] | None = None
    while not closing.is_set():
        rev, language = desk.rev, tongue.language
        if (rev, language) != shown:
            shown = rev, language
            yield event("screen", page.fragment())
            continue
        try:
            async with asyncio.timeout(heartbeat_s):
                await first_of(desk.changed(rev), tongue.changed(language), closing.wait())
        except TimeoutError:
            yield ": still here\n\n"
