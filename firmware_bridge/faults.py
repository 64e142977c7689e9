"""What a fault of a line, a board or a door is, and what a fitter does about it: plain values, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class FaultKind(StrEnum):
    """What is wrong. The part is a line, a board such as "left:0" (line and address), or a compartment."""

    LINE_ABSENT = "line_absent"
    """The port is not there, or went away while it was open."""
    LINE_BUSY = "line_busy"
    """Another program holds the port."""
    LINE_SILENT = "line_silent"
    """The port is open and no board answers."""
    LINE_NOISY = "line_noisy"
    """Bytes come that belong to no frame."""
    LINE_ECHO = "line_echo"
    """The adapter sends our own bytes back; they are taken out, but they cost time and hide noise."""
    LINE_FOREIGN = "line_foreign"
    """Answers come that nobody asked for: a second answer to one request, or one from another address."""
    BOARD_SILENT = "board_silent"
    """One board does not answer though its port is open."""
    BOARD_DECLINES = "board_declines"
    """The board answers reads, but not with its hooks."""
    BOARD_CHANNELS = "board_channels"
    """The board has fewer locks than the settings say."""
    DOOR_JAMMED = "door_jammed"
    """A pulse was sent and the hook stayed latched."""
    DOOR_OPENED = "door_opened"
    """The door opened though no pulse had been sent."""
    DOOR_LEFT_OPEN = "door_left_open"
    """The door has been open for longer than the site allows."""
    HOOK_FLUTTERS = "hook_flutters"
    """The hook's contact comes and goes oftener than a door can move."""
    COIL_COOLING = "coil_cooling"
    """The coil was driven as much as it may be and is not driven until it has cooled."""


STAFF_ONLY: Final = frozenset({FaultKind.DOOR_OPENED})
"""No reading of a hook can show what became of the things behind the door."""

QUIET_S: Final[Mapping[FaultKind, float]] = MappingProxyType(
    {
        FaultKind.LINE_ABSENT: 10.0,
        FaultKind.LINE_BUSY: 10.0,
        FaultKind.LINE_SILENT: 10.0,
        FaultKind.LINE_NOISY: 60.0,
        FaultKind.LINE_ECHO: 10.0,
        FaultKind.LINE_FOREIGN: 60.0,
        FaultKind.BOARD_SILENT: 10.0,
        FaultKind.BOARD_DECLINES: 10.0,
        FaultKind.BOARD_CHANNELS: 10.0,
        FaultKind.DOOR_JAMMED: 0.0,
        FaultKind.DOOR_LEFT_OPEN: 0.0,
        FaultKind.HOOK_FLUTTERS: 60.0,
        FaultKind.COIL_COOLING: 0.0,
    }
)
"""Evidence ends a fault when nothing has spoken against it for so long: what answers once may have a loose plug."""

REMEDIES: Final[Mapping[FaultKind, str]] = MappingProxyType(
    {
        FaultKind.LINE_ABSENT: (
            "plug the adapter in and see that lines.port is its path under /dev/serial/by-path, or that the serial "
            "server is on; the line comes back by itself"
        ),
        FaultKind.LINE_BUSY: "stop the other program that uses the port, such as `iris-locker board` or a terminal",
        FaultKind.LINE_SILENT: (
            "check the boards' power, A and B of the bus (swap them once), and baud rate and addresses with "
            "`iris-locker board scan`"
        ),
        FaultKind.LINE_NOISY: (
            "check the bus: 120 ohm at both ends, shield and ground connected, no motor or mains cable beside it, the "
            "baud rate as the boards have it"
        ),
        FaultKind.LINE_ECHO: "turn echo off at the adapter (full duplex jumper or RE tied to ground), or change it",
        FaultKind.LINE_FOREIGN: (
            "give each board its own address by its DIP switches; take the boards off the bus one by one until it is "
            "quiet, and change the one whose absence makes it so"
        ),
        FaultKind.BOARD_SILENT: "check the board's power, its plug on the bus, and its DIP switches",
        FaultKind.BOARD_DECLINES: "read what the board said; set the board or its settings to agree",
        FaultKind.BOARD_CHANNELS: "count the board's locks and correct lines.boards.channels and the columns",
        FaultKind.DOOR_JAMMED: (
            "open the door with the key; look for what holds it, adjust the striker, check the plug of the coil"
        ),
        FaultKind.DOOR_OPENED: "look what is behind the door, shut it, and say so in a service visit",
        FaultKind.DOOR_LEFT_OPEN: "shut the door",
        FaultKind.HOOK_FLUTTERS: "check the hook's plug and cable; change the lock when its contact bounces",
        FaultKind.COIL_COOLING: "wait; when it comes often, look why the door needs so many pulses",
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that lasts, or has come again before it could be cleared; times in monotonic seconds.

    `cause` is what was seen the last time.
    """

    kind: FaultKind
    part: str
    cause: str
    first: float
    last: float
    count: int

    @property
    def remedy(self) -> str:
        """What a fitter does."""
        return REMEDIES[self.kind]
