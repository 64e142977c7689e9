"""The doors of one board: what their hooks say, when to read them next, and which sent attempts wait for them."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Final

from config.settings import BoardSettings, PanelSettings
from firmware_bridge.attempts import SentAttempt
from firmware_bridge.boards.driver import AnyRequest, BoardDriver, Hooks
from firmware_bridge.debounce import Debounce
from firmware_bridge.reports import Latch, Outcome
from firmware_bridge.trust import Trust

SILENT_POLL_S: Final = 1.0
"""How often a board that does not answer is asked again: each such read holds the line for a whole reply time limit."""

OnChange = Callable[[str, Latch, Latch], None]
"""Called with a compartment, its new latch and the previous one."""


class BoardWatch:
    """One board of a line. Not safe across threads: its line's thread owns it."""

    def __init__(
        self,
        board: BoardSettings,
        compartments: Mapping[int, str],
        driver: BoardDriver,
        settings: PanelSettings,
        *,
        read_retries: int,
        on_change: OnChange,
    ) -> None:
        """`compartments` maps channels (0-based) to the doors behind them; other channels are not looked at."""
        self.address = board.address
        self.due = 0.0
        """When to read next, monotonic seconds."""
        self.answering: bool | None = None
        """False once more reads in a row failed than may be repeated; None until something is known."""
        self.last_failure = "it has not been read yet"
        self._inverted = board.inverted
        self._compartments = dict(compartments)
        self._hooks = {channel: Debounce(settings.debounce_reads) for channel in compartments}
        self._trust = Trust(settings.debounce_reads, checksum=driver.checksum)
        self._reads = tuple(driver.hook_reads(board))
        self._cursor = 0
        self._failures = 0
        self._settings = settings
        self._read_retries = read_retries
        self._on_change = on_change
        self._sent: dict[int, SentAttempt] = {}

    @property
    def next_read(self) -> AnyRequest:
        """The request that continues the reading of this board."""
        return self._reads[self._cursor].request

    @property
    def moving(self) -> bool:
        """Whether a door is expected to move."""
        return bool(self._sent)

    @property
    def settled(self) -> bool:
        """Whether every door's state is known, or the board has failed to answer."""
        known = all(hook.latch is not Latch.UNKNOWN for hook in self._hooks.values())
        return self.answering is False or (self.answering is True and known)

    def latch(self, channel: int) -> Latch:
        """The debounced state of the door at `channel`."""
        return self._hooks[channel].latch

    def expect(self, sent: SentAttempt, now: float) -> None:
        """A pulse is being sent, or has been: look quickly, and believe only reads made from now on."""
        channel = sent.attempt.lock.channel
        self._hooks[channel].restart()
        self._sent[channel] = sent
        self.due = now

    def expects(self, channel: int) -> bool:
        """Whether an earlier attempt on this door is still unsettled."""
        return channel in self._sent

    def read_succeeded(self, hooks: Hooks, *, began: float, now: float) -> None:
        """Take the answer to `next_read`, which was asked for when `began`."""
        self.answering = True
        self.last_failure = "its reads do not agree yet"
        self._trust.answered()
        self._failures = 0
        for channel, bit in enumerate(hooks.bits, hooks.first_channel):
            if channel in self._hooks:
                self._take(channel, self._meaning(bit))
        self._cursor = (self._cursor + 1) % len(self._reads)
        self._settle("", now, range(hooks.first_channel, hooks.first_channel + len(hooks.bits)))
        if self._cursor == 0:
            undecided = any(hook.undecided for hook in self._hooks.values())
            quick = self.moving or undecided
            self.due = began + (self._settings.poll_active_s if quick else self._settings.poll_rest_s)

    def read_failed(self, why: str, now: float) -> None:
        """`next_read` had no usable answer: it is repeated at once, a bounded number of times."""
        self.last_failure = why
        self._trust.failed()
        self._failures += 1
        if self._failures > self._read_retries:
            self.answering = False
            self._lose_doors()
            self.due = now + (self._settings.poll_active_s if self.moving else SILENT_POLL_S)
        self._settle(why, now, self._hooks)

    def line_lost(self, why: str) -> None:
        """The port is gone: no door is known, and no pulse can be confirmed."""
        self.last_failure = why
        self.answering = False
        self._failures = 0
        self._cursor = 0
        self.due = 0.0
        self._lose_doors()
        self.give_up_waiting(why)

    def give_up_waiting(self, why: str) -> None:
        """Report sent attempts that can no longer be settled."""
        while self._sent:
            _, sent = self._sent.popitem()
            sent.settle(Outcome.UNCONFIRMED, why)

    def _meaning(self, bit: bool | None) -> Latch:  # noqa: FBT001 - a hook's bit is what it is
        if bit is None:
            return Latch.UNKNOWN
        return Latch.LATCHED if bit is not self._inverted else Latch.UNLATCHED

    def _take(self, channel: int, latch: Latch) -> None:
        hook = self._hooks[channel]
        previous = hook.latch
        hook.read(latch, reads=self._trust.reads)
        if hook.latch is not previous:
            self._on_change(self._compartments[channel], hook.latch, previous)

    def _lose_doors(self) -> None:
        for channel, hook in self._hooks.items():
            previous = hook.latch
            hook.lose()
            if previous is not Latch.UNKNOWN:
                self._on_change(self._compartments[channel], Latch.UNKNOWN, previous)

    def _settle(self, read_failed: str, now: float, channels: Container[int]) -> None:
        """Report the sent attempts that the newest read, which was of `channels`, decides."""
        for channel, sent in list(self._sent.items()):
            if channel not in channels:
                continue
            hook = self._hooks[channel]
            undecided = not hook.confirmed(self._trust.reads)
            verdict = sent.verdict(hook.latch, undecided=undecided, read_failed=read_failed, now=now)
            if verdict is not None:
                del self._sent[channel]
                sent.settle(*verdict)
