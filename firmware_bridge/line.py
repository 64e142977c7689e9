"""One serial line, one step at a time: open the port, send what waits, read what is due, notice what is lost.

Without a thread and with an injected clock and port, so that every order of things can be played in a test;
`line_thread` runs it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from config.settings import CompartmentSettings, LineSettings, PanelSettings
from firmware_bridge.attempt_queue import AttemptQueue
from firmware_bridge.attempts import Attempt, SentAttempt
from firmware_bridge.board_faults import BoardFaults
from firmware_bridge.board_watch import BoardWatch
from firmware_bridge.boards.driver import BoardDriver, Declined, EchoHeard, Hooks, Refusal, Reply, check_options
from firmware_bridge.door_faults import DoorFaults
from firmware_bridge.errors import DeclinedError, NoReplyError, PortError, ReadFailedError
from firmware_bridge.fault_book import FaultBook
from firmware_bridge.faults import FaultKind
from firmware_bridge.line_faults import LineFaults
from firmware_bridge.moves import Move
from firmware_bridge.port import OpenPort
from firmware_bridge.power import Lock, PowerBudget
from firmware_bridge.read_plan import PlannedRead
from firmware_bridge.read_round import ReadRound
from firmware_bridge.reopening import Reopening
from firmware_bridge.reports import (
    Cycle,
    DoorChanged,
    Latch,
    LineChanged,
    LockPulsed,
    OccupancyChanged,
    Outcome,
    PanelEvent,
)
from firmware_bridge.wire import Echo, Pace, Wire, WireCounts

REOPEN_AFTER_SILENCE_S: Final = 10.0
"""A port on which no board answers for this long is opened anew: adapters hang, and TCP peers vanish without a word."""
IDLE_S: Final = 1.0
"""Longest rest between two looks at whether there is something to do."""
COOLING_PATIENCE_S: Final = 5.0
"""An attempt whose coil must cool for longer is refused: nobody is kept before a door for a minute."""
BOARD_COOLS_S: Final = 60.0
"""How long a coil that its board rests is said to cool: no board says when it will drive it again."""

STRANGER_EVERY_S: Final = 10.0
"""How often an address that nobody should have is asked, while answers come damaged or doors open by themselves."""
STRANGER_WITHIN_S: Final = 0.1
"""A board answers within some hundredths of a second; the line is not kept from its doors for longer than this."""


class Line:
    """The boards of one line and the attempts that wait for them.

    `submit` and `begin_stop` may be called from any thread; all else belongs to the thread that calls `step`.
    """

    def __init__(
        self,
        settings: LineSettings,
        compartments: Sequence[CompartmentSettings],
        driver: BoardDriver,
        panel: PanelSettings,
        budget: PowerBudget,
        *,
        faults: FaultBook,
        open_port: OpenPort,
        on_event: Callable[[PanelEvent], None],
        clock: Callable[[], float],
        pause: Callable[[float], None],
    ) -> None:
        self.name = settings.name
        self.counts = WireCounts()
        self.first_read = threading.Event()
        """Set once every door is known or its board, or the port, has failed once."""
        self._settings = settings
        self._driver = driver
        self._panel = panel
        self._budget = budget
        self._open_port = open_port
        self._on_event = on_event
        self._clock = clock
        self._pause = pause
        self._pace = Pace(settings.baud or driver.bauds[0], settings.reply_timeout_s, settings.gap_s)
        self._wire: Wire | None = None
        self._up: bool | None = None
        self._reopening = Reopening(clock())
        self._heard_at = clock()
        self._queue = AttemptQueue()
        self._stop_by: float | None = None
        self._stranger_at = clock()
        self._suspect = False
        """A door opened that nobody had asked to: an unlock of another board may have been taken for its own."""
        self._faults = faults
        self._line_faults = LineFaults(settings.name, settings.port, faults)
        self._board_faults = BoardFaults(settings.name, faults, alone=len(settings.boards) == 1)
        self._door_faults = DoorFaults(faults, panel.left_open_s)
        boards = {board.address: board for board in settings.boards}
        for board in settings.boards:
            check_options(settings.family, driver, board)
        self._unlocks = {each.id: driver.unlock(boards[each.board], each.channel) for each in compartments}
        self._locks = {each.id: Lock(each.line, each.board, each.channel) for each in compartments}
        self._pulse_s = {address: driver.pulse_s(board) for address, board in boards.items()}
        self._watches = {
            board.address: BoardWatch(
                board,
                {each.channel: each.id for each in compartments if each.board == board.address},
                driver,
                panel,
                self._door_faults,
                read_retries=settings.read_retries,
                on_change=self._door_changed,
                on_pulsed=self._pulsed,
                on_occupied=self._occupied,
            )
            for board in settings.boards
        }
        self._round = ReadRound(self._watches.values(), panel)

    # From any thread

    def submit(self, attempt: Attempt) -> None:
        """Queue an attempt; its future tells the end."""
        self._queue.put(attempt)

    def begin_stop(self, stop_by: float) -> None:
        """Refuse what is queued, finish what has been sent, at the latest by `stop_by` (monotonic seconds)."""
        self._queue.close("the panel is stopping", self._clock())
        self._stop_by = stop_by

    # From the line's own thread

    def step(self) -> float | None:
        """Do one thing; give the seconds until there is something to do again, or None when the line has stopped."""
        now = self._clock()
        if self._stop_by is not None and (now >= self._stop_by or not self._round.moving):
            self._shut()
            return None
        try:
            if self._wire is None:
                return self._open(now)
            return self._use(self._wire, now)
        except PortError as error:
            self._line_faults.port_failed(error, now)
            self.fail(str(error))
            return 0.0

    def fail(self, why: str) -> None:
        """Give the port up, report its doors unknown, and look for it again after a while."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None
        self._reopening.lost(self._clock())
        self._set_up(up=False, cause=why)
        for watch in self._watches.values():
            watch.line_lost(why, self._clock())
        self._give_up_all(why, self._clock())
        self.first_read.set()

    def _open(self, now: float) -> float:
        self._give_up_all("the port is not open", now)
        if now < self._reopening.at:
            return min(self._reopening.at - now, IDLE_S)
        port = self._open_port(self._settings.port, self._pace.baud)
        echo = Echo.UNKNOWN if self._driver.echo_matters else Echo.ABSENT
        self._wire = Wire(port, self._pace, clock=self._clock, pause=self._pause, echo=echo, counts=self.counts)
        self._heard_at = self._clock()
        return 0.0

    def _use(self, wire: Wire, now: float) -> float:
        """Send an attempt if one may go, else read the board that has waited longest."""
        attempt, wait = self._next_attempt(now)
        if attempt is not None:
            self._pulse(wire, attempt)
            return 0.0
        watch, read = self._round.next(now)
        if read.due > now:
            return min(read.due - now, wait)
        self._read(wire, watch, read)
        return 0.0

    # Reading

    def _read(self, wire: Wire, watch: BoardWatch, read: PlannedRead) -> None:
        self._round.reads_now(read)
        began, traces = self._clock(), self._traces()
        try:
            if wire.echo is Echo.UNKNOWN:
                wire.find_echo(self._driver.probe(watch.address))
            hooks = self._ask_hooks(wire, read)
        except ReadFailedError as error:
            self._failed(watch, read, error, traces)
            if watch.answering is False and self._traces() != traces:
                self._look_for_stranger(wire)
        else:
            self._heard_at = self._clock()
            self._round.answered(read, wire.last.wire_s)
            watch.read_succeeded(read, hooks, wire.last, began=began, now=self._heard_at)
            if watch.answering:
                self._answered(watch)
            if self._suspect:
                self._suspect = False
                self._look_for_stranger(wire)
        self._line_faults.asked(self.counts, self._clock())
        if watch.answering is False:
            self._notice_silence()
        if not self.first_read.is_set() and all(each.settled for each in self._watches.values()):
            self.first_read.set()

    def _failed(self, watch: BoardWatch, read: PlannedRead, error: ReadFailedError, traces: tuple[int, int]) -> None:
        """`traces`: what noise and strangers had left before the read."""
        now, declined = self._clock(), isinstance(error, DeclinedError)
        damaged = not declined and self.counts.noise_bytes > traces[0]
        why = f"board {watch.address}: {error}{'; damaged bytes came instead' if damaged else ''}"
        watch.read_failed(read, why, now, traces=self._traces() != traces, declined=declined)
        if not declined:
            self._line_faults.unanswered(watch.address, now, damaged=damaged)
        noise = self._line_faults.noise((watch.address,), now)
        if noise and watch.answering is False:
            self._line_faults.noisy(noise, now)
        self._board_faults.failed(watch, read, error, now, noisy=bool(noise))

    def _ask_hooks(self, wire: Wire, read: PlannedRead) -> Hooks:
        reply = wire.ask(read.request, usual=read.usual)
        read.usual = wire.answer
        if isinstance(reply, Hooks):
            return reply
        if isinstance(reply, Declined):
            raise DeclinedError(reply.reason, channels=reply.about is Refusal.CHANNELS)
        raise DeclinedError(f"it answered {reply}")

    def _answered(self, watch: BoardWatch) -> None:
        self._reopening.answered(self._heard_at)
        if self._up is not True:
            self._set_up(up=True, cause=f"board {watch.address} answers")
        if not self._faults.empty:
            self._line_faults.answered(self._heard_at)
            self._board_faults.answered(watch, self._heard_at)

    def _look_for_stranger(self, wire: Wire) -> None:
        """Ask an address that nobody should have: a board that takes every address for its own answers there too.

        Where another board has the address asked, both answer at once and only rubbish comes.
        """
        nobody = next((each for each in self._driver.addresses if each not in self._watches), None)
        now = self._clock()
        if nobody is None or self._round.moving or now < self._stranger_at:
            return
        self._stranger_at = now + STRANGER_EVERY_S
        try:
            probe = self._driver.probe(nobody)
            replies = [wire.ask(probe, within_s=STRANGER_WITHIN_S) for _ in range(2)]  # noise may look like one
        except NoReplyError:
            return
        if not any(isinstance(reply, EchoHeard) for reply in replies):
            cause = f"something answers at address {nobody}, which no board of the settings has"
            self._faults.lasts(FaultKind.LINE_FOREIGN, self.name, cause, self._clock())

    def _traces(self) -> tuple[int, int]:
        """What noise and strangers have left on the line so far."""
        return self.counts.noise_bytes, self.counts.foreign_frames

    def _notice_silence(self) -> None:
        watches = self._watches.values()
        if all(watch.answering is False for watch in watches):
            cause = "; ".join(watch.last_failure for watch in watches)
            if any(each.declining.sure or each.declining.open for each in watches):  # no silence: a board has a fault
                self._heard_at = self._clock()
                self._line_faults.answered(self._heard_at)
                self._set_up(up=False, cause=cause)
                return
            if self._wire is not None and self._driver.echo_matters:
                self._wire.echo = Echo.UNKNOWN  # the adapter may not be the one that was asked before
            self._set_up(up=False, cause=cause)
            noise = self._line_faults.noise(self._watches, self._clock())
            if not noise:
                self._line_faults.silent(cause, self._clock())
                noise = f"no board answers on {self._settings.port}; check power, wiring, addresses and baud rate"
            if self._clock() - self._heard_at >= REOPEN_AFTER_SILENCE_S:
                self.fail(noise)

    def cycle(self) -> Cycle:
        """How long reading every door takes; safe from any thread, for figures are replaced one by one."""
        reads = self._round.reads
        return Cycle(
            len(reads),
            wire_s=sum(read.wire_s for read in reads),
            took_s=sum(read.took_s for read in reads),
            every_s=max(read.every_s for read in reads),
        )

    # Unlocking

    def _next_attempt(self, now: float) -> tuple[Attempt | None, float]:
        """The first attempt that may be sent now, its power claimed; or the seconds until one may."""
        wait = IDLE_S
        waiting = self._queue.waiting()
        for attempt in waiting.cancelled:
            self._budget.forget(attempt.lock)
        for attempt in waiting.attempts:
            refusal = self._why_not(attempt, now)
            if refusal is not None:
                self._queue.give_up(attempt, *refusal, now)
                self._budget.forget(attempt.lock)
                continue
            left = self._claim(attempt, now)
            if left == 0.0:
                if self._queue.take(attempt):
                    return attempt, 0.0
                self._budget.unclaim(attempt.lock)  # cancelled at this very moment
                continue
            wait = min(wait, left)
        return None, wait

    def _give_up_all(self, why: str, now: float) -> None:
        """End what waits; from here on it holds no other line up."""
        for attempt in self._queue.give_up_all(Outcome.LINE_DOWN, why, now):
            self._budget.forget(attempt.lock)

    def _why_not(self, attempt: Attempt, now: float) -> tuple[Outcome, str] | None:
        """Why an attempt ends without a frame; None when it may be sent, or must wait."""
        watch = self._watches[attempt.lock.address]
        if self._up is False:
            return Outcome.LINE_DOWN, watch.last_failure
        latch = watch.latch(attempt.lock.channel)
        if latch is Latch.UNLATCHED:
            return Outcome.ALREADY_OPEN, "the hook says unlatched"
        if latch is Latch.UNKNOWN:
            return Outcome.REFUSED, f"the door's state is unknown: {watch.last_failure}"
        cooling_s = self._budget.rested_in(attempt.lock, self._pulse_s[attempt.lock.address], now)
        if cooling_s > COOLING_PATIENCE_S and not watch.expects(attempt.lock.channel):
            why = f"its coil has been driven as much as it may be; it must cool for {cooling_s:.0f} s"
            self._door_faults.cooling(attempt.compartment, why, now, now + cooling_s)
            return Outcome.REFUSED, why
        return None

    def _claim(self, attempt: Attempt, now: float) -> float:
        """Seconds to wait for the supply or for an earlier attempt on this door; 0.0: the pulse is accounted."""
        if self._watches[attempt.lock.address].expects(attempt.lock.channel):
            return self._panel.poll_active_s or IDLE_S
        return self._budget.claim(attempt.lock, self._pulse_s[attempt.lock.address], now, attempt.priority)

    def _pulse(self, wire: Wire, attempt: Attempt) -> None:
        """Send an attempt's one frame. From here on, whatever happens, it counts as sent."""
        watch = self._watches[attempt.lock.address]
        now = self._clock()
        sent = SentAttempt(attempt, jammed_at=now + self._panel.open_within_s, sent=now)
        watch.expect(sent, now)
        request = self._unlocks[attempt.compartment]
        reply: Reply | None = None
        try:
            if request.answered:
                reply = wire.ask(request)
            else:
                wire.tell(request)
        except NoReplyError:
            sent = replace(sent, board_said="the board did not answer the request")
        else:
            sent = sent.answered(reply, self._clock())
            if isinstance(reply, Declined) and reply.about is Refusal.COOLING:
                now = self._clock()
                self._door_faults.cooling(attempt.compartment, reply.reason, now, now + BOARD_COOLS_S)
        finally:
            self._budget.started(attempt.lock, self._pulse_s[attempt.lock.address], self._clock())
        watch.expect(sent, self._clock())

    # Telling

    def _shut(self) -> None:
        for watch in self._watches.values():
            watch.give_up_waiting("the panel stopped before the door was settled", self._clock())
        if self._wire is not None:
            self._wire.close()
            self._wire = None
        self.first_read.set()

    def _set_up(self, *, up: bool, cause: str) -> None:
        if self._up is not up:
            self._up = up
            self._on_event(LineChanged(self.name, up, cause, self._clock()))

    def _door_changed(self, compartment: str, latch: Latch, previous: Latch) -> None:
        if latch is Latch.UNLATCHED and not self._round.moving:
            self._suspect = len(self._watches) > 1
        self._on_event(DoorChanged(compartment, latch, previous, self._clock()))

    def _pulsed(self, compartment: str, outcome: Outcome, move: Move) -> None:
        at = self._clock()
        company = self._budget.company(self._locks[compartment], at if move.unlatched_at is None else move.unlatched_at)
        self._on_event(LockPulsed(compartment, outcome, move.sent, at, move.latched_at, move.unlatched_at, company))

    def _occupied(self, compartment: str, occupied: bool | None) -> None:  # noqa: FBT001 - a sensor's state
        self._on_event(OccupancyChanged(compartment, occupied, self._clock()))
