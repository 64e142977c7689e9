"""Modbus RTU relay boards that pulse a relay by themselves: `ADDRESS FUNCTION ... CRC`, hooks on the inputs.

Only two functions are used: 02 reads the inputs, 05 with its own kind of value starts a pulse. Nothing here can switch
a relay on and leave it so. Facts and golden frames: docs/boards/modbus-relay.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from config.settings import BitOrder, BoardSettings
from firmware_bridge.boards.driver import (
    Declined,
    EchoHeard,
    Heard,
    HookRead,
    Hooks,
    Refusal,
    Reply,
    Request,
    check_lock,
)
from firmware_bridge.errors import FrameFieldError
from firmware_bridge.frames import Found, Verdict
from firmware_bridge.hook_bits import hook_bits

FAMILY: Final = "modbus-relay"
PULSE_BASE: Final = 0x0200
"""Added to a relay's number, it makes a write of one coil a pulse, whose value counts tenths of a second."""
TENTHS_PER_S: Final = 10
FACTORY_PULSE_S: Final = 0.7
"""The pulse of the maker's own example."""
LONGEST_PULSE_S: Final = 1.0
"""What the coil of a cabinet lock is rated for; the board itself would go on for almost an hour."""
ROUNDING_S: Final = 1e-6
"""How far a pulse written in the settings may be from a tenth of a second: no more than decimals differ from binary."""
INPUTS_OF_PROBE: Final = 8
"""The smallest boards of the family have as many. One input would do, but its late answer would read as eight hooks."""
BIT_ORDER: Final[BitOrder] = "lowest-first"
"""Laid down by the standard, so no setting."""
MOST_HOOK_BYTES: Final = 4
PULSE_LENGTH: Final = 8
EXCEPTION_LENGTH: Final = 5
READ_REQUEST_LENGTH: Final = 8
AROUND_HOOKS: Final = 5
"""Bytes around the hooks of a read's answer: address, function, how many, and the CRC."""


class Function(IntEnum):
    """The functions that this driver sends, and what the board answers when it declines one."""

    READ_INPUTS = 0x02
    WRITE_COIL = 0x05
    READ_INPUTS_DECLINED = 0x82
    WRITE_COIL_DECLINED = 0x85


EXCEPTIONS: Final = {
    0x01: "illegal function",
    0x02: "illegal data address",
    0x03: "illegal data value",
    0x04: "device failure",
    0x05: "acknowledged, not done yet",
    0x06: "device busy",
}
"""Modbus Application Protocol V1.1b3, section 7."""
NO_SUCH_INPUTS: Final = (0x02, 0x03)
"""What a board says to a read that goes beyond its inputs: no such address, or no such count."""
GATEWAYS_WORD: Final = (0x0A, 0x0B)
"""A gateway says that the board cannot be reached: for a probe that must not pass for a board."""
MAY_HAVE_BEEN_DONE: Final = (0x04, 0x05)
"""A device failure happens while the board obeys, and what is acknowledged is still to come."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame without its CRC."""

    address: int
    function: Function
    body: bytes


def read_frame(address: int, inputs: int) -> bytes:
    """Ask for the first `inputs` inputs.

    Raises:
        FrameFieldError: the family has no such address or so many inputs.
    """
    check_lock(FAMILY, Driver(), address, inputs - 1)
    return _seal(address, Function.READ_INPUTS, 0, 0, 0, inputs)


def pulse_frame(address: int, channel: int, pulse_s: float) -> bytes:
    """Drive one relay (`channel` 0-based) for `pulse_s` seconds, timed by the board.

    Raises:
        FrameFieldError: the family has no such address, relay or pulse.
    """
    check_lock(FAMILY, Driver(), address, channel)
    where = (PULSE_BASE + channel).to_bytes(2, "big")
    return _seal(address, Function.WRITE_COIL, *where, 0, _tenths(pulse_s, address))


def _tenths(pulse_s: float, address: int) -> int:
    tenths = round(min(pulse_s, 2 * LONGEST_PULSE_S) * TENTHS_PER_S)
    if abs(tenths / TENTHS_PER_S - pulse_s) > ROUNDING_S or not 1 <= tenths <= LONGEST_PULSE_S * TENTHS_PER_S:
        raise FrameFieldError(
            f"{FAMILY} boards pulse for 0.1 to {LONGEST_PULSE_S:g} s in steps of 0.1 s, not {pulse_s:g} s; "
            f"correct pulse_s of board {address}"
        )
    return tenths


def _seal(*body: int) -> bytes:
    return bytes(body) + crc(bytes(body))


