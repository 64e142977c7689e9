"""One unlock attempt: from waiting in a line's queue to its report. A frame is sent for it once or not at all."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Final

from firmware_bridge.boards.driver import Declined, Reply
from firmware_bridge.power import Lock
from firmware_bridge.reports import Latch, Outcome, Priority, UnlockReport, UnlockTimes

HOPE_S: Final = 2.0
"""How long a hook that begins to move in the last moment, or whose reads are lost or disagree, is still waited for: a
few lost replies and several quick reads."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A wish to open one door, waiting in the queue of its line since `queued` (monotonic seconds)."""

    id: str
    compartment: str
    lock: Lock
    future: Future[UnlockReport]
    queued: float = 0.0
    priority: Priority = Priority.PERSON

    def give_up(self, outcome: Outcome, detail: str, now: float) -> None:
        """End it without having sent anything; a cancelled future stays cancelled."""
        if self.future.set_running_or_notify_cancel():
            times = UnlockTimes(queued=self.queued, settled=now)
            self.future.set_result(UnlockReport(outcome, detail, frame_sent=False, times=times))


@dataclass(frozen=True, slots=True)
class SentAttempt:
    """An attempt whose frame went out and whose door has not been settled yet; times in monotonic seconds.

    `sent`: when its frame was about to leave. `jammed_at`: a door that still says latched then is jammed. `board_said`
    is what the board answered, for the report alone, and `answered_at` when it did. `refused` is true when the board
    said that it did not obey.
    """

    attempt: Attempt
    jammed_at: float
    sent: float = 0.0
    answered_at: float | None = None
    board_said: str = "the board has not answered the request"
    refused: bool = False

    def answered(self, reply: Reply | None, now: float) -> SentAttempt:
        """The same with what the board said to the unlock request, at `now`; None: it never says anything to one."""
        if reply is None:
            return replace(self, board_said="its board answers no unlock")
        if isinstance(reply, Declined):
            return replace(self, board_said=reply.reason, refused=not reply.obeyed, answered_at=now)
        return replace(self, board_said="the board took the request", answered_at=now)

    def settle(self, outcome: Outcome, detail: str, now: float) -> None:
        """End it."""
        times = UnlockTimes(self.attempt.queued, self.sent, self.answered_at, now)
        report = UnlockReport(outcome, f"{detail}; {self.board_said}", frame_sent=True, times=times)
        self.attempt.future.set_result(report)

    def verdict(self, latch: Latch, *, undecided: bool, read_failed: str, now: float) -> tuple[Outcome, str] | None:
        """What the door did, or None while it must be looked at further.

        `latch` is the debounced state after the newest read, `undecided` whether the reads since the frame do not yet
        agree on it, and `read_failed` why the newest read failed (empty when it did not). A failed read of a door that
        is still known is about to be repeated, so it decides nothing yet.
        """
        if latch is Latch.UNLATCHED:
            return Outcome.OPENED, "the hook says unlatched"
        if now < self.jammed_at:
            return None
        known = latch is not Latch.UNKNOWN
        if known and (read_failed or (undecided and now < self.jammed_at + HOPE_S)):
            return None
        if undecided or not known:
            return Outcome.UNCONFIRMED, f"the hook cannot be read: {read_failed or 'its reads disagree'}"
        if self.refused:
            return Outcome.REFUSED, "the hook stayed latched"
        return Outcome.JAMMED, "the hook stayed latched"
