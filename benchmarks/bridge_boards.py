"""Boards of one line behind a pseudo-terminal, in a process of their own: bits take their time, doors move as told.

The firmware is the simulator's. What happens is noted on the monotonic clock, which all processes share.
"""

from __future__ import annotations

import multiprocessing
import os
import select
import sys
import time
import tty
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "firmware_bridge"))

from virtual_boards import Locks, firmware, unlocks_something, wiring

BITS_PER_BYTE = 10
BOARD_LATENCY_S = 0.002
SPIN_S = 0.0015
"""The system wakes a sleeper late; the last moment is waited for by looking at the clock."""


@dataclass
class Exchange:
    """When a request's first byte came, and when the last byte of the answer had passed."""

    began: float
    ended: float
    unlock: bool


@dataclass
class SlowLocks(Locks):
    """Locks that open a moment after their pulse."""

    opens_at: dict[int, float] = field(default_factory=dict)

    def pulse(self, channel: int, seconds: float) -> None:
        super().pulse(channel, seconds)
        self.opens_at[channel] = time.monotonic() + 0.05

    def latched(self, channel: int) -> bool:
        return channel not in self.unlatched and time.monotonic() < self.opens_at.get(channel, float("inf"))

    def move(self, channel: int, *, latched: bool) -> None:
        self.opens_at.pop(channel, None)
        (self.unlatched.discard if latched else self.unlatched.add)(channel)


class Boards:
    """The other end of one line; talk to it by `move` and `exchanges`."""

    def __init__(self, family: str, addresses: tuple[int, ...], channels: int, baud: int) -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        self._slave = slave
        self._pipe, theirs = multiprocessing.Pipe()
        life = Life(family, addresses, channels, baud)
        self._process = multiprocessing.get_context("fork").Process(
            target=_serve, args=(life, master, theirs), daemon=True
        )
        self._process.start()
        os.close(master)

    def move(self, address: int, channel: int, *, latched: bool) -> float:
        """Open or shut a door; gives when it moved."""
        self._pipe.send((address, channel, latched))
        moved: float = self._pipe.recv()
        return moved

    def exchanges(self) -> list[Exchange]:
        """What has passed so far."""
        self._pipe.send(None)
        seen: list[Exchange] = self._pipe.recv()
        return seen

    def close(self) -> None:
        self._process.terminate()
        self._process.join()
        os.close(self._slave)


@dataclass(frozen=True)
class Life:
    """What the boards of a line are."""

    family: str
    addresses: tuple[int, ...]
    channels: int
    baud: int


def _serve(life: Life, master: int, pipe: Connection) -> None:
    """A process's whole life."""
    family, baud = life.family, life.baud
    locks = {address: SlowLocks() for address in life.addresses}
    boards = [firmware(family, wiring(family, address, life.channels), locks[address]) for address in life.addresses]
    exchanges: list[Exchange] = []
    while True:
        ready, _, _ = select.select([master, pipe], [], [])
        if pipe in ready:
            _obey(pipe, locks, exchanges)
        if master in ready:
            began = time.monotonic()
            request = os.read(master, 4096)
            at = began + len(request) * BITS_PER_BYTE / baud
            _until(at, lambda: _obey(pipe, locks, exchanges), pipe)
            for board in boards:
                for reply in board.hear(request):
                    at += BOARD_LATENCY_S + len(reply) * BITS_PER_BYTE / baud
                    _until(at, lambda: _obey(pipe, locks, exchanges), pipe)
                    os.write(master, reply)
            exchanges.append(Exchange(began, time.monotonic(), unlocks_something(family, request)))


def _obey(pipe: Connection, locks: dict[int, SlowLocks], exchanges: list[Exchange]) -> None:
    wish = pipe.recv()
    if wish is None:
        pipe.send(exchanges)
        return
    address, channel, latched = wish
    locks[address].move(channel, latched=latched)
    pipe.send(time.monotonic())


def _until(at: float, obey: Callable[[], None], pipe: Connection) -> None:
    """Wait for a time, doors moving meanwhile."""
    while (left := at - time.monotonic()) > 0:
        if left > SPIN_S:
            if pipe.poll(left - SPIN_S):
                obey()
        elif pipe.poll(0):
            obey()
