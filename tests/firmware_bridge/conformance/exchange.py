"""One request to one board without a line between them, and what the driver makes of the answer."""

from __future__ import annotations

from collections.abc import Iterable

from virtual_boards import Locks, firmware

from config.settings import BoardSettings
from firmware_bridge.boards.driver import AnyRequest, BoardDriver, Hooks, Reply
from firmware_bridge.frames import Decoder


def ask(family: str, board: BoardSettings, locks: Locks, request: AnyRequest) -> Reply | None:
    """What the driver understands from a fresh board's answer; None when it takes nothing for one."""
    return understood(request, firmware(family, board, locks).hear(request.frame))


def understood(request: AnyRequest, pieces: Iterable[bytes]) -> Reply | None:
    """The first reply that the driver finds in bytes that come in pieces."""
    decoder = Decoder(request.parse)
    for piece in pieces:
        for frame in decoder.feed(piece):
            reply = request.interpret(frame)
            if reply is not None:
                return reply
    return None


def read_hooks(family: str, board: BoardSettings, locks: Locks, driver: BoardDriver) -> Hooks:
    """Every hook of a board, by all of its reads in their order."""
    bits: list[bool | None] = []
    occupied: list[bool] = []
    for read in driver.hook_reads(board):
        reply = ask(family, board, locks, read.request)
        assert isinstance(reply, Hooks), f"{read.request.what!r} brought {reply}"
        assert reply.first_channel == len(bits) == read.channels.start, "the reads leave a gap or overlap"
        assert len(reply.bits) == len(read.channels), "a read tells other channels than it says"
        bits += reply.bits
        occupied += reply.occupied
    return Hooks(0, tuple(bits), tuple(occupied))
