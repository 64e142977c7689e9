"""The report that a fitter hands over: every door, how it opened, and what to do about those that did not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from config.settings import Section, Settings
from firmware_bridge.reports import Outcome
from firmware_bridge.words import spoken

FINGERPRINT_DIGITS: Final = 16


class Verdict(StrEnum):
    """What came of one door."""

    GOOD = "good"
    """It opened, it alone, and it closed again."""
    FAILED = "failed"
    """It was tried, and something was not as it should be."""
    NOT_TRIED = "not tried"
    """Nothing was sent."""


REMEDIES: Final = {
    Outcome.OPENED: "",
    Outcome.ALREADY_OPEN: (
        "请关门；若门关着，则锁反馈或 `inverted` 有误，请重新 walk\n"
        "close the door; if it is closed, its sensor or `inverted` is wrong: walk again"
    ),
    Outcome.JAMMED: (
        "若门开了：锁反馈仍说锁着，请修锁反馈或其线；若没开：推一推门再试，再看锁的插头、锁舌和带载时的电源；"
        "若没有锁响，或响的是另一把，则路号不对：请把 first_index 换成 0 或 1，或重新 walk\n"
        "if it did open: its hook says latched all the same, so mend the hook or its cable; if it did not: "
        "push the door and try again, then look at the lock's plug, the bolt, and the supply under load; where no lock "
        "clicks, or another does, the settings name the wrong channel: set first_index the other way (0 or 1) where "
        "the family has it, or walk again"
    ),
    Outcome.UNCONFIRMED: (
        "通电后锁控板无应答：请看带载时的电源和 coils_at_once\n"
        "the board fell silent after the pulse: look at the supply under load and at coils_at_once"
    ),
    Outcome.REFUSED: "请看锁控板的答复；线圈过热时要等一会儿\nsee what the board said; a hot coil rests for a while",
    Outcome.LINE_DOWN: (
        "请看线、电源和串口：`iris-locker board scan`\n"
        "look at the cable, the power and the port: `iris-locker board scan`"
    ),
}


VERDICTS: Final = {Verdict.GOOD: "合格", Verdict.FAILED: "不合格", Verdict.NOT_TRIED: "未试"}


class DoorReport(Section):
    """One door of the report; `latency_s` from the request to the debounced hook, seconds."""

    door: str
    line: str
    board: int
    channel: int
    verdict: Verdict
    outcome: Outcome | None = None
    latency_s: float | None = None
    also_opened: tuple[str, ...] = ()
    detail: str = ""
    remedy: str = ""


class HandOver(Section):
    """The whole report. `fingerprint` is of the lines, columns and panel settings that were verified."""

    community: str
    cabinet: str
    at: str
    version: str
    fingerprint: str
    doors: tuple[DoorReport, ...]

    @property
    def good(self) -> bool:
        """Whether every door is."""
        return all(each.verdict is Verdict.GOOD for each in self.doors)

    def lines(self) -> list[str]:
        """The report as a fitter reads it."""
        good = [each for each in self.doors if each.verdict is Verdict.GOOD]
        text = [
            f"交接报告 Hand-over report of {self.community}/{self.cabinet}, {self.at}",
            f"iris-locker {self.version}, 设置 settings {self.fingerprint}",
            f"{len(self.doors)} 扇门中 {len(good)} 扇合格。",
            f"{len(good)} of {len(self.doors)} doors are good.{_span(good)}",
            "",
        ]
        for each in self.doors:
            where = f"{each.line}:{each.board}:{each.channel}"
            latency = "" if each.latency_s is None else f"{each.latency_s * 1000:5.0f} ms"
            outcome = "-" if each.outcome is None else spoken(each.outcome)
            text.append(f"{each.door:4} {where:12} {latency:8} {VERDICTS[each.verdict]} {each.verdict}: {outcome}")
            parts = f"{each.detail}\n{each.remedy}".splitlines() if each.verdict is not Verdict.GOOD else []
            text += [f"     {part}" for part in parts if part]
        return text


def _span(good: Sequence[DoorReport]) -> str:
    times = sorted(each.latency_s for each in good if each.latency_s is not None)
    if not times:
        return ""
    middle = times[len(times) // 2]
    return (
        f" 开门用时 {times[0] * 1000:.0f} 至 {times[-1] * 1000:.0f} 毫秒"
        f" They open within {times[0] * 1000:.0f} to {times[-1] * 1000:.0f} ms, the middle one {middle * 1000:.0f} ms."
    )


def fingerprint(settings: Settings) -> str:
    """The same for the same wiring and panel settings, whatever else the file says."""
    part = settings.model_dump_json(include={"lines", "columns", "panel"})
    return hashlib.sha256(part.encode()).hexdigest()[:FINGERPRINT_DIGITS]
