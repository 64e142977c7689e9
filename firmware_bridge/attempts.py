"""One unlock attempt: from waiting in a line's queue to its report. A frame is sent for it once or not at all."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Final

from firmware_bridge.boards.driver import Declined, Reply
from firmware_bridge.power import Lock
from firmware_bridge.reports import Latch, Outcome, UnlockReport

HOPE_S: Final = 2.0
"""How long a hook that begins to move in the last moment, or whose reads are lost or disagree, is still waited for: a
few lost replies and several quick reads."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A wish to open one door, waiting in the queue of its line."""

    id: str
    compartment: str
    lock: Lock
    future: Future[UnlockReport]

    def give_up(self, outcome: Outcome, detail: str) -> None:
        """End it without having sent anything; a cancelled future stays cancelled."""
        if self.future.set_running_or_notify_cancel():
            self.future.set_result(UnlockReport(outcome, detail, frame_sent=False))


@dataclass(frozen=True, slots=True)
class SentAttempt:
    """An attempt whose frame went out and whose door has not been settled yet; times in monotonic seconds.

    `jammed_at`: a door that still says latched then is jammed. `board_said` is what the board answered, for the report
    alone. `refused` is true when the board said that it did not obey.
    """

    attempt: Attempt
    jammed_at: float
    board_said: str = "the board has not answered the request"
    refused: bool = False

    def answered(self, reply: Reply) -> SentAttempt:
        """The same with what the board said to the unlock request."""
        if isinstance(reply, Declined):
            return replace(self, board_said=reply.reason, refused=not reply.obeyed)
        return replace(self, board_said="the board took the request")

    def settle(self, outcome: Outcome, detail: str) -> None:
        """End it."""
        self.attempt.future.set_result(UnlockReport(outcome, f"{detail}; {self.board_said}", frame_sent=True))

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
