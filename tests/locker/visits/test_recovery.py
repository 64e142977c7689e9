"""After any crash: doors are read first, nothing opens by itself, and custody says no more than the evidence does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from firmware_bridge.panel import Latch as HookLatch
from locker.recovery import interrupted_visits
from locker.visits.aftercare import see_to
from mqtt.contract.base import Latch, Means, Purpose, ServiceState, VisitKind
from mqtt.contract.events import (
    AttemptSettled,
    AttemptStarted,
    CommandReceived,
    ConsignmentCollected,
    ConsignmentDeposited,
    ConsignmentRelocated,
    ConsignmentReserved,
    DoorChanged,
    VisitEnded,
    VisitStarted,
)

if TYPE_CHECKING:
    from paper_bank import Bank

    Restart = Callable[[Bank], Awaitable[Bank]]
    Serve = Callable[[Bank], Awaitable[None]]

DOOR = "A01"


async def begin(bank: Bank, *, deposit: bool, outcome: str | None) -> None:
    """A visit that got as far as one attempt at A01."""
    ledger = bank.cabinet.ledger
    await ledger.record(VisitStarted(visit="vis-0", visit_kind=VisitKind.DEPOSIT, means=Means.PIN, person="per-cou"))
    where = {"consignment": "con-1", "compartment": DOOR, "visit": "vis-0", "by": "per-cou"}
    await ledger.record(ConsignmentReserved.model_validate(where))
    visit, purpose = "vis-0", Purpose.DEPOSIT
    if not deposit:
        await ledger.record(ConsignmentDeposited.model_validate({**where, "confirmed": True, "nonce": 0}))
        await ledger.record(VisitEnded.model_validate({"visit": "vis-0", "result": "completed"}))
        visit, purpose = "vis-1", Purpose.PICKUP
        await ledger.record(VisitStarted(visit=visit, visit_kind=VisitKind.PICKUP, means=Means.IRIS, person="per-ann"))
    await ledger.record(
        AttemptStarted(attempt="att-0", visit=visit, compartment=DOOR, purpose=purpose, cause="con-1", number=1)
    )
    if outcome is not None:
        await ledger.record(AttemptSettled.model_validate({"attempt": "att-0", "outcome": outcome}))


async def moved(bank: Bank, visit: str, *latches: Latch) -> None:
    """What was seen of the door in a visit before the crash."""
    for latch in latches:
        await bank.cabinet.ledger.record(DoorChanged(compartment=DOOR, latch=latch, visit=visit))
        bank.panel.latches[DOOR] = HookLatch(latch.value)


async def recover(bank: Bank, begin_service: Serve) -> None:
    """Serve again, and see to what was interrupted, without waiting for doors that stand open."""
    await begin_service(bank)
    for interrupted in await bank.cabinet.ledger.run(interrupted_visits):
        await see_to(bank.cabinet, interrupted)


@pytest.mark.parametrize("deposit", [True, False])
async def test_a_door_found_open_is_waited_for_and_settled_as_its_visit_would_have(
    bank: Bank, restart: Restart, begin_service: Serve, *, deposit: bool
) -> None:
    await begin(bank, deposit=deposit, outcome="opened")
    await moved(bank, "vis-0" if deposit else "vis-1", Latch.UNLATCHED)
    again = await restart(bank)
    await begin_service(again)
    (interrupted,) = await again.cabinet.ledger.run(interrupted_visits)
    await again.close_after(see_to(again.cabinet, interrupted), DOOR)
    assert await again.state("con-1") == ("deposited" if deposit else "collected")
    assert not again.panel.pulses


async def test_a_door_seen_to_close_before_the_crash_is_settled(
    bank: Bank, restart: Restart, begin_service: Serve
) -> None:
    await begin(bank, deposit=False, outcome="opened")
    await moved(bank, "vis-1", Latch.UNLATCHED, Latch.LATCHED)
    again = await restart(bank)
    await recover(again, begin_service)
    assert await again.state("con-1") == "collected"


@pytest.mark.parametrize("deposit", [True, False])
@pytest.mark.parametrize("outcome", [None, "opened"])
async def test_a_door_that_may_have_opened_unseen_leaves_the_parcel_in_doubt(
    bank: Bank, restart: Restart, begin_service: Serve, outcome: str | None, *, deposit: bool
) -> None:
    await begin(bank, deposit=deposit, outcome=outcome)
    again = await restart(bank)
    await recover(again, begin_service)
    consignment = await again.cabinet.ledger.run(lambda ledger: ledger.consignment("con-1"))
    compartment = await again.cabinet.ledger.run(lambda ledger: ledger.compartment(DOOR))
    assert consignment is not None
    assert compartment is not None
    assert consignment.doubted
    assert consignment.state == ("reserved" if deposit else "deposited")
    assert compartment.service is ServiceState.NEEDS_CHECK


@pytest.mark.parametrize("deposit", [True, False])
async def test_a_door_that_never_opened_leaves_everything_as_it_was(
    bank: Bank, restart: Restart, begin_service: Serve, *, deposit: bool
) -> None:
    await begin(bank, deposit=deposit, outcome="jammed")
    again = await restart(bank)
    await recover(again, begin_service)
    assert await again.state("con-1") == ("expected" if deposit else "deposited")
    assert not await again.rows("consignment.doubted")


async def test_an_attempt_without_an_outcome_ends_as_unknown_and_is_not_tried_again(
    bank: Bank, restart: Restart, begin_service: Serve
) -> None:
    await begin(bank, deposit=False, outcome=None)
    again = await restart(bank)
    await recover(again, begin_service)
    (row,) = await again.rows("attempt.settled")
    assert row.body["outcome"] == "unknown"
    assert not again.panel.pulses
    assert len(await again.rows("attempt.started")) == 1


async def test_every_visit_of_the_last_run_ends(bank: Bank, restart: Restart, begin_service: Serve) -> None:
    await begin(bank, deposit=False, outcome="jammed")
    again = await restart(bank)
    await recover(again, begin_service)
    assert not await again.cabinet.ledger.run(lambda ledger: ledger.open_visits())


async def test_a_command_without_an_outcome_ends_as_unknown(bank: Bank, restart: Restart) -> None:
    await bank.cabinet.ledger.record(CommandReceived(command="cmd-1", command_kind="open"))
    again = await restart(bank)
    (row,) = await again.rows("command.settled")
    assert (row.subject, row.body["status"]) == ("cmd-1", "unknown")


async def test_a_door_that_differs_from_the_ledger_is_recorded_and_alarmed(
    bank: Bank, restart: Restart, begin_service: Serve
) -> None:
    bank.panel.latches["C01"] = HookLatch.UNLATCHED  # pulled open while nobody watched
    again = await restart(bank)
    await begin_service(again)
    (row,) = await again.rows("door.differed")
    assert (row.body["recorded"], row.body["found"]) == ("latched", "unlatched")
    assert [alarm.body["alarm"] for alarm in await again.rows("door.alarm")] == ["opened_without_attempt"]


async def test_wrong_codes_are_remembered_over_a_restart(bank: Bank, restart: Restart) -> None:
    await bank.press("welcome", "code")
    await bank.press("code", "enter", code="00000000")
    await bank.screen("code")
    while not await bank.rows("keypad.slowed"):
        await bank.desk.changed(bank.desk.rev)
    again = await restart(bank)
    assert again.cabinet.keypad.wait_s > 0


# What only one consignment of one visit may be judged by


async def reserve(bank: Bank, consignment: str, door: str, visit: str) -> dict[str, str]:
    where = {"consignment": consignment, "compartment": door, "visit": visit, "by": "per-cou"}
    await bank.cabinet.ledger.record(ConsignmentReserved.model_validate(where))
    return where


async def test_a_strangers_parcel_in_a_compartment_that_became_free_is_not_taken_for_collected(
    bank: Bank, restart: Restart, begin_service: Serve
) -> None:
    await begin(bank, deposit=False, outcome="opened")
    await moved(bank, "vis-1", Latch.UNLATCHED, Latch.LATCHED)
    await bank.cabinet.ledger.record(
        ConsignmentCollected.model_validate(
            {"consignment": "con-1", "compartment": DOOR, "visit": "vis-1", "means": "iris", "by": "per-ann"}
        )
    )
    await bank.cabinet.ledger.record(VisitStarted(visit="vis-2", visit_kind=VisitKind.DEPOSIT, means=Means.PIN))
    where = await reserve(bank, "con-3", DOOR, "vis-2")
    await bank.cabinet.ledger.record(ConsignmentDeposited.model_validate({**where, "confirmed": True, "nonce": 0}))
    again = await restart(bank)
    await recover(again, begin_service)
    assert await again.state("con-3") == "deposited"
    assert not await again.rows("consignment.doubted")


async def test_parcels_that_a_visit_has_deposited_are_not_doubted_by_its_interruption(
    bank: Bank, restart: Restart, begin_service: Serve
) -> None:
    await begin(bank, deposit=True, outcome="opened")
    await moved(bank, "vis-0", Latch.UNLATCHED, Latch.LATCHED)
    await bank.cabinet.ledger.record(
        ConsignmentDeposited.model_validate(
            {
                "consignment": "con-1",
                "compartment": DOOR,
                "visit": "vis-0",
                "by": "per-cou",
                "confirmed": True,
                "nonce": 0,
            }
        )
    )
    again = await restart(bank)
    await recover(again, begin_service)
    assert await again.state("con-1") == "deposited"
    assert not await again.rows("consignment.doubted", "compartment.service")


@pytest.mark.parametrize("deposit", [True, False])
async def test_a_jammed_door_that_a_push_opened_counts_as_opened(
    bank: Bank, restart: Restart, begin_service: Serve, *, deposit: bool
) -> None:
    await begin(bank, deposit=deposit, outcome="jammed")
    await moved(bank, "vis-0" if deposit else "vis-1", Latch.UNLATCHED, Latch.LATCHED)
    again = await restart(bank)
    await recover(again, begin_service)
    assert await again.state("con-1") == ("deposited" if deposit else "collected")


async def test_a_reservation_without_an_attempt_is_released(bank: Bank, restart: Restart, begin_service: Serve) -> None:
    await bank.cabinet.ledger.record(VisitStarted(visit="vis-0", visit_kind=VisitKind.DEPOSIT, means=Means.PIN))
    await reserve(bank, "con-1", DOOR, "vis-0")
    again = await restart(bank)
    await recover(again, begin_service)
    assert await again.state("con-1") == "expected"


async def test_a_reservation_that_moved_after_its_first_door_had_opened_is_doubted_not_released(
    bank: Bank, restart: Restart, begin_service: Serve
) -> None:
    await begin(bank, deposit=True, outcome="opened")
    await moved(bank, "vis-0", Latch.UNLATCHED, Latch.LATCHED)
    await bank.cabinet.ledger.record(
        ConsignmentRelocated(consignment="con-1", left=DOOR, compartment="A07", visit="vis-0")
    )
    again = await restart(bank)
    await recover(again, begin_service)
    consignment = await again.cabinet.ledger.run(lambda ledger: ledger.consignment("con-1"))
    assert consignment is not None
    assert consignment.doubted


async def test_a_look_inside_that_was_interrupted_leaves_what_is_there_in_doubt(
    bank: Bank, restart: Restart, begin_service: Serve
) -> None:
    await begin(bank, deposit=False, outcome="jammed")
    await bank.cabinet.ledger.record(VisitStarted(visit="vis-s", visit_kind=VisitKind.SERVICE, means=Means.PIN))
    await bank.cabinet.ledger.record(
        AttemptStarted(
            attempt="att-s", visit="vis-s", compartment=DOOR, purpose=Purpose.SERVICE, cause="vis-s", number=1
        ),
        AttemptSettled.model_validate({"attempt": "att-s", "outcome": "opened"}),
    )
    await moved(bank, "vis-s", Latch.UNLATCHED, Latch.LATCHED)
    again = await restart(bank)
    await recover(again, begin_service)
    consignment = await again.cabinet.ledger.run(lambda ledger: ledger.consignment("con-1"))
    assert consignment is not None
    assert (consignment.state, consignment.doubted) == ("deposited", True)
