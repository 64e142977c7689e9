"""KERONG CU12 / CU24 boards (KR-CU packets): `02 ADDR LOCK CMD ASK LEN 03 SUM [DATA]`.

SUM is the low byte of the sum of all other bytes. Facts and golden frames: docs/boards/kerong-cu24.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from config.settings import BitOrder, BoardSettings
from firmware_bridge.boards.driver import Declined, Heard, HookRead, Hooks, Refusal, Reply, Request, check_lock
from firmware_bridge.frames import Found, Verdict
from firmware_bridge.hook_bits import hook_bits

FAMILY: Final = "kerong-cu24"
START: Final = 0x02
END: Final = 0x03
HEADER_LENGTH: Final = 8
END_AT: Final = 6
MOST_DATA: Final = 3
"""Longest data of a reply that we ask for: three hook bytes of a CU24. Settings replies are never asked for."""
HOOK_BYTES: Final = (2, 3)
"""Data of a status reply: of a CU12, of a CU24."""
WHOLE_BOARD: Final = 0x00
FACTORY_PULSE_S: Final = 0.55
FACTORY_BIT_ORDER: Final[BitOrder] = "lowest-first"


class Command(IntEnum):
    """The commands that this driver sends; those that change a board's settings are left out on purpose."""

    STATUS = 0x80
    UNLOCK = 0x81
    VERSION = 0x8F


class Ask(IntEnum):
    """A request, or how the board took it."""

    REQUEST = 0x00
    OK = 0x10
    FAILED = 0x11
    TIMEOUT = 0x12
    UNKNOWN_COMMAND = 0x13
    CHECKSUM_ERROR = 0x14


@dataclass(frozen=True, slots=True)
class Frame:
    """One packet, request or reply."""

    address: int
    lock: int
    command: Command
    ask: Ask
    data: bytes = b""


HEADER_SHAPE: Final = (
    (START,),
    range(17),
    range(24),
    tuple(Command),
    tuple(Ask),
    range(MOST_DATA + 1),
    (END,),
    range(256),
)
"""Values that each byte of a header may have: address, lock, command, ASK and LEN between the fixed ones."""


def encode_request(command: Command, address: int, lock: int = WHOLE_BOARD) -> bytes:
    """The bytes of one request.

    Raises:
        FrameFieldError: the family has no such address or lock.
    """
    check_lock(FAMILY, Driver(), address, lock)
    head = bytes((START, address, lock, command, Ask.REQUEST, 0, END))
    return head + bytes((sum(head) & 0xFF,))


def parse(buffer: bytes, at: int) -> Found[Frame] | Verdict:
    """A packet that begins at `at`.

    The header is checked as strictly as it can be, so that no true packet can stand inside another one's data.
    """
    header = buffer[at : at + HEADER_LENGTH]
    if not _may_be_header(header):
        return Verdict.NOISE
    if len(header) < HEADER_LENGTH:
        return Verdict.MORE
    _, address, lock, command, ask, length, _, checksum = header
    data = buffer[at + HEADER_LENGTH : at + HEADER_LENGTH + length]
    if len(data) < length:
        return Verdict.MORE
    if (sum(header[:-1]) + sum(data)) & 0xFF != checksum:
        return Verdict.NOISE
    return Found(Frame(address, lock, Command(command), Ask(ask), data), HEADER_LENGTH + length)


def _may_be_header(header: bytes) -> bool:
    """Whether the bytes so far fit a packet's header."""
    return all(value in choice for value, choice in zip(header, HEADER_SHAPE, strict=False))


class Driver:
    """The family's requests and what their answers mean."""

    bauds: Sequence[int] = (19200, 9600, 57600, 115200)
    addresses = range(17)
    most_channels = 24
    channels_told = "a CU12 sends 16 bits, a CU24 24"
    checksum = True
    options = frozenset({"bit_order", "pulse_s"})
    """The pulse is set on the board itself; the site says it when it is not the factory's."""
    echo_matters = False
    """A request says ASK 00, which no reply does."""

    def pulse_s(self, board: BoardSettings) -> float:
        """The board's own setting."""
        return board.pulse_s or FACTORY_PULSE_S

    def hook_reads(self, board: BoardSettings) -> tuple[HookRead, ...]:
        """One request: the board sends all its hooks at once."""
        address, channels, order = board.address, board.channels, board.bit_order or FACTORY_BIT_ORDER

        def interpret(frame: Frame) -> Reply | None:
            reply = _status(frame, address, order)
            if isinstance(reply, Hooks):
                if len(reply.bits) < channels:
                    return Declined(
                        f"it has {len(reply.bits)} channels at most, but the settings say {channels}",
                        about=Refusal.CHANNELS,
                    )
                return Hooks(0, reply.bits[:channels])
            return reply

        check_lock(FAMILY, self, address, channels - 1)
        request = Request("status", encode_request(Command.STATUS, address), parse, interpret)
        return (HookRead(range(channels), request),)

    def probe(self, address: int) -> Request[Frame]:
        """The status request: two hook bytes come from a CU12, three from a CU24."""

        def interpret(frame: Frame) -> Reply | None:
            return _status(frame, address, FACTORY_BIT_ORDER)

        return Request("status", encode_request(Command.STATUS, address), parse, interpret)

    def unlock(self, board: BoardSettings, channel: int) -> Request[Frame]:
        """One pulse of one coil; its length is the board's own setting (factory: 550 ms)."""
        address = board.address

        def interpret(frame: Frame) -> Reply | None:
            if not _answers(frame, Command.UNLOCK, address, channel):
                return None
            if frame.ask is Ask.OK:
                return None if frame.data else Heard()
            return Declined(_explain(frame.ask), obeyed=frame.ask in (Ask.FAILED, Ask.TIMEOUT))

        return Request("unlock", encode_request(Command.UNLOCK, address, channel), parse, interpret)


def _status(frame: Frame, address: int, order: BitOrder) -> Reply | None:
    if not _answers(frame, Command.STATUS, address, WHOLE_BOARD):
        return None
    if frame.ask is not Ask.OK:
        return Declined(_explain(frame.ask))
    return Hooks(0, hook_bits(frame.data, order)) if len(frame.data) in HOOK_BYTES else None


def _answers(frame: Frame, command: Command, address: int, lock: int) -> bool:
    asked = (frame.command, frame.address, frame.lock) == (command, address, lock)
    return asked and frame.ask is not Ask.REQUEST


def _explain(ask: Ask) -> str:
    return f"the board says {ask.name.lower().replace('_', ' ')} (ASK {ask:02X})"
