"""From what the gallery found to yes or not yet: thresholds that keep a promised false-match rate per look.

The promise is spent over every comparison of a look: gallery size times frames (the union bound, so frames of one eye
need not be independent). A larger gallery therefore gets a stricter threshold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from iris import impostors
from iris.gallery import Identification

FRAMES = 8
"""Frames of one look that are compared at most; each spends its part of the promise."""
MARGIN = 0.025
"""Least lead over the nearest other person. Strangers differ by less than this only among themselves; two enrolments of
one person under two names, or a damaged template, show as a small lead."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What one look promises.

    Attributes:
        false_match_rate: chance that a stranger's whole look is accepted as anybody in the gallery.
        frames: frames that one look may compare.
    """

    false_match_rate: float = 1e-6
    frames: int = FRAMES

    def __post_init__(self) -> None:
        if not 0.0 < self.false_match_rate <= 0.5:  # noqa: PLR2004 - more than a coin is no promise
            raise ValueError(f"false_match_rate: expected above 0 and at most 0.5, got {self.false_match_rate}")
        if self.frames < 1:
            raise ValueError(f"frames: expected at least 1, got {self.frames}")

    def threshold(self, gallery_size: int) -> float:
        """The distance below which one frame is accepted, in a gallery of this many templates."""
        if gallery_size < 0:
            raise ValueError(f"gallery_size: expected 0 or more, got {gallery_size}")
        return impostors.threshold(self.rate_per_comparison(gallery_size))

    def rate_per_comparison(self, gallery_size: int) -> float:
        """The part of the promise that one comparison may spend."""
        return self.false_match_rate / (max(gallery_size, 1) * self.frames)

    def extrapolates(self, gallery_size: int) -> bool:
        """Whether the threshold lies beyond the data that the impostor model was fitted to."""
        return self.rate_per_comparison(gallery_size) < impostors.MEASURED_DOWN_TO


@dataclass(frozen=True, slots=True)
class Accepted:
    """The look belongs to this person."""

    person: str
    template_id: str
    distance: float
    threshold: float


@dataclass(frozen=True, slots=True)
class NotYet:
    """Nobody so far; `frames_left` more frames may be tried."""

    frames_left: int
    nearest: float | None
    threshold: float


@dataclass(frozen=True, slots=True)
class NotRecognised:
    """The look ended and nobody in the gallery came near enough."""

    frames: int
    nearest: float | None
    text_zh: str = "未能识别，请再试一次或输入取件码"
    text_en: str = "Not recognised; try again or enter your code"


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The look ended with two people too close together to tell apart; a code must decide."""

    people: tuple[str, ...]
    frames: int
    text_zh: str = "无法确定身份，请输入取件码"
    text_en: str = "More than one person fits; please enter your code"


Decision = Accepted | NotYet
Ending = NotRecognised | Ambiguous


class Look:
    """One look of one visitor: frames are added until one is accepted or the look is closed."""

    def __init__(self, policy: Policy, gallery_size: int) -> None:
        self._policy = policy
        self._gallery_size = gallery_size
        self._frames = 0
        self._nearest: float | None = None
        self._accepted: Accepted | None = None
        self._contested: dict[str, None] = {}

    def add(self, found: Identification) -> Decision:
        """Judges one more frame. Frames beyond the policy's number are not judged; an accepted look stays accepted."""
        if self._accepted is not None:
            return self._accepted
        threshold = self._policy.threshold(max(self._gallery_size, found.compared + found.skipped))
        if self._frames < self._policy.frames:
            self._frames += 1
            self._judge(found, threshold)
        return self._accepted or NotYet(self._policy.frames - self._frames, self._nearest, threshold)

    def close(self) -> Ending:
        """How a look ended that was not accepted; raises `RuntimeError` after an acceptance."""
        if self._accepted is not None:
            raise RuntimeError(f"the look was accepted as {self._accepted.person!r} and has no other ending")
        if self._contested:
            return Ambiguous(tuple(self._contested), self._frames)
        return NotRecognised(self._frames, self._nearest)

    def _judge(self, found: Identification, threshold: float) -> None:
        best, other = found.best, found.runner_up
        if best is None or not math.isfinite(best.distance):
            return
        if self._nearest is None or best.distance < self._nearest:
            self._nearest = best.distance
        if best.distance >= threshold:
            return
        if other is not None and not other.distance - best.distance >= MARGIN:
            self._contested |= {best.person: None, other.person: None}
            return
        if self._contested and set(self._contested) != {best.person}:
            self._contested[best.person] = None
            return
        self._accepted = Accepted(best.person, best.template_id, best.distance, threshold)
