"""The simulator's boards as judges: for every family, firmware that knows no driver."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from config.settings import BoardSettings
from firmware_bridge.boards.driver import driver_named
from simulator.boards.board import Board
from simulator.boards.registry import family_named


@dataclass
class Locks:
    """A board's screw terminals: locks that are as the test says, and a record of what the board did to them."""

    unlatched: set[int] = field(default_factory=set)
    occupied_channels: set[int] = field(default_factory=set)
    warm: set[int] = field(default_factory=set)
    """Channels whose coils are so warm that a board which watches them lets them rest."""
    pulses: list[tuple[int, float]] = field(default_factory=list)
    """Channel (0-based) and seconds of each pulse."""
    crimes: list[str] = field(default_factory=list)
    """What no driver may ever cause: held coils, a whole board unlocked."""
    refusals: list[str] = field(default_factory=list)

    def pulse(self, channel: int, seconds: float) -> None:
        self.pulses.append((channel, seconds))

    def hold(self, channel: int) -> None:
        self.crimes.append(f"coil {channel} held")

    def release(self, channel: int) -> None:
        self.crimes.append(f"coil {channel} released")

    def latched(self, channel: int) -> bool:
        return channel not in self.unlatched

    def occupied(self, channel: int) -> bool:
        return channel in self.occupied_channels

    def cooling(self, channel: int) -> bool:
        return channel in self.warm

    def driven(self, channel: int) -> bool:
        return f"coil {channel} held" in self.crimes

    def unlock_all(self) -> None:
        self.crimes.append("every lock unlocked")

    def refused(self, frame: bytes, reason: str) -> None:
        self.refusals.append(f"{reason}: {frame.hex(' ')}")


def wiring(family: str, address: int, channels: int, **options: object) -> BoardSettings:
    """One board of a family, with the settings that the family cannot do without."""
    return BoardSettings.model_validate(
        {**family_named(family).needs, "address": address, "channels": channels, **options}
    )


def firmware(family: str, board: BoardSettings, locks: Locks) -> Board:
    return family_named(family).board(board, locks)


def obeyed(family: str, board: BoardSettings, frames: Iterable[bytes]) -> Locks:
    """What a board that takes every address for its own does to its locks when it hears frames, each after silence."""
    locks = Locks()
    judge = firmware(family, board, locks)
    judge.rogue = True
    for frame in frames:
        judge.forget()
        judge.hear(frame)
    return locks


@lru_cache(maxsize=4096)
def unlocks_something(family: str, frame: bytes) -> bool:
    """Whether a frame is an unlock for some board of the family."""
    driver = driver_named(family)
    largest = wiring(family, driver.addresses[0], driver.most_channels)
    return bool(obeyed(family, largest, [frame]).pulses)
