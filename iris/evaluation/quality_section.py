"""The report's part on quality: which measures predict error, and whether the segmentation knows when it errs."""

from __future__ import annotations

from collections.abc import Sequence

from iris.evaluation.charts import GENUINE, IMPOSTOR, QUIET, STRICT, rejection
from iris.evaluation.confidence import ConfidenceBand
from iris.evaluation.markup import NONE, NOTHING, interval, note, table, within
from iris.evaluation.quality_figures import (
    LEAST_MISSED_EYES,
    Component,
    Errors,
    QualityFigures,
    ideal_curve,
    measured,
)
from iris.evaluation.rejection import Tried, rejection_curve
from iris.evaluation.scores import Scores
from iris.evaluation.statistics import LEAST_BEHIND

YES = "yes"


def quality_section(found: QualityFigures, scores: Scores) -> str:
    """What the areas mean, their table, and one small drawing for each measure."""
    pairs = found.at_visit.pairs
    if pairs < LEAST_BEHIND:
        return note(
            f"仅 {pairs} 个已编码的同眼对，无法判断哪些指标能预示错误。",
            f"Only {pairs} encoded genuine pairs: nothing can be said of which measures predict error.",
        )
    verdicts = {name: _verdict(each) for name, each in found.components.items()}
    rows = [
        (
            name,
            verdicts[name],
            within(each.at_fmr_1e3.area, each.at_fmr_1e3.area_95),
            within(each.at_fmr_1e4.area, each.at_fmr_1e4.area_95),
            within(each.at_visit.area, each.at_visit.area_95),
            NOTHING if each.at_visit.gain is None else f"{round(each.at_visit.gain, 2) + 0.0:.0%}",
            within(each.distance_correlation, each.distance_correlation_95),
        )
        for name, each in found.components.items()
    ]
    head = (
        "指标 measure",
        "预示错误 predicts error",
        "面积 area, FMR 1e-3",
        "area, FMR 1e-4",
        "area, visit",
        "增益 gain",
        "相关 correlation",
    )
    about_zh = (
        "去掉质量最差的图像后剩下的错误。面积：曲线下面积与随机剔除（虚线，1）之比，至多剔除一半。"
        "增益：访问阈值处的面积从随机（0 %）走向理想剔除（100 %，灰线）的程度。整个区间低于 1 才算能预示错误（yes），"
        f"否则未显示（not shown）；失败的眼睛少于 {LEAST_MISSED_EYES} 只时不下结论（too few eyes）。"
        "相关：全部同眼对中质量与距离的秩相关，负值表示越好越近。"
    )
    about = (
        "The error that is left when the pictures of least quality are rejected. Area: that under the curve over that "
        "of rejecting at random (dashed, 1), up to half of the pictures. Gain: how far the area at a visit has come "
        "from random (0 %) towards ideal rejection (100 %, grey), which knows the errors beforehand. A measure "
        f"predicts error where its whole interval lies below 1; with fewer than {LEAST_MISSED_EYES} failing eyes "
        "nothing is said. Correlation: of the ranks of quality and distance over all genuine pairs, negative where "
        "better pictures lie nearer."
    )
    colours_zh = (
        f"蓝：FMR 1e-3，{_behind_zh(found.at_fmr_1e3)}；紫：FMR 1e-4，{_behind_zh(found.at_fmr_1e4)}；"
        f"红：访问阈值，{_behind_zh(found.at_visit)}。异眼对不足时取策略的阈值。"
    )
    colours = (
        f"Blue: at FMR 1e-3, {_behind(found.at_fmr_1e3)}. Purple: at FMR 1e-4, {_behind(found.at_fmr_1e4)}. "
        f"Red: at the threshold of a visit, {_behind(found.at_visit)}. Where too few impostor pairs stand behind an "
        "observed rate, the policy's threshold for it is taken."
    )
    pale = [i for i, verdict in enumerate(verdicts.values()) if verdict != YES]
    drawn = _drawings(found, scores, verdicts) if found.at_visit.missed else ""
    return note(about_zh, about) + table(head, rows, quiet=pale, kind="m") + note(colours_zh, colours) + drawn


def confidence_section(bands: Sequence[ConfidenceBand]) -> str:
    """Missed pairs by the confidence of their less certain picture."""
    rows = [
        (
            f"{band.least:.1f} to {band.most:.1f}",
            f"{band.pictures:,}",
            f"{band.missed:,} / {band.pairs:,}",
            NOTHING if not band.pairs else f"{band.missed / band.pairs:.2%}",
            interval(band.fnmr_95),
        )
        for band in bands
        if band.pictures
    ]
    about = (
        "How certain the segmentation was of itself, and the genuine pairs missed at FMR 1e-3 by their less certain "
        "picture. Exact binomial bounds, pairs taken for independent."
    )
    about_zh = "分割对自身有多确定，以及 FMR 1e-3 处按较不确定的一张图像统计的漏识。精确二项区间，各对视为独立。"
    head = ("置信度 confidence", "图像 pictures", "漏识 missed / 对 pairs", "错误率 rate", "95 %")
    return note(about_zh, about) + (table(head, rows) if rows else NONE)


def _verdict(each: Component) -> str:
    """By the strictest threshold at which enough eyes fail to say."""
    for found in (each.at_visit, each.at_fmr_1e4, each.at_fmr_1e3):
        if found.predicts_error is not None:
            return YES if found.predicts_error else "not shown"
    return "too few eyes"


def _behind_zh(errors: Errors) -> str:
    return f"{errors.pairs:,} 对已编码者漏识 {errors.missed:,} 对，涉及 {errors.missed_eyes} 只眼睛"


def _behind(errors: Errors) -> str:
    return f"{errors.missed:,} of {errors.pairs:,} encoded pairs missed, in {errors.missed_eyes} eyes"


def _drawings(found: QualityFigures, scores: Scores, verdicts: dict[str, str]) -> str:
    tried = Tried.of(scores.pairs)
    ideal = ideal_curve(tried, scores, found.at_visit.threshold)
    at = {GENUINE: found.at_fmr_1e3, STRICT: found.at_fmr_1e4, IMPOSTOR: found.at_visit}
    drawings = [
        rejection(
            name,
            {YES: "predicts error"}.get(verdicts[name], verdicts[name]),
            {QUIET: ideal} | {colour: rejection_curve(tried, values, e.threshold) for colour, e in at.items()},
        )
        for name, values in measured(scores).items()
    ]
    return f"<div class=s>{''.join(drawings)}</div>"
