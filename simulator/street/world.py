"""The physical world of one site, put together from its settings and run in real time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from config.settings import BoardSettings, LineSettings, Settings
from simulator.boards.adapter import TcpAdapter, UsbAdapter
from simulator.boards.board import Board, NoSuchBoardError, Terminals
from simulator.boards.bus import Bus
from simulator.boards.faults import LineFaults
from simulator.boards.registry import family_named
from simulator.boards.serial_line import SerialLine
from simulator.boards.wire import Wire
from simulator.doors.cabinet import Cabinet
from simulator.doors.live import live_timeline
from simulator.doors.log import Kind, PhysicalLog
from simulator.doors.timeline import Timeline
from simulator.street.changes import Changes
from simulator.street.errors import StreetError, UnknownBoard, UnknownLine

SUPPLY = "supply"
"""What the power supply is called among the faults; no line may be called so."""

TCP_PORT = "socket://"
"""How a line's port begins that is reached through a TCP serial server; the simulated one listens there."""


@dataclass(frozen=True)
class World:
    """Everything that can be touched in the street.

    Attributes:
        settings: of the site.
        cabinet: its compartments.
        lines: its serial lines by name.
        log: what physically happened.
        changes: rings after every entry of the log.
        coils: how many coils the supply carries when it is sound.
        ports: what a program opens, by the line's name: a stable link, or a serial server's URL.
    """

    settings: Settings
    cabinet: Cabinet
    lines: Mapping[str, SerialLine]
    log: PhysicalLog
    changes: Changes
    coils: int
    ports: Mapping[str, str]

    def line(self, name: str) -> SerialLine:
        """One line by its name.

        Raises:
            UnknownLine: there is none of that name.
        """
        if name not in self.lines:
            raise UnknownLine(f"no line {name!r} at this site; it has {', '.join(self.lines)}")
        return self.lines[name]

    def check_faults(self, name: str, faults: LineFaults) -> None:
        """See whether a line could have these faults.

        Raises:
            UnknownLine: there is no line of that name.
            UnknownBoard: a board is said to be dead or rogue that is not on the line.
        """
        there = self.line(name).bus.addresses
        strangers = [address for address in (*faults.dead, *faults.rogue) if address not in there]
        if strangers:
            known = ", ".join(str(address) for address in there)
            raise UnknownBoard(f"no board {strangers[0]} on line {name!r}; it has {known}")

    def set_faults(self, name: str, faults: LineFaults) -> None:
        """Make a line faulty, or whole again.

        Raises:
            UnknownLine, UnknownBoard: as `check_faults` does.
        """
        self.check_faults(name, faults)
        self.line(name).faults = faults
        self.log.record(Kind.FAULTS, line=name, note=faults.model_dump_json(exclude_defaults=True))

    def start(self) -> None:
        """Plug every line in."""
        for line in self.lines.values():
            line.plug()

    def stop(self) -> None:
        """Pull every line out and wake everybody who waits."""
        self.changes.close()
        for line in self.lines.values():
            line.unplug()


def build_world(settings: Settings, pty_dir: Path | None, power_coils: int | None, chance: random.Random) -> World:
    """Put the world of a site together on the running asyncio loop; its pseudo-terminals come with `start`.

    Args:
        settings: of the site.
        pty_dir: where the links to the pseudo-terminals will stand; not needed where every line is over TCP.
        power_coils: coils that the power supply carries at once; what the site's settings say when None.
        chance: source of bouncing contacts and of faults.

    Raises:
        UnknownFamilyError: a line's boards cannot be simulated.
        AddressError: a serial server's URL names no host and port.
        StreetError: a line is called as the supply is, has a board that nobody makes, or needs `pty_dir`.
    """
    if any(line.name == SUPPLY for line in settings.lines):
        raise StreetError(f"a line called {SUPPLY!r} cannot be told from the power supply: give it another name")
    timeline = live_timeline(asyncio.get_running_loop())
    log = PhysicalLog(timeline.now)
    changes = Changes()
    log.listen(changes.ring)
    coils = power_coils if power_coils is not None else settings.panel.coils_at_once
    cabinet = Cabinet(settings.compartments, timeline, log, chance, coils)
    links = {line.name: _link(line, pty_dir) for line in settings.lines if not _over_tcp(line)}
    lines = {line.name: _build_line(line, cabinet, links.get(line.name), timeline, chance) for line in settings.lines}
    ports = {
        line.name: str(links[line.name].absolute()) if line.name in links else line.port for line in settings.lines
    }
    return World(settings, cabinet, lines, log, changes, coils, ports)


def _build_line(
    settings: LineSettings, cabinet: Cabinet, link: Path | None, timeline: Timeline, chance: random.Random
) -> SerialLine:
    family = family_named(settings.family)
    terminals = {board.address: cabinet.terminals(settings.name, board.address) for board in settings.boards}
    baud = settings.baud or family.baud
    wire = Wire(
        settings.name,
        Bus([_make(settings, board, terminals[board.address]) for board in settings.boards]),
        baud=baud,
        latency_s=family.latency_s,
        timeline=timeline,
        chance=chance,
        log=cabinet.log,
        powered=lambda: cabinet.supply.carries_boards,
    )
    cabinet.supply.listen(wire.lose_power)
    for address, of_board in terminals.items():
        of_board.listen(partial(wire.hook_moved, address))
    adapter = TcpAdapter(settings.port, baud) if link is None else UsbAdapter(link)
    return SerialLine(wire, adapter, cabinet.log)


def _make(line: LineSettings, wiring: BoardSettings, terminals: Terminals) -> Board:
    try:
        return family_named(line.family).make(wiring, terminals)
    except NoSuchBoardError as error:
        raise StreetError(f"line {line.name}: {line.family} board with {error}; correct the board") from error


def _link(line: LineSettings, pty_dir: Path | None) -> Path:
    if pty_dir is None:
        raise StreetError(f"line {line.name} is a pseudo-terminal: name a folder for its link with --pty-dir")
    return pty_dir / line.name


def _over_tcp(line: LineSettings) -> bool:
    return line.port.startswith(TCP_PORT)
