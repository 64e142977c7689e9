"""Numbers out of bytes: every string of bytes means something, and small changes of it mean small changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Reader:
    """Reads from the front; beyond the end it reads zeros, so that no input is too short."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def byte(self) -> int:
        value = self._data[self._place] if self._place < len(self._data) else 0
        self._place += 1
        return value

    def between(self, low: float, high: float) -> float:
        """One of 256 steps from low to high."""
        return low + (high - low) * self.byte() / 255

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + (256 * self.byte() + self.byte()) % (high - low + 1)

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.byte() % len(choices)]

    def rest(self, least: int) -> bytes:
        """Everything that is left, repeated or filled up to at least so many bytes."""
        left = self._data[self._place :] or b"\0"
        self._place = len(self._data)
        return left * -(-least // len(left))
