"""From what the gallery found to yes or not yet: thresholds that keep a promised false-match rate per visit.

The promise is spent over every comparison of a visit: gallery size times frames times looks (the union bound, so frames
of one eye need not be independent). A larger gallery therefore gets a stricter threshold. A small share goes to the two
eyes of a person seen in one look, whose mean distance may lie higher because strangers reach both by chance far more
seldom.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import overload

from iris import impostors
from iris.gallery import Candidate, Identification
from iris.template import EyeSide
from iris.wrong_view import ViewFault

FRAMES = 8
"""Codes of one look that are compared at most, single frames and fused ones; each spends its part of the promise."""
MARGIN = 0.025
"""Least lead over the nearest other person. Strangers differ by less than this only among themselves; two enrolments of
one person under two names, or a damaged template, show as a small lead."""
SHARE_OF_BOTH_EYES = 0.1
"""Part of the promise for both eyes together: it costs the single eye a hundredth of a standard deviation."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What one visit promises.

    Attributes:
        false_match_rate: chance that a stranger's whole visit is accepted as anybody in the gallery.
        frames: codes that one look may compare.
        looks: looks that one visit may take; a `Look` is one of them.
    """

    false_match_rate: float = 1e-6
    frames: int = FRAMES
    looks: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.false_match_rate <= 0.5:  # noqa: PLR2004 - more than a coin is no promise
            raise ValueError(f"false_match_rate: expected above 0 and at most 0.5, got {self.false_match_rate}")
        if self.frames < 1:
            raise ValueError(f"frames: expected at least 1, got {self.frames}")
        if self.looks < 1:
            raise ValueError(f"looks: expected at least 1, got {self.looks}")

    def threshold(self, gallery_size: int) -> float:
        """The distance below which one frame is accepted, in a gallery of this many templates."""
        return impostors.threshold(self.rate_per_comparison(gallery_size))

    def threshold_of_both_eyes(self, gallery_size: int) -> float | None:
        """The mean distance below which both eyes of a person are accepted; None where a visit has but one frame."""
        if not self._share_of_both:
            return None
        return impostors.threshold_of_both_eyes(self.rate_per_pair_of_eyes(gallery_size))

    def rate_per_comparison(self, gallery_size: int) -> float:
        """The part of the promise that one comparison may spend."""
        return self.false_match_rate * (1 - self._share_of_both) / (self._templates(gallery_size) * self._codes)

    def rate_per_pair_of_eyes(self, gallery_size: int) -> float:
        """The part that one code against a left and one against a right eye of one person may spend.

        Of each look every pair of codes is counted; of the gallery as many pairs of eyes as it has templates, which is
        twice what it has where people have one template of each eye.
        """
        pairs = self._templates(gallery_size) * self._codes * self.frames
        return self.false_match_rate * self._share_of_both / pairs

    def extrapolates(self, gallery_size: int) -> bool:
        """Whether the threshold lies beyond the data that the impostor model was fitted to."""
        return self.rate_per_comparison(gallery_size) < impostors.MEASURED_DOWN_TO

    @property
    def _share_of_both(self) -> float:
        return SHARE_OF_BOTH_EYES if self.frames > 1 else 0.0

    @property
    def _codes(self) -> int:
        return self.frames * self.looks

    @staticmethod
    def _templates(gallery_size: int) -> int:
        if gallery_size < 0:
            raise ValueError(f"gallery_size: expected 0 or more, got {gallery_size}")
        return max(gallery_size, 1)


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


@dataclass(frozen=True, slots=True)
class WrongView:
    """The look ended with nobody, but a picture fits somebody the wrong way round; it is a refusal all the same."""

    fault: ViewFault
    frames: int

    @property
    def text_zh(self) -> str:
        """What is wrong, in Chinese."""
        return self.fault.text_zh

    @property
    def text_en(self) -> str:
        """What is wrong, in English."""
        return self.fault.text_en


Decision = Accepted | NotYet
Ending = NotRecognised | Ambiguous | WrongView


class Look:
    """One look of one visitor: frames are added until one is accepted or the look is closed."""

    def __init__(self, policy: Policy, gallery_size: int) -> None:
        self._policy = policy
        self._gallery_size = gallery_size
        self._frames = 0
        self._nearest: float | None = None
        self._accepted: Accepted | None = None
        self._contested: dict[str, None] = {}
        self._best: dict[str, Candidate] = {}

    def add(self, found: Identification) -> Decision:
        """Judges one more frame. Frames beyond the policy's number are not judged; an accepted look stays accepted."""
        if self._accepted is not None:
            return self._accepted
        # A gallery that grows while somebody looks tightens the threshold, and never loosens it again.
        self._gallery_size = max(self._gallery_size, found.compared + found.skipped)
        if self._frames < self._policy.frames:
            self._frames += 1
            self._judge(found)
        return self._accepted or NotYet(self._policy.frames - self._frames, self._nearest, self.threshold)

    @overload
    def close(self) -> NotRecognised | Ambiguous: ...

    @overload
    def close(self, fault: ViewFault | None) -> Ending: ...

    def close(self, fault: ViewFault | None = None) -> Ending:
        """How a look ended that was not accepted; raises `RuntimeError` after an acceptance.

        `fault` is what `iris.wrong_view.view_fault` found of a frame, which can only put a reason in place of
        `NotRecognised`.
        """
        if self._accepted is not None:
            raise RuntimeError(f"the look was accepted as {self._accepted.person!r} and has no other ending")
        if self._contested:
            return Ambiguous(tuple(self._contested), self._frames)
        return NotRecognised(self._frames, self._nearest) if fault is None else WrongView(fault, self._frames)

    @property
    def threshold(self) -> float:
        """The distance below which the next frame is accepted."""
        return self._policy.threshold(self._gallery_size)

    def _judge(self, found: Identification) -> None:
        best, other = found.best, found.runner_up
        self._remember((best, other, *found.near))
        if best is not None and math.isfinite(best.distance):
            if self._nearest is None or best.distance < self._nearest:
                self._nearest = best.distance
            self._settle(best, other, best.distance, self.threshold)
        if self._accepted is None:
            self._judge_both_eyes()

    def _remember(self, told: Iterable[Candidate | None]) -> None:
        """Keeps the nearest frame of each template."""
        for candidate in told:
            if candidate is None or not math.isfinite(candidate.distance):
                continue
            known = self._best.get(candidate.template_id)
            if known is None or candidate.distance < known.distance:
                self._best[candidate.template_id] = candidate

    def _judge_both_eyes(self) -> None:
        """Weighs the two eyes of each person, each by its nearest frame so far; anybody else's eye is a rival."""
        threshold = self._policy.threshold_of_both_eyes(self._gallery_size)
        if threshold is None:
            return
        nearest_first = sorted(self._best.values(), key=lambda candidate: candidate.distance)
        eyes: dict[str, dict[EyeSide, Candidate]] = {}
        for candidate in nearest_first:
            eyes.setdefault(candidate.person, {}).setdefault(candidate.side, candidate)
        mean, person = min(((_mean_of_both(sides), person) for person, sides in eyes.items()), default=(math.inf, ""))
        if mean < threshold:
            rival = next((candidate for candidate in nearest_first if candidate.person != person), None)
            if rival is not None and threshold <= rival.distance < mean + MARGIN:
                return  # a stranger of a large gallery may come so near by chance: a better frame can still decide
            self._settle(min(eyes[person].values(), key=lambda eye: eye.distance), rival, mean, threshold)

    def _settle(self, best: Candidate, rival: Candidate | None, distance: float, threshold: float) -> None:
        """Accepts what is near enough and alone there; a look that was once contested accepts nobody."""
        if not distance < threshold:
            return
        if rival is not None and not rival.distance - distance >= MARGIN:
            self._contested |= {best.person: None, rival.person: None}
        elif self._contested:
            self._contested[best.person] = None
        else:
            self._accepted = Accepted(best.person, best.template_id, distance, threshold)


def _mean_of_both(sides: dict[EyeSide, Candidate]) -> float:
    """Mean distance of a left and a right eye; infinite unless both are known: two unknown sides may be one eye."""
    if EyeSide.LEFT not in sides or EyeSide.RIGHT not in sides:
        return math.inf
    return (sides[EyeSide.LEFT].distance + sides[EyeSide.RIGHT].distance) / 2
