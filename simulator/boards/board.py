"""What every lock board is: an address on a line that hears bytes, drives coils and answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from config.settings import BoardSettings


class Terminals(Protocol):
    """The screw terminals of a board: locks by 0-based channel."""

    def pulse(self, channel: int, seconds: float) -> None:
        """Drive a coil for a time that the board keeps by itself."""

    def hold(self, channel: int) -> None:
        """Drive a coil until further notice."""

    def release(self, channel: int) -> None:
        """End a coil's current."""

    def latched(self, channel: int) -> bool:
        """What the hook's contact says at this instant."""

    def occupied(self, channel: int) -> bool:
        """What the occupancy sensor behind the door says at this instant: something lies there."""

    def cooling(self, channel: int) -> bool:
        """Whether a coil is so warm that a board which watches its coils lets it rest."""

    def driven(self, channel: int) -> bool:
        """Whether current flows through a coil at this instant."""

    def unlock_all(self) -> None:
        """Note that the command that unlocks every door was sent."""

    def refused(self, frame: bytes, reason: str) -> None:
        """Note a frame addressed to this board that it could not accept."""


@dataclass(frozen=True)
class Step:
    """What a board made of the front of what it heard.

    Attributes:
        consumed: how many bytes are done with, at least one.
        reply: what it says to that; empty when it keeps silent.
    """

    consumed: int
    reply: bytes = b""


class Board(ABC):
    """The firmware of one board; families say in `step` what a frame is and what it does.

    Args:
        wiring: its DIP switches, and how its locks are wired: the site's settings say how it really is.
        terminals: the locks themselves.

    Attributes:
        rogue: it takes every address for its own, as a board with a damaged DIP switch does.
    """

    def __init__(self, wiring: BoardSettings, terminals: Terminals) -> None:
        self.address = wiring.address
        self.channels = wiring.channels
        self.rogue = False
        self._wiring = wiring
        self._terminals = terminals
        self._heard = b""

    def hear(self, data: bytes) -> tuple[bytes, ...]:
        """Take bytes from the line, act on every whole frame among them, and return the replies in order."""
        self._heard += data
        replies = []
        while self._heard:
            step = self.step(self._heard)
            if step is None:
                break
            self._heard = self._heard[step.consumed :]
            if step.reply:
                replies.append(step.reply)
        return tuple(replies)

    def forget(self) -> None:
        """Drop half a frame: the line was silent for too long."""
        self._heard = b""

    def restart(self) -> None:
        """Start anew after a loss of power: half a frame is forgotten. The relays have fallen off by themselves."""
        self.forget()

    def lose_power(self) -> None:
        """The plug of this one board is pulled: its relays fall off, and it starts anew some day."""
        for channel in range(self.channels):
            if self._terminals.driven(channel):
                self._terminals.release(channel)
        self.restart()

    def news(self, channel: int) -> bytes:  # noqa: ARG002 - families that report unasked say what
        """What the board reports unasked when the hook of a channel has moved; most families report nothing."""
        return b""

    @abstractmethod
    def step(self, heard: bytes) -> Step | None:
        """What the front of `heard` (never empty) means; None when more bytes are needed to tell."""

    def _is_for_me(self, address: int) -> bool:
        return self.rogue or address == self.address

    def _hook_bit(self, channel: int) -> bool:
        """The bit that the board reports for a channel, wiring included."""
        return self._terminals.latched(channel) is not self._wiring.inverted


class NoSuchBoardError(Exception):
    """Nobody makes such a board."""


@dataclass(frozen=True)
class Family:
    """A family of boards, as it comes from the factory.

    Attributes:
        board: builds one board from its wiring and its terminals.
        baud: bits per second.
        latency_s: from the end of a request to the start of the reply.
        addresses: that its switches can be set to.
        channels: locks on the largest board.
        needs: settings that a site must write for these boards, because the family leaves them to the maker.
    """

    board: Callable[[BoardSettings, Terminals], Board]
    baud: int
    latency_s: float
    addresses: range
    channels: int
    needs: Mapping[str, object] = field(default_factory=dict)

    def make(self, wiring: BoardSettings, terminals: Terminals) -> Board:
        """A board as it can be bought.

        Raises:
            NoSuchBoardError: its switches have no such address, or it never has so many locks.
        """
        first, last = self.addresses[0], self.addresses[-1]
        if wiring.address not in self.addresses:
            raise NoSuchBoardError(f"address {wiring.address}: these boards have addresses {first} to {last}")
        if wiring.channels > self.channels:
            raise NoSuchBoardError(f"{wiring.channels} channels: the largest of these boards has {self.channels}")
        return self.board(wiring, terminals)
