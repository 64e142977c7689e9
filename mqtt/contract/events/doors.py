"""What happens to compartments, doors and locks."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from mqtt.contract.base import CompartmentId, Latch, OpaqueId, ServiceState, SizeName, Words
from mqtt.contract.events.event import Event


class CompartmentInstalled(Event):
    """A compartment of the site file that the ledger did not know, or whose size changed."""

    kind: ClassVar[str] = "compartment.installed"
    subject_field: ClassVar[str] = "compartment"
    compartment: CompartmentId
    size: SizeName


class CompartmentServiceChanged(Event):
    """A compartment went out of service, needs a check, or is back in service."""

    kind: ClassVar[str] = "compartment.service"
    subject_field: ClassVar[str] = "compartment"
    compartment: CompartmentId
    state: ServiceState
    reason: Words
    visit: OpaqueId | None = None


class DoorChanged(Event):
    """A door's debounced hook changed; `visit` is the visit that expected it."""

    kind: ClassVar[str] = "door.changed"
    subject_field: ClassVar[str] = "compartment"
    compartment: CompartmentId
    latch: Latch
    visit: OpaqueId | None = None


class DoorAlarmed(Event):
    """A door was left open, or opened without an attempt."""

    kind: ClassVar[str] = "door.alarm"
    subject_field: ClassVar[str] = "compartment"
    compartment: CompartmentId
    alarm: Literal["left_open", "opened_without_attempt"]
    visit: OpaqueId | None = None


class DoorDiffered(Event):
    """At a start a door was found otherwise than the ledger had it."""

    kind: ClassVar[str] = "door.differed"
    subject_field: ClassVar[str] = "compartment"
    compartment: CompartmentId
    recorded: Latch
    found: Latch


class LockDrifted(Event):
    """A lock is no longer what it was, or (`over`) is again; before it fails, where that can be foreseen.

    `part` is a compartment, a lock board ("left:0": line and address), or "cabinet".
    """

    kind: ClassVar[str] = "lock.drifted"
    subject_field: ClassVar[str] = "part"
    part: OpaqueId
    cause: Literal["stuck_door", "lying_sensor", "weak_lock", "weak_supply"]
    over: bool
    evidence: Words
    remedy: Words


class PanelFault(Event):
    """A fault of the wiring, a board or a lock was latched, or (`over`) ended by evidence or by service staff.

    One that comes and goes is told once; `count` says how often it has come by now. `part` is a line, a lock board
    ("left:0": line and address) or a compartment. The daemon looks for faults anew at each start, so that
    `daemon.started` ends them all; `door_opened`, which only service staff ends, and `door_jammed` are told again right
    after it, with their times in `cause`, if they stand still; those of a compartment that has gone, when it returns.
    """

    kind: ClassVar[str] = "panel.fault"
    subject_field: ClassVar[str] = "part"
    part: OpaqueId
    fault: Literal[
        "line_absent",
        "line_busy",
        "line_silent",
        "line_noisy",
        "line_echo",
        "line_foreign",
        "board_silent",
        "board_declines",
        "board_channels",
        "door_jammed",
        "door_opened",
        "door_left_open",
        "hook_flutters",
        "coil_cooling",
    ]
    over: bool
    count: int = Field(ge=1)
    cause: Words
    remedy: Words
