"""Encoding every picture and comparing every pair, on as many cores as are given."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.encode import encode
from iris.evaluation.layouts import Item, ambiguous
from iris.evaluation.pairs import Pairs
from iris.evaluation.picture_file import read_grey
from iris.planes import Planes, distances, planes, turned
from iris.refusals import Refusal
from iris.template import Template

PICTURES = 8
"""Pictures of one parcel of work: a fraction of a second, so that progress is smooth."""
PROBES = 32
"""Probes of one parcel of comparisons: enough that sending the gallery along costs little."""
PARCELS = 32
"""Parcels of comparisons under way at once: each holds a copy of the gallery."""


class WorkerDied(Exception):
    """A process of the evaluation ended by itself: killed, or crashed on a picture."""


A = TypeVar("A")
B = TypeVar("B")
Tell = Callable[[str, int, int], None]
"""Is told a stage, how much of it is done and its total."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One picture's outcome: a template with its quality, or the reason of the refusal.

    Attributes:
        template: None where the picture was refused.
        quality: 0 to 100.
        components: each measure of the quality.
        refusal: the reason, "" where there is a template.
        confidence: of the segmentation, 0 to 1; NaN where the picture was refused.
    """

    template: Template | None
    quality: int
    components: Mapping[str, float]
    refusal: str
    confidence: float = math.nan


@dataclass(frozen=True, slots=True)
class Scores:
    """A data set's pictures, what each gave, and every pair of them."""

    items: list[Item]
    outcomes: list[Enrolled]
    pairs: Pairs


def scores(items: list[Item], tell: Tell, jobs: int | None = None) -> Scores:
    """Encodes and compares in `jobs` processes (all cores by default); pairs whose truth is unknown are left out."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs or os.cpu_count(), context, _one_thread) as pool:
        try:
            outcomes = _enrolled(items, pool, tell)
            return Scores(items, outcomes, _compared(items, outcomes, pool, tell))
        except BrokenExecutor as error:
            raise WorkerDied("a process of the evaluation died, perhaps for want of memory; try --jobs 1") from error
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes started within never see Ctrl-C: one process, this one, tells of it, and a terminal sends it to all."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _mapped(pool: Executor, work: Callable[[A], B], pieces: Sequence[A], size: int = 1) -> Iterator[B]:
    with _without_interrupts():
        return pool.map(work, pieces, chunksize=size)


def _enrolled(items: list[Item], pool: Executor, tell: Tell) -> list[Enrolled]:
    outcomes: list[Enrolled] = []
    tell("encode", 0, len(items))
    for done, outcome in enumerate(_mapped(pool, _enrol, [item.path for item in items], PICTURES), start=1):
        outcomes.append(outcome)
        tell("encode", done, len(items))
    return outcomes


def _one_thread() -> None:
    cv2.setNumThreads(1)


def _enrol(path: Path) -> Enrolled:
    try:
        encoded = encode(read_grey(path))
    except Refusal as refusal:
        return Enrolled(None, 0, {}, refusal.reason)
    return Enrolled(
        encoded.template, encoded.quality.score, encoded.quality.components, "", encoded.boundaries.confidence
    )


def _compared(items: list[Item], outcomes: list[Enrolled], pool: Executor, tell: Tell) -> Pairs:
    usable = [i for i, outcome in enumerate(outcomes) if outcome.template is not None]
    templates = [t for outcome in outcomes if (t := outcome.template) is not None]
    first, second = _known_pairs(items)
    begins = np.searchsorted(first, np.arange(len(items) + 1))
    distance = np.full(first.size, np.nan, np.float32)
    line = np.full(len(items), np.nan, np.float32)
    tell("compare", 0, len(templates))
    for begin in range(0, len(templates), PROBES * PARCELS):
        starts = range(begin, min(begin + PROBES * PARCELS, len(templates)), PROBES)
        parcels = [(templates[start : start + PROBES], planes(templates[start:])) for start in starts]
        for start, rows in zip(starts, _mapped(pool, _rows, parcels), strict=True):
            for i, row in enumerate(rows):
                line[usable[start:]] = row
                own = slice(begins[usable[start + i]], begins[usable[start + i] + 1])
                distance[own] = line[second[own]]
            tell("compare", min(start + PROBES, len(templates)), len(templates))
    eyes, eye = np.unique([item.eye for item in items], return_inverse=True)
    return Pairs(
        pictures=tuple(item.name for item in items),
        eyes=tuple(str(name) for name in eyes),
        eye=eye.astype(np.int32),
        refused=np.array([outcome.template is None for outcome in outcomes], bool),
        first=first,
        second=second,
        distance=distance,
    )


def _known_pairs(items: list[Item]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Each pair once, by its first picture, without those of which nobody knows whether they show one eye."""
    members: dict[str, list[int]] = {}
    for i, item in enumerate(items):
        members.setdefault(item.person, []).append(i)
    others = []
    for i, item in enumerate(items):
        later = np.arange(i + 1, len(items), dtype=np.int32)
        unknown = [j - i - 1 for j in members[item.person] if j > i and ambiguous(item, items[j])]
        others.append(np.delete(later, unknown) if unknown else later)
    first = np.repeat(np.arange(len(items), dtype=np.int32), [later.size for later in others])
    return first, np.concatenate(others)


def _rows(job: tuple[list[Template], Planes]) -> list[NDArray[np.float32]]:
    """Each probe against every template of the gallery, whose first ones are the probes themselves."""
    probes, packed = job
    return [distances(turned(probe), packed).distance for probe in probes]
