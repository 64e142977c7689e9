"""What the panel says about doors, unlocks and lines: plain frozen values, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Latch(StrEnum):
    """What the debounced hook of a door says."""

    LATCHED = "latched"
    UNLATCHED = "unlatched"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How one unlock attempt ended."""

    OPENED = "opened"
    """The hook went from latched to unlatched after the frame."""
    ALREADY_OPEN = "already_open"
    """The hook said unlatched before anything was sent; nothing was sent."""
    JAMMED = "jammed"
    """The frame was sent and the hook stayed latched for as long as a door may take."""
    UNCONFIRMED = "unconfirmed"
    """The frame was sent, or may have been, and the hook could not be read afterwards."""
    REFUSED = "refused"
    """The panel would not send the frame, or the board said that it would not obey it."""
    LINE_DOWN = "line_down"
    """Nothing was sent: the door's line does not work."""


@dataclass(frozen=True, slots=True)
class UnlockReport:
    """The end of one unlock attempt; `frame_sent` is true also when it is only possible that bytes went out."""

    outcome: Outcome
    detail: str
    frame_sent: bool


@dataclass(frozen=True, slots=True)
class DoorChanged:
    """A debounced hook changed, or stopped being known; `at` in monotonic seconds."""

    compartment: str
    latch: Latch
    previous: Latch
    at: float


@dataclass(frozen=True, slots=True)
class LineChanged:
    """A line began or ceased to work; it works while at least one of its boards answers. `at` in monotonic seconds."""

    line: str
    up: bool
    cause: str
    at: float


PanelEvent = DoorChanged | LineChanged
