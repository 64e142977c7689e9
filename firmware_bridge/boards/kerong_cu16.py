"""KERONG CU16 boards (legacy): `02 ADDR CMD 03 SUM`, where ADDR is board << 4 | channel.

SUM is the low byte of the sum of all bytes before it. Facts and golden frames: docs/boards/kerong-cu16.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from config.settings import BitOrder, BoardSettings
from firmware_bridge.boards.driver import Heard, HookRead, Hooks, Reply, Request, check_lock
from firmware_bridge.frames import Found, Verdict
from firmware_bridge.hook_bits import hook_bits

FAMILY: Final = "kerong-cu16"
START: Final = 0x02
END: Final = 0x03
STATUS_REPLY: Final = 0x35
STATUS_LENGTH: Final = 9
HOOK_BYTES: Final = 2
END_AT: Final = 7
FACTORY_PULSE_S: Final = 0.55
"""The sister family's; no sheet of this one says. It tells the power budget only: no frame here carries it."""
FACTORY_BIT_ORDER: Final[BitOrder] = "lowest-first"


class Command(IntEnum):
    """The commands that this driver sends; those for many locks, and those that change the board, are left out."""

    STATUS = 0x30
    UNLOCK = 0x31


@dataclass(frozen=True, slots=True)
class Status:
    """A board's only reply that is understood: two bytes of hooks, two of occupancy sensors."""

    board: int
    hooks: bytes
    infrared: bytes


def encode_request(command: Command, board: int, channel: int = 0) -> bytes:
    """The bytes of one request; a status request is for the whole board.

    Raises:
        FrameFieldError: the family has no such board or channel.
    """
    check_lock(FAMILY, Driver(), board, channel)
    head = bytes((START, board << 4 | channel, command, END))
    return head + bytes((sum(head) & 0xFF,))


def parse(buffer: bytes, at: int) -> Found[Status] | Verdict:
    """A status reply that begins at `at`; our own requests, echoed, have another command and are none."""
    piece = buffer[at : at + STATUS_LENGTH]
    if not _may_be_status(piece):
        return Verdict.NOISE
    if len(piece) < STATUS_LENGTH:
        return Verdict.MORE
    if sum(piece[:-1]) & 0xFF != piece[-1]:
        return Verdict.NOISE
    hooks_end = 3 + HOOK_BYTES
    return Found(Status(piece[1] >> 4, piece[3:hooks_end], piece[hooks_end:END_AT]), STATUS_LENGTH)


def _may_be_status(piece: bytes) -> bool:
    """Whether the bytes so far fit a status reply, as far as its bytes are fixed."""
    fixed = {0: (START,), 1: tuple(board << 4 for board in Driver.addresses), 2: (STATUS_REPLY,), END_AT: (END,)}
    return all(piece[place] in choice for place, choice in fixed.items() if place < len(piece))


class Driver:
    """The family's requests and what their answers mean."""

    bauds: Sequence[int] = (19200, 9600, 57600, 115200)
    addresses = range(15)
    """Board 15 would share its ADDR with the command that opens every board of the bus."""
    most_channels = 16
    channels_told = "it always sends 16, whatever is wired"
    checksum = True
    options = frozenset({"answers_unlocks", "bit_order", "infrared", "pulse_s"})
    echo_matters = False
    """No request looks like a reply."""

    def pulse_s(self, board: BoardSettings) -> float:
        """The board's own setting, as far as the site knows it."""
        return board.pulse_s or FACTORY_PULSE_S

    def hook_reads(self, board: BoardSettings) -> tuple[HookRead, ...]:
        """One request: the board sends all its hooks, and its occupancy sensors, at once."""
        address, channels, order = board.address, board.channels, board.bit_order or FACTORY_BIT_ORDER

        def interpret(status: Status) -> Reply | None:
            if status.board != address:
                return None
            occupied = hook_bits(status.infrared, order)[:channels] if board.infrared else ()
            return Hooks(0, hook_bits(status.hooks, order)[:channels], occupied)

        check_lock(FAMILY, self, address, channels - 1)
        request = Request("status", encode_request(Command.STATUS, address), parse, interpret)
        return (HookRead(range(channels), request),)

    def probe(self, address: int) -> Request[Status]:
        """The status request; sixteen bits come from every board, whatever is wired to it."""

        def interpret(status: Status) -> Reply | None:
            return Hooks(0, hook_bits(status.hooks, FACTORY_BIT_ORDER)) if status.board == address else None

        return Request("status", encode_request(Command.STATUS, address), parse, interpret)

    def unlock(self, board: BoardSettings, channel: int) -> Request[Status]:
        """One pulse of one coil; its length is the board's own setting.

        Some firmware answers with its status, some not at all; the hook settles either.
        """
        address = board.address

        def interpret(status: Status) -> Reply | None:
            return Heard() if status.board == address else None

        frame = encode_request(Command.UNLOCK, address, channel)
        return Request("unlock", frame, parse, interpret, answered=board.answers_unlocks)
