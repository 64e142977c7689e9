"""Doors as visits see them: every unlock is an attempt in the ledger first, every change of a hook is an event there.

The panel's threads report to this object; everything else happens on the loop. Waiters are woken only after the ledger
holds what they waited for. A door belongs to the visit that pulsed it last, from the pulse until it has closed; a door
that opens and belongs to nobody is an alarm, and puts what lies behind it in doubt.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog

from firmware_bridge import panel as bridge
from locker.doubt import OPENED_BY_ITSELF, doubted
from locker.ledger import Ledger, LedgerFault, LedgerThread
from mqtt.contract.base import Latch, Outcome, Purpose
from mqtt.contract.events import (
    AttemptSettled,
    AttemptStarted,
    DoorAlarmed,
    DoorChanged,
    Event,
    LineChanged,
    LockDrifted,
    PanelFault,
)

log = structlog.get_logger(__name__)

OPEN = frozenset({Outcome.OPENED, Outcome.ALREADY_OPEN})
"""Outcomes after which the door is open."""

OPENING_RECORDED_WITHIN_S = 5.0
"""The panel reports a change before it settles an unlock, so that this only bounds a fault of the program."""

RECORD_AGAIN_S = 1.0
"""A change that the ledger could not take (the disk is full) is recorded as soon as it can."""


class LockPanel(Protocol):
    """What doors need of `firmware_bridge.panel.Panel`."""

    def unlock(
        self, compartment: str, attempt: str, *, priority: bridge.Priority = bridge.Priority.PERSON
    ) -> Future[bridge.UnlockReport]:
        """Pulse the lock once."""

    def doors(self) -> dict[str, bridge.Latch]:
        """Debounced hooks."""

    def clear_faults(self, part: str) -> tuple[bridge.Fault, ...]:
        """Service staff has seen to a part."""


@dataclass(frozen=True)
class Unlock:
    """A wish to open a door: for which visit, why, and which try of the step it is."""

    compartment: str
    visit: str
    purpose: Purpose
    cause: str
    number: int = 1


@dataclass
class _Wanted:
    """Whether somebody still waits for an unlock that has not begun."""

    still: bool = True


class Doors:
    """The cabinet's doors, as the ledger has them."""

    def __init__(self, ledger: LedgerThread, new_id: Callable[[str], str]) -> None:
        """Doors are unknown until `begin`."""
        self._ledger = ledger
        self._new_id = new_id
        self._panel: LockPanel | None = None
        self._latches: dict[str, Latch] = {}
        self._openings: Counter[str] = Counter()
        self._open_since: dict[str, float] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._owners: dict[str, str] = {}
        self._under_way: set[str] = set()
        """Doors with an attempt that is written and not settled."""
        self._left: set[str] = set()
        """Doors whose visit went away meanwhile: still its own until the attempt has failed or the door has closed."""
        self._moved = asyncio.Condition()
        self._events: asyncio.Queue[bridge.PanelEvent] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._unlocking: set[asyncio.Task[Outcome]] = set()

    def from_panel(self, event: bridge.PanelEvent) -> None:
        """Take an event from a line's thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: the daemon is gone
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)

    def begin(self, panel: LockPanel, latches: dict[str, Latch]) -> None:
        """Start from doors that were read and compared with the ledger."""
        self._panel = panel
        self._latches = dict(latches)
        now = self._loop.time()
        self._open_since = {door: now for door, latch in latches.items() if latch is Latch.UNLATCHED}

    def latch(self, compartment: str) -> Latch:
        """The door as recorded; unknown before the first read."""
        return self._latches.get(compartment, Latch.UNKNOWN)

    def open_for_s(self, compartments: Iterable[str]) -> float:
        """Seconds since the last of these doors that stand open was opened; 0 when none does."""
        since = [self._open_since[door] for door in compartments if door in self._open_since]
        return self._loop.time() - max(since) if since else 0.0

    def claim(self, compartment: str, visit: str) -> None:
        """Say whose a door is: its next moves, and what its closing means, are that visit's."""
        self._owners[compartment] = visit
        self._left.discard(compartment)

    def owns(self, compartment: str, visit: str) -> bool:
        """Whether no later visit has taken the door over."""
        return self._owners.get(compartment, visit) == visit

    def release(self, compartment: str, visit: str) -> None:
        """The visit is done with a door; should it move now, it is nobody's move."""
        if self._owners.get(compartment) != visit:
            return
        if compartment in self._under_way:  # an opening that it asked for may still come, and is no alarm
            self._left.add(compartment)
        else:
            self._disown(compartment)

    def forget(self, visit: str) -> None:
        """A visit is over, and so is its hold on any door but those with an attempt under way."""
        for door in [door for door, owner in self._owners.items() if owner == visit]:
            self.release(door, visit)

    def _disown(self, compartment: str) -> None:
        self._owners.pop(compartment, None)
        self._left.discard(compartment)

    async def unlock(self, wish: Unlock) -> Outcome:
        """Make one attempt: write it, pulse once, write the outcome.

        A cancelled caller does not cancel an attempt that has begun: its outcome is recorded all the same (see
        `settle`). One that still waits for another at the same door is never written: nobody stands there any more.
        """
        wanted = _Wanted()
        task = asyncio.create_task(self._one_at_a_time(wish, wanted))
        self._unlocking.add(task)
        task.add_done_callback(self._unlocking.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            wanted.still = False
            raise

    async def _one_at_a_time(self, wish: Unlock, wanted: _Wanted) -> Outcome:
        async with self._locks[wish.compartment]:
            if not wanted.still:
                raise asyncio.CancelledError
            try:
                return await self._attempt(wish)
            finally:
                self._under_way.discard(wish.compartment)
                self._ended(wish, wanted)

    def _ended(self, wish: Unlock, wanted: _Wanted) -> None:
        """An attempt is over: a door whose visit went away meanwhile is nobody's from now, or from its closing on."""
        door = wish.compartment
        gone = not wanted.still or door in self._left
        if not gone or self._owners.get(door) != wish.visit:
            return
        if self.latch(door) is Latch.UNLATCHED:
            self._left.add(door)
        else:
            self._disown(door)

    async def _attempt(self, wish: Unlock) -> Outcome:
        if self._panel is None:
            raise RuntimeError("doors cannot be opened before they have been read")
        attempt = self._new_id("att")
        openings = self._openings[wish.compartment]
        await self._ledger.run(partial(_start, wish, attempt))
        self.claim(wish.compartment, wish.visit)
        self._under_way.add(wish.compartment)
        priority = bridge.Priority.REMOTE if wish.purpose is Purpose.REMOTE else bridge.Priority.PERSON
        report = await asyncio.wrap_future(self._panel.unlock(wish.compartment, attempt, priority=priority))
        outcome = Outcome(report.outcome.value)
        await self._ledger.record(AttemptSettled(attempt=attempt, outcome=outcome, detail=report.detail[:400]))
        if outcome in OPEN:  # the event of the same hook may still be on its way
            await self._opening_recorded(wish.compartment, openings)
        log.info("attempt", compartment=wish.compartment, purpose=wish.purpose, outcome=outcome)
        return outcome

    async def _opening_recorded(self, compartment: str, openings: int) -> None:
        """Wait until the ledger has the opening that the panel saw: only then may a closing be waited for."""

        def recorded() -> bool:
            return self._openings[compartment] > openings or self.latch(compartment) is Latch.UNLATCHED

        async with self._moved:
            try:
                await asyncio.wait_for(self._moved.wait_for(recorded), OPENING_RECORDED_WITHIN_S)
            except TimeoutError:
                log.warning("the panel opened a door but reported no change of it", compartment=compartment)

    async def settle(self) -> None:
        """Wait for the attempts under way."""
        if self._unlocking:
            await asyncio.gather(*self._unlocking, return_exceptions=True)

    async def until(self, compartments: Iterable[str], latch: Latch) -> None:
        """Wait until every one of the doors is recorded as `latch`."""
        wanted = tuple(compartments)
        async with self._moved:
            await self._moved.wait_for(lambda: all(self.latch(door) is latch for door in wanted))

    def seen_to(self, compartment: str) -> None:
        """Service staff has looked behind a door and is content with it: its latched faults end."""
        if self._panel is not None:
            self._panel.clear_faults(compartment)

    async def take_lines_only(self) -> None:
        """Before the doors are compared with the ledger: record lines and faults, drop what doors have done."""
        while not self._events.empty():
            event = self._events.get_nowait()
            if isinstance(event, bridge.LineChanged | bridge.FaultChanged):
                await self._record(event)

    async def run(self) -> None:
        """Record what the panel reports, in order, for ever; a ledger that cannot take it is asked again."""
        while True:
            event = await self._events.get()
            recorded = False
            while not recorded:
                try:
                    await self._record(event)
                    recorded = True
                except LedgerFault as fault:
                    log.warning("a change is not recorded yet", fault=str(fault))
                    await asyncio.sleep(RECORD_AGAIN_S)

    async def _record(self, event: bridge.PanelEvent) -> None:
        if isinstance(event, bridge.LineChanged):
            await self._line_changed(event)
        elif isinstance(event, bridge.DoorChanged):
            await self._door_changed(event.compartment, Latch(event.latch.value))
        elif isinstance(event, bridge.LockDrifted):
            await self._lock_drifted(event)
        elif isinstance(event, bridge.FaultChanged):
            await self._fault_changed(event)

    async def _fault_changed(self, event: bridge.FaultChanged) -> None:
        fault = event.fault
        log.warning("fault", part=fault.part, fault=str(fault.kind), over=event.over, cause=fault.cause)
        await self._ledger.record(
            PanelFault(
                part=fault.part,
                fault=fault.kind.value,
                over=event.over,
                count=fault.count,
                cause=fault.cause[:400],
                remedy=fault.remedy[:400],
            )
        )

    async def _lock_drifted(self, event: bridge.LockDrifted) -> None:
        log.warning("lock", part=event.part, cause=str(event.cause), over=event.over, evidence=event.evidence)
        await self._ledger.record(
            LockDrifted(
                part=event.part,
                cause=event.cause.value,
                over=event.over,
                evidence=event.evidence[:400],
                remedy=event.remedy[:400],
            )
        )

    async def _line_changed(self, event: bridge.LineChanged) -> None:
        def record(ledger: Ledger) -> bool:
            if ledger.line_up(event.line) is event.up:
                return False
            ledger.record(LineChanged(line=event.line, up=event.up, cause=event.cause[:400]))
            return True

        if await self._ledger.run(record):
            log.warning("line", line=event.line, up=event.up, cause=event.cause)

    async def _door_changed(self, compartment: str, latch: Latch) -> None:
        if latch is self.latch(compartment):
            return
        await self._ledger.run(partial(_record_move, compartment, latch, self._owners.get(compartment)))
        async with self._moved:
            self._latches[compartment] = latch
            if latch is Latch.UNLATCHED:
                self._openings[compartment] += 1
                self._open_since[compartment] = self._loop.time()
            elif latch is Latch.LATCHED:
                self._open_since.pop(compartment, None)
                if compartment in self._left - self._under_way:
                    self._disown(compartment)
            self._moved.notify_all()


def _start(wish: Unlock, attempt: str, ledger: Ledger) -> None:
    """Write the attempt. One whose outcome could not be written earlier ends as unknown: nobody waits for it now."""
    left = [a for a in ledger.unsettled_attempts() if a.compartment == wish.compartment]
    ledger.record(
        *(AttemptSettled(attempt=a.attempt, outcome=Outcome.UNKNOWN, detail="not recorded in time") for a in left),
        AttemptStarted(
            attempt=attempt,
            visit=wish.visit,
            compartment=wish.compartment,
            purpose=wish.purpose,
            cause=wish.cause,
            number=wish.number,
        ),
    )


def _record_move(compartment: str, latch: Latch, owner: str | None, ledger: Ledger) -> None:
    """Write how a door moved; an opening that is nobody's is an alarm, and the contents are in doubt."""
    events: list[Event] = [DoorChanged(compartment=compartment, latch=latch, visit=owner)]
    if latch is Latch.UNLATCHED and owner is None:
        events.append(DoorAlarmed(compartment=compartment, alarm="opened_without_attempt"))
        events += doubted(ledger, compartment, OPENED_BY_ITSELF)
    ledger.record(*events)
