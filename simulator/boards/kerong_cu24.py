"""Firmware of the kerong-cu24 family (CU12, CU24): `02 ADDR LOCK CMD ASK LEN 03 SUM [DATA]`.

SUM is the low byte of the sum of header and DATA, and DATA follows it. The widths of the settings' DATA stand in no
sheet at hand: two bytes, low byte first, in units of 10 ms (one byte for the baud code) are this board's choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from config.settings import BoardSettings
from simulator.boards.board import Board, Family, Step, Terminals

START = 0x02
END = 0x03
HEADER = 8
"""Bytes before DATA: 02, ADDR, LOCK, CMD, ASK, LEN, 03, SUM."""

HIGHEST_ADDRESS = 16
LONGEST_DATA = 16
"""More announced data than this is noise, not a frame."""

UNIT_S = 0.01
"""Unit of the times among the settings."""

VERSION = bytes((0x13, 0x01))


class Command(IntEnum):
    """CMD."""

    STATUS = 0x80
    UNLOCK = 0x81
    UNLOCK_TIME = 0x82
    BAUD = 0x83
    DELAY = 0x84
    PUSH_WAIT = 0x85
    INITIALISE = 0x8E
    VERSION = 0x8F


class Ask(IntEnum):
    """ASK: a request, or how a request ended."""

    REQUEST = 0x00
    OK = 0x10
    FAILED = 0x11
    UNKNOWN_COMMAND = 0x13
    CHECKSUM_ERROR = 0x14


@dataclass(frozen=True)
class Register:
    """A setting of the board: its factory value, its width in bytes, and its range."""

    factory: int
    width: int
    least: int
    most: int


REGISTERS = {
    Command.UNLOCK_TIME: Register(factory=55, width=2, least=1, most=1000),
    Command.BAUD: Register(factory=1, width=1, least=0, most=3),
    Command.DELAY: Register(factory=0, width=2, least=0, most=6000),
    Command.PUSH_WAIT: Register(factory=0, width=2, least=0, most=6000),
}
"""Only the unlock time changes what this board does; the others are kept and read back."""


class KerongCu24(Board):
    """One CU12 or CU24 board."""

    def __init__(self, wiring: BoardSettings, terminals: Terminals) -> None:
        super().__init__(wiring, terminals)
        self._registers = _factory_values()
        if wiring.pulse_s is not None:
            self._registers[Command.UNLOCK_TIME] = round(wiring.pulse_s / UNIT_S)
        self._mirrored = wiring.bit_order == "highest-first"

    def step(self, heard: bytes) -> Step | None:
        """Read one frame; foreign frames and other boards' replies pass by unanswered."""
        if heard[0] != START:
            return Step(1)
        if len(heard) < HEADER:
            return None
        address, length, end = heard[1], heard[5], heard[6]
        if end != END or address > HIGHEST_ADDRESS or length > LONGEST_DATA:
            return Step(1)
        size = HEADER + length
        if len(heard) < size:
            return None
        return Step(size, self._answer(heard[:size]) if self._is_for_me(address) else b"")

    def _answer(self, frame: bytes) -> bytes:
        _, address, lock, command, ask, _, _, checksum = frame[:HEADER]
        if ask != Ask.REQUEST:
            return b""
        if checksum != (sum(frame) - checksum) & 0xFF:
            self._terminals.refused(frame, "checksum error")
            return _reply(address, lock, command, Ask.CHECKSUM_ERROR)
        outcome, data = self._obey(lock, command, frame[HEADER:])
        return _reply(address, lock, command, outcome, data)

    def _obey(self, lock: int, command: int, data: bytes) -> tuple[Ask, bytes]:
        match command:
            case Command.STATUS:
                return Ask.OK, self._hooks()
            case Command.UNLOCK:
                return self._unlock(lock), b""
            case Command.UNLOCK_TIME | Command.BAUD | Command.DELAY | Command.PUSH_WAIT:
                return self._setting(Command(command), data)
            case Command.INITIALISE:
                self._registers = _factory_values()
                return Ask.OK, b""
            case Command.VERSION:
                return Ask.OK, VERSION
        return Ask.UNKNOWN_COMMAND, b""

    def _unlock(self, lock: int) -> Ask:
        if lock >= self.channels:
            return Ask.FAILED
        self._terminals.pulse(lock, self._registers[Command.UNLOCK_TIME] * UNIT_S)
        return Ask.OK

    def _setting(self, command: Command, data: bytes) -> tuple[Ask, bytes]:
        """Read a setting (no data) or write it."""
        register = REGISTERS[command]
        if not data:
            return Ask.OK, self._registers[command].to_bytes(register.width, "little")
        value = int.from_bytes(data, "little")
        if len(data) != register.width or not register.least <= value <= register.most:
            return Ask.FAILED, b""
        self._registers[command] = value
        return Ask.OK, b""

    def _hooks(self) -> bytes:
        """One bit per lock, two bytes from a CU12, three from a CU24; lowest first, unless wired otherwise."""
        turn = 7 if self._mirrored else 0
        bits = sum(self._hook_bit(channel) << (channel ^ turn) for channel in range(self.channels))
        return bits.to_bytes(max(2, (self.channels + 7) // 8), "little")


def _reply(address: int, lock: int, command: int, ask: Ask, data: bytes = b"") -> bytes:
    header = bytes((START, address, lock, command, ask, len(data), END))
    return header + bytes((sum(header + data) & 0xFF,)) + data


def _factory_values() -> dict[Command, int]:
    return {command: register.factory for command, register in REGISTERS.items()}


FAMILY = Family(KerongCu24, baud=19200, latency_s=0.004, addresses=range(17), channels=24)
