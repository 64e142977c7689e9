"""The eye enlarged, and what was found in it as see-through layers of the same size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.explanation import palette
from iris.geometry import Circle, Contour, FloatArray, Lid, even_angles
from iris.picture import Picture
from iris.segment.eye import Eye

Pixels = NDArray[np.uint8]

WIDTH, HEIGHT = 960, 720
"""Pixels; the enlarged eye fits into this."""
REACH = (2.3, 1.75)
"""Iris radii to either side and up and down that are shown around an eye."""
CURVE_POINTS = 256
LINE = 2
SHIFT = 4
"""Fractional bits of OpenCV's drawing coordinates."""
COVER_ALPHA = 120
"""Of 255: the texture must stay visible under the colours."""


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of the picture, enlarged: its corner in pixels, its size, and the enlargement."""

    left: int
    top: int
    width: int
    height: int
    scale: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the enlarged rectangle."""
        return round(self.width * self.scale), round(self.height * self.scale)

    def place(self, x: FloatArray, y: FloatArray) -> NDArray[np.int32]:
        """Points (..., 2) of the picture as drawing coordinates; pixel centres stay in place."""
        across = (x - self.left + 0.5) * self.scale - 0.5
        down = (y - self.top + 0.5) * self.scale - 0.5
        bounded = np.clip(np.stack([across, down], axis=-1), -1e4, 1e4)
        return np.asarray(np.rint(bounded * (1 << SHIFT)), np.int32)


def window(picture: Picture, eye: Eye | None) -> Window:
    """The surroundings of the eye, or the whole picture where none was found."""
    height, width = picture.shape
    left, top, right, bottom = 0, 0, width, height
    if eye is not None:
        iris = eye.segmentation.limbus.circle
        left, right = max(0, int(iris.x - REACH[0] * iris.r)), min(width, int(iris.x + REACH[0] * iris.r) + 1)
        top, bottom = max(0, int(iris.y - REACH[1] * iris.r)), min(height, int(iris.y + REACH[1] * iris.r) + 1)
    scale = min(WIDTH / (right - left), HEIGHT / (bottom - top))
    return Window(left, top, right - left, bottom - top, scale)


def enlarged(picture: Picture, shown: Window) -> Pixels:
    """The window's grey values."""
    part = picture[shown.top : shown.top + shown.height, shown.left : shown.left + shown.width]
    way = cv2.INTER_CUBIC if shown.scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(part, shown.size, interpolation=way), np.uint8)


def boundary_layer(eye: Eye, shown: Window) -> Pixels:
    """(H, W, 4) red, green, blue, alpha: both boundaries and both lids as lines."""
    layer = _clear(shown)
    found = eye.segmentation
    for colour, curve in ((palette.LIMBUS, found.limbus), (palette.PUPIL, found.pupil)):
        _line(layer, shown.place(*curve.points(even_angles(CURVE_POINTS))), colour, closed=True)
        centre = Circle(curve.circle.x, curve.circle.y, 3.0 / shown.scale)
        _line(layer, shown.place(*Contour.of_circle(centre).points(even_angles(CURVE_POINTS))), colour, closed=True)
    for lid in (found.upper_lid, found.lower_lid):
        for points in _across_the_iris(lid, found.limbus, shown):
            _line(layer, points, palette.LIDS, closed=False)
    return layer


def cover_layer(eye: Eye, shown: Window) -> Pixels:
    """(H, W, 4): every place of the iris that is not believed, coloured by what hides it."""
    layer = _clear(shown)
    corners = _corners(eye, shown)
    for colour, flags in palette.hidden(eye):
        rows, columns = np.nonzero(flags)
        cells = np.stack([corners[rows + i, columns + j] for i, j in ((0, 0), (0, 1), (1, 1), (1, 0))], axis=1)
        for cell in cells:
            cv2.fillConvexPoly(layer, cell, (*colour.rgb, COVER_ALPHA), cv2.LINE_8, SHIFT)
    return layer


def _clear(shown: Window) -> Pixels:
    return np.zeros((shown.size[1], shown.size[0], 4), np.uint8)


def _line(layer: Pixels, points: NDArray[np.int32], colour: palette.Colour, *, closed: bool) -> None:
    """A line with a dark rim, which is seen on skin and in the pupil alike."""
    cv2.polylines(layer, [points], closed, (0, 0, 0, 150), LINE + 3, cv2.LINE_AA, SHIFT)
    cv2.polylines(layer, [points], closed, (*colour.rgb, 255), LINE, cv2.LINE_AA, SHIFT)


def _across_the_iris(lid: Lid, limbus: Contour, shown: Window) -> list[NDArray[np.int32]]:
    """The lid's edge where it crosses the iris; outside it nobody looked."""
    iris = limbus.circle
    u = np.linspace(-1.0, 1.0, CURVE_POINTS, dtype=np.float32)
    v = lid.at(u)
    within = u * u + v * v <= 1.0
    starts = np.flatnonzero(within[1:] != within[:-1]) + 1
    points = shown.place(iris.x + u * iris.r, iris.y + v * iris.r)
    parts = zip(np.split(points, starts), np.split(within, starts), strict=True)
    return [part for part, inside in parts if inside[0] and len(part) > 1]


def _corners(eye: Eye, shown: Window) -> NDArray[np.int32]:
    """(rows + 1, columns + 1, 2) corners of the sheet's places in drawing coordinates."""
    rows, columns = eye.sheet.grey.shape
    step = np.float32(2 * np.pi / columns)
    angles = ((np.arange(columns + 1, dtype=np.float32) - np.float32(0.5)) * step).astype(np.float32)
    depth = (np.arange(rows + 1, dtype=np.float32) / rows)[:, None]
    inner_x, inner_y = eye.segmentation.pupil.points(angles)
    outer_x, outer_y = eye.segmentation.limbus.points(angles)
    return shown.place(inner_x + depth * (outer_x - inner_x), inner_y + depth * (outer_y - inner_y))
