"""The picture panel: the eye with everything found in it, below it the strips and words, as one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.explanation import layers, strips
from iris.explanation.caption import GROUND, caption

if TYPE_CHECKING:
    from iris.explain import Explanation

Pixels = NDArray[np.uint8]

EDGE = 16


def panel(explained: Explanation) -> Pixels:
    """(H, W, 3) red, green, blue."""
    eye, code = explained.eye, explained.code
    shown = layers.window(explained.picture, eye)
    grey = layers.enlarged(explained.picture, shown)
    picture = np.repeat(grey[..., None], 3, axis=2)
    rows = [picture]
    if eye is not None:
        for layer in (layers.cover_layer(eye, shown), layers.boundary_layer(eye, shown)):
            rows[0] = laid_over(rows[0], layer)
        rows += [strips.sheet_strip(eye), strips.cover_strip(eye)]
    if code is not None:
        rows.append(strips.code_strip(code))
    rows.append(caption(explained, max(row.shape[1] for row in rows)))
    return _stacked(rows)


def laid_over(picture: Pixels, layer: Pixels) -> Pixels:
    """A picture (H, W, 3) under a see-through layer (H, W, 4)."""
    alpha = layer[..., 3:].astype(np.float32) / 255
    return np.asarray(np.rint(picture * (1 - alpha) + layer[..., :3] * alpha), np.uint8)


def png(picture: Pixels) -> bytes:
    """A grey, coloured or see-through picture as the bytes of a PNG file."""
    conversions = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
    ordered = picture if picture.ndim == 2 else cv2.cvtColor(picture, conversions[picture.shape[2]])  # noqa: PLR2004
    _, data = cv2.imencode(".png", ordered)
    return bytes(data)


def _stacked(rows: list[Pixels]) -> Pixels:
    width = max(row.shape[1] for row in rows) + 2 * EDGE
    height = sum(row.shape[0] + EDGE for row in rows) + EDGE
    whole = np.empty((height, width, 3), np.uint8)
    whole[:] = GROUND
    top = EDGE
    for row in rows:
        left = (width - row.shape[1]) // 2
        whole[top : top + row.shape[0], left : left + row.shape[1]] = row
        top += row.shape[0] + EDGE
    return whole
