"""Firmware of the modbus-relay family (Waveshare Modbus RTU relay): `ADDRESS FUNCTION ... CRC`.

Relays and inputs count from 0; the hooks are wired to the inputs. Frames with a wrong CRC get no answer.
"""

from __future__ import annotations

from enum import IntEnum

from simulator.boards.board import Board, Family, Step


class Function(IntEnum):
    """What this board can do."""

    READ_RELAYS = 0x01
    READ_INPUTS = 0x02
    WRITE_RELAY = 0x05
    WRITE_RELAYS = 0x0F


class Refusal(IntEnum):
    """Modbus exceptions."""

    ILLEGAL_FUNCTION = 0x01
    ILLEGAL_ADDRESS = 0x02
    ILLEGAL_VALUE = 0x03


LAST_STANDARD_FUNCTION = 0x10
"""Functions beyond it are taken for noise; those below that this board has not get an exception."""
EXCEPTION = 0x80
BROADCAST = 0
SHORT = 8
"""Bytes of every frame but a write of many relays."""
AROUND_RELAYS = 9
"""Bytes of a write of many relays, besides the relays."""
MOST_RELAY_BYTES = 4

ALL_RELAYS = 0x00FF
FLASH_ON = 0x0200
FLASH_OFF = 0x0400
UNIT_S = 0.1
"""Unit of a flash's value."""
LONGEST_FLASH = 0x7FFF
ON = 0xFF00
OFF = 0x0000
TOGGLE = 0x5500


class ModbusRelay(Board):
    """One relay board."""

    def step(self, heard: bytes) -> Step | None:
        """Read one frame; what is none, or for others, is passed over byte by byte: only a true CRC makes a frame."""
        if heard[0] != BROADCAST and not self._is_for_me(heard[0]):
            return Step(1)
        if len(heard) > 1 and not 1 <= heard[1] <= LAST_STANDARD_FUNCTION:
            return Step(1)
        size = _size(heard)
        if size is None or len(heard) < size:
            return None
        frame = heard[:size]
        if _crc(frame[:-2]) != frame[-2:]:
            if heard[0] == self.address:
                self._terminals.refused(frame, "wrong CRC")
            return Step(1)
        answer = self._answer(frame[1], frame[2:-2])
        if frame[0] == BROADCAST:
            return Step(size)
        return Step(size, sealed(frame[:1] + answer))

    def _answer(self, function: int, body: bytes) -> bytes:
        outcome = self._obey(function, body)
        if isinstance(outcome, Refusal):
            return bytes((function + EXCEPTION, outcome))
        return bytes((function,)) + outcome

    def _obey(self, function: int, body: bytes) -> bytes | Refusal:
        place, value = int.from_bytes(body[:2], "big"), int.from_bytes(body[2:4], "big")
        match function:
            case Function.READ_RELAYS:
                return self._read(place, value, [self._terminals.driven(channel) for channel in range(self.channels)])
            case Function.READ_INPUTS:
                return self._read(place, value, [self._hook_bit(channel) for channel in range(self.channels)])
            case Function.WRITE_RELAY:
                return self._write_one(place, value) or body
            case Function.WRITE_RELAYS:
                return self._write_many(place, value, body[5:]) or body[:4]
        return Refusal.ILLEGAL_FUNCTION

    def _read(self, first: int, count: int, states: list[bool]) -> bytes | Refusal:
        """As many states as are asked for, the first in the lowest bit, and how many bytes they take."""
        if count < 1:
            return Refusal.ILLEGAL_VALUE
        if first + count > len(states):
            return Refusal.ILLEGAL_ADDRESS
        bits = sum(state << place for place, state in enumerate(states[first : first + count]))
        data = bits.to_bytes((count + 7) // 8, "little")
        return bytes((len(data),)) + data

    def _write_one(self, place: int, value: int) -> Refusal | None:
        if place == ALL_RELAYS:
            return self._write_all(value)
        kind, channel = place & 0xFF00, place & 0x00FF
        if channel >= self.channels or kind not in (0, FLASH_ON, FLASH_OFF):
            return Refusal.ILLEGAL_ADDRESS
        if kind == 0:
            return self._switch(channel, value)
        if not 1 <= value <= LONGEST_FLASH:
            return Refusal.ILLEGAL_VALUE
        if kind == FLASH_OFF:  # a relay that is off only ends up on
            return self._switch(channel, ON)
        self._terminals.pulse(channel, value * UNIT_S)
        return None

    def _write_all(self, value: int) -> Refusal | None:
        if value == ON:
            self._terminals.unlock_all()
        refusals = [self._switch(channel, value) for channel in range(self.channels)]
        return refusals[0]

    def _write_many(self, first: int, count: int, relays: bytes) -> Refusal | None:
        if count < 1 or len(relays) != (count + 7) // 8:
            return Refusal.ILLEGAL_VALUE
        if first + count > self.channels:
            return Refusal.ILLEGAL_ADDRESS
        states = [bool(relays[place // 8] >> place % 8 & 1) for place in range(count)]
        if count == self.channels and all(states):
            self._terminals.unlock_all()
        for channel, state in enumerate(states, first):
            self._switch(channel, ON if state else OFF)
        return None

    def _switch(self, channel: int, value: int) -> Refusal | None:
        """Switch one relay until further notice."""
        if value not in (ON, OFF, TOGGLE):
            return Refusal.ILLEGAL_VALUE
        if value == ON or (value == TOGGLE and not self._terminals.driven(channel)):
            self._terminals.hold(channel)
        else:
            self._terminals.release(channel)
        return None


def _size(heard: bytes) -> int | None:
    """Bytes of the frame that begins; None until enough of it is there to tell."""
    if len(heard) < 2:  # noqa: PLR2004 - the function follows the address
        return None
    if heard[1] != Function.WRITE_RELAYS:
        return SHORT
    if len(heard) < AROUND_RELAYS - 2:
        return None
    return AROUND_RELAYS + min(heard[6], MOST_RELAY_BYTES)


def _crc(data: bytes) -> bytes:
    """CRC-16 of Modbus, low byte first: bit by bit, the polynomial 8005 reflected, from FFFF."""
    register = 0xFFFF
    for place in range(len(data) * 8):
        bit = data[place // 8] >> place % 8 & 1
        carry = (register & 1) ^ bit
        register >>= 1
        if carry:
            register ^= 0xA001
    return bytes((register & 0xFF, register >> 8))


def sealed(frame: bytes) -> bytes:
    """A frame with its CRC."""
    return frame + _crc(frame)


FAMILY = Family(ModbusRelay, baud=9600, latency_s=0.005, addresses=range(1, 248), channels=32)
