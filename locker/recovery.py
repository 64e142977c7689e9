"""Every start: settle what the last run left open, read every door, and record how it differs from the ledger.

Nothing is tried again. No visit begins before this is done; interrupted visits whose doors stand open are seen to
behind the reception's back.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.settings import Settings
from firmware_bridge.panel import Fault, FaultKind, Panel
from locker.clock import Clock, parse_instant
from locker.doubt import OPENED_BY_ITSELF, doubted
from locker.ledger import Ledger, PastPulse, StandingFault
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

LONGEST_PULSE_S = 9.0
"""What `lines.boards.pulse_s` takes."""
LONGEST_CAUSE = 400
"""Characters; what the contract takes."""
INTERRUPTED = "the cabinet stopped before the outcome was recorded"


@dataclass(frozen=True)
class Left:
    """What earlier runs left for the panel: coils that may be warm, and faults of doors that have not ended."""

    pulses: tuple[PastPulse, ...]
    faults: tuple[StandingFault, ...]

    def hand_to(self, panel: Panel, clock: Clock) -> None:
        """Tell a panel that has not been started; `clock` has its monotonic time."""
        for pulse in self.pulses:
            panel.driven_before(pulse.compartment, pulse.ago_s)
        for standing in self.faults:
            panel.latch_again(_latched_before(standing, clock))


def begin_boot(ledger: Ledger, settings: Settings, version: str) -> Left:
    """Record the start, the site's compartments, and the end of every attempt and command that was under way.

    No start ends a break-in: nothing but service staff can say what became of the things behind a door that opened by
    itself. Nor does it free a door that jammed. They are told again, for `daemon.started` ends all faults; those of
    compartments that the site file lacks are not, for they are told when the compartment returns.
    """
    pulses = ledger.pulses_within(settings.panel.coil_duty_window_s + LONGEST_PULSE_S)
    installed = {compartment.id for compartment in settings.compartments}
    standing = ledger.standing_faults()
    lasting = tuple(each for each in standing if each.fault.part in installed)
    unseen = {each.fault.part for each in standing if each.fault.fault == "door_opened"}
    events: list[Event] = [DaemonStarted(cabinet=settings.site.cabinet, boot=ledger.boot, version=version)]
    known = {compartment.id: compartment for compartment in ledger.compartments()}
    events += [
        CompartmentInstalled(compartment=compartment.id, size=SizeName(compartment.size))
        for compartment in settings.compartments
        if compartment.id not in known or known[compartment.id].size != compartment.size
    ]
    events += _retire(ledger, installed, unseen)
    for attempt in ledger.unsettled_attempts():
        events.append(AttemptSettled(attempt=attempt.attempt, outcome=Outcome.UNKNOWN, detail=INTERRUPTED))
    for command in ledger.unsettled_commands():
        events.append(CommandSettled(command=command.command, status="unknown", reason=INTERRUPTED))
    ledger.record(*events, *map(_told_again, lasting))
    return Left(pulses, lasting)


def _latched_before(standing: StandingFault, clock: Clock) -> Fault:
    """A fault of an earlier run as the panel keeps it, its times moved to the monotonic clock."""
    now, wall = clock.monotonic(), clock.now()
    fault = standing.fault
    first, last = (
        now - max(0.0, (wall - parse_instant(at)).total_seconds()) for at in (standing.first_at, standing.last_at)
    )
    return Fault(FaultKind(fault.fault), fault.part, fault.cause, first, last, standing.count)


def _told_again(standing: StandingFault) -> PanelFault:
    """A fault of an earlier run, as the platform hears of it after the start."""
    when = f"; first at {standing.first_at}, last at {standing.last_at}, before the daemon was started again"
    cause = standing.fault.cause[: LONGEST_CAUSE - len(when)] + when
    return standing.fault.model_copy(update={"cause": cause, "count": standing.count})


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


def compare_doors(ledger: Ledger, found: dict[str, Latch]) -> tuple[str, ...]:
    """Record every door as it was found; one that differs from the ledger is told as a difference too.

    Gives the doors that stand open though nobody has opened them, for the panel to latch.
    """
    expected = {attempt.compartment for visit in ledger.open_visits() for attempt in ledger.attempts(visit.visit)}
    events: list[Event] = []
    unasked: list[str] = []
    for compartment in ledger.compartments():
        now = found.get(compartment.id, Latch.UNKNOWN)
        if now is compartment.door:
            continue
        if Latch.UNKNOWN not in (now, compartment.door):
            events.append(DoorDiffered(compartment=compartment.id, recorded=compartment.door, found=now))
        events.append(DoorChanged(compartment=compartment.id, latch=now))
        if now is Latch.UNLATCHED and compartment.id not in expected:
            unasked.append(compartment.id)
            events.append(DoorAlarmed(compartment=compartment.id, alarm="opened_without_attempt"))
            events += doubted(ledger, compartment.id, "the door was open at the start, and nobody had opened it")
    ledger.record(*events)
    return tuple(unasked)


def interrupted_visits(ledger: Ledger) -> tuple[Interrupted, ...]:
    """Visits of earlier runs that have not ended."""
    return tuple(Interrupted(visit) for visit in ledger.open_visits())
