"""What the cabinet's one screen shows, as a value, and what a person can do there.

Visits put a `Screen` on the `Desk`; the web application draws it and brings back an `Act`. Words are keys into
`locker.kiosk.wording`, so that a screen is the same in every language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol


@dataclass(frozen=True)
class Text:
    """A sentence of the wording, by key, and the values to fill in."""

    key: str
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def text(key: str, **values: object) -> Text:
    """A `Text` with its values as strings."""
    return Text(key, MappingProxyType({name: str(value) for name, value in values.items()}))


class Tone(StrEnum):
    """How urgent a screen looks."""

    CALM = "calm"
    ASK = "ask"
    GOOD = "good"
    WARN = "warn"


@dataclass(frozen=True)
class Choice:
    """A button. `value` tells apart several buttons of one action, such as sizes or compartments."""

    action: str
    label: Text
    value: str = ""
    primary: bool = False


class EntryKind(StrEnum):
    """What is typed into an entry."""

    DIGITS = "digits"  # shown as typed, with the on-screen keypad
    PIN = "pin"  # digits, hidden
    WORD = "word"  # letters and digits, such as a waybill


@dataclass(frozen=True)
class Entry:
    """A field to fill in."""

    name: str
    label: Text
    kind: EntryKind
    longest: int


@dataclass(frozen=True)
class Screen:
    """Everything that one screen shows. `name` is stable and tells screens apart for scripts and tests."""

    name: str
    title: Text
    lines: tuple[Text, ...] = ()
    choices: tuple[Choice, ...] = ()
    entries: tuple[Entry, ...] = ()  # the primary choice submits them
    doors: tuple[str, ...] = ()  # compartments to point out on the drawing of the cabinet
    tone: Tone = Tone.CALM
    looking: bool = False  # the camera is on
    progress: float | None = None  # 0 to 1
    wait_s: float = 0.0  # entries are closed for so long (wrong codes slow the keypad)


@dataclass(frozen=True)
class Act:
    """What a person did at the screen of revision `rev`."""

    rev: int
    action: str
    value: str = ""
    entries: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class StaleAct(Exception):
    """The screen has changed since it was drawn: a second tap, or a page left open. Nothing was done."""


class UnknownAct(Exception):
    """The screen offers no such action. Nothing was done."""


class Desk(Protocol):
    """The screen as the web application sees it."""

    @property
    def rev(self) -> int:
        """Revision of the screen; grows with every change."""

    @property
    def screen(self) -> Screen:
        """What is shown now."""

    @property
    def plan(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Columns of the cabinet: name, then (compartment, size) from top to bottom."""

    async def act(self, act: Act) -> None:
        """Do what a person asks; returns when the screen has changed or the action has been taken up.

        Raises:
            StaleAct: the screen is another one by now.
            UnknownAct: the screen has no such choice.
        """

    async def changed(self, rev: int) -> int:
        """Wait until the revision differs from `rev`; returns the new one."""
