"""The kiosk page as a person uses it: read what is on the screen, press a button, type into a field."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

GLANCE_S = 0.03
"""How often a person glances at the screen while waiting for it to change."""

VOID = frozenset({"input", "br", "img", "hr", "meta", "link", "use", "path", "rect", "source"})


class StoryFault(Exception):
    """A step of the story did not hold; the message says what was seen instead."""


@dataclass
class Page:
    """What a screen shows."""

    name: str = ""
    rev: int = 0
    choices: list[tuple[str, str]] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    doors: list[str] = field(default_factory=list)
    words: str = ""
    wait_s: float = 0.0

    def value_of(self, action: str) -> str:
        """The value of the first button of an action."""
        return next((value for name, value in self.choices if name == action), "")

    def offers(self, action: str) -> bool:
        """Whether there is a button for an action."""
        return any(name == action for name, _ in self.choices)


class _PageParser(HTMLParser):
    """Finds the screen's attributes in the page (documented in `locker.kiosk.app`)."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "main" and values.get("id") == "screen":
            self.page.name = values["data-screen"]
            self.page.rev = int(values["data-rev"])
            self.page.wait_s = float(values.get("data-wait") or 0)
            self._depth = 1
        elif self._depth and tag not in VOID:
            self._depth += 1
        if not self._depth:
            return
        if tag == "h1":
            self.page.words = ""  # what stands above the heading is the cabinet's name
        if "data-action" in values:
            self.page.choices.append((values["data-action"], values.get("data-value", "")))
        if tag == "input" and values.get("type") != "hidden" and "name" in values:
            self.page.entries.append(values["name"])
        if "data-door" in values:
            self.page.doors.append(values["data-door"])

    def handle_endtag(self, tag: str) -> None:
        if self._depth and tag not in VOID:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.page.words += " " + data.strip()


def parse(html: str) -> Page:
    """Read a page or a screen fragment."""
    parser = _PageParser()
    parser.feed(html)
    return parser.page


class Kiosk:
    """The screen on the cabinet, through HTTP."""

    def __init__(self, url: str) -> None:
        """`url` is the kiosk page's address."""
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=15.0)

    def look(self) -> Page:
        """What the screen shows now."""
        answer = self._http.get("/screen")
        answer.raise_for_status()
        return parse(answer.text)

    def until(
        self, *names: str, timeout_s: float = 20.0, such_that: Callable[[Page], bool] = lambda _page: True
    ) -> Page:
        """Wait until the screen is one of those named (and is such that something holds).

        Raises:
            StoryFault: it did not come.
        """
        end = time.monotonic() + timeout_s
        while (page := self.look()).name not in names or not such_that(page):
            if time.monotonic() > end:
                raise StoryFault(
                    f"the screen shows {page.name!r} ({page.words.strip()[:80]}), not {' or '.join(names)}"
                )
            time.sleep(GLANCE_S)
        return page

    def press(self, page: Page, action: str, value: str | None = None, **entries: str) -> Page:
        """Press a button of a page that was just read; returns the screen after it.

        Raises:
            StoryFault: there is no such button, or the screen had changed meanwhile.
        """
        if not page.offers(action):
            raise StoryFault(f"the screen {page.name!r} has no button {action!r}: {page.choices}")
        if entries:
            time.sleep(page.wait_s)  # wrong codes, of whomever, have slowed the keypad
        form = {"rev": str(page.rev), "action": action, "value": page.value_of(action) if value is None else value}
        answer = self._http.post("/act", data=form | entries, headers={"HX-Request": "true"})
        if answer.status_code != httpx.codes.OK:
            raise StoryFault(f"the screen {page.name!r} answered {answer.status_code} to {action!r}")
        return parse(answer.text)

    def press_on(self, screen: str, action: str, value: str | None = None, **entries: str) -> Page:
        """Wait for a screen and press a button there, again if it was redrawn in between."""
        for _ in range(20):
            page = self.until(screen)
            try:
                return self.press(page, action, value, **entries)
            except StoryFault:
                if self.look().rev == page.rev:
                    raise
        raise StoryFault(f"the screen {screen!r} would not stand still")
