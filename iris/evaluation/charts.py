"""The report's drawings as SVG text: DET curve, histograms of distances, error against rejected share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from statistics import NormalDist

import numpy as np

from iris.evaluation.rejection import MOST_REJECTED, SHARES, Floats
from iris.evaluation.statistics import LEAST_BEHIND, Curve, Distribution

WIDTH, HEIGHT, EDGE = 640, 420, 64
SMALL_WIDTH, SMALL_HEIGHT, SMALL_EDGE = 240, 170, 34
GENUINE, IMPOSTOR, QUIET, GRID = "#1a6fb5", "#b5471a", "#7b8794", "#e3e8ee"
LEAST_RATE, MOST_RATE = 1e-6, 0.5
MOST_RELATIVE = 1.6
"""Top of the rejection charts: a measure that makes the error this much worse is as bad as one that makes it twice."""
FARTHEST = 0.55
"""End of the histogram's axis; strangers lie about 0.45, and nothing says more beyond one half."""
BINS = 110


def det(drawn: Curve, impostors: int) -> str:
    """Both axes on the normal-deviate scale, on which normal scores give a straight line.

    Left of the rule-of-30 line fewer than 30 impostor pairs stand behind the curve; it is dashed there.
    """
    normal = NormalDist()
    low, high = normal.inv_cdf(LEAST_RATE), normal.inv_cdf(MOST_RATE)

    def place(rate: float, span: int) -> float:
        deviate = normal.inv_cdf(min(max(rate, LEAST_RATE), MOST_RATE))
        return EDGE + (deviate - low) / (high - low) * (span - 2 * EDGE)

    kept = (drawn.fmr > 0) & (drawn.fmr <= MOST_RATE) & (drawn.fnmr <= MOST_RATE)
    ruled = LEAST_BEHIND / max(impostors, 1)
    points = list(zip(drawn.fmr[kept].tolist(), drawn.fnmr[kept].tolist(), strict=True))
    spots = [(place(fmr, WIDTH), HEIGHT - place(fnmr, HEIGHT)) for fmr, fnmr in points]
    firm = [spot for spot, (fmr, _) in zip(spots, points, strict=True) if fmr >= ruled]
    thin = [spot for spot, (fmr, _) in zip(spots, points, strict=True) if fmr < ruled] + firm[:1]
    parts = []
    for name in ("1e-6", "1e-5", "1e-4", "1e-3", "0.01", "0.1", "0.5"):
        x, y = place(float(name), WIDTH), HEIGHT - place(float(name), HEIGHT)
        parts += [
            _line((x, EDGE), (x, HEIGHT - EDGE), GRID),
            _line((EDGE, y), (WIDTH - EDGE, y), GRID),
            _text(x, HEIGHT - EDGE + 16, name),
            _text(EDGE - 6, y + 4, name if float(name) > LEAST_RATE else f"≤ {name}", "end"),
        ]
    parts += [_path(thin, GENUINE, "4 4"), _path(firm, GENUINE)]
    if LEAST_RATE < ruled < MOST_RATE:
        x = place(ruled, WIDTH)
        parts += [
            _line((x, EDGE), (x, HEIGHT - EDGE), QUIET, "3 3"),
            _text(x + 5, EDGE + 12, f"rule of 30: {ruled:.1e}", "start"),
        ]
    parts += [
        _text(WIDTH / 2, HEIGHT - 14, "false-match rate"),
        _upright(14, HEIGHT / 2, "false non-match rate, encoded pairs"),
    ]
    return _svg(WIDTH, HEIGHT, parts)


