"""The language that the screen speaks: the site's own, or the one somebody chose, until nobody needs it any more."""

from __future__ import annotations

import asyncio

from locker.kiosk.first import first_of
from locker.kiosk.screen import Desk
from locker.kiosk.wording import Language

WELCOME = "welcome"
"""The screen on which a chosen language is given back."""


class Tongue:
    """The screen's language. One screen, one language: every page that shows it speaks the same."""

    def __init__(self, site: Language) -> None:
        """Speak the site's language."""
        self._site = site
        self._language = site
        self._changed = asyncio.Event()

    @property
    def language(self) -> Language:
        """What is spoken now."""
        return self._language

    def speak(self, language: Language) -> None:
        """Speak another language."""
        if language == self._language:
            return
        self._language = language
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self, language: Language) -> None:
        """Wait until another language than `language` is spoken."""
        while self._language == language:
            await self._changed.wait()

    async def give_back(self, desk: Desk, idle_s: float) -> None:
        """For ever: return to the site's language when the welcome screen has been idle for `idle_s` seconds."""
        while True:
            rev, language = desk.rev, self._language
            nobody_needs_it = desk.screen.name == WELCOME and language != self._site
            try:
                async with asyncio.timeout(idle_s if nobody_needs_it else None):
                    await first_of(desk.changed(rev), self.changed(language))
            except TimeoutError:
                self.speak(self._site)
