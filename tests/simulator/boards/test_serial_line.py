"""A line on a real pseudo-terminal, seen from the program that opens it."""

from __future__ import annotations

import asyncio
import os
import random
import termios
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import BoardSettings
from simulator.boards.adapter import UsbAdapter
from simulator.boards.bus import Bus
from simulator.boards.faults import LineFaults
from simulator.boards.kerong_cu24 import KerongCu24
from simulator.boards.serial_line import SerialLine
from simulator.boards.wire import Wire
from simulator.doors.live import live_timeline
from simulator.doors.log import Kind, PhysicalLog

VERSION = bytes.fromhex("02 00 00 8F 00 00 03 94")
ANSWER = bytes.fromhex("02 00 00 8F 10 02 03 BA 13 01")
LINE_TIME_S = (len(VERSION) + len(ANSWER)) * 10 / 19200


class Program:
    """What a daemon is to the line: a file descriptor that reads and writes."""

    def __init__(self, link: Path, speed: int = termios.B19200) -> None:
        self.handle = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        modes = termios.tcgetattr(self.handle)
        termios.tcsetattr(self.handle, termios.TCSANOW, [*modes[:4], speed, speed, modes[6]])
        self._readable = asyncio.Event()
        asyncio.get_running_loop().add_reader(self.handle, self._readable.set)

    def write(self, data: bytes) -> None:
        os.write(self.handle, data)

    async def read(self, count: int) -> bytes:
        """Exactly so many bytes, or fewer when the line hangs up."""
        data = b""
        while len(data) < count:
            await asyncio.wait_for(self._readable.wait(), 5)
            self._readable.clear()
            try:
                piece = os.read(self.handle, count - len(data))
            except BlockingIOError:
                continue
            except OSError:
                break
            if not piece:
                break
            data += piece
            self._readable.set()
        return data

    async def silence(self) -> None:
        """Leave the boards the gap that they need, in which nothing may come."""
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(self.read(1), 0.005)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.handle)
        os.close(self.handle)


class Site:
    """One line with a board at address 0, and a log that can be awaited."""

    def __init__(self, folder: Path, locks: object) -> None:
        timeline = live_timeline(asyncio.get_running_loop())
        self.log = PhysicalLog(timeline.now)
        self._bell = asyncio.Event()
        self.log.listen(self._bell.set)
        bus = Bus(
            [
                KerongCu24(BoardSettings(address=0, channels=24), locks),
                KerongCu24(BoardSettings(address=1, channels=24), locks),
            ]
        )
        self.link = folder / "left"
        wire = Wire("left", bus, baud=19200, latency_s=0.004, timeline=timeline, chance=random.Random(3), log=self.log)
        self.line = SerialLine(wire, UsbAdapter(self.link), self.log)

    async def logged(self, kind: Kind) -> None:
        async with asyncio.timeout(5):
            while kind not in {entry.kind for entry in self.log.since(0)}:
                self._bell.clear()
                await self._bell.wait()


@pytest.fixture
async def site(tmp_path: Path, locks: Any) -> AsyncIterator[Site]:
    site = Site(tmp_path, locks)
    site.line.plug()
    yield site
    site.line.unplug()


@pytest.fixture
async def program(site: Site) -> AsyncIterator[Program]:
    program = Program(site.link)
    yield program
    program.close()


async def test_an_answer_takes_at_least_the_time_of_its_bits(program: Program) -> None:
    loop = asyncio.get_running_loop()
    begin = loop.time()
    program.write(VERSION)
    assert await program.read(len(ANSWER)) == ANSWER
    assert loop.time() - begin >= LINE_TIME_S + 0.004


async def test_every_byte_value_passes_unchanged(site: Site, program: Program) -> None:
    site.line.faults = LineFaults(echo=True, dead=(0, 1))
    everything = bytes(range(256))
    program.write(everything)
    assert await program.read(256) == everything


async def test_an_adapter_with_echo_returns_the_request_before_the_answer(site: Site, program: Program) -> None:
    site.line.faults = LineFaults(echo=True)
    program.write(VERSION)
    assert await program.read(len(VERSION + ANSWER)) == VERSION + ANSWER


async def test_a_dead_board_is_silent_while_its_neighbour_answers(site: Site, program: Program) -> None:
    site.line.faults = LineFaults(dead=(0,))
    program.write(VERSION)
    program.write(bytes.fromhex("02 01 00 8F 00 00 03 95"))
    assert await program.read(len(ANSWER)) == bytes.fromhex("02 01 00 8F 10 02 03 BB 13 01")


async def test_a_dropped_reply_is_logged_and_the_next_one_comes(site: Site, program: Program) -> None:
    site.line.faults = LineFaults(drop=1)
    program.write(VERSION)
    await site.logged(Kind.REPLY_DROPPED)
    site.line.faults = LineFaults()
    program.write(VERSION)
    assert await program.read(len(ANSWER)) == ANSWER


async def test_a_frame_sent_into_a_reply_is_not_heard(site: Site, program: Program) -> None:
    program.write(VERSION)
    assert await program.read(1) == ANSWER[:1]
    program.write(VERSION)
    await site.logged(Kind.FRAME_UNHEARD)
    assert await program.read(len(ANSWER) - 1) == ANSWER[1:]


async def test_boards_hear_garbage_at_the_wrong_speed_and_not_the_frame(site: Site) -> None:
    program = Program(site.link, termios.B9600)
    program.write(VERSION)
    await site.logged(Kind.FRAME_GARBLED)
    assert (site.log.since(0)[-1].note or "").startswith("sent at 9600 bit/s on a line of 19200, heard as ")
    program.close()


async def test_pulling_the_adapter_hangs_up_and_takes_the_link_away(site: Site, program: Program) -> None:
    site.line.unplug()
    assert not site.link.exists()
    assert not site.link.is_symlink()
    assert site.line.device is None
    assert await program.read(1) == b""


async def test_an_adapter_put_in_again_answers_under_the_same_name(site: Site) -> None:
    site.line.unplug()
    site.line.plug()
    again = Program(site.link)
    again.write(VERSION)
    assert await again.read(len(ANSWER)) == ANSWER
    again.close()


async def test_an_adapter_that_comes_back_elsewhere_has_another_name_of_its_own_and_the_same_stable_link(
    site: Site, program: Program
) -> None:
    assert site.line.device == "ttyUSB0"
    assert site.link.readlink() == Path("ttyUSB0")
    site.line.replug()
    assert await program.read(1) == b""
    assert site.line.device == "ttyUSB1"
    assert site.link.readlink() == Path("ttyUSB1")
    assert not (site.link.parent / "ttyUSB0").exists()
    again = Program(site.link)
    again.write(VERSION)
    assert await again.read(len(ANSWER)) == ANSWER
    again.close()


async def test_programs_may_come_and_go_without_hanging_the_line_up(site: Site) -> None:
    for _ in range(3):
        program = Program(site.link)
        program.write(VERSION)
        assert await program.read(len(ANSWER)) == ANSWER
        await program.silence()
        program.close()


async def test_plugging_twice_and_unplugging_twice_change_nothing(site: Site) -> None:
    site.line.plug()
    site.line.unplug()
    site.line.unplug()
    assert [entry.kind for entry in site.log.since(0)] == [Kind.PLUGGED, Kind.UNPLUGGED]
