"""What becomes of an unlock whose visit goes away before the door was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from still_clock import StillClock

from firmware_bridge import panel as bridge
from locker.doors import Doors, Unlock
from locker.keys import new_keys
from locker.ledger import Ledger, LedgerThread
from mqtt.contract.base import Latch, Means, Purpose, SizeName, VisitKind
from mqtt.contract.events import CompartmentInstalled, DaemonStarted, VisitStarted

DOOR = "A01"
VISITS = ("vis-1", "vis-2")


@dataclass
class SlowPanel:
    """Pulses that end when the test says so."""

    pulses: list[Future[bridge.UnlockReport]] = field(default_factory=list)
    pulsed: asyncio.Event = field(default_factory=asyncio.Event)

    def unlock(
        self,
        _compartment: str,
        _attempt: str,
        *,
        priority: bridge.Priority = bridge.Priority.PERSON,  # noqa: ARG002 - as the panel
    ) -> Future[bridge.UnlockReport]:
        self.pulses.append(Future())
        self.pulsed.set()
        return self.pulses[-1]

    def doors(self) -> dict[str, bridge.Latch]:
        return {DOOR: bridge.Latch.LATCHED}

    def clear_faults(self, _part: str) -> tuple[bridge.Fault, ...]:
        return ()


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[LedgerThread]:
    def opening() -> Ledger:
        return Ledger.open(
            tmp_path / "ledger.sqlite3",
            keys=new_keys(),
            clock=StillClock(),
            cabinet="gate",
            watermark_mb=1,
            reserve_mb=1,
        )

    thread = await LedgerThread.start(opening, lambda _: None)
    boot = await thread.run(lambda book: book.boot)
    await thread.record(
        DaemonStarted(cabinet="gate", boot=boot, version="test"),
        CompartmentInstalled(compartment=DOOR, size=SizeName("M")),
    )
    for visit in VISITS:
        await thread.record(VisitStarted(visit=visit, visit_kind=VisitKind.REMOTE, means=Means.COMMAND))
    yield thread
    await thread.close()


async def test_an_unlock_that_waits_for_another_is_not_made_once_its_visit_has_gone(ledger: LedgerThread) -> None:
    panel, numbers = SlowPanel(), count()
    doors = Doors(ledger, lambda prefix: f"{prefix}-{next(numbers)}")
    doors.begin(panel, {DOOR: Latch.LATCHED})
    visits = [
        asyncio.create_task(doors.unlock(Unlock(DOOR, visit, purpose, "cause")))
        for visit, purpose in zip(VISITS, (Purpose.REMOTE, Purpose.PICKUP), strict=True)
    ]
    await asyncio.wait_for(panel.pulsed.wait(), 10)
    for task in visits:
        task.cancel()
    await asyncio.gather(*visits, return_exceptions=True)
    for visit in VISITS:
        doors.forget(visit)
    settling = asyncio.create_task(doors.settle())
    panel.pulses[0].set_result(bridge.UnlockReport(bridge.Outcome.JAMMED, "stuck", frame_sent=True))
    await asyncio.wait_for(settling, 10)
    assert len(panel.pulses) == 1
    rows = await ledger.run(lambda book: book.history("att-0"))
    assert [row.kind for row in rows] == ["attempt.started", "attempt.settled"]
    assert await ledger.run(lambda book: book.history("att-1")) == ()
    assert doors.owns(DOOR, "somebody else"), "a door that moves by itself now is nobody's"


async def test_an_unlock_that_has_begun_is_recorded_to_its_end_though_its_visit_has_gone(ledger: LedgerThread) -> None:
    panel = SlowPanel()
    doors = Doors(ledger, lambda prefix: f"{prefix}-0")
    doors.begin(panel, {DOOR: Latch.LATCHED})
    visit = asyncio.create_task(doors.unlock(Unlock(DOOR, VISITS[0], Purpose.REMOTE, "cause")))
    await asyncio.wait_for(panel.pulsed.wait(), 10)
    visit.cancel()
    await asyncio.gather(visit, return_exceptions=True)
    panel.pulses[0].set_result(bridge.UnlockReport(bridge.Outcome.JAMMED, "stuck", frame_sent=True))
    await asyncio.wait_for(doors.settle(), 10)
    rows = await ledger.run(lambda book: book.history("att-0"))
    assert [row.kind for row in rows] == ["attempt.started", "attempt.settled"]


async def until_the_door_is(doors: Doors, latch: bridge.Latch, previous: bridge.Latch) -> None:
    doors.from_panel(bridge.DoorChanged(DOOR, latch, previous, 0.0))
    await asyncio.wait_for(doors.until((DOOR,), Latch(latch.value)), 10)


@pytest.fixture
async def doors(ledger: LedgerThread) -> AsyncIterator[Doors]:
    """Doors whose moves are recorded."""
    numbers = count()
    doors = Doors(ledger, lambda prefix: f"{prefix}-{next(numbers)}")
    recording = asyncio.create_task(doors.run())
    yield doors
    recording.cancel()
    await asyncio.gather(recording, return_exceptions=True)


async def cancelled_while_its_attempt_is_written(doors: Doors, ledger: LedgerThread) -> None:
    """A visit asks for a door and goes away before the ledger's thread has written the attempt."""
    written = asyncio.Event()
    begun = asyncio.get_running_loop()

    def hold(_: Ledger) -> None:
        asyncio.run_coroutine_threadsafe(written.wait(), begun).result(10)

    holding = asyncio.create_task(ledger.run(hold))
    visit = asyncio.create_task(doors.unlock(Unlock(DOOR, VISITS[0], Purpose.PICKUP, "cause")))
    for _ in range(3):
        await asyncio.sleep(0)
    visit.cancel()
    await asyncio.gather(visit, return_exceptions=True)
    doors.forget(VISITS[0])
    written.set()
    await holding


