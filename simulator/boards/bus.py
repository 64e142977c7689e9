"""The boards of one line: every one hears every byte on the wire, the other boards' replies included."""

from __future__ import annotations

import random
from collections.abc import Container, Sequence
from itertools import zip_longest

from simulator.boards.board import Board
from simulator.boards.faults import LineFaults

PARTIAL_FRAME_S = 0.05
"""Silence after which a board drops half a frame."""


class Bus:
    """Boards in parallel on two wires."""

    def __init__(self, boards: Sequence[Board]) -> None:
        self._boards = tuple(boards)
        self._quiet_since = 0.0

    @property
    def addresses(self) -> tuple[int, ...]:
        """Addresses of the boards, in the order of the site's settings."""
        return tuple(board.address for board in self._boards)

    def hear(self, data: bytes, now: float, faults: LineFaults) -> tuple[bytes, ...]:
        """Let every living board hear bytes that ended at `now` (seconds); returns what is then on the wire."""
        living = [board for board in self._boards if board.address not in faults.dead]
        for board in living:
            board.rogue = board.address in faults.rogue
            if now - self._quiet_since > PARTIAL_FRAME_S:
                board.forget()
        self._quiet_since = now
        spoken = {board.address: board.hear(data) for board in living}
        for board in living:
            for reply in _collide([said for speaker, said in spoken.items() if speaker != board.address]):
                board.hear(reply)
        return _collide(list(spoken.values()))

    def lose_power(self, addresses: Container[int]) -> None:
        """The plugs of some boards are pulled."""
        for board in self._boards:
            if board.address in addresses:
                board.lose_power()

    def restart(self) -> None:
        """The power came back: every board starts anew."""
        for board in self._boards:
            board.restart()

    def unasked(self, chance: random.Random, faults: LineFaults) -> bytes:
        """What some living board says of some channel though nobody asked; empty when its family says nothing."""
        living = [board for board in self._boards if board.address not in faults.dead]
        if not living:
            return b""
        board = chance.choice(living)
        return board.news(chance.randrange(board.channels))

    def news(self, address: int, channel: int) -> bytes:
        """What a board reports unasked when the hook of a channel has moved; empty when it reports nothing."""
        return next(board.news(channel) for board in self._boards if board.address == address)


def _collide(spoken: Sequence[Sequence[bytes]]) -> tuple[bytes, ...]:
    """What is on the wire when several boards speak: where they overlap, a 0 wins over a 1."""
    together = zip_longest(*(said for said in spoken if said), fillvalue=b"")
    return tuple(_overlay(replies) for replies in together)


def _overlay(replies: Sequence[bytes]) -> bytes:
    wire = b""
    for reply in replies:
        wire = bytes(one & other for one, other in zip_longest(wire, reply, fillvalue=0xFF))
    return wire
