"""All doors of the cabinet behind one face: ask for a door to be unlocked, hear what every door does.

It keeps no reasons and no custody; whoever calls has written down why before asking.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import structlog

from config.settings import CompartmentSettings, LineSettings, PanelSettings
from firmware_bridge.attempts import Attempt
from firmware_bridge.boards.driver import driver_named
from firmware_bridge.errors import PanelUseError
from firmware_bridge.fault_book import FaultBook
from firmware_bridge.faults import Fault, FaultKind
from firmware_bridge.line import Line
from firmware_bridge.line_settings import refuse_misset
from firmware_bridge.line_thread import LineThread
from firmware_bridge.port import OpenPort, open_serial
from firmware_bridge.power import Lock, PowerBudget
from firmware_bridge.reports import (
    Cycle,
    DoorChanged,
    FaultChanged,
    Latch,
    LineChanged,
    LockDrifted,
    LockPulsed,
    OccupancyChanged,
    Outcome,
    PanelEvent,
    Priority,
    UnlockReport,
    UnlockTimes,
)
from firmware_bridge.wire import WireCounts

__all__ = [
    "Cycle",
    "DoorChanged",
    "Fault",
    "FaultChanged",
    "FaultKind",
    "Latch",
    "LineChanged",
    "LockDrifted",
    "LockPulsed",
    "OccupancyChanged",
    "Outcome",
    "Panel",
    "PanelEvent",
    "Priority",
    "UnlockReport",
    "UnlockTimes",
    "refuse_unusable",
]

_log = structlog.get_logger(__name__)


class Panel:
    """The doors of one cabinet. Every method may be called from any thread."""

    def __init__(
        self,
        lines: Sequence[LineSettings],
        compartments: Sequence[CompartmentSettings],
        power: PanelSettings,
        *,
        on_event: Callable[[PanelEvent], None],
        clock: Callable[[], float] = time.monotonic,
        open_port: OpenPort = open_serial,
    ) -> None:
        """Check the settings; open nothing yet. `on_event` is called from the lines' threads and must be quick.

        Raises:
            PanelUseError: a compartment names a line or board that is not there.
            FrameFieldError: a board's address or channels are not possible in its family.
            UnknownFamilyError: a line's family has no driver.
        """
        _check_wiring(lines, compartments)
        self._clock = clock
        self._on_event = on_event
        self._guard = threading.Lock()
        self._started = False
        self._stopping = False
        self._latches = {each.id: Latch.UNKNOWN for each in compartments}
        self._locks = {each.id: Lock(each.line, each.board, each.channel) for each in compartments}
        self._up: dict[str, bool | None] = {each.name: None for each in lines}
        self._used_attempts: set[str] = set()
        """Never forgotten while the process lives: 100 bytes each, some tens of thousands between two restarts."""
        self._budget = PowerBudget(power)
        self._pulse_s = {
            (line.name, board.address): driver_named(line.family).pulse_s(board)
            for line in lines
            for board in line.boards
        }
        self._occupied: dict[str, bool | None] = dict.fromkeys(self._latches)
        self._faults = FaultBook(self._take_event)
        self._lines = {
            settings.name: LineThread(
                Line(
                    settings,
                    [each for each in compartments if each.line == settings.name],
                    driver_named(settings.family),
                    power,
                    self._budget,
                    faults=self._faults,
                    open_port=open_port,
                    on_event=self._take_event,
                    clock=clock,
                    pause=time.sleep,
                )
            )
            for settings in lines
        }

    def start(self) -> None:
        """Begin to read all lines. A dead line raises nothing: it is a `LineChanged`, and its doors stay unknown.

        Raises:
            PanelUseError: it has been started or stopped already.
        """
        with self._guard:
            if self._started or self._stopping:
                raise PanelUseError("a panel is started once; make a new one")
            self._started = True
        for thread in self._lines.values():
            thread.start()

    def wait_until_read(self, timeout_s: float) -> bool:
        """Wait until every line has been read, all doors debounced, or has failed once; false when time is up."""
        end = self._clock() + timeout_s
        return all(thread.line.first_read.wait(max(0.0, end - self._clock())) for thread in self._lines.values())

    def unlock(self, compartment: str, attempt: str, *, priority: Priority = Priority.PERSON) -> Future[UnlockReport]:
        """Pulse the lock of one compartment once, and find out what its door did. People before doors go first.

        An attempt id is good for one call, whatever came of it. The future always gets a report. Cancelling it before
        the frame is sent leaves the door alone.
        """
        future: Future[UnlockReport] = Future()
        lock = self._locks.get(compartment)
        if lock is None:
            unknown = f"there is no compartment {compartment!r} in the settings"
            future.set_result(_unsent(Outcome.REFUSED, unknown, self._clock()))
            return future
        with self._guard:
            refusal = self._why_not(compartment, lock, attempt)
            self._used_attempts.add(attempt)
        if refusal is not None:
            future.set_result(refusal)
        else:
            self._lines[lock.line].submit(
                Attempt(attempt, compartment, lock, future, queued=self._clock(), priority=priority)
            )
        return future

    def faults(self) -> tuple[Fault, ...]:
        """What is wrong now, with lines, boards and doors, in the order in which it began."""
        return self._faults.all()

    def latch_again(self, fault: Fault) -> None:
        """A fault that an earlier panel had and nobody has seen to lasts; no event tells of it."""
        self._faults.latch_again(fault)

    def found_open(self, compartment: str) -> None:
        """A door that was shut when an earlier panel ended stood open when it was first read again."""
        cause = "it stood open at the start, and nobody had opened it"
        self._faults.latch(FaultKind.DOOR_OPENED, compartment, cause, self._clock())

    def driven_before(self, compartment: str, ago_s: float) -> None:
        """An earlier panel's pulse of this coil began so long ago, or earlier: it counts for the coil's rest and duty.

        What is no longer in the settings is passed over. To be told before the first unlock, in any order.
        """
        lock = self._locks.get(compartment)
        if lock is not None:
            pulse_s = self._pulse_s[lock.line, lock.address]
            self._budget.driven_before(lock, pulse_s, self._clock() - ago_s)

    def clear_faults(self, part: str) -> tuple[Fault, ...]:
        """Service staff has seen to a line, a board ("left:0") or a compartment; gives what was cleared.

        What is still wrong with it is latched again.
        """
        return self._faults.clear(part, self._clock())

    def occupied(self, compartment: str) -> bool | None:
        """What the occupancy sensor says, debounced; None where there is none, or it cannot be read."""
        with self._guard:
            return self._occupied.get(compartment)

    def cycles(self) -> dict[str, Cycle]:
        """How long reading every door takes, by line, beside the wire's own limit."""
        return {name: thread.line.cycle() for name, thread in self._lines.items()}

    def doors(self) -> dict[str, Latch]:
        """The debounced state of every door, by compartment."""
        with self._guard:
            return dict(self._latches)

    def latch(self, compartment: str) -> Latch:
        """The debounced state of one door.

        Raises:
            PanelUseError: there is no such compartment.
        """
        with self._guard:
            if compartment not in self._latches:
                raise PanelUseError(f"there is no compartment {compartment!r} in the settings")
            return self._latches[compartment]

    def lines(self) -> dict[str, bool]:
        """Which lines work: the port is open and at least one board answers."""
        with self._guard:
            return {name: up is True for name, up in self._up.items()}

    def counts(self) -> dict[str, WireCounts]:
        """What each line has seen since the start: requests, silences, noise."""
        return {name: thread.line.counts for name, thread in self._lines.items()}

    def stop(self, timeout_s: float = 5.0) -> None:
        """Refuse what is queued, finish the exchange and the pulses in flight, close the ports."""
        with self._guard:
            self._stopping = True
        end = self._clock() + timeout_s
        for thread in self._lines.values():
            thread.begin_stop(end)
        for name, thread in self._lines.items():
            if not thread.join(max(0.0, end - self._clock()) + 1.0):
                _log.error("line did not stop in time; its port stays open until the process ends", line=name)

    def _why_not(self, compartment: str, lock: Lock, attempt: str) -> UnlockReport | None:
        """Why an unlock ends at once, without going to its line."""
        now = self._clock()
        if attempt in self._used_attempts:
            return _unsent(
                Outcome.REFUSED, f"attempt {attempt} has been used already; another try is another attempt", now
            )
        if self._stopping:
            return _unsent(Outcome.REFUSED, "the panel is stopping", now)
        if self._up[lock.line] is False:
            return _unsent(Outcome.LINE_DOWN, f"line {lock.line} is down", now)
        if self._latches[compartment] is Latch.UNLATCHED:
            return _unsent(Outcome.ALREADY_OPEN, "the hook says unlatched", now)
        if self._latches[compartment] is Latch.UNKNOWN:
            return _unsent(Outcome.REFUSED, "the door's state is unknown; its board must answer first", now)
        return None

    def _take_event(self, event: PanelEvent) -> None:
        with self._guard:
            if isinstance(event, DoorChanged):
                self._latches[event.compartment] = event.latch
            elif isinstance(event, LineChanged):
                self._up[event.line] = event.up
            elif isinstance(event, OccupancyChanged):
                self._occupied[event.compartment] = event.occupied
        try:
            self._on_event(event)
        except Exception:  # noqa: BLE001 - whatever a listener does, the line goes on
            _log.exception("a listener of the panel failed; the line goes on", panel_event=repr(event))


