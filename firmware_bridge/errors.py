"""What can go wrong between the panel and a board; every message names the port or board and the remedy."""

from __future__ import annotations


class BridgeError(Exception):
    """Root of everything that this part raises."""


class PanelUseError(BridgeError):
    """The panel was asked for something it cannot be asked: a bug of the caller or of the settings."""


class UnknownFamilyError(BridgeError):
    """No file in `firmware_bridge/boards/` has the family's name."""


class BrokenDriverError(BridgeError):
    """The family's file in `firmware_bridge/boards/` is there and cannot be loaded."""


class FrameFieldError(BridgeError, ValueError):
    """An address or a channel that the family's frames cannot carry; nothing was encoded."""


class LineSettingsError(BridgeError):
    """A line is set so that its boards cannot be read, whatever they are."""


class PortError(BridgeError):
    """The serial port cannot be used."""


class PortAbsentError(PortError):
    """The port could not be opened: the device or the host is not there."""


class PortBusyError(PortError):
    """Another program holds the port."""


class PortLostError(PortError):
    """The port went away while it was open."""


class ReadFailedError(BridgeError):
    """A board gave no usable answer to one request."""


class NoReplyError(ReadFailedError):
    """Nothing that answers the request came within the time limit."""


class DeclinedError(ReadFailedError):
    """The board answered a read, but not with its hooks; `channels` is true when it has fewer than the settings say."""

    def __init__(self, reason: str, *, channels: bool = False) -> None:
        super().__init__(reason)
        self.channels = channels
