"""The figures that are looked at first, as a few lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import east_asian_width

from iris.evaluation.figures import Count, Figures
from iris.evaluation.markup import interval
from iris.evaluation.resampling import Bounds

RATE = "1e-4"
"""False-match rate at which FNMR is told: what a million impostor pairs, a usual data set, can bear out."""
NAME_CELLS = 30
"""Cells of a terminal for a name; a Chinese character takes two."""


def summary(figures: Figures) -> Iterator[str]:
    """A line for each figure: its name, the rate, the 95 % interval, and the counts behind it."""
    pictures, eyes = figures.pictures, figures.eyes
    version = f"iris-locker {figures.product}, encoder {figures.encoder}"
    yield f"{pictures:,} 张图像 pictures, {eyes:,} 只眼睛 eyes, {version}"
    yield _line(
        "采集失败 FTA",
        figures.failure_to_acquire_rate,
        figures.failure_to_acquire_rate_95,
        f"{figures.failures_to_acquire:,} of {pictures:,} pictures",
    )
    yield _line(
        "注册失败 FTE",
        figures.failure_to_enrol_rate,
        figures.failure_to_enrol_rate_95,
        f"{figures.eyes_failed_to_enrol:,} of {eyes:,} eyes",
    )
    pairs = f"{figures.genuine_pairs:,} genuine, {figures.impostor_pairs:,} impostor pairs"
    yield _line("等错误率 EER", figures.eer, figures.eer_95, pairs)
    if figures.suspected_label_errors.beyond_chance:
        near = figures.suspected_label_errors.near_pairs
        yield f"  疑似标签错误 label errors suspected: {near:,} near pairs across labels; see the report"
    yield from _fnmr(figures)
    visit = figures.visit
    yield _line(
        "访问未识别 visits missed",
        visit.false_non_match_rate,
        visit.false_non_match_rate_95,
        f"{visit.false_non_matches} of {visit.visits} visits",
    )
    strangers = visit.stranger_false_matches / visit.stranger_visits if visit.stranger_visits else None
    yield _line(
        "陌生人被接受 strangers in",
        strangers,
        visit.stranger_false_match_rate_95,
        f"{visit.stranger_false_matches} of {visit.stranger_visits} visits",
    )


def _fnmr(figures: Figures) -> Iterator[str]:
    """At the observed rate where enough impostor pairs stand behind it, else at the policy's threshold for it."""
    name = f"FNMR@FMR {RATE} incl. FTA"
    if figures.fnmr_incl_fte[RATE] is not None:
        counted = _counted(figures.fnmr_incl_fte_counts[RATE])
        yield _line(name, figures.fnmr_incl_fte[RATE], figures.fnmr_incl_fte_95[RATE], counted)
        return
    counted = f"{_counted(figures.fnmr_at_promised_incl_fte_counts[RATE])}, 策略阈值 at the policy's threshold"
    rate, around = figures.fnmr_at_promised_incl_fte[RATE], figures.fnmr_at_promised_incl_fte_95[RATE]
    yield _line(name, rate, around, counted)


def _counted(count: Count | None) -> str:
    return "no pairs" if count is None else f"{count.errors:,} of {count.pairs:,} pairs"


def _line(name: str, value: float | None, around: Bounds | None, counted: str) -> str:
    rate = "–" if value is None else f"{value:.3%}"
    return f"{name}{' ' * (NAME_CELLS - cells(name))}{rate:>9}   95 % {interval(around):<20}{counted}"


def cells(text: str) -> int:
    """How wide a text is on a terminal."""
    return len(text) + sum(east_asian_width(letter) in "WF" for letter in text)
