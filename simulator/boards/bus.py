"""The boards of one line: every one hears every byte on the wire, the other boards' replies included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simulator.boards.board import Board

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

    def hear(self, data: bytes, now: float, dead: Iterable[int] = ()) -> tuple[bytes, ...]:
        """Let every living board hear bytes whose last one ended at `now` (seconds); returns the replies in order."""
        living = [board for board in self._boards if board.address not in dead]
        if now - self._quiet_since > PARTIAL_FRAME_S:
            for board in living:
                board.forget()
        self._quiet_since = now
        replies: list[bytes] = []
        for speaker in living:
            for reply in speaker.hear(data):
                replies.append(reply)
                for listener in living:
                    if listener is not speaker:
                        listener.hear(reply)
        return tuple(replies)
