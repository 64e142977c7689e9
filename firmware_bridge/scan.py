"""Finding the boards on a port by reads alone: every family, baud rate and address until something answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from firmware_bridge.boards.driver import AnyRequest, Hooks, Reply, driver_named
from firmware_bridge.errors import ReadFailedError
from firmware_bridge.port import OpenPort, open_serial
from firmware_bridge.wire import Echo, Pace, Wire

SCAN_TIMEOUT_S: Final = 0.12
"""Boards answer a read within some tens of milliseconds, and a scan asks a hundred times."""
SCAN_GAP_S: Final = 0.01
"""Twice the usual silence: a board of another family may be puzzling over what it heard."""


@dataclass(frozen=True, slots=True)
class Search:
    """One thing to try: a read to one address of one family at one baud rate."""

    family: str
    baud: int
    address: int
    probe: AnyRequest
    echo_matters: bool


@dataclass(frozen=True, slots=True)
class FoundBoard:
    """A board that answered a read."""

    family: str
    baud: int
    address: int
    hooks: tuple[bool | None, ...]
    """As many hook bits as the answer told: all of a board that sends them together, else the first alone."""
    echo: bool


def searches(families: Iterable[str], bauds: Iterable[int] = ()) -> Iterator[Search]:
    """Everything that a scan asks, in its order; reads only. `bauds` replaces each family's own."""
    chosen = tuple(bauds)
    for family in families:
        driver = driver_named(family)
        for baud in chosen or driver.bauds:
            for address in driver.addresses:
                yield Search(family, baud, address, driver.probe(address), driver.echo_matters)


def scan(
    port: str,
    families: Iterable[str],
    bauds: Iterable[int] = (),
    *,
    open_port: OpenPort = open_serial,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[FoundBoard]:
    """Boards on a port, as they are found.

    Raises:
        PortError: the port is not there, is held by another program, or went away.
    """
    for baud, group in groupby(searches(families, bauds), key=lambda search: search.baud):
        wire = Wire(open_port(port, baud), Pace(baud, SCAN_TIMEOUT_S, SCAN_GAP_S), clock=clock, pause=pause)
        try:
            for search in group:
                reply = _ask(wire, search)
                if reply is not None:
                    hooks = reply.bits if isinstance(reply, Hooks) else ()
                    yield FoundBoard(search.family, baud, search.address, hooks, echo=wire.echo is Echo.PRESENT)
        finally:
            wire.close()


def _ask(wire: Wire, search: Search) -> Reply | None:
    try:
        if search.echo_matters:
            return wire.find_echo(search.probe)
        wire.echo = Echo.ABSENT
        return wire.ask(search.probe)
    except ReadFailedError:
        return None
