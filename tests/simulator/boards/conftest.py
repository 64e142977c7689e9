"""Terminals that write down what a board does to them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest


@dataclass
class Notebook:
    """Locks that latch as the test says."""

    unlatched: set[int] = field(default_factory=set)
    full: set[int] = field(default_factory=set)
    warm: set[int] = field(default_factory=set)
    deeds: list[tuple[object, ...]] = field(default_factory=list)

    def pulse(self, channel: int, seconds: float) -> None:
        self.deeds.append(("pulse", channel, round(seconds, 6)))

    def hold(self, channel: int) -> None:
        self.deeds.append(("hold", channel))

    def release(self, channel: int) -> None:
        self.deeds.append(("release", channel))

    def latched(self, channel: int) -> bool:
        return channel not in self.unlatched

    def occupied(self, channel: int) -> bool:
        return channel in self.full

    def cooling(self, channel: int) -> bool:
        return channel in self.warm

    def driven(self, channel: int) -> bool:
        switched = [deed[0] for deed in self.deeds if deed in (("hold", channel), ("release", channel))]
        return switched[-1:] == ["hold"]

    def unlock_all(self) -> None:
        self.deeds.append(("unlock all",))

    def refused(self, frame: bytes, reason: str) -> None:
        self.deeds.append(("refused", frame.hex(" "), reason))


@pytest.fixture
def locks() -> Notebook:
    return Notebook()
