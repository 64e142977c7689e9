"""The words under the picture panel: what became of the picture and why, and what each colour means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.explanation import palette

if TYPE_CHECKING:
    from iris.explain import Explanation

Pixels = NDArray[np.uint8]

FONT = "uni"
"""OpenCV's own face with Chinese and Latin letters; nothing needs to be installed."""
SIZE, STEP = 22, 34
"""Pixels of a letter, and from line to line."""
SWATCH, GAP = 18, 10
GROUND, INK, GOOD, BAD = (18, 24, 32), (233, 238, 243), (74, 222, 128), (255, 138, 128)
"""Red, green and blue."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A piece of text, and the colour of the square before it, if there is one."""

    text: str
    ink: tuple[int, int, int] = INK
    square: tuple[int, int, int] | None = None


def caption(explained: Explanation, width: int) -> Pixels:
    """(H, width, 3) red, green, blue: the verdict, the reason with what broke a limit, and a legend of the colours."""
    rows: list[list[_Word]] = []
    for word in _verdict(explained):
        rows += [[_Word(line, word.ink)] for line in _wrapped(word.text, width)]
    rows += _in_rows(_legend(explained), width)
    canvas = np.empty((STEP * len(rows), width, 3), np.uint8)
    canvas[:] = GROUND
    for number, row in enumerate(rows):
        left = 0
        for word in row:
            canvas = _drawn(canvas, word, left, number * STEP)
            left += _width(word)
    return canvas


def _verdict(explained: Explanation) -> list[_Word]:
    return _outcome(explained) + ([] if explained.straightened is None else [_Word(" ".join(explained.straightened))])


def _outcome(explained: Explanation) -> list[_Word]:
    refusal = explained.refusal
    if refusal is None:
        score = "" if explained.quality is None else f", 质量 quality {explained.quality.score}"
        return [_Word(f"已编码 encoded{score}", GOOD)]
    words = [_Word(f"未采用 refused: {refusal.reason}", BAD), _Word(refusal.text_zh), _Word(refusal.text_en)]
    words.append(_Word(refusal.detail))
    return words + [
        _Word(f"{one.scale.text_zh} {one.scale.text_en}: {one.missing_zh} ({one.missing})", BAD)
        for one in explained.measures
        if one.broken
    ]


def _legend(explained: Explanation) -> list[_Word]:
    if explained.eye is None:
        return []
    colours = [palette.PUPIL, palette.LIMBUS, palette.LIDS]
    colours += [colour for colour, _ in palette.hidden(explained.eye)]
    colours += [palette.MASKED] if explained.code is not None else []
    return [_Word(f"{colour.text_zh} {colour.text_en}", square=colour.rgb) for colour in colours]


def _in_rows(words: list[_Word], width: int) -> list[list[_Word]]:
    """As many words in a row as fit."""
    rows: list[list[_Word]] = []
    for word in words:
        if rows and sum(map(_width, (*rows[-1], word))) <= width:
            rows[-1].append(word)
        else:
            rows.append([word])
    return rows


def _wrapped(text: str, width: int) -> list[str]:
    """Lines that fit, broken between words."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _span(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _span(text: str) -> int:
    """Pixels from the first letter to the last."""
    _, _, wide, _ = cv2.getTextSize((1, 1), text, (0, 0), cv2.FontFace(FONT), SIZE)
    return int(wide)


def _width(word: _Word) -> int:
    square = 0 if word.square is None else SWATCH + GAP
    return square + _span(word.text) + 2 * GAP


def _drawn(canvas: Pixels, word: _Word, left: int, top: int) -> Pixels:
    if word.square is not None:
        corner = top + (STEP - SWATCH) // 2
        canvas[corner : corner + SWATCH, left : left + SWATCH] = word.square
        left += SWATCH + GAP
    cv2.putText(canvas, word.text, (left, top + STEP - GAP), word.ink, cv2.FontFace(FONT), SIZE, 0)
    return canvas
