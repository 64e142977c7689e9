"""Whether a board could have said it: a driver's reading of a frame, judged by the simulator's firmware.

The driver says what a frame means; locks are put so, and a board that knows no driver answers the same request. Only if
it says those very bytes was the frame an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property

from config.settings import BoardSettings
from firmware_bridge.boards.driver import (
    AnyRequest,
    Declined,
    EchoHeard,
    Heard,
    Hooks,
    Reply,
    driver_named,
)
from simulator.boards.board import Board
from simulator.boards.registry import family_named

SIZES = (8, 16, 24, 32, 48)
"""Channels of the boards that are judged: whole bytes, so that every bit of a reply is a hook."""


@dataclass
class Locks:
    """The terminals of a board whose locks are as they were put."""

    unlatched: set[int] = field(default_factory=set)
    full: set[int] = field(default_factory=set)
    pulses: int = 0

    def pulse(self, channel: int, seconds: float) -> None:  # noqa: ARG002 - counted
        self.pulses += 1

    def hold(self, channel: int) -> None:
        raise AssertionError(f"coil {channel} held")

    def release(self, channel: int) -> None:
        raise AssertionError(f"coil {channel} released")

    def latched(self, channel: int) -> bool:
        return channel not in self.unlatched

    def occupied(self, channel: int) -> bool:
        return channel in self.full

    def cooling(self, channel: int) -> bool:  # noqa: ARG002 - every coil is cool
        return False

    def driven(self, channel: int) -> bool:  # noqa: ARG002 - nothing is driven for long
        return False

    def unlock_all(self) -> None:
        raise AssertionError("every lock unlocked")

    def refused(self, frame: bytes, reason: str) -> None:
        """Silence is an answer."""


def board_of(family: str, channels: int, address: int | None = None) -> BoardSettings:
    driver = driver_named(family)
    options = {"infrared": True} if "infrared" in driver.options else {}
    where = driver.addresses[1] if address is None else address
    fields = {**family_named(family).needs, **options, "address": where, "channels": channels}
    return BoardSettings.model_validate(fields)


@cache
def sizes(family: str) -> tuple[int, ...]:
    return tuple(size for size in SIZES if size <= driver_named(family).most_channels)


@dataclass(frozen=True, eq=False)
class Question:
    """A request and the board that it is put to."""

    family: str
    board: BoardSettings
    request: AnyRequest
    kind: str
    number: int = 0
    """Which read, or which channel."""

    @cached_property
    def of_a_smaller_board(self) -> bytes:
        """What the smallest board says to the request: no such lock, where it has words for that."""
        board = board_of(self.family, SIZES[0], self.board.address)
        return said(self.family, board, self.request.frame, Locks())

    def answer(self, unlatched: set[int], full: set[int]) -> bytes:
        """What the board says with its locks so."""
        return said(self.family, self.board, self.request.frame, Locks(unlatched, full))

    @cached_property
    def taken(self) -> bytes:
        """What the board says to an unlock."""
        return self.answer(set(), set())


@cache
def questions(family: str) -> tuple[Question, ...]:
    """A probe, reads and unlocks of boards of several sizes, and of another board on the line."""
    driver = driver_named(family)
    asked = [Question(family, board_of(family, 8), driver.probe(board_of(family, 8).address), "probe")]
    for size in sizes(family)[:: max(1, len(sizes(family)) - 1)]:
        board = board_of(family, size)
        asked += [Question(family, board, driver.unlock(board, 5), "unlock", 5)]
        reads = driver.hook_reads(board)[:1]
        asked += [Question(family, board, read.request, "read", number) for number, read in enumerate(reads)]
    elsewhere = board_of(family, 8, driver.addresses[0])
    asked += [Question(family, elsewhere, driver.unlock(elsewhere, channel), "unlock", channel) for channel in (5, 6)]
    asked += [Question(family, elsewhere, driver.hook_reads(elsewhere)[0].request, "read")]
    return tuple(asked)


def said(family: str, board: BoardSettings, frame: bytes, locks: Locks) -> bytes:
    return b"".join(_maker(family)(board, locks).hear(frame))


@cache
def _maker(family: str) -> Callable[[BoardSettings, Locks], Board]:
    return family_named(family).board


def legal(question: Question, frame: object, piece: bytes, reply: Reply) -> bool:
    """Whether a board of the family can have said `piece`, which the driver read as `frame` and as `reply`."""
    if isinstance(reply, EchoHeard):
        return piece == question.request.frame
    if isinstance(reply, Declined):
        return True
    if isinstance(reply, Heard):
        return differences(piece, question.taken) <= 2 or _status_of_the_board(question, piece, frame)
    return any(_says(question, frame, piece, size) for size in sizes(question.family))


def _says(question: Question, frame: object, piece: bytes, size: int) -> bool:
    """Whether a board of this size says the piece when its hooks are as the driver reads them there."""
    board, request = _asked_of(question.family, size, question.board.address, question.kind, question.number)
    hooks = request.interpret(frame)
    if not isinstance(hooks, Hooks):
        return False
    numbered = list(enumerate(hooks.bits, hooks.first_channel))
    locks = Locks({channel for channel, bit in numbered if not bit})
    locks.full = {hooks.first_channel + number for number, full in enumerate(hooks.occupied) if full}
    unknown = hooks.bits.count(None)
    allowed = unknown + 1 if unknown else 0
    return differences(piece, said(question.family, board, request.frame, locks)) <= allowed


@cache
def _asked_of(family: str, size: int, address: int, kind: str, number: int) -> tuple[BoardSettings, AnyRequest]:
    """The same question to a board of another size; a probe that reads everything is judged as the read that it is."""
    board, driver = board_of(family, size, address), driver_named(family)
    read = driver.hook_reads(board)[number if kind == "read" else 0].request
    probe = driver.probe(board.address)
    return board, probe if kind == "probe" and probe.frame != read.frame else read


def _status_of_the_board(question: Question, piece: bytes, frame: object) -> bool:
    """Some boards answer an unlock with their status."""
    return any(_says(question, frame, piece, size) for size in sizes(question.family))


def differences(one: bytes, other: bytes) -> int:
    """Bytes that differ; many when the lengths do."""
    if len(one) != len(other):
        return max(len(one), len(other))
    return sum(a != b for a, b in zip(one, other, strict=True))
