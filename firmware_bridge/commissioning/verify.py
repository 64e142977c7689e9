"""Pulsing each door once, with the fitter's consent: it must open, no other must, and it must close."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Final, Protocol

from config.settings import CompartmentSettings
from firmware_bridge.commissioning.conversation import Conversation
from firmware_bridge.commissioning.handover import REMEDIES, VERDICTS, DoorReport, Verdict
from firmware_bridge.reports import Latch, Outcome, UnlockReport
from firmware_bridge.words import spoken

LOOK_S: Final = 0.05
"""How often the doors are looked at while a hand closes one."""
OTHERS_S: Final = 0.6
"""How long a wrong door may take to be seen: two slow rounds of reads."""
MOST_LATE_WORDS: Final = 100
REPORT_WITHIN_S: Final = 180.0
"""An attempt always ends: with the longest times that settings allow, and a coil that rests first, within this."""
WRONG_DOOR: Final = (
    "这几扇门的线圈和锁反馈不在同一路上：请把 bit_order 或 first_index 改成另一种，或重新 `walk`，并看锁插头是否插错 "
    "the coil and the sensor of these doors are on different channels: set bit_order or first_index the other way, or "
    "`walk` again, and look whether lock plugs are crossed"
)
LEFT_OPEN: Final = (
    "没有再锁上：请看锁舌、铰链和锁反馈 it did not latch again: look at its bolt, its hinge and its sensor"
)


class Doors(Protocol):
    """What this needs of the panel."""

    def unlock(self, compartment: str, attempt: str) -> Future[UnlockReport]:
        """Pulse one lock once."""

    def doors(self) -> Mapping[str, Latch]:
        """The debounced state of every door."""


class Verification:
    """One round along the doors. Every door is pulsed at most once."""

    def __init__(
        self,
        talk: Conversation,
        panel: Doors,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._talk = talk
        self._panel = panel
        self._clock = clock
        self._pause = pause
        self.reports: list[DoorReport] = []
        self._pulsed = ""
        """The door whose lock was asked for last."""
        self._tried: DoorReport | None = None
        """What is known of the door at hand once its lock was tried."""

    def consent(self, cabinet: str, doors: int) -> bool:
        """Whether the fitter wants locks to be fired; only the cabinet's name, typed, is a yes."""
        self._talk.say(
            f"{doors} 把锁将依次各通电一次。请站在柜前，不要让人把手伸进去，柜内不要有物品。\n"
            f"{doors} locks will be pulsed once each, one after the other. Stand before the cabinet, let nobody reach "
            "in, and have no parcels in it."
        )
        self._talk.say(f"输入柜子的名称 {cabinet} 即开始，输入其他内容则到此为止：")
        answer = self._talk.ask(f"Type the cabinet's name, {cabinet}, to begin; anything else ends here:")
        return answer == cabinet

    def run(self, compartments: Sequence[CompartmentSettings]) -> None:
        """Try each door; what was found is in `reports`, also when this is interrupted.

        Raises:
            FitterGoneError: nobody answers any more.
        """
        self._talk.say(
            "每扇门打开后请关上。n：打开的是另一扇门；s：关不上。\n"
            "For each door: close it when it has opened. n: another door opened; s: it does not close."
        )
        for each in compartments:
            self._forget_late_words()
            try:
                report = self._try(each)
            except BaseException:
                self._give_up(each)
                raise
            self.reports.append(report)
            if report.verdict is not Verdict.GOOD:
                self._tell(report)

    def _try(self, door: CompartmentSettings) -> DoorReport:
        blank, self._tried = _blank(door), None
        if self._panel.doors()[door.id] is Latch.UNLATCHED:
            self._talk.say(f"{door.id} 开着，请先关上 {door.id} is open. Close it first.")
            if not self._closed((door.id,)):
                return self._ended(
                    blank, UnlockReport(Outcome.ALREADY_OPEN, "没有关上 it was not closed", frame_sent=False)
                )
        before = self._panel.doors()
        began = self._clock()
        self._pulsed = door.id
        try:
            outcome = self._panel.unlock(door.id, uuid.uuid4().hex).result(REPORT_WITHIN_S)
        except TimeoutError:
            outcome = UnlockReport(Outcome.UNCONFIRMED, "线路没有回报 its line gave no report", frame_sent=True)
        latency = self._clock() - began if outcome.outcome is Outcome.OPENED else None
        self._pause(OTHERS_S)
        others = self._opened_meanwhile(before, door.id)
        report = self._ended(blank, outcome).model_copy(update={"latency_s": latency, "also_opened": others})
        if others:
            report = _failed(report, f"另有门打开 {', '.join(others)} opened instead or as well", WRONG_DOOR)
        self._tried = report
        return self._see_closed(report, others)

    def _tell(self, report: DoorReport) -> None:
        """A door that is not good: what was seen, and below it what to do."""
        not_tried = f"{VERDICTS[Verdict.NOT_TRIED]} {Verdict.NOT_TRIED}"
        outcome = not_tried if report.outcome is None else spoken(report.outcome)
        self._talk.say(f"{report.door}: {outcome}: {report.detail}" if report.detail else f"{report.door}: {outcome}")
        for remedy in report.remedy.splitlines():
            self._talk.say(f"    {remedy}")

    def _forget_late_words(self) -> None:
        """What was typed too late for the door before is not to be taken for this one."""
        for _ in range(MOST_LATE_WORDS):
            if self._talk.typed() is None:
                return

    def _give_up(self, door: CompartmentSettings) -> None:
        """Report the door at which everything ends: its lock may have been fired."""
        known = self._tried
        if known is not None and (known.outcome is Outcome.OPENED or known.also_opened):
            opened = ((door.id,) if known.outcome is Outcome.OPENED else ()) + known.also_opened
            detail = f"未见关上即中断 interrupted before {' and '.join(opened)} was seen to close"
            self.reports.append(_failed(known, detail, "请关上再试 close it, then try it again"))
        elif self._pulsed == door.id:
            detail = "锁可能已通电即中断 interrupted after its lock was asked for"
            self.reports.append(_failed(_blank(door), detail, "请再试一次 try it again"))

    def _see_closed(self, report: DoorReport, others: tuple[str, ...]) -> DoorReport:
        opened = ((report.door,) if report.outcome is Outcome.OPENED else ()) + others
        if not opened:
            return report
        them = "it" if len(opened) == 1 else "them"
        self._talk.say(f"{'、'.join(opened)} 已打开，请关上 {' and '.join(opened)} opened. Close {them}.")
        closed = self._closed(opened)
        if closed is None:
            seen = "安装员看到打开的是另一扇门 the fitter saw another door open than the one that the hook reported"
            return _failed(report, seen, WRONG_DOOR)
        return report if closed else _failed(report, "没有关上 it stayed open", LEFT_OPEN)

    def _closed(self, doors: Sequence[str]) -> bool | None:
        """Wait until doors are closed; false when the fitter says that they do not, None when it was another door."""
        while True:
            word = (self._talk.typed() or "").lower()
            if word in ("n", "s"):
                return None if word == "n" else False
            now = self._panel.doors()
            if all(now[door] is Latch.LATCHED for door in doors):
                return True
            self._pause(LOOK_S)

    def _opened_meanwhile(self, before: Mapping[str, Latch], door: str) -> tuple[str, ...]:
        now = self._panel.doors()
        return tuple(
            each
            for each, latch in now.items()
            if each != door and latch is Latch.UNLATCHED and before[each] is not Latch.UNLATCHED
        )

    @staticmethod
    def _ended(blank: DoorReport, outcome: UnlockReport) -> DoorReport:
        good = outcome.outcome is Outcome.OPENED
        failed = Verdict.FAILED if outcome.frame_sent else Verdict.NOT_TRIED
        return blank.model_copy(
            update={
                "verdict": Verdict.GOOD if good else failed,
                "outcome": outcome.outcome,
                "detail": outcome.detail,
                "remedy": REMEDIES.get(outcome.outcome, ""),
            }
        )


def _blank(door: CompartmentSettings) -> DoorReport:
    return DoorReport(door=door.id, line=door.line, board=door.board, channel=door.channel, verdict=Verdict.NOT_TRIED)


def _failed(report: DoorReport, detail: str, remedy: str) -> DoorReport:
    return report.model_copy(update={"verdict": Verdict.FAILED, "detail": detail, "remedy": remedy})
