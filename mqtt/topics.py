"""The topics of one cabinet: the only place where a topic is built or taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ROOT = "lockers/v1"


class Inbound(StrEnum):
    """What the cabinet subscribes to, by the last part of the topic."""

    ACKS = "acks"
    COMMANDS = "commands"
    DIRECTORY = "directory"
    RESYNC = "resync"
    STATUS = "status"  # its own, to notice that a stale will has overwritten it


@dataclass(frozen=True)
class Topics:
    """The topics of the cabinet `cabinet` in the community `community`."""

    community: str
    cabinet: str

    @property
    def root(self) -> str:
        """What every topic of this cabinet begins with, without a slash at the end."""
        return f"{ROOT}/{self.community}/{self.cabinet}"

    @property
    def audience(self) -> str:
        """How a signed message names this cabinet."""
        return f"{self.community}/{self.cabinet}"

    @property
    def client_id(self) -> str:
        """The MQTT client id; dots cannot occur in names, so no two cabinets share one."""
        return f"locker.{self.community}.{self.cabinet}"

    @property
    def status(self) -> str:
        """Whether the cabinet is there; also the will."""
        return f"{self.root}/{Inbound.STATUS}"

    @property
    def about(self) -> str:
        """What the cabinet is."""
        return f"{self.root}/about"

    @property
    def events(self) -> str:
        """The journal, row by row."""
        return f"{self.root}/events"

    @property
    def replies(self) -> str:
        """The latest word on each command."""
        return f"{self.root}/replies"

    @property
    def telemetry(self) -> str:
        """Figures that may be lost."""
        return f"{self.root}/telemetry"

    def compartment(self, compartment: str) -> str:
        """The present value of one compartment."""
        return f"{self.root}/compartments/{compartment}"

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """Every topic that the cabinet listens to."""
        return tuple(f"{self.root}/{inbound}" for inbound in Inbound)

    def inbound(self, topic: str) -> Inbound | None:
        """Which of the subscribed topics `topic` is; None for any other."""
        prefix, _, last = topic.rpartition("/")
        if prefix != self.root or last not in list(Inbound):
            return None
        return Inbound(last)
