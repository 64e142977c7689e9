"""What stands around a cabinet, of paper: a clock, a panel, a gallery and an eye that do what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from firmware_bridge.panel import DoorChanged, Fault, Outcome, Priority, UnlockReport
from firmware_bridge.panel import Latch as HookLatch
from iris.code import CODE_COLUMNS
from iris.template import EyeSide, Template
from locker.look import NotEnrolled, NotRecognised, Recognised


@dataclass
class PaperClock:
    """Wall time that a test sets; the monotonic clock is the loop's, so that timeouts are real but short.

    `later` is added to it.
    """

    wall: datetime = datetime(2026, 3, 1, 8, tzinfo=UTC)
    believed: bool = True
    later: float = 0.0

    def monotonic(self) -> float:
        return self.later + (asyncio.get_running_loop().time() if _loop_runs() else 0.0)

    def now(self) -> datetime:
        return self.wall

    def synced(self) -> bool:
        return self.believed


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@dataclass
class PaperPanel:
    """Doors that open when pulsed, unless the test says otherwise; every pulse is remembered."""

    tell: Callable[[DoorChanged], None] = lambda _event: None
    latches: dict[str, HookLatch] = field(default_factory=dict)
    jammed: dict[str, Outcome] = field(default_factory=dict)
    pulses: list[tuple[str, str]] = field(default_factory=list)
    before_pulse: Callable[[str, str], None] = lambda _door, _attempt: None
    priorities: list[Priority] = field(default_factory=list)
    seen_to: list[str] = field(default_factory=list)

    def unlock(self, compartment: str, attempt: str, *, priority: Priority = Priority.PERSON) -> Future[UnlockReport]:
        self.before_pulse(compartment, attempt)
        self.priorities.append(priority)
        future: Future[UnlockReport] = Future()
        if self.latches[compartment] is HookLatch.UNLATCHED:
            future.set_result(UnlockReport(Outcome.ALREADY_OPEN, "", frame_sent=False))
            return future
        self.pulses.append((compartment, attempt))
        outcome = self.jammed.get(compartment, Outcome.OPENED)
        if outcome is Outcome.OPENED:
            self.move(compartment, HookLatch.UNLATCHED)
        future.set_result(UnlockReport(outcome, "", frame_sent=True))
        return future

    def doors(self) -> dict[str, HookLatch]:
        return dict(self.latches)

    def clear_faults(self, part: str) -> tuple[Fault, ...]:
        self.seen_to.append(part)
        return ()

    def move(self, compartment: str, latch: HookLatch) -> None:
        previous, self.latches[compartment] = self.latches[compartment], latch
        self.tell(DoorChanged(compartment, latch, previous, 0.0))


@dataclass
class PaperGallery:
    """Remembers what was added and removed."""

    templates: dict[str, str] = field(default_factory=dict)
    renews: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.templates)

    def add(self, template_id: str, person: str, _template: object, *, renews: str | None = None) -> None:
        assert renews is None or renews in self.templates
        self.templates[template_id] = person
        if renews is not None:
            self.renews[template_id] = renews

    def remove(self, template_id: str) -> None:
        self.templates.pop(template_id, None)
        self.renews.pop(template_id, None)


@dataclass
class PaperLooker:
    """Recognises whoever the test says is there."""

    sees: str | None = None
    reason: str = "not_recognised"
    gallery: PaperGallery = field(default_factory=PaperGallery)
    last_match_ms: float | None = None
    moves: float = 0.0
    looks: int = 0
    watches: int = 0
    frames: tuple[Template, ...] = ()
    linger: set[str] = field(default_factory=set)

    stalled: asyncio.Event | None = None
    looked: asyncio.Condition = field(default_factory=asyncio.Condition)

    enrols: list[NotEnrolled] = field(default_factory=list)

    async def enrol(
        self,
        side: EyeSide,
        _person: str,
        _watch: object,
        *,
        other: Template | None = None,  # noqa: ARG002 - as the looker
    ) -> Template | NotEnrolled:
        if self.enrols:
            return self.enrols.pop()
        return Template(np.zeros((CODE_COLUMNS, 2), np.uint8), np.zeros((CODE_COLUMNS, 1), np.uint8), side)

    def forget(self, templates: Iterable[str]) -> None:
        for template in templates:
            self.gallery.remove(template)

    async def motion(self) -> float:
        if self.stalled is not None:
            await self.stalled.wait()
        async with self.looked:
            self.watches += 1
            self.looked.notify_all()
        return self.moves

    async def watched(self, times: int) -> None:
        """Wait until so many more glances for motion have been taken."""
        async with self.looked:
            enough = self.watches + times
            await self.looked.wait_for(lambda: self.watches >= enough)

    async def seen(self, looks: int) -> None:
        """Wait for so many looks."""
        async with self.looked:
            await self.looked.wait_for(lambda: self.looks >= looks)

    async def look(self, _watch: object) -> Recognised | NotRecognised:
        async with self.looked:
            self.looks += 1
            self.looked.notify_all()
        return Recognised(self.sees, self.frames) if self.sees else NotRecognised(self.reason)  # type: ignore[arg-type] - any reason
