"""Synthetic near-infrared eyes: an identity grows into an eye, a view of it renders into a picture with its truth.

Deterministic from (seed, person, side) and the random source given to `render`; no picture of a real eye is used.
"""

from __future__ import annotations

from simulator.eyes.anatomy import Anatomy
from simulator.eyes.eye import Eye, grow
from simulator.eyes.identity import Identity, Side
from simulator.eyes.life import blink, draw_view, glance_away, live
from simulator.eyes.render import Rendered, render
from simulator.eyes.truth import Ellipse, Truth
from simulator.eyes.view import Light, Optics, Pose, View, ViewError

__all__ = [
    "Anatomy",
    "Ellipse",
    "Eye",
    "Identity",
    "Light",
    "Optics",
    "Pose",
    "Rendered",
    "Side",
    "Truth",
    "View",
    "ViewError",
    "blink",
    "draw_view",
    "glance_away",
    "grow",
    "live",
    "render",
]
