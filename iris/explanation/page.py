"""The explanation as one HTML page without scripts or outside resources; every picture is inside it."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from iris.explanation import layers, palette, strips
from iris.explanation.measures import Measured
from iris.explanation.panel import png
from iris.explanation.style import STYLE

if TYPE_CHECKING:
    from iris.explain import Explanation


def page(name: str, explained: Explanation) -> str:
    """The whole page; `name` is what the picture is called."""
    parts = [
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{escape(name)} · iris explain</title>',
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style><main>',
        _head(name, explained),
        f'<div class="upper"><section class="eye">{_eye(explained)}</section>',
        f"<section>{_said(explained)}</section></div>",
    ]
    if explained.eye is not None:
        parts.append(f"<section>{_strips(explained)}</section>")
    if explained.measures:
        parts.append(f"<section>{_measures(explained.measures)}</section>")
    parts.append(_foot(explained))
    return "\n".join(parts) + "</main></html>\n"


def _both(text_zh: str, text_en: str) -> str:
    return f'<span lang="zh">{escape(text_zh)}</span> <span lang="en" class="en">{escape(text_en)}</span>'


def _head(name: str, explained: Explanation) -> str:
    height, width = explained.picture.shape[:2]
    refusal = explained.refusal
    verdict = (
        f'<p class="verdict good">{_both("已编码", "encoded")}</p>'
        if refusal is None
        else f'<p class="verdict bad">{_both("未采用", "refused")} <code>{escape(refusal.reason)}</code></p>'
    )
    stages = "".join(
        f'<li class="{"passed" if passed else "failed"}">{_both(text_zh, text_en)}</li>'
        for text_zh, text_en, passed in explained.stages
    )
    title = f"<h1>{escape(name)} <small>{width}×{height}</small></h1>"
    return f"<header><div>{title}{verdict}</div><ol>{stages}</ol></header>"


def _image(picture: NDArray[np.uint8], text: str, kind: str = "") -> str:
    data = b64encode(png(picture)).decode()
    return f'<img class="{kind}" alt="{escape(text)}" src="data:image/png;base64,{data}">'


def _eye(explained: Explanation) -> str:
    eye = explained.eye
    shown = layers.window(explained.picture, eye)
    base = _image(layers.enlarged(explained.picture, shown), "the picture")
    if eye is None:
        return f'<div class="stack">{base}</div>'
    switches = (
        '<input type="checkbox" id="lines" checked><label for="lines">'
        f"{_both('边界', 'boundaries')}</label>"
        '<input type="checkbox" id="cover" checked><label for="cover">'
        f"{_both('遮罩', 'mask')}</label>"
    )
    cover = _image(layers.cover_layer(eye, shown), "what hides the iris", "layer cover")
    lines = _image(layers.boundary_layer(eye, shown), "boundaries", "layer lines")
    legend = "".join(
        f'<li><i style="border-color:{colour.css}"></i>{_both(colour.text_zh, colour.text_en)}</li>'
        for colour in (palette.PUPIL, palette.LIMBUS, palette.LIDS)
    )
    legend += "".join(
        f'<li><i style="background:{colour.css};border-color:{colour.css}"></i>'
        f"{_both(colour.text_zh, colour.text_en)} {flags.mean():.0%}</li>"
        for colour, flags in palette.hidden(eye)
    )
    return f'{switches}<div class="stack">{base}{cover}{lines}</div><ul class="legend">{legend}</ul>'


def _said(explained: Explanation) -> str:
    refusal = explained.refusal
    parts = []
    if refusal is not None:
        parts.append(
            f'<div class="words bad"><p lang="zh">{escape(refusal.text_zh)}</p>'
            f"<p>{escape(refusal.text_en)}</p><p><code>{escape(refusal.detail)}</code></p></div>"
        )
        parts += [
            f'<p class="missed">{_both(one.scale.text_zh, one.scale.text_en)}: {_both(one.missing_zh, one.missing)}</p>'
            for one in explained.measures
            if one.broken
        ]
    if explained.quality is not None:
        score = explained.quality.score
        parts.append(_gauge("质量", "quality", score / 100, str(score)))
    if explained.straightened is not None:
        parts.append(f"<p>{_both(*explained.straightened)}</p>")
    if explained.eye is not None:
        for text_zh, text_en, value in (
            ("两个边界正确的概率", "probability that both circles are right", explained.eye.boundaries.probability),
            ("边界清晰程度", "confidence in the drawn boundaries", explained.eye.segmentation.confidence),
        ):
            parts.append(_gauge(text_zh, text_en, value, f"{value:.1%}"))
    if explained.quality is not None:
        advice = "".join(f"<li>{_both(one.text_zh, one.text_en)}</li>" for one in explained.advice)
        parts.append(f"<h2>{_both('建议', 'advice')}</h2>")
        parts.append(f"<ul>{advice}</ul>" if advice else f"<p>{_both('无', 'none')}</p>")
    if explained.eye is not None:
        parts.append(_geometry(explained))
    return "".join(parts)


def _gauge(text_zh: str, text_en: str, share: float, written: str) -> str:
    return (
        f'<div class="gauge"><p>{_both(text_zh, text_en)}<b>{escape(written)}</b></p>'
        f'<div class="bar"><span style="width:{100 * min(max(share, 0.0), 1.0):.1f}%"></span></div></div>'
    )


def _geometry(explained: Explanation) -> str:
    assert explained.eye is not None
    found = explained.eye.segmentation
    rows = "".join(
        f"<tr><td>{_both(colour.text_zh, colour.text_en)}</td>"
        f"<td>{curve.circle.x:.1f}</td><td>{curve.circle.y:.1f}</td><td>{curve.circle.r:.1f}</td></tr>"
        for colour, curve in ((palette.PUPIL, found.pupil), (palette.LIMBUS, found.limbus))
    )
    return f"<table><tr><th>px</th><th>x</th><th>y</th><th>r</th></tr>{rows}</table>"


def _strips(explained: Explanation) -> str:
    eye, code = explained.eye, explained.code
    assert eye is not None
    angles = "".join(f"<span>{angle}°</span>" for angle in range(0, 360, 45))
    shown = [
        ("展开的虹膜：上为瞳孔，下为外缘", "the iris unwrapped: pupil above, limbus below", strips.sheet_strip(eye)),
        ("遮罩", "what hides it", strips.cover_strip(eye)),
    ]
    if code is not None:
        believed = f"the code: white 1, black 0, grey not believed; {code.mask.mean():.0%} believed"
        shown.append(("编码：白为 1，黑为 0，灰为不采用", believed, strips.code_strip(code)))
    figures = "".join(
        f"<figure><figcaption>{_both(text_zh, text_en)}</figcaption>{_image(strip, text_en)}</figure>"
        for text_zh, text_en, strip in shown
    )
    note = _both("角度：0° 向右，90° 向下", "angles: 0° to the right, 90° down")
    return f'{figures}<div class="angles">{angles}</div><p class="note">{note}</p>'


def _measures(measures: tuple[Measured, ...]) -> str:
    rows = []
    for one in measures:
        limit = "" if one.limit is None else f'<u style="left:{100 * one.place(one.limit):.1f}%"></u>'
        bound = "" if one.scale.unit in ("%", "px") else one.scale.unit
        if one.limit is not None:
            bound += f" {'≥' if one.scale.least is not None else '≤'} {one.scale.written(one.limit)}"
        rows.append(
            f'<div class="measure{" broken" if one.broken else ""}">'
            f"<p>{_both(one.scale.text_zh, one.scale.text_en)}</p>"
            f'<div class="bar"><span style="width:{100 * one.place(one.value):.1f}%"></span>{limit}</div>'
            f"<b>{escape(one.scale.written(one.value))}</b><small>{escape(bound.strip())}</small></div>"
        )
    note = _both("竖线：低于或高于此限则不采用", "the mark is the limit beyond which a picture is refused")
    title = _both("质量指标", "quality measures")
    return f'<h2>{title}</h2><div class="measures">{"".join(rows)}</div><p class="note">{note}</p>'


def _foot(explained: Explanation) -> str:
    if explained.eye is None:
        return ""
    rows, columns = explained.eye.sheet.grey.shape
    size = "" if explained.code is None else f", {explained.code.bits.size} bits"
    return f"<footer>{rows}×{columns} places unwrapped{size}. This page holds a biometric picture; keep it so.</footer>"
