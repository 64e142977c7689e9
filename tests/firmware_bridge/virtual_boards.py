"""The simulator's boards behind the bridge's test ports: for every family, firmware that knows no driver."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from fake_boards import FakeBoard, FakeBus

from config.settings import BoardSettings
from firmware_bridge.boards.driver import driver_named
from simulator.boards.board import Board
from simulator.boards.registry import family_named

PARTIAL_FRAME_S = 0.05
"""Silence after which a board drops half a frame."""


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


@dataclass
class DoorLocks(Locks):
    """Locks on the doors of a fake board."""

    board: FakeBoard = field(kw_only=True)

    def pulse(self, channel: int, seconds: float) -> None:
        super().pulse(channel, seconds)
        if self.board.obeys_unlocks:
            self.board.doors[channel].pulse()

    def latched(self, channel: int) -> bool:
        return self.board.doors[channel].latched


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


class VirtualBus(FakeBus):
    """Boards of one family on one line; made for a family by `bus_of`."""

    def __init__(self, clock: Callable[[], float], channels: int, addresses: tuple[int, ...]) -> None:
        super().__init__(clock, channels, addresses)
        self.locks = {address: DoorLocks(board=board) for address, board in self.boards.items()}
        self.firmware = {
            address: firmware(self.family, wiring(self.family, address, channels), locks)
            for address, locks in self.locks.items()
        }
        self._quiet_since = clock()

    def is_unlock(self, frame: bytes) -> bool:
        return unlocks_something(self.family, frame)

    def hear(self, data: bytes) -> list[bytes]:
        self.heard.append(data)
        if self.clock() - self._quiet_since > PARTIAL_FRAME_S:
            for board in self.firmware.values():
                board.forget()
        self._quiet_since = self.clock()
        replies = [data] if self.echoes else []
        for address in self.firmware:
            for said in self._ask(address, data):
                replies.append(said)
                self._overhear(address, said)
        return replies

    def _ask(self, address: int, data: bytes) -> tuple[bytes, ...]:
        if self.boards[address].deaf:
            return ()
        before = len(self.locks[address].pulses)
        said = self.firmware[address].hear(data)
        if len(self.locks[address].pulses) > before:
            self.unlock_heard.set()
            return said if self.boards[address].answers_unlocks else ()
        return said

    def _overhear(self, speaker: int, said: bytes) -> None:
        """Every board hears what another one says."""
        for address, board in self.firmware.items():
            if address != speaker and not self.boards[address].deaf:
                board.hear(said)


@cache
def bus_of(family: str) -> type[VirtualBus]:
    """The line of a family, as `line_bench.make_bench` wants it."""
    needs = dict(family_named(family).needs)
    return type(f"VirtualBus of {family}", (VirtualBus,), {"family": family, "needs": needs})
