"""Firmware of the kerong-cu16 family (legacy): `02 ADDR CMD [DATA] 03 SUM`, ADDR is board << 4 | channel.

SUM is the low byte of the sum of all before it. No sheet shows the answer to an unlock: this board answers with its
status. The order of the two bytes of the pulse time (low byte first), and silence after every other command, after a
damaged frame and towards locks that the board has not, are its own choice; delay and baud (39, 40) are not modelled.
"""

from __future__ import annotations

from config.settings import BoardSettings
from simulator.boards.board import Board, Family, Step, Terminals

START = 0x02
END = 0x03
EVERYBODY = 0xF0
"""The ADDR of the command for the whole bus; board 15 would have the same."""

STATUS = 0x30
UNLOCK = 0x31
UNLOCK_BUS = 0x32
UNLOCK_BOARD = 0x33
ANSWER = 0x35
PULSE_TIME = 0x37

DATA_SIZE = {STATUS: 0, UNLOCK: 0, UNLOCK_BUS: 0, UNLOCK_BOARD: 0, ANSWER: 4, PULSE_TIME: 2}
"""Bytes of DATA by command; what has another command is no frame."""
AROUND_DATA = 5
COMMAND_AT = 2

UNIT_S = 0.01
FACTORY_TIME = 55
LONGEST_TIME = 6000


class KerongCu16(Board):
    """One CU16 board."""

    def __init__(self, wiring: BoardSettings, terminals: Terminals) -> None:
        super().__init__(wiring, terminals)
        self._time = FACTORY_TIME if wiring.pulse_s is None else round(wiring.pulse_s / UNIT_S)
        self._mirrored = wiring.bit_order == "highest-first"

    def step(self, heard: bytes) -> Step | None:
        """Read one frame; foreign frames and other boards' answers pass by."""
        if heard[0] != START or (len(heard) > COMMAND_AT and heard[COMMAND_AT] not in DATA_SIZE):
            return Step(1)
        if len(heard) < AROUND_DATA:
            return None
        size = AROUND_DATA + DATA_SIZE[heard[COMMAND_AT]]
        if len(heard) < size:
            return None
        frame = heard[:size]
        if frame[-2] != END:
            return Step(1)
        if sum(frame[:-1]) & 0xFF != frame[-1]:
            if self._concerns_me(frame):
                self._terminals.refused(frame, "wrong SUM")
            return Step(1)
        return Step(size, self._obey(frame) if self._concerns_me(frame) else b"")

    def _concerns_me(self, frame: bytes) -> bool:
        return frame[1] == EVERYBODY if frame[COMMAND_AT] == UNLOCK_BUS else self._is_for_me(frame[1] >> 4)

    def _obey(self, frame: bytes) -> bytes:
        address, command, channel = frame[1], frame[COMMAND_AT], frame[1] & 0x0F
        if command == STATUS:
            return self._status(address >> 4)
        if command == UNLOCK and channel < self.channels:
            self._terminals.pulse(channel, self._time * UNIT_S)
            return self._status(address >> 4)
        if command in (UNLOCK_BUS, UNLOCK_BOARD):
            self._terminals.unlock_all()
            for each in range(self.channels):
                self._terminals.pulse(each, self._time * UNIT_S)
        if command == PULSE_TIME:
            self._set_time(frame[3] | frame[4] << 8)
        return b""

    def _set_time(self, value: int) -> None:
        if 0 < value <= LONGEST_TIME:
            self._time = value

    def _status(self, board: int) -> bytes:
        """Sixteen hooks, then sixteen occupancy sensors."""
        hooks = self._bits([channel for channel in range(self.channels) if self._hook_bit(channel)])
        full = [channel for channel in range(self.channels) if self._terminals.occupied(channel)]
        sensors = self._bits(full if self._wiring.infrared else [])
        body = bytes((START, board << 4, ANSWER)) + hooks + sensors + bytes((END,))
        return body + bytes((sum(body) & 0xFF,))

    def _bits(self, channels: list[int]) -> bytes:
        """Two bytes with the bits of these channels set; lowest first, unless wired otherwise."""
        turn = 7 if self._mirrored else 0
        return sum(1 << (channel ^ turn) for channel in channels).to_bytes(2, "little")


FAMILY = Family(KerongCu16, baud=19200, latency_s=0.004, addresses=range(15), channels=16)
