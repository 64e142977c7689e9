"""What the panel stands before, as physics has it: coils that heat, a supply, doors, people, and lines that fail.

The boards are the simulator's firmware. What a coil must never do is checked at the instant at which it would do it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from virtual_boards import firmware
from virtual_time import Hub

from config.settings import BoardSettings, PanelSettings
from firmware_bridge.boards.driver import driver_named
from firmware_bridge.errors import PortAbsentError, PortLostError

BOARD_LATENCY_S = 0.004
PARTIAL_FRAME_S = 0.05
BOUNCE_S = 0.004
HEAT_TIME_S = 60.0
"""Thermal time constant of a small solenoid."""
RATED_DUTY = 0.25
"""A solenoid of an electric lock may be under current for a quarter of the time; warmer than that it burns."""
TICK_S = 1e-6


class LawBroken(AssertionError):
    """Something happened that must never happen."""


@dataclass
class PhysicalLock:
    """A coil, a bolt, a hook and a door."""

    name: str
    hub: Hub
    rated_pulse_s: float
    """How long the board is set to drive the coil."""
    opens_after_s: float = 0.05
    held: bool = False
    """Something leans on the door: the coil is driven and the bolt does not move."""
    ajar: bool = False
    pulses: list[tuple[float, float]] = field(default_factory=list)
    """Begin and end of the current of each pulse."""
    heat: float = 0.0
    """1.0 is what a coil reaches that is always under current."""
    hottest: float = 0.0
    _heat_at: float = 0.0
    _bolt_free: tuple[float, float] = (math.inf, math.inf)
    _moved_at: float = -math.inf

    def driven(self, at: float) -> bool:
        return bool(self.pulses) and self.pulses[-1][0] <= at < self.pulses[-1][1]

    def pulse(self, seconds: float) -> None:
        now = self.hub.now
        if seconds > self.rated_pulse_s + TICK_S:
            raise LawBroken(f"coil {self.name} is driven for {seconds} s instead of {self.rated_pulse_s} s")
        if self.driven(now):
            raise LawBroken(f"coil {self.name} is pulsed again while it is driven: its current does not end in time")
        self._cool(now)
        self.pulses.append((now, now + seconds))
        decay = math.exp(-seconds / HEAT_TIME_S)
        self.heat, self._heat_at = 1.0 - (1.0 - self.heat) * decay, now + seconds
        self.hottest = max(self.hottest, self.heat)
        if self.heat > RATED_DUTY + 1.0 - decay:
            raise LawBroken(f"coil {self.name} burns: heat {self.heat:.3f} of what constant current makes")
        self._bolt_free = (now + min(self.opens_after_s, seconds), now + seconds)

    def power_lost(self) -> None:
        """The relay falls off."""
        now = self.hub.now
        if self.driven(now):
            begin, _ = self.pulses[-1]
            self.pulses[-1] = (begin, now)
            self._bolt_free = (self._bolt_free[0], now)

    @property
    def latched(self) -> bool:
        """What the hook's contact says: it bounces for a moment after each move."""
        self._catch_up()
        now = self.hub.now
        if now - self._moved_at < BOUNCE_S:
            return int(now * 2000) % 2 == 0
        return not self.ajar

    def let_go(self) -> None:
        self._catch_up()
        self.held = False

    def lean(self) -> None:
        self._catch_up()
        self.held = True

    def open_by_hand(self) -> None:
        self._catch_up()
        self._move(ajar=True, at=self.hub.now)

    def shut(self) -> None:
        """Push the door shut; with the bolt drawn back at that moment it springs open again."""
        self._catch_up()
        begin, end = self._bolt_free
        if not begin <= self.hub.now < end:
            self._move(ajar=False, at=self.hub.now)

    def _catch_up(self) -> None:
        begin, end = self._bolt_free
        if begin <= self.hub.now and begin < end and not self.held:
            self._move(ajar=True, at=begin)
            if end <= self.hub.now:
                self._bolt_free = (math.inf, math.inf)
        elif end <= self.hub.now:
            self._bolt_free = (math.inf, math.inf)

    def _move(self, *, ajar: bool, at: float) -> None:
        if self.ajar is not ajar:
            self.ajar, self._moved_at = ajar, at

    def _cool(self, now: float) -> None:
        if now > self._heat_at:
            self.heat *= math.exp(-(now - self._heat_at) / HEAT_TIME_S)
            self._heat_at = now


@dataclass
class Supply:
    """The cabinet's power supply: it sees every coil."""

    hub: Hub
    settings: PanelSettings
    locks: list[PhysicalLock] = field(default_factory=list)
    most: int = 0
    most_duty: float = 0.0
    """The largest share of its allowed duty that any coil has had."""

    def check(self, lock: PhysicalLock) -> None:
        """Called when a coil's current begins."""
        now = self.hub.now
        driven = [each for each in self.locks if each.driven(now)]
        self.most = max(self.most, len(driven))
        if len(driven) > self.settings.coils_at_once:
            names = ", ".join(each.name for each in driven)
            raise LawBroken(f"{len(driven)} coils at once, {self.settings.coils_at_once} are allowed: {names}")
        if len(lock.pulses) > 1 and now - lock.pulses[-2][1] < self.settings.coil_rest_s - BOARD_LATENCY_S - TICK_S:
            raise LawBroken(f"coil {lock.name} rested for only {now - lock.pulses[-2][1]:.3f} s")
        self._check_duty(lock)

    def _check_duty(self, lock: PhysicalLock) -> None:
        """In the window that ends with this pulse, which is when most current has flowed."""
        _, end = lock.pulses[-1]
        since = end - self.settings.coil_duty_window_s
        driven_s = sum(end - max(begin, since) for begin, end in lock.pulses if end > since)
        allowed_s = max(self.settings.coil_duty * self.settings.coil_duty_window_s, lock.rated_pulse_s)
        self.most_duty = max(self.most_duty, driven_s / allowed_s)
        if driven_s > allowed_s + BOARD_LATENCY_S + PARTIAL_FRAME_S:
            raise LawBroken(f"coil {lock.name} is driven for {driven_s:.3f} s of its window, not {allowed_s:.3f} s")


