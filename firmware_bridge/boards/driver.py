"""What a lock board family must be able to do, and how it is found by name.

A driver turns wishes into requests and frames into replies. It owns no port, no clock and no state.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

from config.settings import BoardSettings
from firmware_bridge import boards
from firmware_bridge.errors import BrokenDriverError, FrameFieldError, UnknownFamilyError
from firmware_bridge.frames import Parse

FrameT = TypeVar("FrameT")


@dataclass(frozen=True, slots=True)
class Hooks:
    """Hook bits as the board sends them, from `first_channel` (0-based) upwards; what a set bit means is a setting.

    A bit is None where the board answered but does not know. `occupied` says for the same channels what the occupancy
    sensors see, true when something lies there; it is empty where the board reports none.
    """

    first_channel: int
    bits: tuple[bool | None, ...]
    occupied: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """The board took the request. It says nothing about the door."""


class Refusal(Enum):
    """What a board that declined is about, where that is known."""

    OTHER = "something else"
    CHANNELS = "the board has fewer locks than the settings say"
    COOLING = "the board rests the coil"


@dataclass(frozen=True, slots=True)
class Declined:
    """The board answered and did not do what was asked; `obeyed` is true when the coil may have been driven."""

    reason: str
    obeyed: bool = False
    about: Refusal = field(default=Refusal.OTHER, compare=False)


@dataclass(frozen=True, slots=True)
class EchoHeard:
    """Our own request came back: the adapter echoes what it sends."""


Reply = Hooks | Heard | Declined | EchoHeard


@dataclass(frozen=True, slots=True)
class Request(Generic[FrameT]):
    """Bytes to send, and how to know the answer to them.

    `interpret` gives None for a frame that answers something else (another board, another command). `answered` is false
    for an unlock that this board's firmware never answers: waiting for it would only keep the line from its reads.
    `misfit` is shown all that was heard when nothing answered in time: an answer of another size may be in it.
    """

    what: str
    frame: bytes
    parse: Parse[FrameT]
    interpret: Callable[[FrameT], Reply | None]
    answered: bool = True
    misfit: Callable[[bytes], Declined | None] | None = None


AnyRequest = Request[Any]


@dataclass(frozen=True, slots=True)
class HookRead:
    """A request whose answer carries the hooks of `channels` (0-based)."""

    channels: range
    request: AnyRequest


class BoardDriver(Protocol):
    """A family of boards. Channels are 0-based here, whatever the board counts from."""

    @property
    def bauds(self) -> Sequence[int]:
        """Bits per second that the family can be set to, the factory's first."""

    @property
    def addresses(self) -> range:
        """Addresses that a board can be set to."""

    @property
    def most_channels(self) -> int:
        """Locks that the largest board of the family drives."""

    @property
    def channels_told(self) -> str:
        """What a board tells of how many channels it has, in a few words for a fitter."""

    @property
    def options(self) -> frozenset[str]:
        """The fields of `BoardSettings`, besides address, channels and inverted, that this family knows."""

    @property
    def checksum(self) -> bool:
        """Whether the family's replies carry a checksum, by which one damaged bit is always noticed."""

    @property
    def echo_matters(self) -> bool:
        """Whether a request that comes back can be mistaken for its reply, so that echo must be found out first."""

    def pulse_s(self, board: BoardSettings) -> float:
        """How long the board itself drives a coil for one unlock frame, seconds."""

    def hook_reads(self, board: BoardSettings) -> Sequence[HookRead]:
        """Requests that together read every hook of a board.

        Raises:
            FrameFieldError: there is no such board in this family.
        """

    def unlock(self, board: BoardSettings, channel: int) -> AnyRequest:
        """The request that pulses one coil once, timed by the board.

        Raises:
            FrameFieldError: there is no such lock, or no such pulse, in this family.
        """

    def probe(self, address: int) -> AnyRequest:
        """A read that any board of the family answers, however many channels it has.

        Its `Hooks` carry as many bits as the answer told, and where `echo_matters`, our own echo is never taken for it.
        """


def driver_named(family: str) -> BoardDriver:
    """Find a family's driver: family `some-board` lives in `firmware_bridge/boards/some_board.py`, as class `Driver`.

    Raises:
        UnknownFamilyError: there is no such file.
        BrokenDriverError: there is, and it fails when it is loaded.
    """
    module = f"firmware_bridge.boards.{family.replace('-', '_')}"
    try:
        driver: BoardDriver = importlib.import_module(module).Driver()
    except Exception as error:
        known = ", ".join(families())
        if family in families():
            raise BrokenDriverError(
                f"{family} 的驱动文件加载出错 the driver of {family} boards ({module}) is there but cannot be loaded: "
                f"{type(error).__name__}: {error}; 请修好这个文件 mend that file"
            ) from error
        raise UnknownFamilyError(
            f"there is no driver for lock boards of family {family!r} ({module}); set lines.family to one of {known}"
        ) from error
    return driver


def families() -> tuple[str, ...]:
    """The names of all families that have a driver, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(boards.__path__) if module.name != "driver")
    return tuple(name.replace("_", "-") for name in names)


def check_options(family: str, driver: BoardDriver, board: BoardSettings) -> None:
    """Refuse settings that the family does not know: who wrote them believes that they matter.

    Raises:
        FrameFieldError: the board sets what its family has not.
    """
    unknown = sorted(board.model_fields_set - driver.options - {"address", "channels", "inverted"})
    if unknown:
        raise FrameFieldError(f"{family} boards have no setting {unknown[0]!r}; remove it from board {board.address}")


def check_lock(family: str, driver: BoardDriver, address: int, channel: int) -> None:
    """Refuse a lock that the family cannot have, before a frame is made for it.

    Raises:
        FrameFieldError: the address or the channel is out of the family's range.
    """
    if address not in driver.addresses:
        allowed = f"{driver.addresses[0]} to {driver.addresses[-1]}"
        raise FrameFieldError(f"{family} boards have addresses {allowed}, not {address}; correct the settings")
    if not 0 <= channel < driver.most_channels:
        allowed = f"0 to {driver.most_channels - 1}"
        raise FrameFieldError(f"{family} boards have channels {allowed}, not {channel}; correct the settings")
