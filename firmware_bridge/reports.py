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


class Drift(StrEnum):
    """Why a lock, or all locks of a supply, are no longer what they were."""

    STUCK_DOOR = "stuck_door"
    """Its coil obeys and its hook tells the truth, but the door holds the bolt: more pulses, or a push, are needed."""
    LYING_SENSOR = "lying_sensor"
    """Its hook moves without a pulse, or does not move at all though pulses go out."""
    WEAK_LOCK = "weak_lock"
    """It alone has become slow."""
    WEAK_SUPPLY = "weak_supply"
    """All locks of a board or of the cabinet have become slow or fail together."""


@dataclass(frozen=True, slots=True)
class LockDrifted:
    """A lock has drifted from its own past, or (`over`) is again what it was; `at` in monotonic seconds.

    `part` is a compartment, a board such as "left:0" (line and address), or "cabinet". `evidence` has the figures,
    `remedy` is for a fitter.
    """

    cause: Drift
    part: str
    over: bool
    evidence: str
    remedy: str
    at: float


PanelEvent = DoorChanged | LineChanged