def refuse_unusable(
    lines: Sequence[LineSettings], compartments: Sequence[CompartmentSettings], power: PanelSettings
) -> None:
    """Refuse settings that no panel can work with, and open nothing.

    A panel may be made with some of these all the same: what its boards then say is how a fitter finds out.

    Raises:
        PanelUseError, FrameFieldError, UnknownFamilyError: as `Panel`.
        LineSettingsError: a line's rate or status codes leave all its doors unknown.
    """
    Panel(lines, compartments, power, on_event=lambda _: None)
    for line in lines:
        refuse_misset(line, {each.board for each in compartments if each.line == line.name})


def _unsent(outcome: Outcome, detail: str, now: float) -> UnlockReport:
    return UnlockReport(outcome, detail, frame_sent=False, times=UnlockTimes(queued=now, settled=now))


def _check_wiring(lines: Sequence[LineSettings], compartments: Sequence[CompartmentSettings]) -> None:
    boards = {(line.name, board.address): board.channels for line in lines for board in line.boards}
    for each in compartments:
        channels = boards.get((each.line, each.board))
        if channels is None:
            raise PanelUseError(
                f"compartment {each.id} names board {each.board} of line {each.line}, which is not there"
            )
        if each.channel >= channels:
            raise PanelUseError(f"compartment {each.id} names channel {each.channel} of a board with {channels}")
