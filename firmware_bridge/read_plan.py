"""Which of a board's reads is due when: those that cover a moving door quickly, the others slowly.

A family that reads one lock at a time has a request for each; only those with a compartment behind them are made.
Pure; every time is in monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final

from config.settings import PanelSettings
from firmware_bridge.boards.driver import AnyRequest, HookRead
from firmware_bridge.wire import Answer, Exchange


@dataclass(slots=True)
class PlannedRead:
    """One request, when it is due, and whether a door that it covers is expected to move."""

    channels: range
    request: AnyRequest
    due: float = 0.0
    urgent: bool = False
    failures: int = 0
    """How often in a row it had no usable answer."""
    asked_at: float | None = None
    """When it was last asked, with an answer."""
    resting: tuple[bool | None, ...] | None = None
    """The bits that the last answer brought, when they left every door that it covers latched and still."""
    usual: Answer | None = None
    """The last answer, to be known again."""
    every_s: float = 0.0
    """How long before that it had been asked."""
    took_s: float = 0.0
    """How long the last exchange took, the silence before it included."""
    wire_s: float = 0.0
    """How long its bits and the least silence take on the wire: no exchange is faster."""

    def answered(self, began: float, exchange: Exchange) -> None:
        """It was asked for when `began`, and answered."""
        if self.asked_at is not None:
            self.every_s = began - self.asked_at
        self.asked_at = began
        self.took_s, self.wire_s = exchange.took_s, exchange.wire_s
        self.failures = 0


LONGEST_REST: Final = 1.5
"""Times the rest of the settings: a door that opens by itself is still told within two of those, or within two rounds
of reads on a line where one round takes longer than such a rest."""


def rest_s(reads: Sequence[PlannedRead], settings: PanelSettings) -> float:
    """How far apart the reads of a door that rests may be on a line with these reads, seconds.

    The wire alone would show a movement when all reads have been made as often as debouncing asks. A door that moves is
    read ahead of the others, so the time that theirs would take may be rested for: eight boards wake the processor a
    third less often, and no door is told later than that.
    """
    others_s = sum(read.wire_s for read in reads) * (1 - 1 / len(reads))
    return min(settings.poll_rest_s + settings.debounce_reads * others_s, LONGEST_REST * settings.poll_rest_s)


class ReadPlan:
    """The reads of one board."""

    def __init__(self, reads: Sequence[HookRead], doors: Container[int]) -> None:
        """`doors` are the channels with a compartment behind them."""
        wanted = [read for read in reads if any(channel in doors for channel in read.channels)] or list(reads[:1])
        self.reads = tuple(PlannedRead(read.channels, read.request) for read in wanted)

    def hurry(self, channel: int, now: float) -> None:
        """A door is about to move: read it now and as often as the line allows."""
        for read in self.reads:
            if channel in read.channels:
                read.due, read.urgent, read.resting = now, True, None

    def postpone(self, until: float) -> None:
        """The board does not answer: one read is tried then, and no other before."""
        for read in self.reads:
            read.due, read.urgent, read.failures = until, False, 0

    def restart(self) -> None:
        """Everything is due at once."""
        self.postpone(0.0)
