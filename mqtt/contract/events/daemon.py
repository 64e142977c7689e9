"""What happens to the daemon and around it: boots, clock, storage, lines."""

from __future__ import annotations

from typing import ClassVar

from mqtt.contract.base import OpaqueId, Words
from mqtt.contract.events.event import Event


class DaemonStarted(Event):
    """A boot began; `boot` counts up and is the session number of `status`."""

    kind: ClassVar[str] = "daemon.started"
    subject_field: ClassVar[str] = "cabinet"
    cabinet: OpaqueId
    boot: int
    version: str


class DaemonStopped(Event):
    """The daemon shut down in good order."""

    kind: ClassVar[str] = "daemon.stopped"
    subject_field: ClassVar[str] = "cabinet"
    cabinet: OpaqueId


class ClockStepped(Event):
    """The wall clock jumped against the monotonic one."""

    kind: ClassVar[str] = "clock.stepped"
    subject_field: ClassVar[str] = "cabinet"
    cabinet: OpaqueId
    by_s: int


class StorageChanged(Event):
    """Free space fell below the watermark, or rose above it again."""

    kind: ClassVar[str] = "storage.changed"
    subject_field: ClassVar[str] = "cabinet"
    cabinet: OpaqueId
    low: bool
    free_mb: int


class LineChanged(Event):
    """A serial line stopped answering, or answers again."""

    kind: ClassVar[str] = "line.changed"
    subject_field: ClassVar[str] = "line"
    line: OpaqueId
    up: bool
    cause: Words
