"""Firmware of the lock485-8a family (the "485 lock board"): `HEAD BOARD CH FUNCTION [SECONDS] BCC`.

BCC is the XOR of all bytes before it; channels count from 1, unless the wiring says from 0 (then nothing can open the
first one alone, because 0 means all of them). A damaged frame gets no answer, and the answer to
an unlock is byte-identical to the request.
"""

from __future__ import annotations

from functools import reduce
from operator import xor

from config.settings import BoardSettings
from simulator.boards.board import Board, Family, Step, Terminals

PULSE_S = 0.3
LONGEST_PULSE_S = 9

UNLOCK = 0x8A
READ = 0x80
NEWS = 0x81
HOLD = 0x9A
RELEASE = 0x9B
HEADS = (UNLOCK, READ, HOLD, RELEASE)

DRIVE = 0x11
"""The function byte of unlock, hold and release, and the state byte of a set contact."""
LOOK = 0x33
"""The function byte of a read."""
ALL = 0
"""The channel that means every channel."""

SHORT = 5
"""Bytes of a frame without a time."""
LONG = 6
"""Bytes of an unlock for N seconds."""


class Lock4858a(Board):
    """One "485 lock board"."""

    def __init__(self, wiring: BoardSettings, terminals: Terminals) -> None:
        super().__init__(wiring, terminals)
        self._first = 1 if wiring.first_index is None else wiring.first_index
        self._mirrored = wiring.bit_order == "highest-first"

    def step(self, heard: bytes) -> Step | None:
        """Read one frame; what is none is passed over byte by byte, so that the frame behind it is not lost."""
        if heard[0] not in HEADS:
            return Step(1)
        if len(heard) < SHORT:
            return None
        if heard[3] != (LOOK if heard[0] == READ else DRIVE):
            return Step(1)
        size = LONG if _is_timed(heard) else SHORT
        if len(heard) < size:
            return None
        if _sound(heard[:size]):
            return self._addressed(heard[:size])
        if self._is_for_me(heard[1]):
            self._terminals.refused(heard[:size], "wrong BCC")
        return Step(1)

    def _addressed(self, frame: bytes) -> Step:
        if not self._is_for_me(frame[1]) or frame[2] >= self.channels + self._first:
            return Step(len(frame))
        return Step(len(frame), self._obey(frame))

    def _obey(self, frame: bytes) -> bytes:
        head, address, channel = frame[:3]
        if head == READ:
            return self._read_all(address) if channel == ALL else self._read_one(address, channel)
        if channel == ALL:
            self._terminals.unlock_all()
        for number in range(self.channels) if channel == ALL else (channel - self._first,):
            if head == UNLOCK:
                self._terminals.pulse(number, float(frame[4]) if len(frame) == LONG else PULSE_S)
            elif head == HOLD:
                self._terminals.hold(number)
            else:
                self._terminals.release(number)
        return frame

    def news(self, channel: int) -> bytes:
        """A frame that begins with 81, as some models send; its form stands in no sheet, this one is like a reply."""
        return _sealed(bytes((NEWS, self.address, channel + self._first, self._state(channel))))

    def _state(self, channel: int) -> int:
        return DRIVE if self._hook_bit(channel) else 0x00

    def _read_one(self, address: int, channel: int) -> bytes:
        return _sealed(bytes((READ, address, channel, self._state(channel - self._first))))

    def _read_all(self, address: int) -> bytes:
        """One bit per channel, the byte of the highest channels first."""
        turn = 7 if self._mirrored else 0
        bits = sum(self._hook_bit(channel) << (channel ^ turn) for channel in range(self.channels))
        states = bits.to_bytes((self.channels + 7) // 8, "big")
        return _sealed(bytes((READ, address)) + states + bytes((LOOK,)))


def _is_timed(heard: bytes) -> bool:
    """Whether an unlock says for how long; no BCC of a real address and channel is as small as a time."""
    return heard[0] == UNLOCK and 1 <= heard[4] <= LONGEST_PULSE_S


def _sound(frame: bytes) -> bool:
    return reduce(xor, frame) == 0


def _sealed(body: bytes) -> bytes:
    return body + bytes((reduce(xor, body),))


FAMILY = Family(Lock4858a, baud=9600, latency_s=0.006, addresses=range(1, 33), channels=50)
