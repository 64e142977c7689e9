"""One serial line in real time: bytes take as long as their bits, boards answer after their latency.

Faults come on request.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from simulator.boards.bus import Bus
from simulator.boards.faults import LineFaults
from simulator.boards.pty_port import PtyPort
from simulator.doors.log import Kind, PhysicalLog

BITS_PER_BYTE = 10
"""8N1: a start bit, eight data bits, a stop bit."""

TURNAROUND_CHARACTERS = 3.5
"""Silence that boards need after a reply before they hear again; field reports of boards that fail without a gap."""


class SerialLine:
    """The wire between one pseudo-terminal and the boards of one bus. Belongs to the running asyncio loop.

    Args:
        name: the line's name in the settings.
        bus: its boards.
        baud: its speed, bits per second.
        latency_s: the boards' own latency, seconds.
        link: where the pseudo-terminal appears.
        chance: for faults.
        log: where unheard frames and lost replies are recorded.
    """

    def __init__(
        self, name: str, bus: Bus, *, baud: int, latency_s: float, link: Path, chance: random.Random, log: PhysicalLog
    ) -> None:
        self.name = name
        self.bus = bus
        self.baud = baud
        self.faults = LineFaults()
        self._byte_s = BITS_PER_BYTE / baud
        self._latency_s = latency_s
        self._link = link
        self._chance = chance
        self._log = log
        self._port: PtyPort | None = None
        self._speech: asyncio.Task[None] | None = None
        self._replies: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        self._host_busy_until = 0.0
        self._deaf_until = 0.0

    @property
    def plugged(self) -> bool:
        """Whether the pseudo-terminal is there."""
        return self._port is not None

    def plug(self) -> None:
        """Put the adapter in; the line appears under its name. Does nothing when it is in."""
        if self._port is not None:
            return
        self._port = PtyPort(self._link)
        self._replies = asyncio.Queue()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._port.master, self._read)
        self._speech = loop.create_task(self._speak(self._port, self._replies), name=f"line {self.name}")
        self._log.record(Kind.PLUGGED, line=self.name)

    def unplug(self) -> None:
        """Pull the adapter out; what is on the wire is lost. Does nothing when it is out."""
        if self._port is None:
            return
        asyncio.get_running_loop().remove_reader(self._port.master)
        if self._speech is not None:
            self._speech.cancel()
        self._port.close()
        self._port = None
        self._log.record(Kind.UNPLUGGED, line=self.name)

    def hook_moved(self, address: int, channel: int) -> None:
        """Let a board report, unasked, that a hook has moved: on a line that chatters, and if its family does so."""
        if self._port is None or not self.faults.chatter or address in self.faults.dead:
            return
        news = self.bus.news(address, channel)
        if news:
            self._replies.put_nowait((asyncio.get_running_loop().time() + self._latency_s, news))

    def _read(self) -> None:
        """Take what the program wrote, and let it arrive when its last bit would."""
        assert self._port is not None
        data = self._port.read()
        if not data:
            return
        loop = asyncio.get_running_loop()
        begin = max(loop.time(), self._host_busy_until)
        self._host_busy_until = begin + len(data) * self._byte_s
        loop.call_at(self._host_busy_until, self._arrive, self._port, data, begin)

    def _arrive(self, port: PtyPort, data: bytes, begin: float) -> None:
        if port is not self._port:
            return
        if self.faults.echo:
            port.write(data)
        unheard = self._why_unheard(port, begin)
        if unheard:
            self._log.record(Kind.FRAME_UNHEARD, line=self.name, note=f"{unheard}: {data.hex(' ')}")
            return
        now = asyncio.get_running_loop().time()
        heard = self.faults.garble(data, self._chance)
        for reply in self.bus.hear(heard, now, self.faults):
            if self._chance.random() < self.faults.drop:
                self._log.record(Kind.REPLY_DROPPED, line=self.name, note=reply.hex(" "))
                continue
            due = now + self._latency_s + self.faults.latency_s
            self._replies.put_nowait((due, self.faults.garble(reply, self._chance)))

    def _why_unheard(self, port: PtyPort, begin: float) -> str | None:
        """What keeps the boards from hearing what began at a time; None when they hear it."""
        if port.baud != self.baud:
            return f"sent at {port.baud} bit/s on a line of {self.baud}"
        if begin < self._deaf_until:
            return f"sent into a reply or within {TURNAROUND_CHARACTERS} characters of it"
        return None

    async def _speak(self, port: PtyPort, replies: asyncio.Queue[tuple[float, bytes]]) -> None:
        """Send the replies one after the other, byte by byte at the line's speed."""
        loop = asyncio.get_running_loop()
        while True:
            due, reply = await replies.get()
            await asyncio.sleep(due - loop.time())
            begin = loop.time()
            self._deaf_until = begin + (len(reply) + TURNAROUND_CHARACTERS) * self._byte_s
            sent = 0
            while sent < len(reply):
                await asyncio.sleep(begin + (sent + 1) * self._byte_s - loop.time())
                over = min(len(reply), max(sent + 1, int((loop.time() - begin) / self._byte_s)))
                port.write(reply[sent:over])
                sent = over
