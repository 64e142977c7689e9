"""The log of what physically happened, whatever any program believes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice


class Kind(StrEnum):
    """What kind of thing happened."""

    PULSE = "pulse"
    COIL_OFF = "coil_off"
    DOOR_OPENED = "door_opened"
    DOOR_CLOSED = "door_closed"
    LATCHED = "latched"
    PUSHED = "pushed"
    PUT = "put"
    TAKE = "take"
    JAM = "jam"
    HOOK = "hook"
    LOCK = "lock"
    WARMED = "warmed"
    PRIED = "pried"
    WELDED = "welded"
    BURNT_OUT = "burnt_out"
    SUPPLY = "supply"
    BROWN_OUT = "brown_out"
    VIOLATION = "violation"
    UNPLUGGED = "unplugged"
    PLUGGED = "plugged"
    FAULTS = "faults"
    FRAME_REFUSED = "frame_refused"
    FRAME_UNHEARD = "frame_unheard"
    FRAME_GARBLED = "frame_garbled"
    REPLY_DROPPED = "reply_dropped"
    REPLY_LATE = "reply_late"
    UNASKED = "unasked"


class Rule(StrEnum):
    """A rule of the physical world that was broken."""

    PUT_INTO_CLOSED_DOOR = "put_into_closed_door"
    TAKE_FROM_CLOSED_DOOR = "take_from_closed_door"
    COIL_OVER_ITS_PULSE = "coil_over_its_pulse"
    TOO_MANY_COILS = "too_many_coils"
    COIL_HELD = "coil_held"
    COIL_TOO_HOT = "coil_too_hot"
    UNLOCK_ALL = "unlock_all"


@dataclass(frozen=True)
class Place:
    """Where a lock is wired: a line's name, a board address, and a 0-based channel."""

    line: str
    board: int
    channel: int


@dataclass(frozen=True)
class Entry:
    """One thing that happened.

    Attributes:
        t: seconds of the clock of the simulated world (the machine's monotonic clock when it runs for real).
        kind: what happened.
        door: the compartment's name, where a door is concerned.
        line: the serial line's name.
        board: the board's address.
        channel: the 0-based channel.
        item: the label of what was put or taken.
        rule: the rule broken, for violations.
        note: the rest, for people to read.
    """

    t: float
    kind: Kind
    door: str | None = None
    line: str | None = None
    board: int | None = None
    channel: int | None = None
    item: str | None = None
    rule: Rule | None = None
    note: str | None = None


MOST_KEPT = 20_000
"""Entries: a busy cabinet's week, some megabytes. Older ones are forgotten; a street may run for months."""


class PhysicalLog:
    """Entries in the order in which they happened, numbered from 0; the newest `MOST_KEPT` can be read."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=MOST_KEPT)
        self._count = 0
        self._listeners: list[Callable[[], None]] = []

    def __len__(self) -> int:
        """How many there ever were: the number of the next one."""
        return self._count

    def since(self, number: int) -> tuple[Entry, ...]:
        """The entries from a number on, as far back as they are kept."""
        forgotten = self._count - len(self._entries)
        return tuple(islice(self._entries, max(0, number - forgotten), None))

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every entry from now on."""
        self._listeners.append(listener)

    def record(
        self,
        kind: Kind,
        *,
        door: str | None = None,
        place: Place | None = None,
        line: str | None = None,
        board: int | None = None,
        item: str | None = None,
        rule: Rule | None = None,
        note: str | None = None,
    ) -> None:
        """Append one entry with the present time; a place fills line, board and channel."""
        entry = Entry(
            t=self._clock(),
            kind=kind,
            door=door,
            line=place.line if place else line,
            board=place.board if place else board,
            channel=place.channel if place else None,
            item=item,
            rule=rule,
            note=note,
        )
        self._entries.append(entry)
        self._count += 1
        for listener in self._listeners:
            listener()
