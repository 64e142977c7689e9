"""The faults that are latched: set by what goes wrong, cleared by evidence that lasts, or by service staff.

A fault that comes and goes is one fault with a count: who listens hears of its beginning and its end only, and one that
comes back soon after its end takes longer to clear each time.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from firmware_bridge.faults import QUIET_S, STAFF_ONLY, Fault, FaultKind
from firmware_bridge.reports import FaultChanged

RELAPSE_WITHIN_S: Final = 600.0
"""A fault that returns within ten minutes of its end has not been mended."""
QUIET_MOST_S: Final = 600.0
"""The longest that evidence must last."""
QUIET_GROWN_LEAST_S: Final = 10.0
"""What a relapse asks for even where evidence counts at once."""

Key = tuple[FaultKind, str]


@dataclass(frozen=True, slots=True)
class Latched:
    """A fault, since when there has been nothing but evidence against it, and how long that must last."""

    fault: Fault
    quiet_s: float
    good_since: float | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """How a fault ended, for the case that it comes back; `at` in monotonic seconds."""

    at: float
    quiet_s: float


class FaultBook:
    """All faults of a panel. Safe from any thread.

    `on_event` is called in the order in which things happened, one at a time, and may ask the book.
    """

    def __init__(self, on_event: Callable[[FaultChanged], None]) -> None:
        self._on_event = on_event
        self._guard = threading.Lock()
        self._latched: dict[Key, Latched] = {}
        self._past: dict[Key, Past] = {}
        self._news: deque[FaultChanged] = deque()
        self._telling = threading.RLock()

    @property
    def empty(self) -> bool:
        """Whether nothing is latched."""
        return not self._latched

    def all(self) -> tuple[Fault, ...]:
        """What is latched now, in the order in which it began."""
        with self._guard:
            return tuple(each.fault for each in self._latched.values())

    def latch(self, kind: FaultKind, part: str, cause: str, now: float) -> None:
        """It has happened, once (again)."""
        self._note(kind, part, cause, now, once_more=True)

    def lasts(self, kind: FaultKind, part: str, cause: str, now: float) -> None:
        """It is so; that counts once until there has been evidence to the contrary."""
        self._note(kind, part, cause, now, once_more=False)

    def latch_again(self, fault: Fault) -> None:
        """It was latched before a restart and has not ended; whoever listens knows."""
        with self._guard:
            self._latched.setdefault((fault.kind, fault.part), Latched(fault, QUIET_S.get(fault.kind, 0.0)))

    def evidence(self, kinds: Iterable[FaultKind], part: str, now: float) -> None:
        """Something was seen that speaks against these faults of a part."""
        if self.empty:  # the common case, on every read of every board
            return
        with self._guard:
            for kind in kinds:
                latched = self._latched.get((kind, part))
                if latched is None or kind in STAFF_ONLY:
                    continue
                since = now if latched.good_since is None else latched.good_since
                if now - since >= latched.quiet_s:
                    self._end(kind, part, "evidence", now)
                else:
                    self._latched[kind, part] = replace(latched, good_since=since)
        self._tell()

    def clear(self, part: str, now: float) -> tuple[Fault, ...]:
        """Service staff has seen to a part; what is still wrong with it will be latched again."""
        with self._guard:
            mine = [kind for kind, which in self._latched if which == part]
            ended = tuple(self._end(kind, part, "service staff", now) for kind in mine)
        self._tell()
        return ended

    def _note(self, kind: FaultKind, part: str, cause: str, now: float, *, once_more: bool) -> None:
        with self._guard:
            latched = self._latched.get((kind, part))
            if latched is not None:
                fault = latched.fault
                count = fault.count + (once_more or latched.good_since is not None)
                fault = replace(fault, cause=cause, last=now, count=count)
                self._latched[kind, part] = replace(latched, fault=fault, good_since=None)
                return
            fault = Fault(kind, part, cause, first=now, last=now, count=1)
            self._latched[kind, part] = Latched(fault, self._quiet_s(kind, part, now))
            self._news.append(FaultChanged(fault, over=False, why="", at=now))
        self._tell()

    def _quiet_s(self, kind: FaultKind, part: str, now: float) -> float:
        """How long evidence must last this time."""
        quiet_s = QUIET_S.get(kind, 0.0)
        past = self._past.get((kind, part))
        if past is None or now - past.at > RELAPSE_WITHIN_S:
            return quiet_s
        return min(max(2 * past.quiet_s, QUIET_GROWN_LEAST_S), QUIET_MOST_S)

    def _end(self, kind: FaultKind, part: str, why: str, now: float) -> Fault:
        latched = self._latched.pop((kind, part))
        self._past[kind, part] = Past(now, latched.quiet_s)
        self._news.append(FaultChanged(latched.fault, over=True, why=why, at=now))
        return latched.fault

    def _tell(self) -> None:
        """Tell what has happened, also what another thread has not told yet: the newest word is the last one."""
        with self._telling:
            while self._news:
                self._on_event(self._news.popleft())
