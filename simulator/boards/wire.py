"""The wire between one serial adapter and the boards of one bus: bytes take the time of their bits, and get damaged.

It runs on a timeline, so an hour of it takes a test no hour; `serial_line.py` puts a real adapter in front of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Protocol

from simulator.boards.bus import Bus
from simulator.boards.faults import LineFaults
from simulator.boards.uart import BITS_PER_BYTE, transmit
from simulator.doors.log import Kind, PhysicalLog
from simulator.doors.timeline import Timeline

TURNAROUND_CHARACTERS = 3.5
"""Silence that boards need after a reply before they hear again; field reports of boards that fail without a gap."""


class Port(Protocol):
    """What the program sees of an adapter."""

    @property
    def baud(self) -> int | None:
        """The speed that the program has set, bits per second; None for one that no board knows."""

    def write(self, data: bytes) -> None:
        """Let bytes arrive at the program."""


class Wire:
    """Two wires with boards on them, and perhaps an adapter.

    Args:
        name: the line's name in the settings.
        bus: its boards.
        baud: their speed, bits per second.
        latency_s: the boards' own latency, seconds.
        timeline: when things happen.
        chance: for faults.
        log: where unheard and damaged frames and lost replies are recorded.
        powered: whether the boards have power.
    """

    def __init__(
        self,
        name: str,
        bus: Bus,
        *,
        baud: int,
        latency_s: float,
        timeline: Timeline,
        chance: random.Random,
        log: PhysicalLog,
        powered: Callable[[], bool] = lambda: True,
    ) -> None:
        self.name = name
        self.bus = bus
        self.baud = baud
        self.port: Port | None = None
        self._faults = LineFaults()
        self._latency_s = latency_s
        self._timeline = timeline
        self._chance = chance
        self._log = log
        self._powered = powered
        self._weather = object()
        self._life = object()
        self._host_from = self._host_until = self._spoken_until = self._deaf_until = timeline.now()
        self._collided = False
        self._last_reply = b""

    @property
    def faults(self) -> LineFaults:
        """What is wrong with the line; setting it makes the line so from now on."""
        return self._faults

    @faults.setter
    def faults(self, faults: LineFaults) -> None:
        self.bus.lose_power(set(faults.dead) - set(self._faults.dead))
        self._faults = faults
        self._weather = object()
        self._expect(faults.idle_noise * self.baud, self._disturb)
        self._expect(faults.unasked_per_s, self._say_unasked)

    def send(self, data: bytes) -> None:
        """Take bytes that the program has just written, and let them arrive when their last bit would."""
        self._timeline.catch_up()
        port = self.port
        speed = port.baud if port is not None else None
        if port is None or speed is None:
            self._note(Kind.FRAME_UNHEARD, "sent at a speed that no board knows", data)
            return
        begin = max(self._timeline.now(), self._host_until)
        if begin > self._host_until:
            self._host_from = begin
        self._host_until = begin + len(data) * BITS_PER_BYTE / speed
        self._timeline.at(self._host_until, partial(self._arrive, port, speed, data, begin))

    def hook_moved(self, address: int, channel: int) -> None:
        """Let a board report, unasked, that a hook has moved: on a line that chatters, and if its family does so."""
        if self._faults.chatter and address not in self._faults.dead and self._powered():
            self._reply(self.bus.news(address, channel), self._latency_s)

    def lose_power(self) -> None:
        """The boards have lost their power: they fall silent in the middle of a word, and start anew later."""
        self._life = object()
        self._spoken_until = self._deaf_until = self._timeline.now()
        self.bus.restart()

    def _arrive(self, port: Port, speed: int, data: bytes, begin: float) -> None:
        if port is not self.port:
            return
        if self._faults.echo:
            port.write(data)
        unheard = self._why_unheard(begin)
        self._collided = False
        if unheard:
            self._note(Kind.FRAME_UNHEARD, unheard, data)
            return
        noise = self._faults.request_noise
        characters = transmit(data, sent_at=speed, heard_at=self.baud, noise=noise, chance=self._chance)
        heard = bytes(character.byte for character in characters if character.framed)
        if heard != data:
            why = "damaged" if speed == self.baud else f"sent at {speed} bit/s on a line of {self.baud}"
            self._note(Kind.FRAME_GARBLED, f"{why}, heard as {heard.hex(' ') or 'nothing'}", data)
        for reply in self.bus.hear(heard, self._timeline.now(), self._faults):
            self._answer(reply)

    def _why_unheard(self, begin: float) -> str | None:
        """What keeps the boards from hearing what began at a time; None when they hear it."""
        if not self._powered():
            return "the boards have no power"
        if begin < self._deaf_until:
            return f"sent into a reply or within {TURNAROUND_CHARACTERS} characters of it"
        return "a reply came into it" if self._collided else None

    def _answer(self, reply: bytes) -> None:
        if self._chance.random() < self._faults.drop:
            self._note(Kind.REPLY_DROPPED, "lost", reply)
            return
        wait = self._latency_s + self._faults.latency_s
        if self._chance.random() < self._faults.late:
            self._note(Kind.REPLY_LATE, f"{self._faults.late_s:g} s late", reply)
            wait += self._faults.late_s
        self._reply(reply, wait)

    def _reply(self, reply: bytes, wait: float) -> None:
        if reply:
            self._timeline.after(wait, partial(self._speak, reply, self._life))

    def _speak(self, reply: bytes, life: object) -> None:
        """Put a reply on the wire, after the one that is on it."""
        now = self._timeline.now()
        if life is not self._life:
            return
        if now < self._spoken_until:
            self._timeline.at(self._spoken_until, partial(self._speak, reply, life))
            return
        if self._host_from <= now < self._host_until:
            self._collided = True
            self._note(Kind.REPLY_DROPPED, "it came into a request", reply)
            return
        self._last_reply = reply
        byte_s = BITS_PER_BYTE / self.baud
        self._spoken_until = now + len(reply) * byte_s
        self._deaf_until = self._spoken_until + TURNAROUND_CHARACTERS * byte_s
        speed = self.port.baud if self.port is not None else None
        noise = self._faults.reply_noise
        for character in transmit(
            reply, sent_at=self.baud, heard_at=speed or self.baud, noise=noise, chance=self._chance
        ):
            self._timeline.at(now + character.ended / self.baud, partial(self._give, character.byte, life))

    def _give(self, byte: int, life: object) -> None:
        if life is self._life and self.port is not None:
            self.port.write(bytes((byte,)))

    def _expect(self, per_s: float, happen: Callable[[], None]) -> None:
        """Let something happen again and again at random, on average so often, until other faults are set."""
        weather = self._weather

        def again() -> None:
            if self._weather is weather:
                happen()
                self._timeline.after(self._chance.expovariate(per_s), again)

        if per_s > 0:
            self._timeline.after(self._chance.expovariate(per_s), again)

    def _disturb(self) -> None:
        """A disturbance on the silent line, longer than a bit: both ends take it for some byte."""
        now = self._timeline.now()
        if now < max(self._spoken_until, self._host_until):
            return
        byte = self._chance.randrange(256)
        self._give(byte, self._life)
        if self._powered():
            for reply in self.bus.hear(bytes((byte,)), now, self._faults):
                self._answer(reply)

    def _say_unasked(self) -> None:
        if self._powered():
            frame = self.bus.unasked(self._chance, self._faults) or self._last_reply
            if frame:
                self._note(Kind.UNASKED, "nobody asked", frame)
            self._reply(frame, 0.0)

    def _note(self, kind: Kind, why: str, frame: bytes) -> None:
        self._log.record(kind, line=self.name, note=f"{why}: {frame.hex(' ')}")
