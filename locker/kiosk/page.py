"""Draws the screen as HTML: the whole page, or only the fragment `<main id="screen">` that changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from locker.kiosk.drawing import draw_cabinet
from locker.kiosk.screen import Choice, Desk, Screen, Text, text
from locker.kiosk.tongue import Tongue
from locker.kiosk.wording import Language, UnknownWording, say

HERE = Path(__file__).parent
STATIC = HERE / "static"

ICONS: Mapping[str, str] = MappingProxyType(
    {
        "choice.look": "eye",
        "choice.code": "keypad",
        "choice.courier": "parcel",
        "choice.send": "send",
        "choice.deposit": "parcel",
        "choice.enrol": "enrol",
        "choice.staff": "staff",
    }
)
"""Pictures on buttons, by the key of their label."""

QUIET = frozenset({"choice.staff", "choice.cancel", "choice.back", "choice.no", "choice.takeback_now"})
"""Labels of buttons that step back or aside; they are drawn less loud. Declining consent is not among them."""

CROWDED = 9
"""From so many buttons with values on (an attendant's doors), these are drawn small, in a grid that scrolls."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Group:
    """Buttons drawn together; a crowded group is a grid of small ones that scrolls."""

    choices: tuple[Choice, ...]
    crowded: bool = False


@dataclass(frozen=True)
class Titles:
    """What the cabinet is called, in both languages."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """The title in one language."""
        return self.en if language == "en" else self.zh


class Page:
    """Draws what the desk shows, in the language that is spoken."""

    def __init__(self, desk: Desk, tongue: Tongue, titles: Titles, *, strict: bool = False) -> None:
        """Draw for `desk`; with `strict`, missing wording raises instead of being logged and shown as its key."""
        self._desk = desk
        self._tongue = tongue
        self._titles = titles
        self._strict = strict
        self._build = _digest_of(STATIC)
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def fragment(self) -> str:
        """The part of the page that changes."""
        return self._draw("screen.html", whole=False)

    def whole(self) -> str:
        """The whole page."""
        return self._draw("page.html", whole=True)

    def _draw(self, template: str, *, whole: bool) -> str:
        screen, language = self._desk.screen, self._tongue.language
        primary = _submitting(screen)
        return self._templates.get_template(template).render(
            screen=screen,
            whole=whole,
            rev=self._desk.rev,
            language=language,
            title=self._titles.in_language(language),
            build=self._build,
            say=self._say,
            text=text,
            drawing=draw_cabinet(self._desk.plan, screen.doors),
            primary=primary,
            groups=_grouped(tuple(choice for choice in screen.choices if choice is not primary)),
            long_text=any("\n" in self._say(line) for line in screen.lines),
            icons=ICONS,
            quiet=QUIET,
        )

    def _say(self, what: Text, language: Language | None = None) -> str:
        try:
            return say(what, language or self._tongue.language)
        except UnknownWording as error:
            if self._strict:
                raise
            # Somebody may stand before an open door: a screen with one odd word is better than none.
            _log.error("wording is missing", key=what.key, reason=str(error))
            return what.key


def _submitting(screen: Screen) -> Choice | None:
    """The choice that carries the entries: the primary one, or else the first."""
    if not screen.entries:
        return None
    return next((choice for choice in screen.choices if choice.primary), next(iter(screen.choices), None))


def _grouped(choices: tuple[Choice, ...]) -> tuple[Group, ...]:
    """Keep the few buttons that lead on or back in sight when many others have to scroll."""
    many = tuple(choice for choice in choices if choice.value)
    if len(many) < CROWDED:
        return (Group(choices),)
    return Group(many, crowded=True), Group(tuple(choice for choice in choices if not choice.value))


def _digest_of(folder: Path) -> str:
    """A name for the state of the static files, so that a page notices when a new version is served."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
