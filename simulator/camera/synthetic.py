"""Synthetic eyes before the camera: any name is somebody."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import numpy as np

from simulator.camera.reel import Developer, Picture
from simulator.camera.source import Cast
from simulator.camera.standing import Standing
from simulator.eyes import Eye, Identity, View, blink, draw_view, glance_away, grow, live, render

SIZE = (480, 640)
ATTENTIVE = 10
"""Different pictures of an attentive eye in one reel; they repeat with shifts and noise of their own."""
LAPSE_CHANCE = 0.05
"""Chance per frame that a blink or a glance away begins."""
LAPSE_FRAMES = 3
EYES_KEPT = 32
"""Grown eyes kept for the next time, about 1 MB each."""


class SyntheticReel:
    """One stand of one synthetic eye."""

    def __init__(self, eye: Eye, rng: np.random.Generator) -> None:
        self._eye = eye
        # Preparing and developing run in two threads; each has a random source of its own.
        self._rng, self._lapse_rng, noise_rng = rng.spawn(3)
        self._view: View = draw_view(self._rng, SIZE)
        self._frames = live(self._view, self._rng)
        self._developer = Developer(SIZE, noise_rng, noise=0.8)
        self._attentive: list[Picture] = []
        self._lapses: list[Picture] = []
        self._shown = 0
        self._lapse_left = 0

    def prepare(self) -> bool:
        """Render one more picture: first the attentive ones, then a blink and a glance away."""
        if len(self._attentive) < ATTENTIVE:
            self._attentive.append(self._render(next(self._frames)))
            return True
        lapse = (blink, glance_away)[len(self._lapses)]
        self._lapses.append(self._render(lapse(self._view, self._rng)))
        return len(self._lapses) < 2  # noqa: PLR2004 - one blink and one glance

    def develop(self) -> bytes:
        """The next attentive picture, or now and then a lapse."""
        if self._lapse_left == 0 and self._lapses and self._lapse_rng.random() < LAPSE_CHANCE:
            self._lapse_left = LAPSE_FRAMES
        if self._lapse_left > 0:
            self._lapse_left -= 1
            # The frames of one lapse show the same picture.
            picture = self._lapses[(self._shown // ATTENTIVE) % len(self._lapses)]
        else:
            picture = self._attentive[self._shown % len(self._attentive)]
            self._shown += 1
        return self._developer.develop(picture)

    def _render(self, view: View) -> Picture:
        return render(self._eye, view, self._rng).picture


class SyntheticSource:
    """Everybody's eyes, grown from the seed and the name."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._eyes: OrderedDict[Identity, Eye] = OrderedDict()
        self._people: dict[str, Cast] = {}
        self._lock = Lock()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of every frame, pixels."""
        return SIZE

    def reel(self, standing: Standing, rng: np.random.Generator) -> SyntheticReel:
        """Grow the eye, or take it from those kept, and draw a new view of it."""
        assert standing.person is not None
        identity = Identity(self._seed, standing.person, standing.eye)
        with self._lock:
            eye = self._eyes.pop(identity, None) or grow(identity)
            self._eyes[identity] = eye
            while len(self._eyes) > EYES_KEPT:
                self._eyes.popitem(last=False)
            self._people[standing.person] = Cast(subject="synthetic")
        return SyntheticReel(eye, rng)

    def people(self) -> dict[str, Cast]:
        """Everybody who has stood before the camera so far."""
        with self._lock:
            return dict(self._people)
