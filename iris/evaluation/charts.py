"""The report's drawings: DET curve, promised against observed rates, distances, error against rejected share."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from statistics import NormalDist

import numpy as np

from iris.evaluation.det import Det
from iris.evaluation.promise import LEAST_PROMISE, PromiseCurve
from iris.evaluation.rejection import MOST_REJECTED, SHARES
from iris.evaluation.rejection import Floats as Doubles
from iris.evaluation.statistics import LEAST_BEHIND, Curve, Distribution
from iris.evaluation.svg import INK, area, drawing, line, path, text, upright

WIDTH, HEIGHT, EDGE = 400, 340, 52
"""Drawn narrow, so that words are as large as the page's on a screen of 390 pixels."""
SMALL_WIDTH, SMALL_HEIGHT, SMALL_EDGE = 240, 170, 34
GENUINE, IMPOSTOR, STRICT, QUIET, GRID = "#1a6fb5", "#b5471a", "#7a4fb5", "#7b8794", "#e3e8ee"
PROMISE_WIDTH, PROMISE_HEIGHT = 400, 340
ALLOWED = 3.0
"""How many times its promise an observed false-match rate may be before the promise counts as broken."""
LEAST_RATE, MOST_RATE = LEAST_PROMISE, 0.5
MOST_RELATIVE = 1.6
"""Top of the rejection charts: a measure that makes the error this much worse is as bad as one that makes it twice."""
FARTHEST = 0.55
"""End of the histogram's axis; strangers lie about 0.45, and nothing says more beyond one half."""
BINS = 110
LONGEST_POWER = 2
"""Powers of ten above it are written with an exponent."""