@pytest.mark.parametrize("outcome", [bridge.Outcome.JAMMED, bridge.Outcome.UNCONFIRMED, bridge.Outcome.OPENED])
async def test_a_visit_that_goes_while_its_attempt_is_written_leaves_no_claim(
    doors: Doors, ledger: LedgerThread, outcome: bridge.Outcome
) -> None:
    panel = SlowPanel()
    doors.begin(panel, {DOOR: Latch.LATCHED})
    await cancelled_while_its_attempt_is_written(doors, ledger)
    await asyncio.wait_for(panel.pulsed.wait(), 10)
    if outcome is bridge.Outcome.OPENED:
        await until_the_door_is(doors, bridge.Latch.UNLATCHED, bridge.Latch.LATCHED)
    panel.pulses[0].set_result(bridge.UnlockReport(outcome, "as it was", frame_sent=True))
    await asyncio.wait_for(doors.settle(), 10)
    if outcome is bridge.Outcome.OPENED:
        await until_the_door_is(doors, bridge.Latch.LATCHED, bridge.Latch.UNLATCHED)
    await until_the_door_is(doors, bridge.Latch.UNLATCHED, bridge.Latch.LATCHED)
    rows = await ledger.run(lambda book: book.history(DOOR))
    moves = [row.body["visit"] for row in rows if row.kind == "door.changed"]
    asked_for = [VISITS[0], VISITS[0]] if outcome is bridge.Outcome.OPENED else []
    assert moves == [*asked_for, None]
    assert [row.kind for row in rows].count("door.alarm") == 1, "the opening that nobody asked for, and no other"


async def test_a_door_that_opens_by_a_pulse_whose_visit_has_ended_is_no_alarm(
    doors: Doors, ledger: LedgerThread
) -> None:
    panel = SlowPanel()
    doors.begin(panel, {DOOR: Latch.LATCHED})
    visit = asyncio.create_task(doors.unlock(Unlock(DOOR, VISITS[0], Purpose.PICKUP, "cause")))
    await asyncio.wait_for(panel.pulsed.wait(), 10)
    visit.cancel()
    await asyncio.gather(visit, return_exceptions=True)
    doors.forget(VISITS[0])
    await until_the_door_is(doors, bridge.Latch.UNLATCHED, bridge.Latch.LATCHED)
    panel.pulses[0].set_result(bridge.UnlockReport(bridge.Outcome.OPENED, "it opened", frame_sent=True))
    await asyncio.wait_for(doors.settle(), 10)
    rows = await ledger.run(lambda book: book.history(DOOR))
    assert "door.alarm" not in [row.kind for row in rows]


async def test_a_later_visit_keeps_a_door_that_it_took_over_from_one_that_went(
    doors: Doors, ledger: LedgerThread
) -> None:
    panel = SlowPanel()
    doors.begin(panel, {DOOR: Latch.LATCHED})
    await cancelled_while_its_attempt_is_written(doors, ledger)
    await asyncio.wait_for(panel.pulsed.wait(), 10)
    doors.claim(DOOR, VISITS[1])
    panel.pulses[0].set_result(bridge.UnlockReport(bridge.Outcome.JAMMED, "stuck", frame_sent=True))
    await asyncio.wait_for(doors.settle(), 10)
    assert doors.owns(DOOR, VISITS[1])
    assert not doors.owns(DOOR, VISITS[0])
