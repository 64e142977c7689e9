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
from firmware_bridge.board_watch import BoardWatch
from firmware_bridge.boards.driver import BoardDriver, Declined, Hooks, check_options
from firmware_bridge.errors import DeclinedError, NoReplyError, PortError, ReadFailedError
from firmware_bridge.port import OpenPort
from firmware_bridge.power import PowerBudget
from firmware_bridge.reopening import Reopening
from firmware_bridge.reports import DoorChanged, Latch, LineChanged, Outcome, PanelEvent
from firmware_bridge.wire import Echo, Pace, Wire, WireCounts

REOPEN_AFTER_SILENCE_S: Final = 10.0
"""A port on which no board answers for this long is opened anew: adapters hang, and TCP peers vanish without a word."""
IDLE_S: Final = 1.0
"""Longest rest between two looks at whether there is something to do."""


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
        boards = {board.address: board for board in settings.boards}
        for board in settings.boards:
            check_options(settings.family, driver, board)
        self._unlocks = {each.id: driver.unlock(boards[each.board], each.channel) for each in compartments}
        self._pulse_s = {address: driver.pulse_s(board) for address, board in boards.items()}
        self._watches = {
            board.address: BoardWatch(
                board,
                {each.channel: each.id for each in compartments if each.board == board.address},
                driver,
                panel,
                read_retries=settings.read_retries,
                on_change=self._door_changed,
            )
            for board in settings.boards
        }

    # From any thread

    def submit(self, attempt: Attempt) -> None:
        """Queue an attempt; its future tells the end."""
        self._queue.put(attempt)

    def begin_stop(self, stop_by: float) -> None:
        """Refuse what is queued, finish what has been sent, at the latest by `stop_by` (monotonic seconds)."""
        self._queue.close("the panel is stopping")
        self._stop_by = stop_by

    # From the line's own thread

    def step(self) -> float | None:
        """Do one thing; give the seconds until there is something to do again, or None when the line has stopped."""
        now = self._clock()
        if self._stop_by is not None and (now >= self._stop_by or not self._moving):
            self._shut()
            return None
        try:
            if self._wire is None:
                return self._open(now)
            return self._use(self._wire, now)
        except PortError as error:
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
            watch.line_lost(why)
        self._queue.give_up_all(Outcome.LINE_DOWN, why)
        self.first_read.set()

    def _open(self, now: float) -> float:
        self._queue.give_up_all(Outcome.LINE_DOWN, "the port is not open")
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
        watch = self._next_watch()
        if watch.due > now:
            return min(watch.due - now, wait)
        self._read(wire, watch)
        return 0.0

    # Reading

    @property
    def _moving(self) -> bool:
        return any(watch.moving for watch in self._watches.values())

    def _next_watch(self) -> BoardWatch:
        """The board that is due first; a silent one must not delay the sight of a moving door."""
        watches = list(self._watches.values())
        if self._moving:
            watches = [watch for watch in watches if watch.moving or watch.answering is not False]
        return min(watches, key=lambda watch: watch.due)

    def _read(self, wire: Wire, watch: BoardWatch) -> None:
        began = self._clock()
        try:
            if wire.echo is Echo.UNKNOWN:
                wire.find_echo(self._driver.probe(watch.address))
            hooks = self._ask_hooks(wire, watch)
        except ReadFailedError as error:
            watch.read_failed(f"board {watch.address}: {error}", self._clock())
        else:
            self._heard_at = self._clock()
            self._reopening.answered(self._heard_at)
            self._set_up(up=True, cause=f"board {watch.address} answers")
            watch.read_succeeded(hooks, began=began, now=self._heard_at)
        self._notice_silence()
        if all(each.settled for each in self._watches.values()):
            self.first_read.set()

    def _ask_hooks(self, wire: Wire, watch: BoardWatch) -> Hooks:
        reply = wire.ask(watch.next_read)
        if isinstance(reply, Hooks):
            return reply
        raise DeclinedError(reply.reason if isinstance(reply, Declined) else f"it answered {reply}")

    def _notice_silence(self) -> None:
        watches = self._watches.values()
        if all(watch.answering is False for watch in watches):
            if self._wire is not None and self._driver.echo_matters:
                self._wire.echo = Echo.UNKNOWN  # the adapter may not be the one that was asked before
            self._set_up(up=False, cause="; ".join(watch.last_failure for watch in watches))
            if self._clock() - self._heard_at >= REOPEN_AFTER_SILENCE_S:
                self.fail(f"no board answers on {self._settings.port}; check power, wiring, addresses and baud rate")

    # Unlocking

    def _next_attempt(self, now: float) -> tuple[Attempt | None, float]:
        """The first attempt that may be sent now, its power claimed; or the seconds until one may."""
        wait = IDLE_S
        for attempt in self._queue.waiting():
            refusal = self._why_not(attempt)
            if refusal is not None:
                self._queue.take(attempt)
                attempt.give_up(*refusal)
                continue
            left = self._claim(attempt, now)
            if left == 0.0:
                self._queue.take(attempt)
                return attempt, 0.0
            wait = min(wait, left)
        return None, wait

    def _why_not(self, attempt: Attempt) -> tuple[Outcome, str] | None:
        """Why an attempt ends without a frame; None when it may be sent, or must wait."""
        watch = self._watches[attempt.lock.address]
        if self._up is False:
            return Outcome.LINE_DOWN, watch.last_failure
        latch = watch.latch(attempt.lock.channel)
        if latch is Latch.UNLATCHED:
            return Outcome.ALREADY_OPEN, "the hook says unlatched"
        if latch is Latch.UNKNOWN:
            return Outcome.REFUSED, f"the door's state is unknown: {watch.last_failure}"
        return None

    def _claim(self, attempt: Attempt, now: float) -> float:
        """Seconds to wait for the supply or for an earlier attempt on this door; 0.0: the pulse is accounted."""
        if self._watches[attempt.lock.address].expects(attempt.lock.channel):
            return self._panel.poll_active_s or IDLE_S
        return self._budget.claim(attempt.lock, self._pulse_s[attempt.lock.address], now)

    def _pulse(self, wire: Wire, attempt: Attempt) -> None:
        """Send an attempt's one frame. From here on, whatever happens, it counts as sent."""
        if not attempt.future.set_running_or_notify_cancel():
            return
        watch = self._watches[attempt.lock.address]
        sent = SentAttempt(attempt, jammed_at=self._clock() + self._panel.open_within_s)
        watch.expect(sent, self._clock())
        try:
            reply = wire.ask(self._unlocks[attempt.compartment])
        except NoReplyError:
            sent = replace(sent, board_said="the board did not answer the request")
        else:
            sent = sent.answered(reply)
        finally:
            self._budget.started(attempt.lock, self._pulse_s[attempt.lock.address], self._clock())
        watch.expect(sent, self._clock())

    # Telling

    def _shut(self) -> None:
        for watch in self._watches.values():
            watch.give_up_waiting("the panel stopped before the door was settled")
        if self._wire is not None:
            self._wire.close()
            self._wire = None
        self.first_read.set()

    def _set_up(self, *, up: bool, cause: str) -> None:
        if self._up is not up:
            self._up = up
            self._on_event(LineChanged(self.name, up, cause, self._clock()))

    def _door_changed(self, compartment: str, latch: Latch, previous: Latch) -> None:
        self._on_event(DoorChanged(compartment, latch, previous, self._clock()))
