"""Talking with the fitter: lines out, lines in, and whether something was typed while the doors are watched."""

from __future__ import annotations

import os
import select
import sys
from typing import Final, Protocol, TextIO

from firmware_bridge.errors import BridgeError

AT_ONCE: Final = 4096
"""Bytes taken from the keyboard at once."""


class FitterGoneError(BridgeError):
    """Nobody answers any more: the input has ended."""


class Conversation(Protocol):
    """A terminal, or whatever stands in for one."""

    def say(self, text: str) -> None:
        """Tell the fitter something."""

    def ask(self, question: str) -> str:
        """Wait for an answer, without the blanks around it.

        Raises:
            FitterGoneError: the input has ended.
        """

    def typed(self) -> str | None:
        """A line that has been typed meanwhile, without the blanks around it; None when there is none.

        Raises:
            FitterGoneError: the input has ended.
        """


class ConsoleConversation:
    """Standard input, and standard output or, beside an answer that is read there, standard error."""

    def __init__(self, keyboard: int = 0, *, beside: bool = False) -> None:
        self._keyboard = keyboard
        self._beside = beside
        self._waiting = b""

    def say(self, text: str) -> None:
        """Print a line."""
        self._write(f"{text}\n")

    def ask(self, question: str) -> str:
        """Print a question and wait for a line."""
        self._write(f"{question} ")
        while (line := self._line()) is None:
            self._hear()
        return line

    def typed(self) -> str | None:
        """A line that is there already."""
        if self._line_waits or not select.select([self._keyboard], [], [], 0)[0]:
            return self._line()
        self._hear()
        return self._line()

    def _write(self, text: str) -> None:
        out: TextIO = sys.stderr if self._beside else sys.stdout
        out.write(text)
        out.flush()

    @property
    def _line_waits(self) -> bool:
        return b"\n" in self._waiting

    def _line(self) -> str | None:
        if not self._line_waits:
            return None
        line, _, self._waiting = self._waiting.partition(b"\n")
        return line.decode(errors="replace").strip()

    def _hear(self) -> None:
        data = os.read(self._keyboard, AT_ONCE)
        if not data:
            raise FitterGoneError(
                "输入已结束，没有人回答 the input has ended, and nobody answers: run this command at a terminal"
            )
        self._waiting += data
