"""The evaluation as one HTML page without scripts or outside resources: figures, DET curve, histograms, worst eyes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape
from statistics import NormalDist

import numpy as np

from iris.evaluation.scores import Scores
from iris.evaluation.statistics import RATES, Curve, Distribution, Figures, curve, distribution, threshold_at

WIDTH, HEIGHT, EDGE = 640, 420, 50
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1c2733}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{border-bottom:1px solid #d5dde5;padding:.3rem .8rem;"
    "text-align:right}th:first-child,td:first-child{text-align:left}svg{background:#fafbfc;width:100%;height:auto}"
)


def html(title: str, figures: Figures, scores: Scores) -> str:
    """The whole page."""
    spread = distribution(scores)
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title><style>{_STYLE}</style>",
        f"<h1>{escape(title)}</h1>",
        _table(figures),
        "<h2>DET curve</h2>",
        _det(curve(spread)) if spread.genuine.size and spread.impostor.size else "<p>Too few pairs.</p>",
        "<h2>Distances</h2>",
        _histogram(spread),
        "<h2>Refusals</h2>",
        _list(f"{reason}: {count}" for reason, count in sorted(figures.refusals.items())),
        "<h2>Eyes that fail most</h2>",
        _worst(scores, spread),
    ]
    return "\n".join(parts)


def _table(figures: Figures) -> str:
    rows = [
        ("Pictures / eyes", f"{figures.pictures} / {figures.eyes}"),
        ("Failures to enrol", f"{figures.failures_to_enrol} ({figures.failures_to_enrol / figures.pictures:.2%})"),
        ("Genuine / impostor pairs", f"{figures.genuine_pairs} / {figures.impostor_pairs}"),
        ("EER", _percent(figures.eer)),
        ("d'", "-" if figures.d_prime is None else f"{figures.d_prime:.2f}"),
    ]
    for rate in RATES:
        bounds = figures.fnmr_incl_fte_95[rate]
        around = "" if bounds is None else f" (95 %: {bounds[0]:.2%} to {bounds[1]:.2%})"
        rows += [
            (f"FNMR at FMR {rate}, incl. FTE", _percent(figures.fnmr_incl_fte[rate]) + around),
            (f"FNMR at FMR {rate}, excl. FTE", _percent(figures.fnmr_excl_fte[rate])),
            (f"FMR seen where {rate} is promised", _scientific(figures.observed_fmr_at_promised[rate])),
        ]
    return "<table>" + "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows) + "</table>"


def _percent(value: float | None) -> str:
    return "too few pairs" if value is None else f"{value:.3%}"


def _scientific(value: float | None) -> str:
    return "too few pairs" if value is None else f"{value:.2e}"


def _list(lines: Iterable[str]) -> str:
    found = [f"<li>{escape(line)}</li>" for line in lines]
    return f"<ul>{''.join(found)}</ul>" if found else "<p>None.</p>"


def _det(det: Curve) -> str:
    """Both axes on the normal-deviate scale, on which normal scores give a straight line."""
    normal = NormalDist()
    low, high = normal.inv_cdf(1e-6), normal.inv_cdf(0.5)

    def place(rate: float, span: int) -> float:
        deviate = normal.inv_cdf(min(max(rate, 1e-6), 0.5))
        return EDGE + (deviate - low) / (high - low) * (span - 2 * EDGE)

    kept = (det.fmr > 0) & (det.fmr <= 0.5) & (det.fnmr <= 0.5)  # noqa: PLR2004 - half of all pairs
    points = " ".join(
        f"{place(float(fmr), WIDTH):.1f},{HEIGHT - place(float(fnmr), HEIGHT):.1f}"
        for fmr, fnmr in zip(det.fmr[kept], det.fnmr[kept], strict=True)
    )
    ticks = "".join(
        f'<line x1="{x:.0f}" y1="{EDGE}" x2="{x:.0f}" y2="{HEIGHT - EDGE}" stroke="#e3e8ee"/>'
        f'<line x1="{EDGE}" y1="{HEIGHT - y:.0f}" x2="{WIDTH - EDGE}" y2="{HEIGHT - y:.0f}" stroke="#e3e8ee"/>'
        f'<text x="{x:.0f}" y="{HEIGHT - EDGE + 16}" text-anchor="middle">{rate:g}</text>'
        f'<text x="{EDGE - 6}" y="{HEIGHT - y + 4:.0f}" text-anchor="end">{rate:g}</text>'
        for rate in (1e-5, 1e-4, 1e-3, 1e-2, 0.1)
        for x, y in [(place(rate, WIDTH), place(rate, HEIGHT))]
    )
    labels = (
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">false-match rate</text>'
        f'<text x="16" y="{HEIGHT / 2}" transform="rotate(-90 16 {HEIGHT / 2})" text-anchor="middle">'
        "false non-match rate</text>"
    )
    line = f'<polyline points="{points}" fill="none" stroke="#1a6fb5" stroke-width="2"/>'
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" font-size="12" role="img">{ticks}{labels}{line}</svg>'


def _histogram(spread: Distribution) -> str:
    edges = np.linspace(0.0, 0.55, 111)
    bars = []
    for values, colour in ((spread.impostor, "#b5471a"), (spread.genuine, "#1a6fb5")):
        share = np.histogram(values[np.isfinite(values)], edges)[0] / max(values.size, 1)
        top = max(float(share.max()), 1e-9)
        bars += [
            f'<rect x="{EDGE + i * 4.9:.1f}" y="{HEIGHT - EDGE - h:.1f}" width="4.9" height="{h:.1f}" '
            f'fill="{colour}" fill-opacity="0.6"/>'
            for i, value in enumerate(share)
            if (h := float(value) / top * (HEIGHT - 2 * EDGE)) > 0
        ]
    ticks = "".join(
        f'<text x="{EDGE + d / 0.005 * 4.9:.0f}" y="{HEIGHT - EDGE + 16}" text-anchor="middle">{d:.1f}</text>'
        for d in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
    )
    label = (
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
        "normalised distance (blue genuine, red impostor; each to its own height)</text>"
    )
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" font-size="12" role="img">{"".join(bars)}{ticks}{label}</svg>'


def _worst(scores: Scores, spread: Distribution) -> str:
    threshold = threshold_at(spread.impostor, 1e-3)
    if threshold is None:
        return "<p>Too few pairs.</p>"
    missed = scores.genuine & ~(scores.distance < threshold)
    counts = Counter(scores.items[i].eye for i in scores.first[missed])
    return _list(f"eye {eye}: {count} pairs missed at FMR 1e-3" for eye, count in counts.most_common(15))
