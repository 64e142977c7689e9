"""The evaluation as one HTML page without scripts or outside resources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from iris.evaluation.charts import GENUINE, IMPOSTOR, det, histogram, rejection
from iris.evaluation.figures import Count, Figures
from iris.evaluation.quality_figures import Errors, Rejection, measured
from iris.evaluation.rejection import Tried, rejection_curve
from iris.evaluation.resampling import Bounds
from iris.evaluation.scores import Scores
from iris.evaluation.statistics import RATES, curve, distribution
from iris.evaluation.visits import VisitFigures

FEW, NOTHING, NONE = "too few pairs", "–", "<p>None.</p>"
MOST_ROWS = 20
"""Rows of a list in the report; figures.json has them all."""
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2733}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{border-bottom:1px solid #d5dde5;padding:.3rem .8rem;"
    "text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}th{color:#52606d;font-weight:600}"
    "th:first-child,td:first-child{text-align:left}svg{background:#fafbfc;width:100%;height:auto}"
    "figure{margin:1rem 0;max-width:46rem}p.n{color:#52606d;max-width:46rem}"
    "div.s{display:grid;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));gap:.8rem}"
    "@media print{h2{break-after:avoid}svg,table{break-inside:avoid}}"
)


def html(title: str, figures: Figures, scores: Scores) -> str:
    """The whole page."""
    spread = distribution(scores.pairs)
    both = spread.genuine.size and spread.impostor.size
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>",
        _note(f"Encoder {figures.encoder}. Rates in percent with 95 % intervals from resampling eyes."),
        _counts(figures),
        "<h2>Accuracy of one picture against one</h2>",
        _accuracy(figures),
        "<h2>Promised and observed false-match rate</h2>",
        _promises(figures),
        "<h2>Visits</h2>",
        _visits(figures.visit),
        "<h2>DET curve</h2>",
        f"<figure>{det(curve(spread), spread.impostor.size)}</figure>" if both else f"<p>{FEW}.</p>",
        "<h2>Distances</h2>",
        f"<figure>{histogram(spread, figures.promised_thresholds)}</figure>",
        "<h2>Quality and error</h2>",
        _quality(figures, scores),
        "<h2>Eyes that fail most</h2>",
        _failing(figures),
        "<h2>Suspected label errors</h2>",
        _labels(figures),
        "<h2>Refusals</h2>",
        _refusals(figures),
    ]
    return "\n".join(parts) + "</html>\n"


def _counts(figures: Figures) -> str:
    share = figures.failures_to_enrol / figures.pictures
    lost = figures.pairs_lost_to_fte
    rows = [
        ("Pictures", f"{figures.pictures:,}", f"of {figures.eyes:,} eyes"),
        ("Failures to enrol", f"{figures.failures_to_enrol:,}", f"{share:.2%}{_around(figures.failures_to_enrol_95)}"),
        ("Genuine pairs", f"{figures.genuine_pairs:,}", f"{lost.genuine:,} lost to failures to enrol"),
        ("Impostor pairs", f"{figures.impostor_pairs:,}", f"{lost.impostor:,} lost to failures to enrol"),
        ("Equal error rate", _percent(figures.eer), _interval(figures.eer_95)),
        ("d′", FEW if figures.d_prime is None else f"{figures.d_prime:.2f}", _plain(figures.d_prime_95)),
    ]
    return _table((), rows)


def _accuracy(figures: Figures) -> str:
    rows = []
    for rate in RATES:
        for name, values, around, counts in (
            ("incl. FTE", figures.fnmr_incl_fte, figures.fnmr_incl_fte_95, figures.fnmr_incl_fte_counts),
            ("excl. FTE", figures.fnmr_excl_fte, figures.fnmr_excl_fte_95, figures.fnmr_excl_fte_counts),
        ):
            threshold = figures.thresholds[rate]
            rows.append(
                (
                    f"FNMR at FMR {rate}, {name}",
                    _percent(values[rate]),
                    _interval(around[rate]),
                    _of(counts[rate]),
                    NOTHING if threshold is None else f"{threshold:.4f}",
                )
            )
    return _table(("", "rate", "95 %", "missed / pairs", "threshold"), rows)


def _promises(figures: Figures) -> str:
    rows = [
        (
            f"FMR {rate} promised",
            _scientific(figures.observed_fmr_at_promised[rate]),
            NOTHING if around is None else f"{around[0]:.1e} to {around[1]:.1e}",
            _of(figures.observed_fmr_at_promised_counts[rate]),
            f"{figures.promised_thresholds[rate]:.4f}",
        )
        for rate in RATES
        for around in [figures.observed_fmr_at_promised_95[rate]]
    ]
    return _table(("", "observed", "95 %", "matched / pairs", "policy's threshold"), rows)


def _visits(visit: VisitFigures) -> str:
    frames = ", ".join(f"{count} of {kind} frames" for kind, count in sorted(visit.visits_by_frames.items()))
    rows = [
        (
            "False non-matches",
            f"{visit.false_non_matches} / {visit.visits}",
            _percent(visit.false_non_match_rate),
            _interval(visit.false_non_match_rate_95),
        ),
        (
            "… with eyes not enrolled",
            f"{visit.false_non_matches_incl_not_enrolled} / {visit.visits + len(visit.not_enrolled)}",
            _percent(visit.false_non_match_rate_incl_not_enrolled),
            _interval(visit.false_non_match_rate_incl_not_enrolled_95),
        ),
        (
            "Taken for somebody else",
            f"{visit.false_matches} / {visit.visits}",
            "",
            _interval(visit.false_match_rate_95),
        ),
        (
            "Strangers accepted",
            f"{visit.stranger_false_matches} / {visit.stranger_visits}",
            "",
            _interval(visit.stranger_false_match_rate_95),
        ),
    ]
    about = (
        f"Frames of a visit, one by one, against enrolments fused from other frames, at the policy's promise of "
        f"{visit.false_match_rate:g} per visit ({frames or 'no eye has enough pictures'}; "
        f"{visit.eyes_with_too_few_pictures} eyes have too few pictures). Exact binomial bounds."
    )
    lists = [(eye.eye, "missed", eye.why) for eye in visit.missed]
    lists += [(eye.eye, "not enrolled", eye.why) for eye in visit.not_enrolled]
    return _note(about) + _table(("", "visits", "rate", "95 %"), rows) + _rows(("eye", "", "why"), lists)


def _quality(figures: Figures, scores: Scores) -> str:
    found = figures.quality
    tried, values = Tried.of(scores.pairs), measured(scores)
    rows = [
        (
            name,
            *_prediction(each.at_fmr_1e3),
            *_prediction(each.at_visit),
            _within(each.distance_correlation, each.distance_correlation_95),
        )
        for name, each in found.components.items()
    ]
    head = ("measure", "area, FMR 1e-3", "", "area, visit", "", "rank correlation")
    small = "".join(
        rejection(
            name,
            f"{_areas(found.components[name].at_fmr_1e3)} / {_areas(found.components[name].at_visit)}",
            {
                GENUINE: rejection_curve(tried, quality, found.at_fmr_1e3.threshold),
                IMPOSTOR: rejection_curve(tried, quality, found.at_visit.threshold),
            },
        )
        for name, quality in values.items()
    )
    about = (
        "The error that is left when the pictures of least quality are rejected. Area: that under the curve over that "
        "of rejecting at random (dashed, 1); a measure predicts error where its whole interval lies below 1. "
        f"Blue: at FMR 1e-3, {_behind(found.at_fmr_1e3)}. Red: at the threshold of a visit, "
        f"{_behind(found.at_visit)}. Rank correlation: of quality with distance over all genuine pairs, negative where "
        "better pictures lie nearer."
    )
    return _note(about) + _table(head, rows) + (f"<div class=s>{small}</div>" if found.at_visit.missed else "")


def _prediction(found: Rejection) -> tuple[str, str]:
    verdict = {True: "predicts error", False: "not shown", None: "too few eyes"}[found.predicts_error]
    return _within(found.area, found.area_95), verdict


def _within(value: float | None, around: Bounds | None) -> str:
    return NOTHING if value is None else f"{value:.2f}" + ("" if around is None else f" ({_plain(around)})")


def _areas(found: Rejection) -> str:
    return NOTHING if found.area is None else f"{found.area:.2f}"


def _behind(errors: Errors) -> str:
    return f"{errors.missed:,} of {errors.pairs:,} encoded pairs missed, in {errors.missed_eyes} of the eyes"


def _failing(figures: Figures) -> str:
    about = f"Genuine pairs missed at distance {figures.quality.at_fmr_1e3.threshold:.4f}."
    rows = [(e.eye, f"{e.missed} / {e.pairs}", str(e.by_refusal), str(e.by_distance)) for e in figures.failing_eyes]
    return (
        _note(about) + (NONE if not rows else "") + _rows(("eye", "missed / pairs", "by refusal", "by distance"), rows)
    )


def _labels(figures: Figures) -> str:
    found = figures.suspected_label_errors
    about = (
        f"Pairs across labels nearer than {found.threshold:.4f}, where fewer than one in a million strangers should "
        f"come ({found.near_pairs:,} found), and pictures that fit nothing of their own eye but another."
    )
    strays = [(s.picture, s.eye, s.fits, f"{s.distance:.3f}") for s in found.pictures]
    eyes = [(e.first_eye, e.second_eye, f"{e.near_pairs} / {e.pairs}", f"{e.nearest:.3f}") for e in found.eyes]
    near = [(p.first, p.second, f"{p.distance:.3f}") for p in found.pairs]
    if not near:
        return _note(about) + NONE
    return (
        _note(about)
        + _rows(("eye", "other label", "near / pairs", "nearest"), eyes)
        + _rows(("picture", "labelled", "fits", "distance"), strays)
        + _rows(("picture", "picture of another eye", "distance"), near)
    )


def _refusals(figures: Figures) -> str:
    rows = [(reason, f"{count:,}") for reason, count in sorted(figures.refusals.items(), key=lambda row: -row[1])]
    named = [(refused.picture, refused.reason) for refused in figures.refused_pictures]
    return _table(("reason", "pictures"), rows) + _rows(("picture", "reason"), named) if rows else NONE


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table's first rows, and how many more there are; nothing at all for none."""
    if not rows:
        return ""
    more = len(rows) - MOST_ROWS
    return _table(head, rows[:MOST_ROWS]) + (_note(f"And {more:,} more in figures.json.") if more > 0 else "")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr>" if head else ""
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{top}{body}</table>"


def _note(text: str) -> str:
    return f"<p class=n>{escape(text)}</p>"


def _percent(value: float | None) -> str:
    return FEW if value is None else f"{value:.3%}"


def _scientific(value: float | None) -> str:
    return FEW if value is None else f"{value:.2e}"


def _interval(around: Bounds | None) -> str:
    return NOTHING if around is None else f"{around[0]:.2%} to {around[1]:.2%}"


def _around(around: Bounds | None) -> str:
    return "" if around is None else f" ({_interval(around)})"


def _plain(around: Bounds | None) -> str:
    return NOTHING if around is None else f"{around[0]:.2f} to {around[1]:.2f}"


def _of(count: Count | None) -> str:
    return NOTHING if count is None else f"{count.errors:,} / {count.pairs:,}"
