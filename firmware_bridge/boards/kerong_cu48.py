"""KERONG CU48 boards: `02 ADDR LOCK CMD 03 SUM`, on a serial line or behind a TCP serial server.

SUM is the low byte of the sum of all bytes before it. Facts and golden frames: docs/boards/kerong-cu48.md.
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

FAMILY: Final = "kerong-cu48"
START: Final = 0x02
END: Final = 0x03
REPLY: Final = 0x75
WHOLE_BOARD: Final = 0x00
"""LOCK in a status request and its reply."""
HEAD_LENGTH: Final = 4
SENSOR_BYTES: Final = 6
"""Forty-eight locks, eight to a byte: first the hooks, then as many of the second sensors."""
STATUS_LENGTH: Final = HEAD_LENGTH + 2 * SENSOR_BYTES + 2
SHORT_LENGTH: Final = HEAD_LENGTH + 2
FACTORY_PULSE_S: Final = 0.55
"""A sister family's; no sheet of this one says. It tells the power budget only: no frame carries it."""
FACTORY_BIT_ORDER: Final[BitOrder] = "lowest-first"


class Command(IntEnum):
    """The family's commands, as far as they are known."""

    STATUS = 0x60
    UNLOCK = 0x61


@dataclass(frozen=True, slots=True)
class Frame:
    """One reply; `data` holds both sensors of every lock, and nothing in the short reply to an unlock."""

    address: int
    lock: int
    data: bytes = b""


def encode_request(command: Command, address: int, lock: int = WHOLE_BOARD) -> bytes:
    """The bytes of one request.

    Raises:
        FrameFieldError: the family has no such address or lock.
    """
    check_lock(FAMILY, Driver(), address, lock)
    head = bytes((START, address, lock, command, END))
    return head + bytes((sum(head) & 0xFF,))


def parse_status(buffer: bytes, at: int) -> Found[Frame] | Verdict:
    """A status reply that begins at `at`."""
    return _parse(buffer[at : at + STATUS_LENGTH], STATUS_LENGTH, locks=range(1))


def parse_unlock_reply(buffer: bytes, at: int) -> Found[Frame] | Verdict:
    """The short reply to an unlock that begins at `at`."""
    return _parse(buffer[at : at + SHORT_LENGTH], SHORT_LENGTH, locks=range(Driver.most_channels))


def _parse(piece: bytes, length: int, locks: range) -> Found[Frame] | Verdict:
    """A reply of exactly so many bytes; noise as soon as one of the fixed bytes is wrong."""
    fixed = {0: (START,), 1: Driver.addresses, 2: locks, 3: (REPLY,), length - 2: (END,)}
    if any(piece[place] not in choice for place, choice in fixed.items() if place < len(piece)):
        return Verdict.NOISE
    if len(piece) < length:
        return Verdict.MORE
    if sum(piece[:-1]) & 0xFF != piece[-1]:
        return Verdict.NOISE
    return Found(Frame(piece[1], piece[2], piece[HEAD_LENGTH:-2]), length)


class Driver:
    """The family's requests and what their answers mean."""

    bauds: Sequence[int] = (19200,)
    addresses = range(32)
    """As many as five DIP switches can set; no sheet at hand names more."""
    most_channels = 48
    channels_told = "it always sends 48, whatever is wired"
    checksum = True
    options = frozenset({"bit_order", "infrared", "pulse_s"})
    echo_matters = False
    """Requests say 60 or 61 where replies say 75."""

    def pulse_s(self, board: BoardSettings) -> float:
        """The board's own time, as far as the site knows it."""
        return board.pulse_s or FACTORY_PULSE_S

    def hook_reads(self, board: BoardSettings) -> tuple[HookRead, ...]:
        """One request: the board sends all its hooks, and its second sensors, at once."""
        address, channels, order = board.address, board.channels, board.bit_order or FACTORY_BIT_ORDER

        def interpret(frame: Frame) -> Reply | None:
            if frame.address != address:
                return None
            hooks, second = frame.data[:SENSOR_BYTES], frame.data[SENSOR_BYTES:]
            occupied = hook_bits(second, order)[:channels] if board.infrared else ()
            return Hooks(0, hook_bits(hooks, order)[:channels], occupied)

        check_lock(FAMILY, self, address, channels - 1)
        request = Request("status", encode_request(Command.STATUS, address), parse_status, interpret)
        return (HookRead(range(channels), request),)

    def probe(self, address: int) -> Request[Frame]:
        """The status request; forty-eight bits come from every board, whatever is wired to it."""

        def interpret(frame: Frame) -> Reply | None:
            if frame.address != address:
                return None
            return Hooks(0, hook_bits(frame.data[:SENSOR_BYTES], FACTORY_BIT_ORDER))

        return Request("status", encode_request(Command.STATUS, address), parse_status, interpret)

    def unlock(self, board: BoardSettings, channel: int) -> Request[Frame]:
        """One pulse of one coil; its length is the board's own."""
        address = board.address

        def interpret(frame: Frame) -> Reply | None:
            return Heard() if (frame.address, frame.lock) == (address, channel) else None

        frame = encode_request(Command.UNLOCK, address, channel)
        return Request("unlock", frame, parse_unlock_reply, interpret)
