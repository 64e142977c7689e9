"""The screen's sentences in Chinese and English, by key, and how a `Text` is said in one of them.

The words themselves stand in `locker.kiosk.words`, one file per kind of person.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from types import MappingProxyType
from typing import Literal

from locker.kiosk.screen import Text
from locker.kiosk.words import attendant, courier, everybody, resident

Language = Literal["zh", "en"]

WORDING: Mapping[str, tuple[str, str]] = MappingProxyType(
    everybody.WORDS | resident.WORDS | courier.WORDS | attendant.WORDS
)
"""Key to (Chinese, English); fields to fill in are named as in `str.format`."""

SPELLED_OUT = ("size", "reason")
"""Fields whose value is itself worded: `size="M"` is said as the words of `size.M`, where there are any."""


class UnknownWording(KeyError):
    """A text names no sentence, or leaves out a value that its sentence needs."""

    def __str__(self) -> str:
        """The message itself; a plain KeyError would quote it."""
        return str(self.args[0])


def fields_of(sentence: str) -> frozenset[str]:
    """Names of the fields that a sentence fills in."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)


def say(text: Text, language: Language) -> str:
    """A text in words. Values are filled in as they are; whoever draws them escapes them.

    Raises:
        UnknownWording: no such key, or a value is missing.
    """
    sentence = _sentence(text.key, language)
    missing = fields_of(sentence) - text.values.keys()
    if missing:
        raise UnknownWording(f"the text {text.key!r} lacks {', '.join(sorted(missing))}; pass it as a value of `text`")
    return sentence.format_map({name: _spelled(name, value, language) for name, value in text.values.items()})


def _sentence(key: str, language: Language) -> str:
    if key not in WORDING:
        raise UnknownWording(f"there is no wording for {key!r}; add it to a file of locker/kiosk/words")
    chinese, english = WORDING[key]
    return english if language == "en" else chinese


def _spelled(name: str, value: str, language: Language) -> str:
    key = f"{name}.{value}"
    return _sentence(key, language) if name in SPELLED_OUT and key in WORDING else value
