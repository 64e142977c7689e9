"""Firmware of the winnsen family: `90 06 CMD STATION LOCK 03`, without a checksum, one lock at a time.

Stations and locks count from 1. Only status 02 (the coil rests) stands in a document; the other codes, the length of
the pulse and silence towards locks that the board has not are this board's choice.
"""

from __future__ import annotations

from config.settings import BoardSettings, HookCode
from simulator.boards.board import Board, Family, Step, Terminals

START = 0x90
END = 0x03
REQUEST = 6
"""Bytes of a request, which says so in its second byte."""
REPLY = 7

UNLOCK = 0x05
STATUS = 0x12
ANSWER = 0x80
"""Added to the command in a reply."""

PULSE_S = 0.5

CODES: dict[HookCode, int] = {"latched": 0x00, "unlatched": 0x01, "cooling": 0x02}
"""What this board says, unless its wiring names other codes."""


class Winnsen(Board):
    """One Winnsen board."""

    def __init__(self, wiring: BoardSettings, terminals: Terminals) -> None:
        super().__init__(wiring, terminals)
        self._codes = CODES | {meaning: int(code, 16) for code, meaning in wiring.status_codes.items()}
        self._pulse_s = wiring.pulse_s or PULSE_S

    def step(self, heard: bytes) -> Step | None:
        """Read one frame; what is none is passed over byte by byte."""
        fixed = ((0, (START,)), (1, (REQUEST,)), (2, (UNLOCK, STATUS)), (5, (END,)))
        if not all(heard[place] in allowed for place, allowed in fixed if place < len(heard)):
            return Step(1)
        if len(heard) < REQUEST:
            return None
        _, _, command, station, lock, _ = heard[:REQUEST]
        if not self._is_for_me(station) or not 1 <= lock <= self.channels:
            return Step(REQUEST)
        return Step(REQUEST, self._obey(command, station, lock))

    def _obey(self, command: int, station: int, lock: int) -> bytes:
        if command == UNLOCK:
            return _reply(command, station, lock, self._unlock(lock - 1))
        return _reply(command, station, self._state(lock - 1), lock)

    def _unlock(self, channel: int) -> int:
        """Drive a coil, unless it is too warm; the status to answer with."""
        if self._terminals.cooling(channel):
            return self._codes["cooling"]
        self._terminals.pulse(channel, self._pulse_s)
        return self._codes["unlatched"]

    def _state(self, channel: int) -> int:
        return self._codes["latched" if self._hook_bit(channel) else "unlatched"]


def _reply(command: int, station: int, first: int, second: int) -> bytes:
    """Lock and status after an unlock; status and lock after a status request."""
    return bytes((START, REPLY, command + ANSWER, station, first, second, END))


FAMILY = Family(
    Winnsen,
    baud=9600,
    latency_s=0.005,
    addresses=range(1, 64),
    channels=50,
    needs={"status_codes": {f"{CODES[meaning]:02X}": meaning for meaning in ("latched", "unlatched")}},
)
