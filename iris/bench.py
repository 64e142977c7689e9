"""How fast the chain is on this machine, measured on a drawn eye and random templates, one core."""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from iris.code import CODE_COLUMNS
from iris.encode import encode
from iris.gallery import Gallery
from iris.match import compare
from iris.template import Template

TEMPLATES = 20_000
REPEATS = 60


class Timing(BaseModel):
    """Milliseconds."""

    model_config = ConfigDict(frozen=True)

    median: float
    p95: float


class Speed(BaseModel):
    """What was measured; rates are per core."""

    model_config = ConfigDict(frozen=True)

    encode_320x280_ms: Timing
    encode_640x480_ms: Timing
    compare_ms: float
    identify_templates: int
    identify_ms: float
    identify_templates_per_second: float
    template_bytes: int


def speed() -> Speed:
    """Runs every measurement; takes a few seconds."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        return _measured()
    finally:
        cv2.setNumThreads(threads)


def _measured() -> Speed:
    small, large = drawn_eye(320, 280, 95.0), drawn_eye(640, 480, 110.0)
    probe = encode(small).template
    draw = np.random.default_rng(7)
    gallery = Gallery()
    for number in range(TEMPLATES):
        gallery.add(str(number), str(number), random_template(draw))
    gallery.identify(probe)
    identify = _timed(lambda: gallery.identify(probe), 9).median
    return Speed(
        encode_320x280_ms=_timed(lambda: encode(small), REPEATS),
        encode_640x480_ms=_timed(lambda: encode(large), REPEATS),
        compare_ms=_timed(lambda: compare(probe, probe), REPEATS).median,
        identify_templates=TEMPLATES,
        identify_ms=identify,
        identify_templates_per_second=TEMPLATES / (identify / 1e3),
        template_bytes=len(probe.to_bytes()),
    )


def _timed(work: Callable[[], object], repeats: int) -> Timing:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    return Timing(median=float(np.median(times)), p95=float(np.percentile(times, 95)))


def random_template(draw: np.random.Generator) -> Template:
    """A template of nobody: random bits, three quarters of them believed."""
    code = draw.integers(0, 256, (CODE_COLUMNS, 2), np.uint8)
    mask = np.packbits(draw.random((CODE_COLUMNS, 8)) < 0.75, axis=1)  # noqa: PLR2004 - a usual share
    return Template(code, mask)


def drawn_eye(width: int, height: int, radius: float) -> NDArray[np.uint8]:
    """A plain eye in the middle of a picture: sclera, textured iris, dark pupil, one highlight, two lids."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x - width / 2, y - height / 2
    r, angle = np.hypot(x, y), np.arctan2(y, x)
    draw = np.random.default_rng(3)
    texture = sum(
        10.0 * np.cos(k * angle + draw.uniform(0, 6.3) + 4 * np.sin(r / radius * draw.uniform(4, 12)))
        for k in range(3, 24, 2)
    )
    picture = np.where(r < radius, 110 + 0.6 * np.asarray(texture), 190.0)
    picture = np.where(r < 0.4 * radius, 25.0, picture)
    picture = np.where(np.hypot(x - 0.15 * radius, y + 0.1 * radius) < 0.05 * radius, 255.0, picture)
    lid = (y < -0.75 * radius + 0.3 * x * x / radius) | (y > 0.9 * radius - 0.2 * x * x / radius)
    picture = np.where(lid, 215.0, picture)
    noise = draw.normal(0, 2, picture.shape)
    return np.asarray(cv2.GaussianBlur(np.clip(picture + noise, 0, 255).astype(np.uint8), (3, 3), 0.8), np.uint8)
