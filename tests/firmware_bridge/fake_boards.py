"""Lines of lock boards for the bridge's tests: the simulator's firmware, with doors that a test moves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

from virtual_boards import Locks, firmware, unlocks_something, wiring

from simulator.boards.registry import family_named

PARTIAL_FRAME_S = 0.05
"""Silence after which a board drops half a frame."""

SIZES_TOLD = {"kerong-cu24": (16, 24), "kerong-cu16": (16,), "kerong-cu48": (48,)}
"""Families whose answers have one of a few lengths, whatever is wired: the counts of channels that they can tell."""


@dataclass
class FakeDoor:
    """A door that unlatches `opens_after_s` after its coil was pulsed, unless it is stuck."""

    clock: Callable[[], float]
    opens_after_s: float = 0.03
    stuck: bool = False
    pulses: list[float] = field(default_factory=list)
    opened_at: float = float("inf")

    @property
    def latched(self) -> bool:
        return self.clock() < self.opened_at

    def pulse(self) -> None:
        self.pulses.append(self.clock())
        if not self.stuck and self.latched:
            self.opened_at = self.clock() + self.opens_after_s

    def open_by_hand(self) -> None:
        self.opened_at = self.clock()

    def close(self) -> None:
        self.opened_at = float("inf")


@dataclass
class FakeBoard:
    address: int
    doors: list[FakeDoor]
    deaf: bool = False
    answers_unlocks: bool = True
    obeys_unlocks: bool = True


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


class FakeBus:
    """Boards of one family on one line: bytes in, replies out. `bus_of` makes the class of a family."""

    family: ClassVar[str]
    needs: ClassVar[dict[str, object]]
    """Settings of every board that the family cannot do without."""

    def __init__(self, clock: Callable[[], float], channels: int, addresses: tuple[int, ...]) -> None:
        self.clock = clock
        self.boards = {address: FakeBoard(address, [FakeDoor(clock) for _ in range(channels)]) for address in addresses}
        self.locks = {address: DoorLocks(board=board) for address, board in self.boards.items()}
        self.firmware = {
            address: firmware(self.family, wiring(self.family, address, channels), locks)
            for address, locks in self.locks.items()
        }
        self.echoes = False
        self.heard: list[bytes] = []
        self.unlock_heard = threading.Event()
        self._quiet_since = clock()

    def door(self, channel: int, address: int | None = None) -> FakeDoor:
        board = self.boards[min(self.boards) if address is None else address]
        return board.doors[channel]

    @property
    def unlock_frames(self) -> list[bytes]:
        return [frame for frame in self.heard if self.is_unlock(frame)]

    def is_unlock(self, frame: bytes) -> bool:
        return unlocks_something(self.family, frame)

    def hear(self, data: bytes) -> list[bytes]:
        self.heard.append(data)
        if self.is_unlock(data):
            self.unlock_heard.set()
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
        pulsed = len(self.locks[address].pulses) > before
        return said if self.boards[address].answers_unlocks or not pulsed else ()

    def _overhear(self, speaker: int, said: bytes) -> None:
        """Every board hears what another one says."""
        for address, board in self.firmware.items():
            if address != speaker and not self.boards[address].deaf:
                board.hear(said)


@cache
def bus_of(family: str) -> type[FakeBus]:
    """The line of a family, as `line_bench.make_bench` wants it."""
    needs = dict(family_named(family).needs)
    return type(f"bus of {family}", (FakeBus,), {"family": family, "needs": needs})


def channels_told(family: str, wired: int) -> int:
    """How many channels a board of a family says that it has."""
    return next((size for size in SIZES_TOLD.get(family, ()) if size >= wired), wired)


FakeCu24Bus = bus_of("kerong-cu24")
Fake8aBus = bus_of("lock485-8a")
