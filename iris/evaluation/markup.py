"""Tables, notes and numbers of the report as HTML text; every word that comes from outside is escaped here.

What people read is Chinese first, then English: as two spans in headings and notes, side by side in cells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape

from iris.evaluation.figures import Count
from iris.evaluation.intervals import with_width
from iris.evaluation.resampling import Bounds

FEW, NOTHING, NONE = "样本不足 too few pairs", "–", "<p>无 None.</p>"
MOST_ROWS = 20
"""Rows of a list in the report; figures.json has them all."""
STYLE = (
    'body{font:15px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;max-width:68rem;'
    "margin:2rem auto;padding:0 1rem;color:#1c2733}h1{overflow-wrap:anywhere}code{overflow-wrap:anywhere}"
    "h2{margin-top:2.2rem}div.t{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse}"
    "td,th{border-bottom:1px solid #d5dde5;padding:.3rem .8rem;text-align:right;"
    "font-variant-numeric:tabular-nums;white-space:nowrap}th{color:#52606d;font-weight:600}"
    "th:first-child,td:first-child,table.w td,table.w th{text-align:left}tr.q td{color:#8794a1}"
    "table.m{font-size:13px}table.m td,table.m th{padding:.25rem .5rem}"
    "svg{background:#fafbfc;width:100%;height:auto}figure{margin:1rem 0;max-width:34rem}"
    "p.n{color:#52606d;max-width:46rem}p.h{border-left:4px solid #c6392c;background:#fdecea;padding:.5rem .8rem}"
    ".en{color:#52606d;font-weight:400}p.n span,p.h span{display:block}"
    "div.s{display:grid;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));gap:.8rem}"
    "table.w td{white-space:normal;overflow-wrap:anywhere;min-width:4.5rem}"
    "@media(max-width:40rem){body{margin:1rem auto;padding:0 .7rem}h1{font-size:1.5rem}td,th{padding:.3rem .45rem}"
    "th,td:first-child{white-space:normal}td:first-child{min-width:8rem}table,table.m{font-size:13px}}"
    "@media print{h2{break-after:avoid}svg,table{break-inside:avoid}}"
)


def both(text_zh: str, text_en: str) -> str:
    """Words in both languages."""
    return f"<span lang=zh>{escape(text_zh)}</span> <span lang=en class=en>{escape(text_en)}</span>"


def heading(text_zh: str, text_en: str) -> str:
    """The heading of a section."""
    return f"<h2>{both(text_zh, text_en)}</h2>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, quiet: Collection[int] = (), kind: str = "") -> str:
    """A table of numbers, of words where `kind` is "w", of many columns for "m"; rows numbered in `quiet` are pale."""
    top = "<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr>" if head else ""
    body = "".join(
        f"<tr{' class=q' if i in quiet else ''}>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        for i, row in enumerate(rows)
    )
    return f"<div class=t><table{f' class={kind}' if kind else ''}>{top}{body}</table></div>"


def listed(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A list's first rows, and how many more there are; nothing at all for none."""
    if not rows:
        return ""
    more = len(rows) - MOST_ROWS
    rest = note(f"另有 {more:,} 项见 figures.json。", f"And {more:,} more in figures.json.") if more > 0 else ""
    return table(head, rows[:MOST_ROWS], kind="w") + rest


def note(text_zh: str, text_en: str) -> str:
    """A paragraph that explains."""
    return f"<p class=n>{both(text_zh, text_en)}</p>"


def hint(text_zh: str, text_en: str) -> str:
    """A paragraph that must not be overlooked."""
    return f"<p class=h>{both(text_zh, text_en)}</p>"


def percent(value: float | None) -> str:
    """A rate, or why there is none."""
    return FEW if value is None else f"{value:.3%}"


def interval(around: Bounds | None) -> str:
    """Bounds of a rate; one without width says nothing."""
    known = with_width(around)
    if known is None:
        return NOTHING
    low, high = (f"{bound:.2%}" for bound in known)
    return f"{low} to {high}" if low != high else small(known)


def small(around: Bounds | None) -> str:
    """Bounds of a rate far below a percent."""
    known = with_width(around)
    if known is None:
        return NOTHING
    return " to ".join("0" if bound == 0 else f"{bound:.1e}" for bound in known)


def plain(around: Bounds | None) -> str:
    """Bounds of a number that is no rate."""
    known = with_width(around)
    if known is None:
        return NOTHING
    low, high = (f"{bound:.2f}" for bound in known)
    return f"{low} to {high}" if low != high else NOTHING


def within(value: float | None, around: Bounds | None) -> str:
    """A number with its bounds."""
    return NOTHING if value is None else f"{value:.2f}" + ("" if around is None else f" ({plain(around)})")


def of(count: Count | None) -> str:
    """Errors out of pairs."""
    return NOTHING if count is None else f"{count.errors:,} / {count.pairs:,}"
