"""Real eyes before the camera: pictures of a collection, shown unchanged on one canvas, never stored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import cv2
import numpy as np

from simulator.camera.casting import Casting, split
from simulator.camera.collection import CollectionError, Subject
from simulator.camera.reel import Picture, compress
from simulator.camera.source import Cast
from simulator.camera.standing import CannotStand, Purpose, Standing
from simulator.eyes import Side

QUALITY = 98
"""JPEG quality: a difference of one or two grey levels."""
HOLD_S = 0.4
"""How long one picture is shown."""


class RealReel:
    """One stand: the pictures of one eye and one purpose in random order, each held for a moment."""

    def __init__(self, paths: Sequence[Path], size: tuple[int, int], hold: int) -> None:
        self._waiting = list(paths)
        self._size = size
        self._hold = hold
        self._frames: list[bytes] = []
        self._shown = 0

    def prepare(self) -> bool:
        """Read and compress one more picture."""
        picture = place(read_grey(self._waiting.pop(0)), self._size)
        self._frames.append(compress(picture, quality=QUALITY))
        return bool(self._waiting)

    def develop(self) -> bytes:
        """The picture whose turn it is."""
        frame = self._frames[(self._shown // self._hold) % len(self._frames)]
        self._shown += 1
        return frame


class RealSource:
    """The eyes of a collection."""

    def __init__(self, subjects: Sequence[Subject], *, seed: int, fps: float) -> None:
        self._casting = Casting(subjects, seed)
        self._seed = seed
        self._hold = max(1, round(HOLD_S * fps))
        # A stream of one size, whatever the pictures' sizes: many decoders cope with no other.
        sizes = [read_grey(path).shape for subject in subjects for eye in subject.eyes.values() for path in eye]
        self._size = (max(size[0] for size in sizes), max(size[1] for size in sizes))
        self._lock = Lock()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of every frame, pixels: the largest picture's."""
        return self._size

    def reel(self, standing: Standing, rng: np.random.Generator) -> RealReel:
        """Show the pictures that this person's eye has for this purpose, in an order drawn anew."""
        assert standing.person is not None
        with self._lock:
            subject = self._casting.subject(standing.person)
        places = split(subject, standing.eye, self._seed)[standing.purpose]
        if not places:
            raise CannotStand(f"{standing.person!r} has no picture of the {standing.eye} eye to {standing.purpose}")
        paths = [subject.eyes[standing.eye][place] for place in rng.permutation(places)]
        return RealReel(paths, self._size, self._hold)

    def people(self) -> dict[str, Cast]:
        """Everybody who has stood before the camera so far."""
        with self._lock:
            cast = self._casting.people()
        return {
            person: Cast(
                subject=subject.name,
                look=self._names(subject, Purpose.LOOK),
                enrol=self._names(subject, Purpose.ENROL),
            )
            for person, subject in sorted(cast.items())
        }

    def _names(self, subject: Subject, purpose: Purpose) -> dict[str, list[str]]:
        return {
            side.value: [subject.eyes[side][place].name for place in split(subject, side, self._seed)[purpose]]
            for side in Side
        }


def read_grey(path: Path) -> Picture:
    """Read a picture as uint8 (H, W).

    Raises:
        CollectionError: the file is no picture that OpenCV can read.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise CollectionError(f"{path} cannot be read as a picture; remove it or unpack the collection again")
    return np.asarray(picture, np.uint8)


def place(picture: Picture, size: tuple[int, int]) -> Picture:
    """Centre a picture on a canvas, its own pixels unchanged and its border replicated."""
    height, width = size
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    bottom, right = height - top - picture.shape[0], width - left - picture.shape[1]
    return np.asarray(cv2.copyMakeBorder(picture, top, bottom, left, right, cv2.BORDER_REPLICATE), np.uint8)
