"""Every start: settle what the last run left open, read every door, and record how it differs from the ledger.

Nothing is tried again. No visit begins before this is done; interrupted visits whose doors stand open are seen to
behind the reception's back.
"""

from __future__ import annotations

from config.settings import Settings
from firmware_bridge.faults import STAFF_ONLY
from locker.doubt import OPENED_BY_ITSELF, doubted
from locker.ledger import Ledger
from locker.visits.aftercare import Interrupted
from mqtt.contract.base import Latch, Outcome, ServiceState, SizeName
from mqtt.contract.events import (
    AttemptSettled,
    CommandSettled,
    CompartmentInstalled,
    CompartmentServiceChanged,
    DaemonStarted,
    DoorAlarmed,
    DoorChanged,
    DoorDiffered,
    Event,
    PanelFault,
)

INTERRUPTED = "the cabinet stopped before the outcome was recorded"


SEEN_AT = "; seen at "


def begin_boot(ledger: Ledger, settings: Settings, version: str) -> tuple[PanelFault, ...]:
    """Record the start, the site's compartments, and the end of every attempt and command that was under way.

    Gives the faults that no start ends, for the panel to latch again: nothing but service staff can say what became of
    the things behind a door that opened by itself. They are recorded again, for `daemon.started` ends all others; also
    those of compartments that the site file lacks this time, which the panel does not know.
    """
    installed = {compartment.id for compartment in settings.compartments}
    lasting = _lasting_faults(ledger)
    events: list[Event] = [DaemonStarted(cabinet=settings.site.cabinet, boot=ledger.boot, version=version)]
    known = {compartment.id: compartment for compartment in ledger.compartments()}
    events += [
        CompartmentInstalled(compartment=compartment.id, size=SizeName(compartment.size))
        for compartment in settings.compartments
        if compartment.id not in known or known[compartment.id].size != compartment.size
    ]
    events += _retire(ledger, installed, unseen={fault.part for fault in lasting})
    for attempt in ledger.unsettled_attempts():
        events.append(AttemptSettled(attempt=attempt.attempt, outcome=Outcome.UNKNOWN, detail=INTERRUPTED))
    for command in ledger.unsettled_commands():
        events.append(CommandSettled(command=command.command, status="unknown", reason=INTERRUPTED))
    ledger.record(*events, *lasting)
    return tuple(fault for fault in lasting if fault.part in installed)


def _lasting_faults(ledger: Ledger) -> tuple[PanelFault, ...]:
    """What staff has not seen to yet, with the time at which it was seen."""
    lasting = []
    for fault, at in ledger.standing_faults():
        if fault.fault in STAFF_ONLY:
            seen = f"{SEEN_AT}{at}, before the daemon was started again"
            cause = fault.cause if SEEN_AT in fault.cause else fault.cause[: 400 - len(seen)] + seen
            lasting.append(fault.model_copy(update={"cause": cause}))
    return tuple(lasting)


NOT_INSTALLED = "not in the site file"
INSTALLED_AGAIN = "in the site file again"


def _retire(ledger: Ledger, installed: set[str], unseen: set[str]) -> list[Event]:
    """Compartments that the site file no longer has are taken out of service; those that return, put back.

    Staff must look behind the `unseen` ones first.
    """
    events: list[Event] = []
    for compartment in ledger.compartments():
        gone = compartment.id not in installed
        in_service = compartment.service is ServiceState.IN_SERVICE
        if gone and in_service:
            state, reason = ServiceState.OUT_OF_SERVICE, NOT_INSTALLED
        elif not gone and not in_service and compartment.reason == NOT_INSTALLED:
            state, reason = ServiceState.IN_SERVICE, INSTALLED_AGAIN
            if compartment.id in unseen:
                state, reason = ServiceState.NEEDS_CHECK, OPENED_BY_ITSELF
        else:
            continue
        events.append(CompartmentServiceChanged(compartment=compartment.id, state=state, reason=reason))
    return events


def compare_doors(ledger: Ledger, found: dict[str, Latch]) -> None:
    """Record every door as it was found; one that differs from the ledger is told as a difference too."""
    expected = {attempt.compartment for visit in ledger.open_visits() for attempt in ledger.attempts(visit.visit)}
    events: list[Event] = []
    for compartment in ledger.compartments():
        now = found.get(compartment.id, Latch.UNKNOWN)
        if now is compartment.door:
            continue
        if Latch.UNKNOWN not in (now, compartment.door):
            events.append(DoorDiffered(compartment=compartment.id, recorded=compartment.door, found=now))
        events.append(DoorChanged(compartment=compartment.id, latch=now))
        if now is Latch.UNLATCHED and compartment.id not in expected:
            events.append(DoorAlarmed(compartment=compartment.id, alarm="opened_without_attempt"))
            events += doubted(ledger, compartment.id, "the door was open at the start, and nobody had opened it")
    ledger.record(*events)


def interrupted_visits(ledger: Ledger) -> tuple[Interrupted, ...]:
    """Visits of earlier runs that have not ended."""
    return tuple(Interrupted(visit) for visit in ledger.open_visits())