def histogram(spread: Distribution, thresholds: Mapping[str, float]) -> str:
    """Distances of both kinds of pairs on a logarithmic scale of pairs, so that single pairs in the tails show."""
    edges = np.linspace(0.0, FARTHEST, BINS + 1)
    counts = [np.histogram(values[np.isfinite(values)], edges)[0] for values in (spread.impostor, spread.genuine)]
    top = np.log10(max(10, *(int(count.max()) for count in counts))) * 1.05
    across, up = (WIDTH - 2 * EDGE) / FARTHEST, (HEIGHT - 2 * EDGE) / top
    parts = []
    for power in range(int(top) + 1):
        y = HEIGHT - EDGE - power * up
        parts += [_line((EDGE, y), (WIDTH - EDGE, y), GRID), _text(EDGE - 6, y + 4, f"{10**power:,}", "end")]
    for values, colour in zip(counts, (IMPOSTOR, GENUINE), strict=True):
        parts += [
            f'<rect x="{EDGE + edges[i] * across:.1f}" y="{HEIGHT - EDGE - h:.1f}" '
            f'width="{across * FARTHEST / BINS:.2f}" height="{h:.1f}" fill="{colour}" fill-opacity="0.55"/>'
            for i, count in enumerate(values.tolist())
            if count and (h := max(2.0, float(np.log10(count)) * up))
        ]
    for name, threshold in thresholds.items():
        x = EDGE + threshold * across
        parts += [
            _line((x, EDGE), (x, HEIGHT - EDGE), "#1c2733", "3 3"),
            f'<text x="{x:.1f}" y="{EDGE - 6}" transform="rotate(-50 {x:.1f} {EDGE - 6})">{escape(name)}</text>',
        ]
    parts += [_text(EDGE + d * across, HEIGHT - EDGE + 16, f"{d:.1f}") for d in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)]
    parts += [
        _text(WIDTH / 2, HEIGHT - 14, "normalised distance; dashed: the policy's threshold for each promised FMR"),
        _upright(14, HEIGHT / 2, "pairs"),
        f'<text x="{EDGE}" y="{EDGE - 14}" fill="{GENUINE}">genuine pairs</text>',
        f'<text x="{EDGE + 110}" y="{EDGE - 14}" fill="{IMPOSTOR}">impostor pairs</text>',
    ]
    return _svg(WIDTH, HEIGHT, parts)


def rejection(name: str, note: str, curves: Mapping[str, Floats]) -> str:
    """One measure's error against the share of pictures rejected, relative to none rejected, by colour of the curve.

    The dashed line at 1 is what rejecting at random leaves.
    """
    across = (SMALL_WIDTH - 2 * SMALL_EDGE) / MOST_REJECTED
    base, up = SMALL_HEIGHT - SMALL_EDGE, (SMALL_HEIGHT - 2 * SMALL_EDGE) / MOST_RELATIVE
    parts = [
        _line((SMALL_EDGE, base), (SMALL_WIDTH - SMALL_EDGE, base), QUIET),
        _line((SMALL_EDGE, base - up), (SMALL_WIDTH - SMALL_EDGE, base - up), QUIET, "3 3"),
        f'<text x="{SMALL_EDGE - 20}" y="16" font-weight="600">{escape(name)}</text>',
        f'<text x="{SMALL_WIDTH - 10}" y="16" text-anchor="end" fill="{QUIET}">{escape(note)}</text>',
        _text(SMALL_EDGE - 4, base + 4, "0", "end"),
        _text(SMALL_EDGE - 4, base - up + 4, "1", "end"),
        *(_text(SMALL_EDGE + share * across, base + 14, f"{share:.0%}") for share in (0.0, 0.25, 0.5)),
    ]
    for colour, rates in curves.items():
        if not rates[0] > 0:
            continue
        relative = np.minimum(rates / rates[0], MOST_RELATIVE)
        known = np.isfinite(relative)
        spots = zip(SHARES[known].tolist(), relative[known].tolist(), strict=True)
        parts.append(_path([(SMALL_EDGE + share * across, base - rate * up) for share, rate in spots], colour))
    return _svg(SMALL_WIDTH, SMALL_HEIGHT, parts, 10)


def _svg(width: int, height: int, parts: Iterable[str], size: int = 12) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" font-size="{size}" fill="#1c2733" role="img">' + "".join(parts) + "</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _upright(x: float, y: float, text: str) -> str:
    return f'<text x="{x}" y="{y}" transform="rotate(-90 {x} {y})" text-anchor="middle">{escape(text)}</text>'


def _line(start: tuple[float, float], end: tuple[float, float], colour: str, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {ends} stroke="{colour}"{dashed}/>'


def _path(spots: list[tuple[float, float]], colour: str, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'