def det(drawn: Curve, impostors: int, around: Det | None) -> str:
    """Both axes on the normal-deviate scale, on which normal scores give a straight line.

    Left of the rule-of-30 line fewer than 30 impostor pairs stand behind the curve; it is dashed there. The band is
    the 95 % interval.
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
            line((x, EDGE), (x, HEIGHT - EDGE), GRID),
            line((EDGE, y), (WIDTH - EDGE, y), GRID),
            text(x, HEIGHT - EDGE + 16, name),
            text(EDGE - 6, y + 4, name if float(name) > LEAST_RATE else f"≤ {name}", "end"),
        ]
    if around is not None:
        below = list(zip(around.fmr, around.fnmr_low, strict=True))
        edges = below + list(zip(around.fmr, around.fnmr_high, strict=True))[::-1]
        parts.append(area([(place(fmr, WIDTH), HEIGHT - place(fnmr, HEIGHT)) for fmr, fnmr in edges], GENUINE))
    parts += [path(thin, GENUINE, "4 4"), path(firm, GENUINE)]
    if LEAST_RATE < ruled < MOST_RATE:
        x = place(ruled, WIDTH)
        parts += [
            line((x, EDGE), (x, HEIGHT - EDGE), QUIET, "3 3"),
            text(x + 5, EDGE - 8, f"三十法则 rule of 30: {ruled:.1e}", "start" if x < WIDTH / 2 else "end"),
        ]
    parts += [
        text(WIDTH / 2, HEIGHT - 14, "错误匹配率 false-match rate"),
        upright(12, HEIGHT / 2, "错误不匹配率 FNMR, excl. FTA"),
    ]
    return drawing(WIDTH, HEIGHT, parts)


def histogram(spread: Distribution, thresholds: Mapping[str, float]) -> str:
    """Distances of both kinds of pairs on a logarithmic scale of pairs, so that single pairs in the tails show."""
    edges = np.linspace(0.0, FARTHEST, BINS + 1)
    counts = [np.histogram(values[np.isfinite(values)], edges)[0] for values in (spread.impostor, spread.genuine)]
    top = np.log10(max(10, *(int(count.max()) for count in counts))) * 1.05
    across, up = (WIDTH - 2 * EDGE) / FARTHEST, (HEIGHT - 2 * EDGE) / top
    parts = []
    for power in range(int(top) + 1):
        y = HEIGHT - EDGE - power * up
        parts += [line((EDGE, y), (WIDTH - EDGE, y), GRID), text(EDGE - 6, y + 4, _count(power), "end")]
    for values, colour in zip(counts, (IMPOSTOR, GENUINE), strict=True):
        parts += [
            f'<rect x="{EDGE + edges[i] * across:.1f}" y="{HEIGHT - EDGE - h:.1f}" '
            f'width="{across * FARTHEST / BINS:.2f}" height="{h:.1f}" fill="{colour}" fill-opacity="0.55"/>'
            for i, count in enumerate(values.tolist())
            if count and (h := max(2.0, float(np.log10(count)) * up))
        ]
    for row, (name, threshold) in enumerate(thresholds.items()):
        x, y = EDGE + threshold * across, EDGE - 4 - 11 * row
        parts += [line((x, y), (x, HEIGHT - EDGE), INK, "3 3"), text(x + 3, y, name, "start")]
    parts += [text(EDGE + d * across, HEIGHT - EDGE + 16, f"{d:.1f}") for d in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)]
    parts += [
        text(WIDTH / 2, HEIGHT - 14, "归一化距离 normalised distance"),
        upright(12, HEIGHT / 2, "对 pairs"),
        text(EDGE, EDGE - 30, "同眼 genuine", "start", GENUINE),
        text(EDGE + 110, EDGE - 30, "异眼 impostor", "start", IMPOSTOR),
    ]
    return drawing(WIDTH, HEIGHT, parts)


def _count(power: int) -> str:
    """Ten to the power, short enough for the edge."""
    return f"{10**power:,}" if power <= LONGEST_POWER else f"1e{power}"


def promises(curve: PromiseCurve) -> str:
    """Observed against promised false-match rate on logarithmic scales; a promise is kept below the diagonal.

    Dashed: three times the promise. Pale: the 95 % interval; where no pair matched there is no curve but its upper end.
    """
    low, high = np.log10(LEAST_RATE), 0.0

    def place(rate: float, span: int) -> float:
        return float(EDGE + (np.log10(min(max(rate, LEAST_RATE), 1.0)) - low) / (high - low) * (span - 2 * EDGE))

    def spot(promise: float, seen: float) -> tuple[float, float]:
        return place(promise, PROMISE_WIDTH), PROMISE_HEIGHT - place(seen, PROMISE_HEIGHT)

    marks = []
    for power in range(int(low), 1, 1):
        (x, y), name = spot(10.0**power, 10.0**power), f"1e{power}" if power else "1"
        marks += [line((x, EDGE), (x, PROMISE_HEIGHT - EDGE), GRID), line((EDGE, y), (PROMISE_WIDTH - EDGE, y), GRID)]
        marks += [text(x, PROMISE_HEIGHT - EDGE + 16, name), text(EDGE - 6, y + 4, name, "end")]
    upper = list(zip(curve.promised, curve.high, strict=True))
    lower = list(zip(curve.promised, curve.low, strict=True))
    seen = [(at, count / curve.pairs) for at, count in zip(curve.promised, curve.matched, strict=True)]
    firm = [pair for pair, count in zip(seen, curve.matched, strict=True) if count >= LEAST_BEHIND]
    thin = [pair for pair, count in zip(seen, curve.matched, strict=True) if 0 < count < LEAST_BEHIND] + firm[:1]
    marks += [
        area([spot(*pair) for pair in upper + lower[::-1]], IMPOSTOR),
        line(spot(LEAST_RATE, LEAST_RATE), spot(1, 1), QUIET),
        line(spot(LEAST_RATE, ALLOWED * LEAST_RATE), spot(1 / ALLOWED, 1), QUIET, "3 3"),
        path([spot(*pair) for pair in thin], IMPOSTOR, "4 4"),
        path([spot(*pair) for pair in firm], IMPOSTOR),
        text(PROMISE_WIDTH / 2, PROMISE_HEIGHT - 14, "承诺的误配率 promised false-match rate"),
        upright(12, PROMISE_HEIGHT / 2, "实测 observed"),
    ]
    return drawing(PROMISE_WIDTH, PROMISE_HEIGHT, marks)


def rejection(name: str, note: str, curves: Mapping[str, Doubles]) -> str:
    """One measure's error against the share of pictures rejected, relative to none rejected, by colour of the curve.

    The dashed line at 1 is what rejecting at random leaves; the grey curve, where given, what ideal rejection leaves.
    """
    across = (SMALL_WIDTH - 2 * SMALL_EDGE) / MOST_REJECTED
    base, up = SMALL_HEIGHT - SMALL_EDGE, (SMALL_HEIGHT - 2 * SMALL_EDGE) / MOST_RELATIVE
    parts = [
        line((SMALL_EDGE, base), (SMALL_WIDTH - SMALL_EDGE, base), QUIET),
        line((SMALL_EDGE, base - up), (SMALL_WIDTH - SMALL_EDGE, base - up), QUIET, "3 3"),
        f'<text x="{SMALL_EDGE - 20}" y="16" font-weight="600">{escape(name)}</text>',
        text(SMALL_WIDTH - 10, 16, note, "end", QUIET),
        text(SMALL_EDGE - 4, base + 4, "0", "end"),
        text(SMALL_EDGE - 4, base - up + 4, "1", "end"),
        *(text(SMALL_EDGE + share * across, base + 14, f"{share:.0%}") for share in (0.0, 0.25, 0.5)),
    ]
    for colour, rates in curves.items():
        if not rates[0] > 0:
            continue
        relative = np.minimum(rates / rates[0], MOST_RELATIVE)
        known = np.isfinite(relative)
        spots = zip(SHARES[known].tolist(), relative[known].tolist(), strict=True)
        width = 1 if colour == QUIET else 1.6
        parts.append(path([(SMALL_EDGE + s * across, base - rate * up) for s, rate in spots], colour, "", width))
    return drawing(SMALL_WIDTH, SMALL_HEIGHT, parts, 10)
