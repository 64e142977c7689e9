"""Ways from the bridge to the fake boards: a port in virtual time with four kinds of line, and a real pty."""

from __future__ import annotations

import os
import random
import select
import threading
import tty
from collections.abc import Callable
from pathlib import Path

from fake_boards import FakeBus

from firmware_bridge.errors import PortAbsentError, PortLostError
from firmware_bridge.line import Line

BOARD_LATENCY_S = 0.004
Timed = list[tuple[float, bytes]]
Carry = Callable[[bytes, float], Timed]
"""How a line carries a reply that begins at a time: pieces, and when each arrives."""


class VirtualClock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += max(0.0, seconds)


def perfect(reply: bytes, at: float) -> Timed:
    return [(at, reply)]


def a_byte_at_a_time(reply: bytes, at: float) -> Timed:
    return [(at + 0.001 * number, bytes([byte])) for number, byte in enumerate(reply)]


class Lossy:
    """Loses or changes a byte now and then, and adds noise."""

    def __init__(self, share: float = 0.02, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.share = share

    def __call__(self, reply: bytes, at: float) -> Timed:
        carried = bytearray()
        for byte in reply:
            fate = self.random.random()
            if fate < self.share:
                continue
            carried.append(byte ^ 1 << self.random.randrange(8) if fate < 2 * self.share else byte)
            if fate > 1 - self.share:
                carried.append(self.random.randrange(256))
        return [(at, bytes(carried))]


class BitNoise:
    """Turns bits over, both ways, while it is on."""

    def __init__(self, share: float, seed: int) -> None:
        self.random = random.Random(seed)
        self.share = share
        self.on = True

    def garble(self, data: bytes) -> bytes:
        if not self.on:
            return data
        return bytes(byte ^ sum((self.random.random() < self.share) << bit for bit in range(8)) for byte in data)

    def __call__(self, reply: bytes, at: float) -> Timed:
        return [(at, self.garble(reply))]


class Late:
    """Every third reply comes after the bridge has stopped waiting for it."""

    def __init__(self, by_s: float = 0.7) -> None:
        self.by_s = by_s
        self.count = 0

    def __call__(self, reply: bytes, at: float) -> Timed:
        self.count += 1
        return [(at + self.by_s if self.count % 3 == 0 else at, reply)]


TRANSPORTS: dict[str, Callable[[], Carry]] = {
    "perfect": lambda: perfect,
    "a byte at a time": lambda: a_byte_at_a_time,
    "lossy": Lossy,
    "late": Late,
}


class VirtualPort:
    """A port whose reads and writes take virtual time."""

    def __init__(self, bus: FakeBus, clock: VirtualClock, carry: Carry = perfect, byte_s: float = 10 / 19200) -> None:
        self.bus = bus
        self.clock = clock
        self.carry = carry
        self.byte_s = byte_s
        self.plugged = True
        self.opened = 0
        self.writes: list[tuple[float, bytes]] = []
        self.coming: Timed = []
        self.garble: Callable[[bytes], bytes] = bytes

    def open(self, port: str, baud: int) -> VirtualPort:
        if not self.plugged:
            raise PortAbsentError(f"{port} is not there at {baud}")
        self.opened += 1
        self.coming.clear()
        return self

    def write(self, data: bytes) -> None:
        self._check()
        self.writes.append((self.clock(), data))
        self.clock.advance(len(data) * self.byte_s)
        at = self.clock() + BOARD_LATENCY_S
        for reply in self.bus.hear(self.garble(data)):
            at += len(reply) * self.byte_s
            self.inject(*self.carry(reply, at))

    def inject(self, *pieces: tuple[float, bytes]) -> None:
        self.coming = sorted([*self.coming, *pieces], key=lambda piece: piece[0])

    def read(self, timeout_s: float) -> bytes:
        self._check()
        if self.coming and self.coming[0][0] <= self.clock() + timeout_s:
            at, data = self.coming.pop(0)
            self.clock.advance(at - self.clock())
            return data
        self.clock.advance(timeout_s)
        return b""

    def discard_input(self) -> int:
        self._check()
        arrived = [data for at, data in self.coming if at <= self.clock()]
        self.coming = [piece for piece in self.coming if piece[0] > self.clock()]
        return sum(map(len, arrived))

    def close(self) -> None:
        pass

    def _check(self) -> None:
        if not self.plugged:
            raise PortLostError("the fake port was unplugged")


def run(line: Line, clock: VirtualClock, until: Callable[[], bool], limit_s: float = 60.0) -> None:
    """Step a line in virtual time until something holds."""
    end = clock() + limit_s
    while not until():
        assert clock() < end, "it did not happen in time"
        wait = line.step()
        if wait is None:
            assert until(), "the line stopped before it happened"
            return
        clock.advance(wait)


class PtyBus:
    """A bus behind a pty whose name does not change when it is unplugged and plugged in again."""

    def __init__(self, bus: FakeBus, path: Path) -> None:
        self.bus = bus
        self.path = path
        self._thread: threading.Thread | None = None

    def plug(self) -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        self.path.symlink_to(os.ttyname(slave))
        self._slave = slave
        self._stop_r, self._stop_w = os.pipe()
        self._thread = threading.Thread(target=self._serve, args=(master,), daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        self.path.unlink()
        os.write(self._stop_w, b"x")
        assert self._thread is not None
        self._thread.join()

    def _serve(self, master: int) -> None:
        stop_r = self._stop_r
        while True:
            ready, _, _ = select.select([master, stop_r], [], [])
            if stop_r in ready:
                break
            for reply in self.bus.hear(os.read(master, 4096)):
                os.write(master, reply)
        os.close(self._slave)
        os.close(master)
        os.close(stop_r)
        os.close(self._stop_w)
