"""What the panel says about doors, unlocks and lines: plain frozen values, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from firmware_bridge.faults import Fault


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


class Priority(IntEnum):
    """Who goes first while the supply or the line is busy; among equals, who has waited longest."""

    PERSON = 0
    """Somebody stands before the door."""
    REMOTE = 1
    """A command from afar or a fitter's program: nobody stares at a door that stays shut for a second longer."""


@dataclass(frozen=True, slots=True)
class UnlockTimes:
    """When an attempt came how far, monotonic seconds; None where it did not come to that.

    `queued`: asked of the panel. `sent`: its frame is about to leave, the door looked at from now on. `answered`: the
    board said something to it. `settled`: the report was made.
    """

    queued: float | None = None
    sent: float | None = None
    answered: float | None = None
    settled: float | None = None


@dataclass(frozen=True, slots=True)
class UnlockReport:
    """The end of one unlock attempt; `frame_sent` is true also when it is only possible that bytes went out.

    Two reports of the same end are equal, whenever it was.
    """

    outcome: Outcome
    detail: str
    frame_sent: bool
    times: UnlockTimes = field(default=UnlockTimes(), compare=False)


@dataclass(frozen=True, slots=True)
class Cycle:
    """How long it takes to read every door of a line once, seconds; zeros before the first reads.

    `wire_s` is the wire's own limit: bits of requests and answers, and the least silence before each. `took_s` is the
    sum of the last exchanges, with all that boards and adapters add. `every_s` is how far apart two reads of the door
    that waits longest are at the present pace.
    """

    requests: int
    wire_s: float
    took_s: float
    every_s: float


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


@dataclass(frozen=True, slots=True)
class LockPulsed:
    """One attempt whose frame was sent has ended; every time in monotonic seconds.

    The hook moved, if it did, between `latched_at`, when the last read that said latched was asked for, and
    `unlatched_at`, when the first answer came that said unlatched. `company` counts the other coils that may have been
    driven with this one before its hook moved or its pulse ended.
    """

    compartment: str
    outcome: Outcome
    sent: float
    at: float
    latched_at: float | None = None
    unlatched_at: float | None = None
    company: int = 0


@dataclass(frozen=True, slots=True)
class FaultChanged:
    """A fault was latched, or (`over`) cleared, `why` says by what; `at` in monotonic seconds."""

    fault: Fault
    over: bool
    why: str
    at: float


@dataclass(frozen=True, slots=True)
class OccupancyChanged:
    """A debounced occupancy sensor changed; None: it is no longer known. `at` in monotonic seconds."""

    compartment: str
    occupied: bool | None
    at: float


PanelEvent = DoorChanged | LineChanged | LockPulsed | LockDrifted | FaultChanged | OccupancyChanged
