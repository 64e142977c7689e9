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


def quality_section(found: QualityFigures, scores: Scores) -> str:
    """What the areas mean, their table, and one small drawing for each measure."""
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
    head = ("measure", "predicts error", "area, FMR 1e-3", "area, FMR 1e-4", "area, visit", "gain", "correlation")
    about = (
        "The error that is left when the pictures of least quality are rejected. Area: that under the curve over that "
        "of rejecting at random (dashed, 1), up to half of the pictures. Gain: how far the area at a visit has come "
        "from random (0 %) towards ideal rejection (100 %, grey), which knows the errors beforehand. A measure "
        f"predicts error where its whole interval lies below 1; with fewer than {LEAST_MISSED_EYES} failing eyes "
        "nothing is said. Correlation: of the ranks of quality and distance over all genuine pairs, negative where "
        "better pictures lie nearer."
    )
    colours = (
        f"Blue: at FMR 1e-3, {_behind(found.at_fmr_1e3)}. Purple: at FMR 1e-4, {_behind(found.at_fmr_1e4)}. "
        f"Red: at the threshold of a visit, {_behind(found.at_visit)}. Where too few impostor pairs stand behind an "
        "observed rate, the policy's threshold for it is taken."
    )
    pale = [i for i, verdict in enumerate(verdicts.values()) if verdict != "yes"]
    drawn = _drawings(found, scores, verdicts) if found.at_visit.missed else ""
    return note(about) + table(head, rows, quiet=pale, kind="m") + note(colours) + drawn


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
    return (
        note(about) + NONE
        if not rows
        else note(about) + table(("confidence", "pictures", "missed / pairs", "rate", "95 %"), rows)
    )


def _verdict(each: Component) -> str:
    """By the strictest threshold at which enough eyes fail to say."""
    for found in (each.at_visit, each.at_fmr_1e4, each.at_fmr_1e3):
        if found.predicts_error is not None:
            return "yes" if found.predicts_error else "not shown"
    return "too few eyes"


def _behind(errors: Errors) -> str:
    return f"{errors.missed:,} of {errors.pairs:,} encoded pairs missed, in {errors.missed_eyes} eyes"


def _drawings(found: QualityFigures, scores: Scores, verdicts: dict[str, str]) -> str:
    tried = Tried.of(scores.pairs)
    ideal = ideal_curve(tried, scores, found.at_visit.threshold)
    at = {GENUINE: found.at_fmr_1e3, STRICT: found.at_fmr_1e4, IMPOSTOR: found.at_visit}
    drawings = [
        rejection(
            name,
            {"yes": "predicts error"}.get(verdicts[name], verdicts[name]),
            {QUIET: ideal} | {colour: rejection_curve(tried, values, e.threshold) for colour, e in at.items()},
        )
        for name, values in measured(scores).items()
    ]
    return f"<div class=s>{''.join(drawings)}</div>"
