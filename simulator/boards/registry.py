"""Which families of boards can be simulated, by the names that a site's settings use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config.settings import BoardFamily
from simulator.boards.board import Board
from simulator.boards.kerong_cu24 import KerongCu24
from simulator.boards.lock485_8a import Lock4858a


@dataclass(frozen=True)
class Family:
    """A family of boards.

    Attributes:
        board: builds one board: `board(address, channels, inverted=..., terminals=...)`.
        baud: the line's speed as boards come from the factory, in bits per second.
        latency_s: from the end of a request to the start of the reply.
    """

    board: Callable[..., Board]
    baud: int
    latency_s: float


FAMILIES: Mapping[BoardFamily, Family] = {
    BoardFamily.KERONG_CU24: Family(KerongCu24, baud=19200, latency_s=0.004),
    BoardFamily.LOCK485_8A: Family(Lock4858a, baud=9600, latency_s=0.006),
}
