"""The evaluation as one HTML page without scripts or outside resources."""

from __future__ import annotations

from html import escape

from iris.evaluation.charts import det, histogram, promises
from iris.evaluation.figures import Figures
from iris.evaluation.markup import (
    FEW,
    NONE,
    NOTHING,
    STYLE,
    interval,
    listed,
    note,
    of,
    percent,
    plain,
    scientific,
    table,
)
from iris.evaluation.quality_section import confidence_section, quality_section
from iris.evaluation.resampling import Bounds
from iris.evaluation.scores import Scores
from iris.evaluation.statistics import RATES, Distribution, curve, distribution
from iris.evaluation.visits import VisitFigures


def html(title: str, figures: Figures, scores: Scores) -> str:
    """The whole page."""
    spread = distribution(scores.pairs)
    both = spread.genuine.size and spread.impostor.size
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(title)}</title><style>{STYLE}</style><h1>{escape(title)}</h1>",
        note(
            f"iris-locker {figures.product}, encoder {figures.encoder}. Rates in percent with 95 % intervals from "
            "resampling eyes."
        ),
        _counts(figures),
        "<h2>Accuracy of one picture against one</h2>",
        _accuracy(figures),
        "<h2>Promised and observed false-match rate</h2>",
        _promises(figures),
        f"<figure class=p>{_promise_chart(figures, spread)}</figure>" if spread.impostor.size else "",
        "<h2>Visits</h2>",
        _visits(figures.visit),
        "<h2>DET curve</h2>",
        f"<figure>{det(curve(spread), spread.impostor.size, figures.det)}</figure>" if both else f"<p>{FEW}.</p>",
        "<h2>Distances</h2>",
        f"<figure>{histogram(spread, figures.promised_thresholds)}</figure>",
        "<h2>Quality and error</h2>",
        quality_section(figures.quality, scores),
        "<h2>Confidence of the segmentation</h2>",
        confidence_section(figures.confidence),
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
        ("Equal error rate", percent(figures.eer), interval(figures.eer_95)),
        ("d′", FEW if figures.d_prime is None else f"{figures.d_prime:.2f}", plain(figures.d_prime_95)),
    ]
    return table((), rows)


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
                    percent(values[rate]),
                    interval(around[rate]),
                    of(counts[rate]),
                    NOTHING if threshold is None else f"{threshold:.4f}",
                )
            )
    return table(("", "rate", "95 %", "missed / pairs", "threshold"), rows)


def _promises(figures: Figures) -> str:
    rows = [
        (
            f"FMR {rate} promised",
            scientific(figures.observed_fmr_at_promised[rate]),
            NOTHING if around is None else f"{around[0]:.1e} to {around[1]:.1e}",
            of(figures.observed_fmr_at_promised_counts[rate]),
            f"{figures.promised_thresholds[rate]:.4f}",
        )
        for rate in RATES
        for around in [figures.observed_fmr_at_promised_95[rate]]
    ]
    about = "The policy keeps its promise where the curve runs below the diagonal; dashed: three times the promise."
    return table(("", "observed", "95 %", "matched / pairs", "policy's threshold"), rows) + note(about)


def _promise_chart(figures: Figures, spread: Distribution) -> str:
    return promises(spread.impostor, figures.observed_fmr_at_promised, figures.observed_fmr_at_promised_95)


def _visits(visit: VisitFigures) -> str:
    frames = ", ".join(f"{count} of {kind} frames" for kind, count in sorted(visit.visits_by_frames.items()))
    rows = [
        (
            "False non-matches",
            f"{visit.false_non_matches} / {visit.visits}",
            percent(visit.false_non_match_rate),
            interval(visit.false_non_match_rate_95),
        ),
        (
            "… with eyes not enrolled",
            f"{visit.false_non_matches_incl_not_enrolled} / {visit.visits + len(visit.not_enrolled)}",
            percent(visit.false_non_match_rate_incl_not_enrolled),
            interval(visit.false_non_match_rate_incl_not_enrolled_95),
        ),
        (
            "Taken for somebody else",
            f"{visit.false_matches} / {visit.visits}",
            "",
            interval(visit.false_match_rate_95),
        ),
        (
            "Strangers accepted",
            f"{visit.stranger_false_matches} / {visit.stranger_visits}",
            "",
            interval(visit.stranger_false_match_rate_95),
        ),
    ]
    distance = "" if visit.threshold is None else f", distance {visit.threshold:.4f} for one frame"
    about = (
        "Pictures in the order of their file names: the first two or three of an eye are fused to its enrolment, the "
        "next as many are its visit, one by one against all enrolments, at the policy's promise of "
        f"{visit.false_match_rate:g} false matches per visit of up to {visit.frames_allowed} frames"
        f"{distance} ({frames or 'no eye has enough pictures'}; "
        f"{visit.eyes_with_too_few_pictures} eyes have too few pictures). Exact binomial bounds."
    )
    lists = [(eye.eye, "missed", eye.why) for eye in visit.missed]
    lists += [(eye.eye, "not enrolled", eye.why) for eye in visit.not_enrolled]
    return note(about) + table(("", "visits", "rate", "95 %"), rows) + listed(("eye", "", "why"), lists)


def _failing(figures: Figures) -> str:
    about = f"Genuine pairs missed at distance {figures.quality.at_fmr_1e3.threshold:.4f}."
    rows = [(e.eye, f"{e.missed} / {e.pairs}", str(e.by_refusal), str(e.by_distance)) for e in figures.failing_eyes]
    return (
        note(about) + (NONE if not rows else "") + listed(("eye", "missed / pairs", "by refusal", "by distance"), rows)
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
        return note(about) + NONE
    return (
        note(about)
        + listed(("eye", "other label", "near / pairs", "nearest"), eyes)
        + listed(("picture", "labelled", "fits", "distance"), strays)
        + listed(("picture", "picture of another eye", "distance"), near)
    )


def _refusals(figures: Figures) -> str:
    rows = [(reason, f"{count:,}") for reason, count in sorted(figures.refusals.items(), key=lambda row: -row[1])]
    named = [(refused.picture, refused.reason) for refused in figures.refused_pictures]
    return table(("reason", "pictures"), rows) + listed(("picture", "reason"), named) if rows else NONE


def _around(around: Bounds | None) -> str:
    return "" if around is None else f" ({interval(around)})"
