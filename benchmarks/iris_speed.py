"""Speed of the iris chain by stage, and of the packed matcher beside a straightforward one that must agree with it.

Run: python benchmarks/iris_speed.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np

from iris.bench import drawn_eye, random_template, speed
from iris.code import iris_code
from iris.planes import LEAST_OVERLAP, TURNS, distances, planes, turned
from iris.segment.boundaries import boundaries
from iris.segment.eye import find_eye
from iris.segment.highlights import detection_copy
from iris.segment.pupil import pupil_candidates
from iris.template import CODE_BITS, Template

REPEATS = 50
TEMPLATES = 400


def median_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1e3 * float(np.median(times))


def plain_distance(probe: Template, other: Template) -> float:
    """One rotation after the other on unpacked flags."""
    a, b = probe.unpacked(), other.unpacked()
    best = np.inf
    for turn in range(-TURNS, TURNS + 1):
        both = np.roll(a.mask, turn, axis=0) & b.mask
        overlap = 2 * int(both.sum())
        if overlap >= LEAST_OVERLAP:
            raw = int(((np.roll(a.bits, turn, axis=0) ^ b.bits) & both[..., None]).sum()) / overlap
            best = min(best, 0.5 - (0.5 - raw) * float(np.sqrt(overlap / CODE_BITS)))
    return best


def main() -> None:
    cv2.setNumThreads(1)
    for width, height, radius in ((320, 280, 95.0), (640, 480, 110.0)):
        picture = drawn_eye(width, height, radius)
        copy = detection_copy(picture)
        eye = find_eye(picture)
        print(f"{width}x{height}")
        print(f"  highlights        {median_ms(lambda p=picture: detection_copy(p)):7.2f} ms")
        print(f"  pupil candidates  {median_ms(lambda c=copy: pupil_candidates(c.pixels, 4)):7.2f} ms")
        print(f"  both boundaries   {median_ms(lambda p=picture: boundaries(p)):7.2f} ms")
        print(f"  whole eye         {median_ms(lambda p=picture: find_eye(p)):7.2f} ms")
        print(f"  code              {median_ms(lambda e=eye: iris_code(e.sheet.grey, e.cover.usable)):7.2f} ms")
    draw = np.random.default_rng(1)
    gallery = [random_template(draw) for _ in range(TEMPLATES)]
    probe = random_template(draw)
    start = time.perf_counter()
    plain = np.array([plain_distance(probe, other) for other in gallery], np.float32)
    plain_s = time.perf_counter() - start
    packed = planes(gallery)
    found = distances(turned(probe), packed).distance
    packed_ms = median_ms(lambda: distances(turned(probe), packed))
    assert np.array_equal(found, plain), "the packed matcher differs from the straightforward one"
    print(f"plain matcher   {TEMPLATES / plain_s:12,.0f} templates/s")
    print(f"packed matcher  {TEMPLATES / packed_ms * 1e3:12,.0f} templates/s, equal in all {TEMPLATES}")
    prepared, one = turned(probe), planes(gallery[:1])
    print(f"one comparison, rotations prepared {median_ms(lambda: distances(prepared, one)):8.3f} ms")
    print(speed().model_dump_json(indent=2))


if __name__ == "__main__":
    main()
