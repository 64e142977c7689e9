"""The doors of one board: what their hooks say, when to read them next, and which sent attempts wait for them."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Final

from config.settings import BoardSettings, PanelSettings
from firmware_bridge.attempts import SentAttempt
from firmware_bridge.boards.driver import BoardDriver, Hooks
from firmware_bridge.debounce import Debounce
from firmware_bridge.declining import Declining
from firmware_bridge.door_faults import DoorFaults
from firmware_bridge.moves import Move
from firmware_bridge.occupancy import Occupancy
from firmware_bridge.read_plan import PlannedRead, ReadPlan
from firmware_bridge.reports import Latch, Outcome
from firmware_bridge.trust import Trust
from firmware_bridge.wire import Exchange
from firmware_bridge.wobble import Wobble

SILENT_POLL_S: Final = 1.0
"""How often a board that does not answer is asked again: each such read holds the line for a whole reply time limit."""
LOCKS_MISSING_READS: Final = 5
"""So many reads of some locks must fail in a row at the least, while others of their board are answered."""
SOON_SHUT_S: Final = 60.0
"""Who has opened a door shuts it within a minute: until then it is read as often as one that is about to open."""

OnChange = Callable[[str, Latch, Latch], None]
"""Called with a compartment, its new latch and the previous one."""

OnPulsed = Callable[[str, Outcome, Move], None]
"""Called with a compartment whose pulse has been settled, how, and between which reads its hook moved."""

OnOccupied = Callable[[str, bool | None], None]
"""Called with a compartment and what its occupancy sensor says now."""


class BoardWatch:
    """One board of a line. Not safe across threads: its line's thread owns it."""

    def __init__(
        self,
        board: BoardSettings,
        compartments: Mapping[int, str],
        driver: BoardDriver,
        settings: PanelSettings,
        faults: DoorFaults,
        *,
        read_retries: int,
        on_change: OnChange,
        on_pulsed: OnPulsed = lambda _compartment, _outcome, _move: None,
        on_occupied: OnOccupied = lambda _compartment, _occupied: None,
    ) -> None:
        """`compartments` maps channels (0-based) to the doors behind them; other channels are not looked at."""
        self.address = board.address
        self.answering: bool | None = None
        """False once more reads in a row failed than may be repeated, and until the board is believed again; None until
        something is known."""
        self.declining = Declining()
        """Whether it answers, but not with its hooks."""
        self.last_failure = "it has not been read yet"
        self.plan = ReadPlan(driver.hook_reads(board), compartments)
        self.rest_s = settings.poll_rest_s
        """Between two reads of a door that rests."""
        self._inverted = board.inverted
        self._compartments = dict(compartments)
        self._hooks = {channel: Debounce(settings.debounce_reads, settings.debounce_s) for channel in compartments}
        self._sensors = {channel: Occupancy() for channel in compartments}
        self._trust = Trust(settings.debounce_reads, checksum=driver.checksum)
        self._wobble = Wobble()
        self._failures = 0
        self._settings = settings
        self._read_retries = read_retries
        self._faults = faults
        self._on_change = on_change
        self._on_pulsed = on_pulsed
        self._on_occupied = on_occupied
        self._sent: dict[int, SentAttempt] = {}
        self._moves: dict[int, Move] = {}

    @property
    def moving(self) -> bool:
        """Whether a door is expected to move by a pulse."""
        return bool(self._sent)

    def lacks(self, read: PlannedRead) -> bool:
        """Whether what one read asks for is not there, though others of this board are answered: noise is no reason."""
        return bool(self.answering) and read.failures >= max(LOCKS_MISSING_READS, self._trust.failures_beyond_chance)

    @property
    def settled(self) -> bool:
        """Whether every door's state is known, or could not be read."""
        given_up = {channel for read in self.plan.reads if self._given_up(read) for channel in read.channels}
        known = all(hook.latch is not Latch.UNKNOWN or channel in given_up for channel, hook in self._hooks.items())
        return self.answering is False or (self.answering is True and known)

    def latch(self, channel: int) -> Latch:
        """The debounced state of the door at `channel`."""
        return self._hooks[channel].latch

    def expect(self, sent: SentAttempt, now: float) -> None:
        """A pulse is being sent, or has been: look quickly, and believe only reads made from now on."""
        channel = sent.attempt.lock.channel
        self._hooks[channel].restart()
        self._sent[channel] = sent
        self._moves.setdefault(channel, Move(now))
        self._faults.pulsed(self._compartments[channel], now)
        self.plan.hurry(channel, now)

    def expects(self, channel: int) -> bool:
        """Whether an earlier attempt on this door is still unsettled."""
        return channel in self._sent

    def read_succeeded(self, read: PlannedRead, hooks: Hooks, exchange: Exchange, *, began: float, now: float) -> None:
        """Take the answer to a read of the plan, which was asked for when `began`."""
        read.answered(began, exchange)
        if not self._wobble.answered(now):
            self.last_failure = "it fell silent again and again; it is believed once it has answered for a while"
            self._failures = 0
            self.plan.postpone(now + SILENT_POLL_S)
            self._settle(self.last_failure, now, self._hooks)
            return
        self.answering = True
        self.declining.answered()
        self.last_failure = "its reads do not agree yet"
        self._trust.answered()
        self._failures = 0
        if not self._nothing_new(read, hooks):
            self._take_hooks(read, hooks, began=began, now=now)
        for channel, occupied in enumerate(hooks.occupied, hooks.first_channel):
            if channel in self._sensors and self._sensors[channel].read(occupied=occupied, at=began):
                self._on_occupied(self._compartments[channel], occupied)
        read.due = began + (self._settings.poll_active_s if read.urgent else self.rest_s)

    def read_failed(
        self, read: PlannedRead, why: str, now: float, *, traces: bool = False, declined: bool = False
    ) -> None:
        """A read had no usable answer: it is repeated at once, a bounded number of times.

        `traces` says that more than silence came of it, `declined` that the board answered something else than hooks.
        """
        traces = traces or declined
        self.last_failure = why
        self.declining.failed(why if declined else "")
        self._trust.failed()
        self._wobble.failed(traces=traces)
        self._failures += 1
        read.failures += 1
        if self._failures > self._read_retries:
            self.answering = False
            self._wobble.lost(now)
            self._lose_doors(self._hooks)
            self.plan.postpone(now + (self._settings.poll_active_s if self.moving else SILENT_POLL_S))
            self._settle(why, now, self._hooks)
            return
        if self._given_up(read):
            self._lose_doors(read.channels)
            read.due, read.urgent = now + SILENT_POLL_S, False
        self._settle(why, now, read.channels)

    def line_lost(self, why: str, now: float) -> None:
        """The port is gone: no door is known, and no pulse can be confirmed."""
        self.last_failure = why
        self.answering = False
        self._failures = 0
        self.plan.restart()
        self._lose_doors(self._hooks)
        self.give_up_waiting(why, now)

    def give_up_waiting(self, why: str, now: float) -> None:
        """Report sent attempts that can no longer be settled."""
        while self._sent:
            self._end(next(iter(self._sent)), Outcome.UNCONFIRMED, why, now)

    def _nothing_new(self, read: PlannedRead, hooks: Hooks) -> bool:
        """Whether every door that this read covers rests, and its hook has said so before: most reads of a day."""
        return hooks.bits == read.resting and not self._sent and self._faults.nothing_lasts

    def _take_hooks(self, read: PlannedRead, hooks: Hooks, *, began: float, now: float) -> None:
        reads = self._trust.reads
        for channel, bit in enumerate(hooks.bits, hooks.first_channel):
            if channel in self._hooks:
                self._take(channel, self._meaning(bit), reads, began=began, now=now)
        self._settle("", now, range(hooks.first_channel, hooks.first_channel + len(hooks.bits)))
        doors = [channel for channel in read.channels if channel in self._hooks]
        read.urgent = any(self._soon_moves(channel, now) for channel in doors)
        rest = not read.urgent and all(self._hooks[channel].latch is Latch.LATCHED for channel in doors)
        read.resting = hooks.bits if rest else None

    def _given_up(self, read: PlannedRead) -> bool:
        """Whether one read fails although others of this board do not."""
        return read.failures > self._read_retries

    def _soon_moves(self, channel: int, now: float) -> bool:
        """Whether a door is expected to move, or has just begun to."""
        if channel in self._sent or self._hooks[channel].undecided:
            return True
        open_for_s = self._faults.open_for_s(self._compartments[channel], now)
        return open_for_s is not None and open_for_s < SOON_SHUT_S

    def _meaning(self, bit: bool | None) -> Latch:  # noqa: FBT001 - a hook's bit is what it is
        if bit is None:
            return Latch.UNKNOWN
        return Latch.LATCHED if bit is not self._inverted else Latch.UNLATCHED

    def _take(self, channel: int, latch: Latch, reads: int, *, began: float, now: float) -> None:
        hook, compartment = self._hooks[channel], self._compartments[channel]
        if channel in self._moves:
            self._moves[channel] = self._moves[channel].read(latch, began=began, now=now)
        self._faults.read(compartment, latch, now)
        previous = hook.latch
        hook.read(latch, reads=reads, at=began)
        if hook.latch is not previous:
            self._faults.changed(compartment, hook.latch, now)
            self._on_change(compartment, hook.latch, previous)

    def _lose_doors(self, channels: Container[int]) -> None:
        for read in self.plan.reads:
            read.resting = None
        for channel, hook in self._hooks.items():
            if channel not in channels:
                continue
            compartment, previous = self._compartments[channel], hook.latch
            hook.lose()
            if previous is not Latch.UNKNOWN:
                self._on_change(compartment, Latch.UNKNOWN, previous)
            if self._sensors[channel].lose():
                self._on_occupied(compartment, None)

    def _settle(self, read_failed: str, now: float, channels: Container[int]) -> None:
        """Report the sent attempts that the newest read, which was of `channels`, decides."""
        for channel, sent in list(self._sent.items()):
            if channel not in channels:
                continue
            hook = self._hooks[channel]
            undecided = not hook.confirmed(self._trust.reads)
            verdict = sent.verdict(hook.latch, undecided=undecided, read_failed=read_failed, now=now)
            if verdict is not None:
                self._end(channel, *verdict, now)

    def _end(self, channel: int, outcome: Outcome, detail: str, now: float) -> None:
        sent, move = self._sent.pop(channel), self._moves.pop(channel)
        compartment = self._compartments[channel]
        self._faults.settled(compartment, outcome, f"{detail}; {sent.board_said}", now)
        self._on_pulsed(compartment, outcome, move)
        sent.settle(outcome, detail, now)
