"""How fast the chain is on this machine, measured on a drawn eye and random templates, one core.

The matchers are measured beside the straightforward one (`iris.reference`) and must equal it to the last bit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from iris.accelerated import Accelerator, cache_folder
from iris.code import CODE_COLUMNS
from iris.encode import encode
from iris.gallery import Gallery
from iris.match import compare
from iris.planes import Scan, distances, plain_scan, planes, turned
from iris.reference import Nearest, nearest
from iris.stages import watched
from iris.template import Template

T = TypeVar("T")

TEMPLATES = 20_000
IN_DOUBT = 10
"""Every so manieth template has two readings, as of pictures whose boundaries can be read in two ways."""
REFERENCE_TEMPLATES = 200
"""Fewer for the reference: it takes a millisecond for each."""
REPEATS = 60
SEARCHES = 9


MEASURED_ON = f"one drawn eye encoded {REPEATS} times, one core; p95 is the scatter of this one eye, not of pictures"


class Timing(BaseModel):
    """Milliseconds; what median and 95th percentile are over is told beside them (`measured_on`)."""

    model_config = ConfigDict(frozen=True)

    median: float
    p95: float


class Speed(BaseModel):
    """What was measured: times by the wall clock, rates by the time of one processor.

    Attributes:
        measured_on: what the times of encoding are of; `iris bench --pictures DIR` measures pictures.
        stages_320x280_ms: median time of each stage of encoding, and of what is none; they sum up to about the whole.
        identify_templates_per_second_accelerated: None without the extra.
        engine_reason: why nothing is compiled.
        reference_compare_ms, reference_identify_templates_per_second: the straightforward implementation's.
        bit_exact: whether comparing and searching, plain and compiled, gave exactly what the reference gave.
        memory_bytes_per_reading: in the gallery.
    """

    model_config = ConfigDict(frozen=True)

    measured_on: str = MEASURED_ON
    encode_320x280_ms: Timing
    encode_640x480_ms: Timing
    stages_320x280_ms: dict[str, float]
    stages_640x480_ms: dict[str, float]
    compare_ms: float
    compare_prepared_ms: float
    identify_templates: int
    identify_ms: float
    identify_templates_per_second: float
    identify_ms_accelerated: float | None
    identify_templates_per_second_accelerated: float | None
    engine: str
    engine_reason: str
    engine_ready_ms: float
    reference_compare_ms: float
    reference_identify_templates_per_second: float
    bit_exact: bool
    template_bytes: int
    memory_bytes_per_reading: int


def speed() -> Speed:
    """Runs every measurement; takes some seconds."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        return _measured()
    finally:
        cv2.setNumThreads(threads)


def _measured() -> Speed:
    small, large = drawn_eye(320, 280, 95.0), drawn_eye(640, 480, 110.0)
    probe = encode(small).template
    accelerator = Accelerator(cache_folder)
    start = time.perf_counter()
    engine = accelerator.prepare()
    ready = 1e3 * (time.perf_counter() - start)
    draw = np.random.default_rng(7)
    templates = [_drawn_template(draw, number) for number in range(TEMPLATES)]
    plain, fast = Gallery(), Gallery(accelerator)
    for gallery in (plain, fast):
        for number, template in enumerate(templates):
            gallery.add(str(number), str(number), template)
    identify = _search(plain, probe)
    accelerated = _search(fast, probe) if engine.compiled else None
    some = templates[:REFERENCE_TEMPLATES]
    reference, expected = _processor_s(lambda: [nearest(probe, other) for other in some])
    prepared, one = turned(probe), planes(some[:1])
    return Speed(
        encode_320x280_ms=_timed(lambda: encode(small), REPEATS),
        encode_640x480_ms=_timed(lambda: encode(large), REPEATS),
        stages_320x280_ms=stage_times(small),
        stages_640x480_ms=stage_times(large),
        compare_ms=_timed(lambda: compare(probe, probe), REPEATS).median,
        compare_prepared_ms=_timed(lambda: distances(prepared, one), REPEATS).median,
        identify_templates=TEMPLATES,
        identify_ms=identify.ms,
        identify_templates_per_second=identify.rate,
        identify_ms_accelerated=accelerated.ms if accelerated else None,
        identify_templates_per_second_accelerated=accelerated.rate if accelerated else None,
        engine=engine.name,
        engine_reason=engine.reason,
        engine_ready_ms=ready,
        reference_compare_ms=_timed(lambda: nearest(probe, probe), SEARCHES).median,
        reference_identify_templates_per_second=len(some) / reference,
        bit_exact=all(agrees(scan, probe, some, expected) for scan in (plain_scan, accelerator)),
        template_bytes=len(probe.to_bytes()),
        memory_bytes_per_reading=3 * prepared.mask.itemsize * prepared.mask.shape[0],
    )


@dataclass(frozen=True, slots=True)
class _Search:
    ms: float
    rate: float


def _search(gallery: Gallery, probe: Template) -> _Search:
    """A whole look against the gallery: all rotations, the ranking, everything."""
    gallery.identify(probe)
    spent = float(np.median([_processor_s(lambda: gallery.identify(probe))[0] for _ in range(SEARCHES)]))
    return _Search(_timed(lambda: gallery.identify(probe), SEARCHES).median, len(gallery) / spent)


def agrees(scan: Scan, probe: Template, others: list[Template], expected: list[Nearest | None]) -> bool:
    """Whether a scan, and `compare` with it, gives exactly what the reference gave: values, rotations, readings."""
    found = distances(turned(probe), planes(others), scan)
    for index, (other, truth) in enumerate(zip(others, expected, strict=True)):
        if truth is None:
            if not np.isnan(found.distance[index]):
                return False
            continue
        readings = int(found.probe_reading[index]), int(found.reading[index])
        whole = int(found.overlap[index]), int(found.rotation[index])
        if Nearest(found.distance[index], found.raw[index], *whole, readings) != truth:
            return False
        alone = compare(probe, other)
        if (alone.distance, alone.raw, alone.overlap, alone.rotation, alone.readings) != (
            float(truth.distance),
            float(truth.raw),
            truth.overlap,
            truth.rotation,
            truth.readings,
        ):
            return False
    return True


def stage_times(picture: NDArray[np.uint8]) -> dict[str, float]:
    """Median milliseconds of each stage, and of everything that is none."""
    rows: list[dict[str, float]] = []
    with watched() as watch:
        for _ in range(REPEATS):
            watch.take()
            start = time.perf_counter()
            encode(picture)
            whole = 1e3 * (time.perf_counter() - start)
            spent = watch.take()
            rows.append(spent | {"else": whole - sum(spent.values())})
    return {stage: float(np.median([row[stage] for row in rows])) for stage in rows[0]}


def _processor_s(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds that this thread had a processor, and what the work gave: other programs do not count."""
    start = time.thread_time()
    result = work()
    return time.thread_time() - start, result


def _timed(work: Callable[[], object], repeats: int) -> Timing:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    return Timing(median=float(np.median(times)), p95=float(np.percentile(times, 95)))


def _drawn_template(draw: np.random.Generator, number: int) -> Template:
    readings = [random_template(draw) for _ in range(1 if number % IN_DOUBT else 2)]
    return Template.of_readings(readings)


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