def crc(data: bytes) -> bytes:
    """CRC-16/MODBUS as it stands on the wire, low byte first (Modbus over Serial Line V1.02, appendix B)."""
    remainder = 0xFFFF
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0xA001 if remainder & 1 else 0)
    return remainder.to_bytes(2, "little")


def parse(buffer: bytes, at: int) -> Found[Frame] | Verdict:
    """A frame that begins at `at`: an answer, or one of our own requests that an adapter echoes."""
    head = buffer[at : at + 3]
    if head[0] not in Driver.addresses or (len(head) > 1 and head[1] not in tuple(Function)):
        return Verdict.NOISE
    if len(head) < 3:  # noqa: PLR2004 - the third byte may be needed to know the length
        return Verdict.MORE
    length = _length(Function(head[1]), head[2])
    if length is None:
        return Verdict.NOISE
    piece = buffer[at : at + length]
    if len(piece) < length:
        return Verdict.MORE
    if crc(piece[:-2]) != piece[-2:]:
        return Verdict.NOISE
    return Found(Frame(piece[0], Function(piece[1]), piece[2:-2]), length)


def _length(function: Function, third: int) -> int | None:
    """How long a frame is; None when there is no such frame.

    The third byte of a read's answer says how many hook bytes follow, at least one; in the request it is 0.
    """
    if function is Function.WRITE_COIL:
        return PULSE_LENGTH
    if function is not Function.READ_INPUTS:
        return EXCEPTION_LENGTH
    if third > MOST_HOOK_BYTES:
        return None
    return AROUND_HOOKS + third if third else READ_REQUEST_LENGTH


class Driver:
    """The family's requests and what their answers mean."""

    bauds: Sequence[int] = (9600, 4800, 19200, 38400, 57600, 115200)
    addresses = range(1, 248)
    most_channels = 32
    channels_told = "as many as it has inputs"
    checksum = True
    options = frozenset({"pulse_s"})
    echo_matters = True
    """The answer to a pulse equals it; a read and its answer differ in their third byte."""

    def pulse_s(self, board: BoardSettings) -> float:
        """What the site says, in tenths of a second: every frame carries it.

        Raises:
            FrameFieldError: there is no such pulse in this family.
        """
        return _tenths(board.pulse_s or FACTORY_PULSE_S, board.address) / TENTHS_PER_S

    def hook_reads(self, board: BoardSettings) -> tuple[HookRead, ...]:
        """One request: the board sends all its inputs at once."""
        channels = board.channels
        return (HookRead(range(channels), _read(board.address, channels, echo=None)),)

    def unlock(self, board: BoardSettings, channel: int) -> Request[Frame]:
        """One pulse of one relay. A board that takes the request sends it back."""
        address = board.address
        frame_out = pulse_frame(address, channel, self.pulse_s(board))

        def interpret(frame: Frame) -> Reply | None:
            if (frame.address, frame.function) == (address, Function.WRITE_COIL_DECLINED):
                return _declined(frame, obeyed_codes=MAY_HAVE_BEEN_DONE)
            taken = (frame.address, frame.function, frame.body) == (address, Function.WRITE_COIL, frame_out[2:-2])
            return Heard() if taken else None

        return Request("pulse", frame_out, parse, interpret)

    def probe(self, address: int) -> Request[Frame]:
        """Read eight inputs: a board with fewer declines, which is an answer too."""
        return _read(address, INPUTS_OF_PROBE, echo=EchoHeard())


def _read(address: int, inputs: int, *, echo: EchoHeard | None) -> Request[Frame]:
    """A read of the first inputs; `echo` is what its own coming back is worth."""
    hook_bytes = (inputs + 7) // 8

    def interpret(frame: Frame) -> Reply | None:
        if frame.address != address:
            return None
        if frame.function is Function.READ_INPUTS_DECLINED:
            said = _declined(frame)
            if said is None or frame.body[0] not in NO_SUCH_INPUTS:
                return said
            return Declined(f"{said.reason}: it has fewer inputs than {inputs}", about=Refusal.CHANNELS)
        if frame.function is not Function.READ_INPUTS:
            return None
        if frame.body[0] == 0:
            return echo
        return Hooks(0, hook_bits(frame.body[1:], BIT_ORDER)[:inputs]) if frame.body[0] == hook_bytes else None

    return Request("read inputs", read_frame(address, inputs), parse, interpret)


def _declined(frame: Frame, obeyed_codes: Sequence[int] = ()) -> Declined | None:
    (code,) = frame.body
    if code in GATEWAYS_WORD:
        return None
    reason = f"the board says {EXCEPTIONS.get(code, 'no')} (exception {code:02X})"
    return Declined(reason, obeyed=code in obeyed_codes)
