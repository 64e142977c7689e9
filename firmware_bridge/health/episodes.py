"""From pulses and door events to openings: how many pulses each took, how long, and which nobody asked for.

Pure but for its memory of what is under way; every time is in monotonic seconds. An *episode* is one wish to have a
door open: the few attempts on a door that follow one another closely, until its hook moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from firmware_bridge.reports import DoorChanged, Latch, LockPulsed, Outcome

EPISODE_GAP_S: Final = 60.0
"""Attempts further apart are two wishes: a visit's tries follow one another within seconds, with time to push."""
MOST_PULSES: Final = 3
"""A visit gives a door up after so many pulses; the next one is another wish, however soon it comes. Until it comes the
wish is open: somebody may still push."""
EXPLAINED_WITHIN_S: Final = 1.0
"""The report of a pulse follows its door's event in the same read; an opening without one by then is nobody's."""
FLUTTER_S: Final = 1.0
"""No person opens and shuts a door, or shuts it and has it open again, in less."""

LEAST_LATENCY_S: Final = 0.001
"""No bolt moves faster; a logarithm needs something to stand on."""


class Ending(StrEnum):
    """How an episode ended."""

    OPENED = "opened"
    LATE = "late"
    """Every pulse failed, and the hook moved afterwards: somebody pushed, pulled, or used the key."""
    FAILED = "failed"
    """Every pulse failed and the hook has not moved."""
    UNASKED = "unasked"
    """The hook said unlatched though no pulse had been sent."""
    FLUTTERED = "fluttered"
    """The same, and it said latched less than a second before or after."""


@dataclass(frozen=True, slots=True)
class Latency:
    """From the frame to the hook's move, seconds.

    It is the middle of the two reads between which the hook moved; `granularity_s` is how far apart they were.
    """

    seconds: Annotated[float, Field(gt=0, le=1000)]
    granularity_s: Annotated[float, Field(ge=0, le=1000)]


@dataclass(frozen=True, slots=True)
class Episode:
    """One opening, or the failure of one. `pulses` is 0 for what nobody asked for.

    A pulse beside another coil tells of the supply that both share as much as of its own lock: `alone` counts those
    that had no company, `failed_alone` what failed of them, and `latency` is known of an opening without company only.
    """

    compartment: str
    ending: Ending
    pulses: int
    alone: int = 0
    failed_alone: int = 0
    latency: Latency | None = None


def latency_of(pulse: LockPulsed) -> Latency | None:
    """How long an opening took; None where no read tells, or the supply fed another coil meanwhile."""
    if pulse.outcome is not Outcome.OPENED or pulse.unlatched_at is None or pulse.company:
        return None
    after = max(pulse.sent, pulse.latched_at or pulse.sent)
    middle = (after + pulse.unlatched_at) / 2 - pulse.sent
    return Latency(max(middle, LEAST_LATENCY_S), pulse.unlatched_at - after)


@dataclass(frozen=True, slots=True)
class Door:
    """What is remembered of one door between two observations."""

    latch: Latch = Latch.UNKNOWN
    moved_at: float | None = None
    pulses: int = 0
    alone: int = 0
    failed_alone: int = 0
    pulsed_at: float = 0.0
    open_at: float | None = None
    """When it opened, until a pulse's report explains it."""
    ending: Ending = Ending.UNASKED
    """What that opening is if no report does."""
    unseen_until: float = 0.0
    """Until then a pulse that nobody could follow explains an opening."""

    def after(self, pulse: LockPulsed) -> Door:
        """The same after one more pulse of the present wish."""
        alone = pulse.company == 0
        failed = alone and pulse.outcome is not Outcome.OPENED
        return replace(
            self,
            pulses=self.pulses + 1,
            alone=self.alone + alone,
            failed_alone=self.failed_alone + failed,
            pulsed_at=pulse.sent,
        )

    def ended(self) -> Door:
        """The same between two wishes."""
        return replace(self, pulses=0, alone=0, failed_alone=0, open_at=None)

    def episode(self, compartment: str, ending: Ending, latency: Latency | None = None) -> Episode:
        """The present wish, which has ended."""
        return Episode(compartment, ending, self.pulses, self.alone, self.failed_alone, latency)


class EpisodeFinder:
    """Follows every door. Observations must come in the order in which they were made."""

    def __init__(self) -> None:
        self._doors: dict[str, Door] = {}

    def moved(self, event: DoorChanged) -> Iterator[Episode]:
        """Take what a hook did; give the episodes that it ends."""
        yield from self.passed(event.at)
        door = self._doors.get(event.compartment, Door())
        since_move = float("inf") if door.moved_at is None else event.at - door.moved_at
        if (event.previous, event.latch) == (Latch.LATCHED, Latch.UNLATCHED):
            ending = Ending.FLUTTERED if since_move < FLUTTER_S else Ending.UNASKED
            if door.pulses or event.at > door.unseen_until:
                door = replace(door, open_at=event.at, ending=Ending.LATE if door.pulses else ending)
        elif event.latch is Latch.LATCHED and door.ending is Ending.UNASKED and since_move < FLUTTER_S:
            door = replace(door, ending=Ending.FLUTTERED)
        moved_at = None if Latch.UNKNOWN in (event.latch, event.previous) else event.at
        self._doors[event.compartment] = replace(door, latch=event.latch, moved_at=moved_at)

    def pulsed(self, pulse: LockPulsed) -> Iterator[Episode]:
        """Take the end of an attempt; give the episodes that it ends."""
        compartment = pulse.compartment
        door = self._doors.get(compartment, Door())
        if pulse.outcome is Outcome.UNCONFIRMED:
            self._doors[compartment] = replace(door, unseen_until=pulse.at + EPISODE_GAP_S)
            return
        if door.pulses and (pulse.sent - door.pulsed_at > EPISODE_GAP_S or door.pulses >= MOST_PULSES):
            yield door.episode(compartment, Ending.FAILED)
            door = door.ended()
        door = door.after(pulse)
        if pulse.outcome is Outcome.OPENED:
            yield door.episode(compartment, Ending.OPENED, latency_of(pulse))
            door = door.ended()
        self._doors[compartment] = door

    def passed(self, now: float) -> Iterator[Episode]:
        """Give the episodes that time alone has ended."""
        for compartment, door in self._doors.items():
            unexplained = door.open_at is not None and now - door.open_at > EXPLAINED_WITHIN_S
            failed = door.pulses > 0 and now - door.pulsed_at > EPISODE_GAP_S
            if unexplained:
                yield door.episode(compartment, door.ending)
            elif failed:
                yield door.episode(compartment, Ending.FAILED)
            if unexplained or failed:
                self._doors[compartment] = door.ended()