@dataclass
class Terminals:
    """The screw terminals of one board."""

    locks: list[PhysicalLock]
    supply: Supply
    on_pulse: Callable[[str], None]

    def pulse(self, channel: int, seconds: float) -> None:
        lock = self.locks[channel]
        lock.pulse(seconds)
        self.supply.check(lock)
        self.on_pulse(lock.name)

    def hold(self, channel: int) -> None:
        raise LawBroken(f"coil {self.locks[channel].name} is held")

    def release(self, channel: int) -> None:
        raise LawBroken(f"coil {self.locks[channel].name} is released by command")

    def unlock_all(self) -> None:
        raise LawBroken("a whole board is unlocked")

    def latched(self, channel: int) -> bool:
        return self.locks[channel].latched

    def driven(self, channel: int) -> bool:
        return self.locks[channel].driven(self.supply.hub.now)

    def cooling(self, channel: int) -> bool:  # noqa: ARG002 - this board does not look
        return False

    def occupied(self, channel: int) -> bool:  # noqa: ARG002 - no sensor is fitted
        return False

    def refused(self, frame: bytes, reason: str) -> None:
        pass


class PhysicalLine:
    """A serial line: a port that may be unplugged, boards that may be without power, bytes that may be lost."""

    def __init__(self, hub: Hub, family: str, boards: list[tuple[BoardSettings, Terminals]], seed: int) -> None:
        self.hub = hub
        self.family = family
        self.terminals = {settings.address: terminals for settings, terminals in boards}
        self.firmware = {settings.address: firmware(family, settings, each) for settings, each in boards}
        self.plugged = True
        self.powered = dict.fromkeys(self.firmware, True)
        self.lose_requests = 0
        self.lose_replies = 0
        self.late_replies = 0
        self.cut_replies = 0
        self.byte_s = 10 / driver_named(family).bauds[0]
        self._random = random.Random(seed)
        self._coming: list[tuple[float, bytes]] = []
        self._plugged_times = 0
        self._heard_at = hub.now

    def open(self, port: str, baud: int) -> PhysicalPort:
        if not self.plugged:
            raise PortAbsentError(f"{port} is not there at {baud}")
        return PhysicalPort(self, self._plugged_times)

    def unplug(self) -> None:
        self.plugged = False

    def plug(self) -> None:
        self.plugged = True
        self._plugged_times += 1
        self._coming.clear()

    def check(self, plugged_times: int) -> None:
        if not self.plugged or plugged_times != self._plugged_times:
            raise PortLostError("the port was unplugged")

    def power_dip(self, address: int) -> None:
        """The board loses its supply until somebody calls `power_back`."""
        self.powered[address] = False
        for lock in self.terminals[address].locks:
            lock.power_lost()

    def power_back(self, address: int) -> None:
        self.powered[address] = True
        self.firmware[address].restart()

    def hear(self, data: bytes) -> None:
        """Bytes have passed along the line, from the panel."""
        if self.lose_requests:
            self.lose_requests -= 1
            return
        now = self.hub.now
        if now - self._heard_at > PARTIAL_FRAME_S:
            for board in self.firmware.values():
                board.forget()
        self._heard_at = now
        at = now + BOARD_LATENCY_S
        for reply in self._replies(data):
            at += len(reply) * self.byte_s
            self._coming += self._carried(reply, at)
        self._coming.sort(key=lambda piece: piece[0])

    def next_arrival(self) -> float:
        return self._coming[0][0] if self._coming else math.inf

    def arrived(self) -> bytes:
        data = b"".join(data for at, data in self._coming if at <= self.hub.now)
        self._coming = [piece for piece in self._coming if piece[0] > self.hub.now]
        return data

    def _replies(self, data: bytes) -> Iterator[bytes]:
        for address, board in self.firmware.items():
            if self.powered[address]:
                for said in board.hear(data):
                    for other, listener in self.firmware.items():
                        if other != address and self.powered[other]:
                            listener.hear(said)
                    yield said

    def _carried(self, reply: bytes, at: float) -> list[tuple[float, bytes]]:
        if self.lose_replies:
            self.lose_replies -= 1
            return []
        if self.late_replies:
            self.late_replies -= 1
            return [(at + self._random.uniform(0.05, 1.5), reply)]
        if self.cut_replies:
            self.cut_replies -= 1
            return [(at, reply[: self._random.randrange(len(reply))])]
        return [(at, reply)]


class PhysicalPort:
    """An open port; reading and writing take virtual time."""

    def __init__(self, line: PhysicalLine, plugged_times: int) -> None:
        self._line = line
        self._plugged_times = plugged_times

    def write(self, data: bytes) -> None:
        self._line.check(self._plugged_times)
        self._line.hub.wait(len(data) * self._line.byte_s)
        self._line.check(self._plugged_times)
        self._line.hear(data)

    def read(self, timeout_s: float) -> bytes:
        hub = self._line.hub
        self._line.check(self._plugged_times)
        end = hub.now + timeout_s
        hub.wait(min(self._line.next_arrival(), end) - hub.now)
        self._line.check(self._plugged_times)
        return self._line.arrived()

    def discard_input(self) -> int:
        self._line.check(self._plugged_times)
        return len(self._line.arrived())

    def close(self) -> None:
        pass
