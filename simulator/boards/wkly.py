"""Firmware of the wkly family: `57 4B 4C 59 LEN BOARD CMD [DATA] XOR`.

LEN counts the whole frame, XOR covers all before it; channels count from 1, unless the wiring says from 0. How long the
pulse is (500 ms), the form of a report of a moved door (channel and state), opening several locks without a pause
between them, and silence after a damaged frame are this board's choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import xor

from config.settings import BoardSettings
from simulator.boards.board import Board, Family, Step, Terminals

START = bytes.fromhex("57 4B 4C 59")
HEAD = 7
"""Bytes before DATA: the start, LEN, BOARD, CMD."""
LEAST = 8
"""Bytes of a frame without DATA."""
MOST = 64
"""A longer frame than this is noise: reading all of 50 channels takes 60 bytes."""
HIGHEST_BOARD = 31

OPEN_ONE = 0x82
READ_ONE = 0x83
READ_ALL = 0x84
NEWS = 0x85
OPEN_ALL = 0x86
OPEN_IN_TURN = 0x87
HOLD = 0x88
OFF = 0x89
FOR_ONE = (OPEN_ONE, READ_ONE, HOLD, OFF)
"""Requests whose DATA is one channel."""

OK = 0x00
FAILED = 0xFF

PULSE_S = 0.5


class Wkly(Board):
    """One board of the wkly family."""

    def __init__(self, wiring: BoardSettings, terminals: Terminals) -> None:
        super().__init__(wiring, terminals)
        self._pulse_s = wiring.pulse_s or PULSE_S
        self._first = 1 if wiring.first_index is None else wiring.first_index

    def step(self, heard: bytes) -> Step | None:
        """Read one frame; a false start is passed over byte by byte, so that the true one behind it is not lost."""
        if not START.startswith(heard[: len(START)]):
            return Step(1)
        if len(heard) < HEAD:
            return None
        length, board = heard[4], heard[5]
        if not LEAST <= length <= MOST or board > HIGHEST_BOARD:
            return Step(1)
        if len(heard) < length:
            return None
        frame = heard[:length]
        if reduce(xor, frame) != 0:
            if self._is_for_me(board):
                self._terminals.refused(frame, "wrong XOR")
            return Step(1)
        return Step(length, self._obey(board, frame[6], frame[HEAD:-1]) if self._is_for_me(board) else b"")

    def news(self, channel: int) -> bytes:
        """What the board sends unasked when a door has moved."""
        return _frame(self.address, NEWS, channel + self._first, self._state(channel))

    def _obey(self, board: int, command: int, data: bytes) -> bytes:
        if command in FOR_ONE and len(data) == 1:
            return self._one(board, command, data[0])
        if command == READ_ALL and not data:
            states = [self._state(channel) for channel in range(self.channels)]
            return _frame(board, READ_ALL, OK, self.channels, *states)
        if command == OPEN_ALL and not data:
            return self._open_many(board, command, range(self.channels))
        if command == OPEN_IN_TURN and data:
            return self._open_many(board, command, [number - self._first for number in data])
        return b""

    def _one(self, board: int, command: int, number: int) -> bytes:
        channel = number - self._first
        if not 0 <= channel < self.channels:
            return _frame(board, command, FAILED, number, 0)
        deeds: dict[int, Callable[[int], None]] = {
            OPEN_ONE: self._pulse,
            HOLD: self._terminals.hold,
            OFF: self._terminals.release,
        }
        if command in deeds:
            deeds[command](channel)
        return _frame(board, command, OK, number, self._state(channel))

    def _open_many(self, board: int, command: int, channels: Sequence[int]) -> bytes:
        if not all(0 <= channel < self.channels for channel in channels):
            return _frame(board, command, FAILED)
        self._terminals.unlock_all()
        for channel in channels:
            self._pulse(channel)
        return _frame(board, command, OK)

    def _pulse(self, channel: int) -> None:
        self._terminals.pulse(channel, self._pulse_s)

    def _state(self, channel: int) -> int:
        return int(self._hook_bit(channel))


def _frame(board: int, command: int, *data: int) -> bytes:
    body = START + bytes((LEAST + len(data), board, command, *data))
    return body + bytes((reduce(xor, body),))


FAMILY = Family(Wkly, baud=9600, latency_s=0.006, addresses=range(32), channels=50)
