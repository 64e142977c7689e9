"""What the platform has brought about: directories and commands."""

from __future__ import annotations

from typing import ClassVar, Literal

from mqtt.contract.base import OpaqueId, Words
from mqtt.contract.events.event import Event


class DirectoryApplied(Event):
    """A version of the directory is in force."""

    kind: ClassVar[str] = "directory.applied"
    subject_field: ClassVar[str] = "cabinet"
    cabinet: OpaqueId
    version: int
    full: bool


class CommandReceived(Event):
    """A command was verified and accepted; written before anything is done about it."""

    kind: ClassVar[str] = "command.received"
    subject_field: ClassVar[str] = "command"
    command: OpaqueId
    command_kind: str


class CommandSettled(Event):
    """How an accepted command ended."""

    kind: ClassVar[str] = "command.settled"
    subject_field: ClassVar[str] = "command"
    command: OpaqueId
    status: Literal["done", "failed", "unknown"]
    reason: Words
