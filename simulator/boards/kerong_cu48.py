"""Firmware of the kerong-cu48 family: `02 ADDR LOCK CMD 03 SUM`.

SUM is the low byte of the sum of all before it. No sheet shows the answer to an unlock, nor says how long the pulse is:
a short frame with the command of a status reply, 550 ms, and silence after a damaged frame and towards locks that the
board has not, are this board's choice.
"""

from __future__ import annotations

from config.settings import BoardSettings
from simulator.boards.board import Board, Family, Step, Terminals

START = 0x02
END = 0x03
SHORT = 6
"""Bytes of a request, and of the answer to an unlock."""
LONG = 18
"""Bytes of the answer to a status request: two bits for each of 48 locks."""
SENSOR_BYTES = 6
COMMAND_AT = 3

STATUS = 0x60
UNLOCK = 0x61
ANSWER = 0x75
COMMANDS = (STATUS, UNLOCK, ANSWER)

PULSE_S = 0.55


class KerongCu48(Board):
    """One CU48 board."""

    def __init__(self, wiring: BoardSettings, terminals: Terminals) -> None:
        super().__init__(wiring, terminals)
        self._pulse_s = wiring.pulse_s or PULSE_S
        self._mirrored = wiring.bit_order == "highest-first"

    def step(self, heard: bytes) -> Step | None:
        """Read one frame; foreign frames and other boards' answers pass by."""
        if heard[0] != START or (len(heard) > COMMAND_AT and heard[COMMAND_AT] not in COMMANDS):
            return Step(1)
        if len(heard) < SHORT:
            return None
        if heard[COMMAND_AT] == ANSWER and not _whole(heard[:SHORT]):
            return self._pass_long_answer(heard)
        frame = heard[:SHORT]
        if frame[4] != END:
            return Step(1)
        if not _whole(frame):
            if self._is_for_me(frame[1]):
                self._terminals.refused(frame, "wrong SUM")
            return Step(1)
        return Step(SHORT, self._obey(frame) if self._is_for_me(frame[1]) else b"")

    def _pass_long_answer(self, heard: bytes) -> Step | None:
        """Another board's status must not be searched for requests: its bits may look like anything."""
        if len(heard) < LONG:
            return None
        return Step(LONG if _whole(heard[:LONG]) else 1)

    def _obey(self, frame: bytes) -> bytes:
        _, address, lock, command, _, _ = frame
        if command == STATUS:
            return self._status(address)
        if command == UNLOCK and lock < self.channels:
            self._terminals.pulse(lock, self._pulse_s)
            return _sealed(bytes((START, address, lock, ANSWER, END)))
        return b""

    def _status(self, address: int) -> bytes:
        """Forty-eight hooks, then forty-eight second sensors."""
        hooks = self._bits([channel for channel in range(self.channels) if self._hook_bit(channel)])
        full = [channel for channel in range(self.channels) if self._terminals.occupied(channel)]
        second = self._bits(full if self._wiring.infrared else [])
        return _sealed(bytes((START, address, 0, ANSWER)) + hooks + second + bytes((END,)))

    def _bits(self, channels: list[int]) -> bytes:
        """Six bytes with the bits of these channels set; lowest first, unless wired otherwise."""
        turn = 7 if self._mirrored else 0
        return sum(1 << (channel ^ turn) for channel in channels).to_bytes(SENSOR_BYTES, "little")


def _whole(frame: bytes) -> bool:
    return frame[-2] == END and sum(frame[:-1]) & 0xFF == frame[-1]


def _sealed(body: bytes) -> bytes:
    return body + bytes((sum(body) & 0xFF,))


FAMILY = Family(KerongCu48, baud=19200, latency_s=0.004, addresses=range(32), channels=48)
