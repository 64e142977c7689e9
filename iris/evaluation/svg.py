"""The marks that the report's drawings are made of, as SVG text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

INK = "#1c2733"
Spot = tuple[float, float]


def drawing(width: int, height: int, marks: Iterable[str], size: int = 12) -> str:
    """A whole drawing, as wide as the page lets it be."""
    return (
        f'<svg viewBox="0 0 {width} {height}" font-size="{size}" fill="{INK}" role="img">' + "".join(marks) + "</svg>"
    )


def text(x: float, y: float, words: str, anchor: str = "middle", colour: str = INK) -> str:
    """Words that start, end or have their middle at the spot."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'


def upright(x: float, y: float, words: str) -> str:
    """Words read from below, for an axis."""
    return f'<text x="{x}" y="{y}" transform="rotate(-90 {x} {y})" text-anchor="middle">{escape(words)}</text>'


def line(start: Spot, end: Spot, colour: str, dashes: str = "") -> str:
    """A thin straight line."""
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {ends} stroke="{colour}"{_dashed(dashes)}/>'


def path(spots: Iterable[Spot], colour: str, dashes: str = "", width: float = 2) -> str:
    """A line from spot to spot."""
    return (
        f'<polyline points="{_points(spots)}" fill="none" stroke="{colour}" stroke-width="{width}"{_dashed(dashes)}/>'
    )


def area(spots: Iterable[Spot], colour: str) -> str:
    """A pale closed area."""
    return f'<polygon points="{_points(spots)}" fill="{colour}" fill-opacity="0.15"/>'


def dot(x: float, y: float, colour: str) -> str:
    """A filled dot."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'


def _points(spots: Iterable[Spot]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)


def _dashed(dashes: str) -> str:
    return f' stroke-dasharray="{dashes}"' if dashes else ""
