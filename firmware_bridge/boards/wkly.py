"""Boards whose frames begin with the letters WKLY: `57 4B 4C 59 LEN BOARD CMD [DATA] XOR`.

LEN counts the whole frame, XOR covers all before it. Facts and golden frames: docs/boards/wkly.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import xor
from typing import Final

from config.settings import BoardSettings
from firmware_bridge.boards.driver import Declined, Heard, HookRead, Hooks, Refusal, Reply, Request, check_lock
from firmware_bridge.frames import Found, Verdict

FAMILY: Final = "wkly"
START: Final = b"WKLY"
LENGTH_AT: Final = 4
BOARD_AT: Final = 5
COMMAND_AT: Final = 6
DATA_AT: Final = 7
AROUND_DATA: Final = 8
"""Start, LEN, BOARD, CMD before the data, and XOR after it."""
OK: Final = 0x00
FAILED: Final = 0xFF
STATES: Final = {0x00: False, 0x01: True}
"""What a channel's byte says; any other says that the board does not know."""
FACTORY_FIRST_INDEX: Final = 1
FACTORY_PULSE_S: Final = 0.5
"""No sheet says. Taken long on purpose: the power budget must not count a coil as free that is still driven."""
MOST_CHANNELS: Final = 50
"""As many as the settings allow. The count in a reply could say more; no such board is known."""


class Command(IntEnum):
    """Commands that this driver sends (open one, read all) or hears; all others are left out on purpose."""

    OPEN_ONE = 0x82
    READ_ALL = 0x84
    CHANGE = 0x85
    """Sent unasked when a door moves; polling sees the same, so it is passed over."""


REPLY_DATA: Final = {
    Command.OPEN_ONE: (1, 3),
    Command.READ_ALL: (1, *range(3, MOST_CHANNELS + 3)),
    Command.CHANGE: (2, 3),
}
"""Bytes of data that a board's frame may have.

A status alone when it failed; status, channel and state of one; status, count and states of all. The form of a change
is unverified: channel and state, perhaps with a status before them.
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a board."""

    board: int
    command: Command
    data: bytes


def open_frame(board: int, channel: int, first_index: int = FACTORY_FIRST_INDEX) -> bytes:
    """Pulse one lock (`channel` 0-based, whatever the board counts from).

    Raises:
        FrameFieldError: the family has no such board or channel.
    """
    check_lock(FAMILY, Driver(), board, channel)
    return _seal(board, Command.OPEN_ONE, channel + first_index)


def read_all_frame(board: int) -> bytes:
    """Ask for every hook of a board.

    Raises:
        FrameFieldError: the family has no such board.
    """
    check_lock(FAMILY, Driver(), board, 0)
    return _seal(board, Command.READ_ALL)


def _seal(board: int, command: Command, *data: int) -> bytes:
    body = START + bytes((AROUND_DATA + len(data), board, command, *data))
    return body + bytes((reduce(xor, body),))


def parse(buffer: bytes, at: int) -> Found[Frame] | Verdict:
    """A board's frame that begins at `at`.

    Whatever the bytes so far forbid makes it noise at once: a frame cut off must not claim the bytes of the next one.
    """
    head = buffer[at : at + DATA_AT]
    if not _may_be_head(head):
        return Verdict.NOISE
    if len(head) < DATA_AT:
        return Verdict.MORE
    length = head[LENGTH_AT]
    piece = buffer[at : at + length]
    if len(piece) < length:
        return Verdict.MORE
    command, data = Command(head[COMMAND_AT]), piece[DATA_AT:-1]
    if reduce(xor, piece) != 0 or not _fits(command, data):
        return Verdict.NOISE
    return Found(Frame(head[BOARD_AT], command, data), length)


def _may_be_head(head: bytes) -> bool:
    """Whether the bytes so far fit the head of a board's frame."""
    if not START.startswith(head[:LENGTH_AT]):
        return False
    if len(head) > BOARD_AT and head[BOARD_AT] not in Driver.addresses:
        return False
    if len(head) <= LENGTH_AT:
        return True
    size = head[LENGTH_AT] - AROUND_DATA
    allowed = REPLY_DATA if len(head) < DATA_AT else head[COMMAND_AT:DATA_AT]
    return any(size in REPLY_DATA.get(command, ()) for command in map(_command, allowed) if command is not None)


def _command(byte: int) -> Command | None:
    return Command(byte) if byte in tuple(Command) else None


def _fits(command: Command, data: bytes) -> bool:
    """Whether the data of a whole frame are what a board can say."""
    if command is Command.CHANGE:
        return True
    if len(data) == 1:
        return data[0] == FAILED
    counted = command is not Command.READ_ALL or data[1] == len(data) - 2
    return counted and data[0] in (OK, FAILED)


class Driver:
    """The family's requests and what their answers mean."""

    bauds: Sequence[int] = (9600,)
    addresses = range(32)
    most_channels = MOST_CHANNELS
    channels_told = "it tells exactly how many it has"
    checksum = True
    options = frozenset({"first_index", "pulse_s"})
    echo_matters = False
    """A request has less data than its reply; the reply of a failure has one byte, FF, which no request has."""

    def pulse_s(self, board: BoardSettings) -> float:
        """The board's own time, as far as the site knows it."""
        return board.pulse_s or FACTORY_PULSE_S

    def hook_reads(self, board: BoardSettings) -> tuple[HookRead, ...]:
        """One request: the board sends the state of every channel, and how many it has."""
        address, channels = board.address, board.channels

        def interpret(frame: Frame) -> Reply | None:
            reply = _all_hooks(frame, address)
            if isinstance(reply, Hooks) and len(reply.bits) != channels:
                return Declined(
                    f"it has {len(reply.bits)} channels, but the settings say {channels}", about=Refusal.CHANNELS
                )
            return reply

        check_lock(FAMILY, self, address, channels - 1)
        request = Request("read all", read_all_frame(address), parse, interpret)
        return (HookRead(range(channels), request),)

    def probe(self, address: int) -> Request[Frame]:
        """The same read: the answer says how many channels the board has."""

        def interpret(frame: Frame) -> Reply | None:
            return _all_hooks(frame, address)

        return Request("read all", read_all_frame(address), parse, interpret)

    def unlock(self, board: BoardSettings, channel: int) -> Request[Frame]:
        """One pulse of one coil; its length is the board's own."""
        address, first = board.address, FACTORY_FIRST_INDEX if board.first_index is None else board.first_index

        def interpret(frame: Frame) -> Reply | None:
            asked = frame.board == address and frame.command is Command.OPEN_ONE
            if not asked or (len(frame.data) > 1 and frame.data[1] != channel + first):
                return None
            if frame.data[0] == FAILED:  # it may have driven the coil first, and found the lock still shut
                return Declined("the board says that it failed (status FF)", obeyed=True)
            return Heard()

        return Request("open one", open_frame(address, channel, first), parse, interpret)


def _all_hooks(frame: Frame, address: int) -> Reply | None:
    if frame.board != address or frame.command is not Command.READ_ALL:
        return None
    if frame.data[0] == FAILED:
        return Declined("the board says that it failed (status FF)")
    return Hooks(0, tuple(STATES.get(state) for state in frame.data[2:]))
