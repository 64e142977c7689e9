"""Winnsen lock boards: `90 06 CMD STATION LOCK 03`, no checksum, one lock at a time.

Without a checksum the frame's fixed bytes are all that tells it from noise, so every byte that can be checked is. What
a status byte means was left to the maker: the site says it. Facts and golden frames: docs/boards/winnsen.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from config.settings import BoardSettings, HookCode
from firmware_bridge.boards.driver import Declined, Heard, HookRead, Hooks, Refusal, Reply, Request, check_lock
from firmware_bridge.frames import Found, Verdict

FAMILY: Final = "winnsen"
START: Final = 0x90
END: Final = 0x03
REQUEST_LENGTH: Final = 6
REPLY_LENGTH: Final = 7
COOLING: Final = 0x02
"""The one status byte that is verified: the board rests this coil and will not drive it yet."""
ASSUMED_PULSE_S: Final = 1.0
"""No sheet at hand says how long a pulse is. The power budget may take it for too long, never for too short."""


class Command(IntEnum):
    """The commands that this driver sends."""

    UNLOCK = 0x05
    STATUS = 0x12


class Answer(IntEnum):
    """The command byte of a reply: the request's with 80 added."""

    UNLOCK = 0x85
    STATUS = 0x92


@dataclass(frozen=True, slots=True)
class Frame:
    """One reply; `lock` counts from 1, as the board does."""

    answer: Answer
    station: int
    lock: int
    status: int


def encode_request(command: Command, station: int, channel: int) -> bytes:
    """The bytes of one request for one lock (`channel` 0-based).

    Raises:
        FrameFieldError: the family has no such station or lock.
    """
    check_lock(FAMILY, Driver(), station, channel)
    return bytes((START, REQUEST_LENGTH, command, station, channel + 1, END))


def parse(buffer: bytes, at: int) -> Found[Frame] | Verdict:
    """A reply that begins at `at`.

    Status and lock stand the other way round in a reply to a status request. No noise before a true reply can swallow
    its front: every overlap would need its 90 to be a length, a command, a station or an end, or its 07 or its command
    byte to be an end, and none of them can be that.
    """
    piece = buffer[at : at + REPLY_LENGTH]
    shape = _shape(piece[2:3])
    if not all(value in choice for value, choice in zip(piece, shape, strict=False)):
        return Verdict.NOISE
    if len(piece) < REPLY_LENGTH:
        return Verdict.MORE
    answer, station, first, second = Answer(piece[2]), *piece[3:6]
    lock, status = (first, second) if answer is Answer.UNLOCK else (second, first)
    return Found(Frame(answer, station, lock, status), REPLY_LENGTH)


def _shape(answer: bytes) -> tuple[Sequence[int], ...]:
    """Values that each byte of a reply may have, by its command byte."""
    stations, locks, statuses = Driver.addresses, range(1, Driver.most_channels + 1), range(256)
    middle = (locks, statuses) if answer == bytes((Answer.UNLOCK,)) else (statuses, locks)
    return ((START,), (REPLY_LENGTH,), tuple(Answer), stations, *middle, (END,))


class Driver:
    """The family's requests and what their answers mean."""

    bauds: Sequence[int] = (9600,)
    addresses = range(1, 64)
    """No sheet at hand names the last station: six switches are the most that such boards carry."""
    most_channels = 50
    """As many as the settings allow; no sheet at hand names the most."""
    channels_told = "the highest lock that answers; what its hooks mean is learned by `board walk`"
    checksum = False
    options = frozenset({"pulse_s", "status_codes"})
    echo_matters = False
    """A request is shorter than its reply and has another command byte."""

    def pulse_s(self, board: BoardSettings) -> float:
        """What the site has measured, or more than such a board drives a coil."""
        return board.pulse_s or ASSUMED_PULSE_S

    def hook_reads(self, board: BoardSettings) -> tuple[HookRead, ...]:
        """One request for every lock: the family has no command that reads them together."""
        codes = meanings(board)
        check_lock(FAMILY, self, board.address, board.channels - 1)
        return tuple(
            HookRead(range(channel, channel + 1), _status_request(board.address, channel, codes))
            for channel in range(board.channels)
        )

    def unlock(self, board: BoardSettings, channel: int) -> Request[Frame]:
        """One pulse of one coil, as long as the board makes it."""
        station, codes = board.address, meanings(board)

        def interpret(frame: Frame) -> Reply | None:
            if (frame.answer, frame.station, frame.lock) != (Answer.UNLOCK, station, channel + 1):
                return None
            match codes.get(frame.status):
                case "cooling":
                    return Declined(
                        f"the board rests this coil (status {frame.status:02X}); try again in a while",
                        about=Refusal.COOLING,
                    )
                case "failed":
                    return Declined(f"the board says that it failed (status {frame.status:02X})", obeyed=True)
            return Heard()

        return Request("unlock", encode_request(Command.UNLOCK, station, channel), parse, interpret)

    def probe(self, address: int) -> Request[Frame]:
        """The status of the first lock; what it means is not known without the site's settings."""

        def interpret(frame: Frame) -> Reply | None:
            answers = (frame.answer, frame.station, frame.lock) == (Answer.STATUS, address, 1)
            return Hooks(0, (None,)) if answers else None

        return Request("status", encode_request(Command.STATUS, address, 0), parse, interpret)


def meanings(board: BoardSettings) -> Mapping[int, HookCode]:
    """What each status byte of a board means: the site's word, over the one that is verified."""
    verified: dict[int, HookCode] = {COOLING: "cooling"}
    return verified | {int(code, 16): meaning for code, meaning in board.status_codes.items()}


def _status_request(station: int, channel: int, codes: Mapping[int, HookCode]) -> Request[Frame]:
    """A read of one hook.

    A code that the site has not named is an unknown hook. Where the site has named neither latched nor unlatched, the
    board is useless, and says so with the code that it sent.
    """
    usable = {"latched", "unlatched"} <= set(codes.values())

    def interpret(frame: Frame) -> Reply | None:
        if (frame.answer, frame.station, frame.lock) != (Answer.STATUS, station, channel + 1):
            return None
        meaning = codes.get(frame.status)
        if meaning is None and not usable:
            return Declined(f"lock {frame.lock} says {frame.status:02X}: name the codes of this board in status_codes")
        return Hooks(channel, (meaning == "latched" if meaning in ("latched", "unlatched") else None,))

    return Request("status", encode_request(Command.STATUS, station, channel), parse, interpret)
