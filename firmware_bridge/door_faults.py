"""The faults of the doors of one board: what their hooks, their pulses and time itself tell.

Every time is in monotonic seconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from firmware_bridge.fault_book import FaultBook
from firmware_bridge.faults import FaultKind
from firmware_bridge.reports import Latch, Outcome

EXPLAINED_BY_PULSE_S: Final = 10.0
"""A jammed door often springs open when somebody pushes it a moment after its pulse: that was asked for."""
FLUTTER_WINDOW_S: Final = 10.0
FLUTTER_MOVES: Final = 8
"""Nobody opens and shuts a door four times in ten seconds."""
SAID_IN_MINUTES_S: Final = 120.0


@dataclass(slots=True)
class DoorPast:
    """What is remembered of one door."""

    known: Latch = Latch.UNKNOWN
    """What its hook said when it could last be believed."""
    raw: Latch = Latch.UNKNOWN
    open_since: float | None = None
    pulsed_at: float | None = None
    awaited: bool = False
    """A pulse has been sent, and what it did is not settled yet."""
    unseen_pulse: bool = False
    """What its last pulse did was not seen: it explains an opening until the hook says latched again."""
    cool_at: float | None = None
    moves: deque[float] = field(default_factory=lambda: deque(maxlen=FLUTTER_MOVES))
    """When single reads of its hook last changed."""

    def explained(self, now: float) -> bool:
        """Whether a pulse accounts for an opening."""
        lately = self.pulsed_at is not None and now - self.pulsed_at < EXPLAINED_BY_PULSE_S
        return lately or self.awaited or self.unseen_pulse


class DoorFaults:
    """Watches the doors of one board for a `FaultBook`."""

    def __init__(self, book: FaultBook, left_open_s: float) -> None:
        self._book = book
        self._left_open_s = left_open_s
        self._doors: dict[str, DoorPast] = {}
        self._cooling: set[str] = set()

    @property
    def nothing_lasts(self) -> bool:
        """Whether no fault is latched and no coil cools: to be told once more that a door rests changes nothing."""
        return self._book.empty and not self._cooling

    def pulsed(self, compartment: str, now: float) -> None:
        """A frame is about to be sent: what the door does in the next seconds was asked for."""
        door = self._door(compartment)
        door.pulsed_at, door.awaited = now, True

    def read(self, compartment: str, raw: Latch, now: float) -> None:
        """One read of a hook, before debouncing."""
        door = self._door(compartment)
        if raw is Latch.UNKNOWN:
            return
        if raw is not door.raw and door.raw is not Latch.UNKNOWN:
            door.moves.append(now)
        door.raw = raw
        if raw is Latch.LATCHED:
            door.unseen_pulse = False
        if len(door.moves) == FLUTTER_MOVES and door.moves[0] > now - FLUTTER_WINDOW_S:
            cause = f"its hook changed {FLUTTER_MOVES} times within {now - door.moves[0]:.1f} s"
            self._book.lasts(FaultKind.HOOK_FLUTTERS, compartment, cause, door.moves[-1])
        else:
            self._book.evidence((FaultKind.HOOK_FLUTTERS,), compartment, now)
        self._look(compartment, door, now)

    def changed(self, compartment: str, latch: Latch, now: float) -> None:
        """The debounced hook has changed."""
        door = self._door(compartment)
        if latch is Latch.UNKNOWN:
            door.raw = Latch.UNKNOWN
            return
        if latch is Latch.UNLATCHED:
            if door.open_since is None:  # else it was open before it fell silent
                door.open_since = now
            self._book.evidence((FaultKind.DOOR_JAMMED,), compartment, now)
            if door.known is Latch.LATCHED and not door.explained(now):
                self._book.latch(FaultKind.DOOR_OPENED, compartment, "it opened though no pulse had been sent", now)
        else:
            door.open_since = None
            self._book.evidence((FaultKind.DOOR_LEFT_OPEN,), compartment, now)
        door.known = latch

    def settled(self, compartment: str, outcome: Outcome, detail: str, now: float) -> None:
        """A pulse has been settled."""
        door = self._door(compartment)
        door.pulsed_at, door.awaited, door.unseen_pulse = now, False, outcome is Outcome.UNCONFIRMED
        if outcome is Outcome.JAMMED:
            self._book.latch(FaultKind.DOOR_JAMMED, compartment, detail, now)

    def cooling(self, compartment: str, cause: str, now: float, until: float) -> None:
        """The coil is not driven before `until`."""
        self._door(compartment).cool_at = until
        self._cooling.add(compartment)
        self._book.lasts(FaultKind.COIL_COOLING, compartment, cause, now)

    def open_for_s(self, compartment: str, now: float) -> float | None:
        """How long the door has been open; None when it is not."""
        since = self._door(compartment).open_since
        return None if since is None else now - since

    def _look(self, compartment: str, door: DoorPast, now: float) -> None:
        """What time alone tells."""
        if door.open_since is not None and now - door.open_since >= self._left_open_s:
            cause = f"it has been open for {_spoken(now - door.open_since)}"
            self._book.lasts(FaultKind.DOOR_LEFT_OPEN, compartment, cause, now)
        if door.cool_at is not None and now >= door.cool_at:
            door.cool_at = None
            self._cooling.discard(compartment)
            self._book.evidence((FaultKind.COIL_COOLING,), compartment, now)

    def _door(self, compartment: str) -> DoorPast:
        door = self._doors.get(compartment)
        if door is None:
            door = self._doors[compartment] = DoorPast()
        return door


def _spoken(seconds: float) -> str:
    """A time as a person says it: in seconds, from two minutes on in minutes."""
    if seconds < SAID_IN_MINUTES_S:
        whole = max(1, int(seconds))
        return "1 second" if whole == 1 else f"{whole} seconds"
    return f"{int(seconds / 60)} minutes"
