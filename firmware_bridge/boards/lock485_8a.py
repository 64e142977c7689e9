"""The "485 lock board" whose frames begin 8A and 80 and end in an XOR.

Facts and golden frames: docs/boards/lock485-8a.md. An unlock reply can equal its request, so it is never taken for more
than "something came back".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor
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

FAMILY: Final = "lock485-8a"
UNLOCK: Final = 0x8A
READ: Final = 0x80
PULSE: Final = 0x11
ASK_STATUS: Final = 0x33
SET: Final = 0x11
CLEAR: Final = 0x00
WHOLE_BOARD: Final = 0x00
"""In a read it asks for all channels; in an unlock it would open them all, so no unlock here can carry it."""
SHORT_FRAME: Final = 5
TIMED_FRAME: Final = 6
"""An unlock that says for how many seconds."""
PULSE_S: Final = 0.3
"""The board's own pulse, when the unlock does not say for how long."""
LONGEST_PULSE_S: Final = 9
FRAME_AROUND_HOOKS: Final = 4
MOST_HOOK_BYTES: Final = 7
"""Of fifty channels."""
FACTORY_FIRST_INDEX: Final = 1
FACTORY_BIT_ORDER: Final[BitOrder] = "lowest-first"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame without its XOR: lead byte, board, and what stands between them and the XOR."""

    lead: int
    board: int
    body: bytes


def unlock_frame(
    board: int, channel: int, *, first_index: int = FACTORY_FIRST_INDEX, pulse_s: float = PULSE_S
) -> bytes:
    """Pulse one lock (`channel` 0-based) for the board's own 300 ms, or for 1 to 9 whole seconds.

    Raises:
        FrameFieldError: the family has no such board, channel or pulse, or the frame would open the whole board.
    """
    check_lock(FAMILY, Driver(), board, channel)
    number = channel + first_index
    if number <= WHOLE_BOARD:
        raise FrameFieldError(
            f"{FAMILY} boards open every lock on number 0: channel 0 of board {board} cannot be opened by itself "
            "with first_index 0; use its other channels, or correct first_index"
        )
    if pulse_s == PULSE_S:
        return _seal(UNLOCK, board, number, PULSE)
    return _seal(UNLOCK, board, number, PULSE, _whole_seconds(pulse_s, board))


def _whole_seconds(pulse_s: float, board: int) -> int:
    if pulse_s not in range(1, LONGEST_PULSE_S + 1):
        raise FrameFieldError(
            f"{FAMILY} boards pulse for {PULSE_S:g} s, or for 1 to {LONGEST_PULSE_S} whole seconds, not {pulse_s:g} s; "
            f"correct pulse_s of board {board}"
        )
    return int(pulse_s)


def read_one_frame(board: int, channel: int) -> bytes:
    """Ask for one hook (`channel` 0-based).

    Raises:
        FrameFieldError: the family has no such board or channel.
    """
    check_lock(FAMILY, Driver(), board, channel)
    return _seal(READ, board, channel + 1, ASK_STATUS)


def read_all_frame(board: int) -> bytes:
    """Ask for all hooks of a board.

    Raises:
        FrameFieldError: the family has no such board.
    """
    check_lock(FAMILY, Driver(), board, 0)
    return _seal(READ, board, WHOLE_BOARD, ASK_STATUS)


def _seal(*body: int) -> bytes:
    return bytes((*body, reduce(xor, body)))


@dataclass(frozen=True, slots=True)
class Expected:
    """The only shape of frame that can answer a request.

    Frames of this family carry no length, and unsolicited ones (81, 82) have lengths that nobody has verified. Looking
    for one shape at every place finds the true frame wherever the others end.
    """

    lead: int
    board: int
    length: int

    def parse(self, buffer: bytes, at: int) -> Found[Frame] | Verdict:
        """A frame of this shape that begins at `at`."""
        piece = buffer[at : at + self.length]
        if not bytes((self.lead, self.board)).startswith(piece[:2]):
            return Verdict.NOISE
        if len(piece) < self.length:
            return Verdict.MORE
        if reduce(xor, piece) != 0:
            return Verdict.NOISE
        return Found(Frame(self.lead, self.board, piece[2:-1]), self.length)


@dataclass(frozen=True, slots=True)
class EitherExpected:
    """Two shapes that can answer a request: no frame can have both."""

    short: Expected
    long: Expected

    def parse(self, buffer: bytes, at: int) -> Found[Frame] | Verdict:
        """A frame of one of the shapes that begins at `at`."""
        short, long = self.short.parse(buffer, at), self.long.parse(buffer, at)
        return short if isinstance(short, Found) or long is Verdict.NOISE else long


class Driver:
    """The family's requests and what their answers mean."""

    bauds: Sequence[int] = (9600,)
    addresses = range(1, 33)
    most_channels = 50
    channels_told = "it counts in bytes: of the last eight, some may not be there"
    checksum = True
    options = frozenset({"bit_order", "first_index", "pulse_s"})
    echo_matters = True
    """The reply to an unlock can equal it, and so can the reply to a read of all hooks of an eight-channel board."""

    def pulse_s(self, board: BoardSettings) -> float:
        """What the site says and every unlock then carries, or the family's own time.

        Raises:
            FrameFieldError: there is no such pulse in this family.
        """
        wished = board.pulse_s or PULSE_S
        return wished if wished == PULSE_S else float(_whole_seconds(wished, board.address))

    def hook_reads(self, board: BoardSettings) -> tuple[HookRead, ...]:
        """One request: the board sends all its hooks at once, as many bytes as `channels` needs."""
        address, channels = board.address, board.channels
        check_lock(FAMILY, self, address, channels - 1)
        hook_bytes = (channels + 7) // 8
        expected = Expected(READ, address, FRAME_AROUND_HOOKS + hook_bytes)
        order = board.bit_order or FACTORY_BIT_ORDER

        def interpret(frame: Frame) -> Reply | None:
            if frame.body[-1] != ASK_STATUS:
                return None
            lowest_channels_first = frame.body[-2::-1]
            return Hooks(0, hook_bits(lowest_channels_first, order)[:channels])

        def misfit(heard: bytes) -> Declined | None:
            most = 8 * (len(heard) - FRAME_AROUND_HOOKS)
            if not 0 < most <= 8 * MOST_HOOK_BYTES or most == 8 * hook_bytes:
                return None
            found = Expected(READ, address, len(heard)).parse(heard, 0)
            if not isinstance(found, Found) or found.frame.body[-1] != ASK_STATUS:
                return None
            return Declined(
                f"it tells {most - 7} to {most} channels, but the settings say {channels}", about=Refusal.CHANNELS
            )

        request = Request("read all", read_all_frame(address), expected.parse, interpret, misfit=misfit)
        return (HookRead(range(channels), request),)

    def unlock(self, board: BoardSettings, channel: int) -> Request[Frame]:
        """One pulse of one coil; a timed one may be answered with its time or without."""
        address = board.address
        index = FACTORY_FIRST_INDEX if board.first_index is None else board.first_index
        frame_out = unlock_frame(address, channel, first_index=index, pulse_s=self.pulse_s(board))
        number, seconds = frame_out[2], frame_out[4:-1]
        short = Expected(UNLOCK, address, SHORT_FRAME)
        expected = EitherExpected(short, Expected(UNLOCK, address, TIMED_FRAME)) if seconds else short

        def interpret(frame: Frame) -> Reply | None:
            took = {bytes((number, state)) + time for state in (SET, CLEAR) for time in (b"", seconds)}
            return Heard() if frame.body in took else None

        return Request("unlock", frame_out, expected.parse, interpret)

    def probe(self, address: int) -> Request[Frame]:
        """Read the first hook: an answer ends in 00 or 11, our own request in 33."""
        expected = Expected(READ, address, SHORT_FRAME)

        def interpret(frame: Frame) -> Reply | None:
            channel, state = frame.body
            if channel != 1:
                return None
            if state == ASK_STATUS:
                return EchoHeard()
            return Hooks(0, (state == SET,)) if state in (SET, CLEAR) else None

        return Request("read one", read_one_frame(address, 0), expected.parse, interpret)
