"""How long given pictures take to encode, each once: the spread over eyes, which one drawn eye cannot show."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from iris.bench import Timing
from iris.encode import encode
from iris.refusals import Refusal
from iris.stages import watched

MEASURED_ON = "each picture once, reading excluded, one core; p95 is over the pictures"


class PictureSpeed(BaseModel):
    """What was measured, by the wall clock.

    Attributes:
        measured_on: what median and p95 are over.
        pictures: how many; `refused` of them by reason, whose times count too.
        sizes: pictures by width and height.
        slowest, slowest_ms: the picture that took longest.
        stages_ms: median of each stage of encoding, and of what is none.
    """

    model_config = ConfigDict(frozen=True)

    measured_on: str = MEASURED_ON
    pictures: int
    refused: dict[str, int]
    sizes: dict[str, int]
    encode_ms: Timing
    slowest: str
    slowest_ms: float
    stages_ms: dict[str, float]


def picture_speed(pictures: Iterable[tuple[str, NDArray[np.uint8]]]) -> PictureSpeed:
    """Encodes every picture once, after one that is not counted; raises `ValueError` without any picture."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        return _measured(pictures)
    finally:
        cv2.setNumThreads(threads)


def _measured(pictures: Iterable[tuple[str, NDArray[np.uint8]]]) -> PictureSpeed:
    names: list[str] = []
    times: list[float] = []
    rows: list[dict[str, float]] = []
    refused: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    with watched() as watch:
        for name, picture in pictures:
            if not names:
                _reason(picture)
            watch.take()
            start = time.perf_counter()
            reason = _reason(picture)
            whole = 1e3 * (time.perf_counter() - start)
            spent = watch.take()
            names.append(name)
            times.append(whole)
            rows.append(spent | {"else": whole - sum(spent.values())})
            refused.update([reason] if reason else [])
            sizes[f"{picture.shape[1]}x{picture.shape[0]}"] += 1
    if not names:
        raise ValueError("no picture could be read")
    slowest = int(np.argmax(times))
    return PictureSpeed(
        pictures=len(names),
        refused=dict(refused),
        sizes=dict(sizes),
        encode_ms=Timing(median=float(np.median(times)), p95=float(np.percentile(times, 95))),
        slowest=names[slowest],
        slowest_ms=times[slowest],
        stages_ms={stage: float(np.median([row[stage] for row in rows])) for stage in rows[0]},
    )


def _reason(picture: NDArray[np.uint8]) -> str:
    """Encodes a picture; why it was refused, "" where it was not."""
    try:
        encode(picture)
    except Refusal as refusal:
        return refusal.reason
    return ""
