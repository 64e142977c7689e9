"""Encoding every picture and comparing every pair, on all cores."""

from __future__ import annotations

import multiprocessing
import multiprocessing.pool
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.encode import encode
from iris.evaluation.layouts import Item, ambiguous
from iris.planes import Planes, distances, planes, turned
from iris.refusals import BadPicture, Refusal
from iris.template import Template

PROBES = 32
"""Probes of one parcel of work: enough that sending the gallery along costs little."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One picture's outcome: a template with its quality, or the reason of the refusal."""

    template: Template | None
    quality: int
    refusal: str


@dataclass(frozen=True, slots=True)
class Scores:
    """Every pair of pictures of one data set.

    Attributes:
        items: the pictures.
        outcomes: what each gave.
        first, second: (p,) indices of each pair's pictures.
        genuine: (p,) whether the pair shows one eye.
        distance: (p,) normalised distance; NaN where a picture was refused or the masks share too little.
        failed: (p,) whether a picture of the pair was refused.
    """

    items: list[Item]
    outcomes: list[Enrolled]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    genuine: NDArray[np.bool_]
    distance: NDArray[np.float32]
    failed: NDArray[np.bool_]


def read_grey(path: Path) -> NDArray[np.uint8]:
    """A picture file as grey values; raises `BadPicture` for what cannot be read."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
    except (OSError, cv2.error) as error:
        raise BadPicture(f"{path}: {error}") from error
    if picture is None:
        raise BadPicture(f"{path} is not a picture that OpenCV reads")
    return np.asarray(picture, np.uint8)


def scores(items: list[Item], progress: Progress) -> Scores:
    """Encodes and compares; every pair once, pairs whose truth is unknown left out."""
    with multiprocessing.get_context("spawn").Pool(os.cpu_count(), _one_thread) as pool:
        outcomes: list[Enrolled] = []
        for done, outcome in enumerate(pool.imap(_enrol, [item.path for item in items], chunksize=8), start=1):
            outcomes.append(outcome)
            progress("encode", done, len(items))
        return _compared(items, outcomes, pool, progress)


def _one_thread() -> None:
    cv2.setNumThreads(1)


def _enrol(path: Path) -> Enrolled:
    try:
        encoded = encode(read_grey(path))
    except Refusal as refusal:
        return Enrolled(None, 0, refusal.reason)
    return Enrolled(encoded.template, encoded.quality.score, "")


def _compared(
    items: list[Item], outcomes: list[Enrolled], pool: multiprocessing.pool.Pool, progress: Progress
) -> Scores:
    usable = [i for i, outcome in enumerate(outcomes) if outcome.template is not None]
    templates = [t for outcome in outcomes if (t := outcome.template) is not None]
    matrix = np.full((len(items), len(items)), np.nan, np.float32)
    packed = planes(templates)
    jobs = [(start, templates[start : start + PROBES], packed) for start in range(0, len(templates), PROBES)]
    for start, rows in zip(range(0, len(templates), PROBES), pool.imap(_rows, jobs), strict=True):
        for i, row in enumerate(rows, start=start):
            matrix[usable[i], usable[i + 1 :]] = row
        progress("compare", min(start + PROBES, len(templates)), len(templates))
    first, second = np.triu_indices(len(items), 1)
    known = np.array([not ambiguous(items[i], items[j]) for i, j in zip(first, second, strict=True)], bool)
    first, second = first[known].astype(np.int32), second[known].astype(np.int32)
    _, eye = np.unique([item.eye for item in items], return_inverse=True)
    refused = np.array([outcome.template is None for outcome in outcomes], bool)
    return Scores(
        items,
        outcomes,
        first,
        second,
        eye[first] == eye[second],
        matrix[first, second],
        refused[first] | refused[second],
    )


def _rows(job: tuple[int, list[Template], Planes]) -> list[NDArray[np.float32]]:
    """Each probe against every template after it."""
    start, probes, packed = job
    return [
        distances(
            turned(probe), Planes(packed.real[:, i + 1 :], packed.imaginary[:, i + 1 :], packed.mask[:, i + 1 :])
        ).distance
        for i, probe in enumerate(probes, start=start)
    ]


def on_stderr(what: str, done: int, total: int) -> None:
    """A progress line that overwrites itself."""
    if done == total or done % 20 == 0:
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r{what} {done}/{total}{end}")
        sys.stderr.flush()
