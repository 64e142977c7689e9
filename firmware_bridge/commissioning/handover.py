"""The report that a fitter hands over: every door, how it opened, and what to do about those that did not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from config.settings import Section, Settings
from firmware_bridge.reports import Outcome

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
    Outcome.ALREADY_OPEN: "close the door; if it is closed, its sensor or `inverted` is wrong: walk again",
    Outcome.JAMMED: "if it did open: its hook says latched all the same, so mend the hook or its cable; if it did not: "
    "push the door and try again, then look at the lock's plug, the bolt, and the supply under load; where no lock "
    "clicks, or another does, the settings name the wrong channel: set first_index the other way (0 or 1) where the "
    "family has it, or walk again",
    Outcome.UNCONFIRMED: "the board fell silent after the pulse: look at the supply under load and at coils_at_once",
    Outcome.REFUSED: "see what the board said; a hot coil rests for a while",
    Outcome.LINE_DOWN: "look at the cable, the power and the port: `iris-locker board scan`",
}


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
            f"Hand-over report of {self.community}/{self.cabinet}, {self.at}",
            f"iris-locker {self.version}, settings {self.fingerprint}",
            f"{len(good)} of {len(self.doors)} doors are good.{_span(good)}",
            "",
        ]
        for each in self.doors:
            where = f"{each.line}:{each.board}:{each.channel}"
            latency = "" if each.latency_s is None else f"{each.latency_s * 1000:5.0f} ms"
            text.append(f"{each.door:4} {where:12} {each.outcome or '-':12} {latency:8} {each.verdict}".rstrip())
            text += [f"     {part}" for part in (each.detail, each.remedy) if part and each.verdict is not Verdict.GOOD]
        return text


def _span(good: Sequence[DoorReport]) -> str:
    times = sorted(each.latency_s for each in good if each.latency_s is not None)
    if not times:
        return ""
    middle = times[len(times) // 2]
    return (
        f" They open within {times[0] * 1000:.0f} to {times[-1] * 1000:.0f} ms, the middle one {middle * 1000:.0f} ms."
    )


def fingerprint(settings: Settings) -> str:
    """The same for the same wiring and panel settings, whatever else the file says."""
    part = settings.model_dump_json(include={"lines", "columns", "panel"})
    return hashlib.sha256(part.encode()).hexdigest()[:FINGERPRINT_DIGITS]
