"""Enrolment: a burst of frames of one eye becomes one template, or is refused.

At least three frames must agree with one another; they are turned onto the best of them and each bit is decided by the
majority of the frames that saw it, and believed where two thirds of them agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from iris import impostors
from iris.code import IrisCode
from iris.encode import Encoded
from iris.match import Comparison, Incomparable, compare
from iris.template import EyeSide, Template

FRAMES_NEEDED = 3
FRAMES_TRIED = 12
"""Frames after which a burst that has not come together is refused."""
LEAST_QUALITY = 50
"""A template is used for years: pictures that would do for one look are not good enough for it."""
CONSISTENT_RATE = 1e-6
"""False-match rate behind the distance that two frames of one burst must stay below."""
AGREEMENT = 2 / 3
"""Part of the frames that must agree on a bit for it to be believed (docs/decisions/iris-code.md)."""


class EnrolmentRefused(Exception):
    """The burst cannot become a template."""

    text_zh: ClassVar[str] = "采集的图像不一致，请重新登记同一只眼睛"
    text_en: ClassVar[str] = "The pictures do not agree; please enrol again with the same eye"

    def __init__(self, detail: str) -> None:
        super().__init__(f"{self.text_en} ({detail})")
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the burst is.

    Attributes:
        frames: frames that agree so far.
        needed: frames that must agree.
        used: whether the last frame was of use.
        text_zh, text_en: what to tell the resident.
    """

    frames: int
    needed: int
    used: bool
    text_zh: str
    text_en: str


class Enrolment:
    """Collects the frames of one eye."""

    def __init__(self, side: EyeSide) -> None:
        self._side = side
        self._frames: list[Encoded] = []
        self._tried = 0

    @property
    def complete(self) -> bool:
        """Whether enough frames agree."""
        return len(self._agreeing()) >= FRAMES_NEEDED

    def add(self, frame: Encoded) -> Progress:
        """Adds one frame; raises `EnrolmentRefused` when the burst is spent without enough agreement."""
        self._tried += 1
        good = frame.quality.score >= LEAST_QUALITY
        if good:
            self._frames.append(frame)
        agreeing = self._agreeing()
        if len(agreeing) < FRAMES_NEEDED and self._tried >= FRAMES_TRIED:
            raise EnrolmentRefused(f"{len(agreeing)} of {self._tried} frames agree, {FRAMES_NEEDED} are needed")
        used = good and any(kept is frame for kept in agreeing)
        return self._progress(len(agreeing), frame, used=used)

    def template(self) -> Template:
        """The fused template; raises `EnrolmentRefused` before the burst is complete."""
        frames = sorted(self._agreeing(), key=lambda frame: -frame.quality.score)
        if len(frames) < FRAMES_NEEDED:
            raise EnrolmentRefused(f"{len(frames)} frames agree, {FRAMES_NEEDED} are needed")
        return fused([frame.template for frame in frames], self._side)

    def _progress(self, agreeing: int, frame: Encoded, *, used: bool) -> Progress:
        if agreeing >= FRAMES_NEEDED:
            return Progress(agreeing, FRAMES_NEEDED, used, "登记完成", "Enrolment is complete")
        if not used and frame.quality.advice:
            worst = frame.quality.advice[0]
            return Progress(agreeing, FRAMES_NEEDED, used, worst.text_zh, worst.text_en)
        return Progress(agreeing, FRAMES_NEEDED, used, "请保持注视", "Please keep looking")

    def _agreeing(self) -> list[Encoded]:
        """The largest set of frames that all agree with one member, the best frame deciding ties."""
        best: list[Encoded] = []
        for frame in self._frames:
            group = [other for other in self._frames if other is frame or _consistent(frame, other)]
            mutual = [a for a in group if all(a is b or _consistent(a, b) for b in group)]
            if len(mutual) > len(best):
                best = mutual
        return best


def _consistent(a: Encoded, b: Encoded) -> bool:
    try:
        return compare(a.template, b.template).distance < impostors.threshold(CONSISTENT_RATE)
    except Incomparable:
        return False


def fused(templates: list[Template], side: EyeSide) -> Template:
    """Majority of several templates of one eye, turned onto the first; raises `Incomparable` if they do not compare.

    Of frames with two readings that one counts which lies nearest to the others', so the result has one.
    """
    anchor = min(templates[0].readings, key=lambda reading: _misfit(reading, templates[1:]))
    first = anchor.unpacked()
    seen = first.mask.astype(np.int32)
    ones = (first.bits & first.mask[..., None]).astype(np.int32)
    for template in templates[1:]:
        near = compare(template, anchor)
        turned = _turned(template.readings[near.readings[0]].unpacked(), near)
        seen += turned.mask
        ones += turned.bits & turned.mask[..., None]
    return Template.of(
        IrisCode(2 * ones > seen[..., None], _believed(ones, seen)),
        side=side,
        quality=max(template.quality for template in templates),
        frames=min(255, sum(template.frames for template in templates)),
    )


def _misfit(reading: Template, others: list[Template]) -> float:
    """Sum of the distances to the other frames; 0.5 for one that does not compare."""
    total = 0.0
    for other in others:
        try:
            total += compare(other, reading).distance
        except Incomparable:
            total += 0.5
    return total


def _turned(code: IrisCode, comparison: Comparison) -> IrisCode:
    return IrisCode(np.roll(code.bits, comparison.rotation, axis=0), np.roll(code.mask, comparison.rotation, axis=0))


def _believed(ones: NDArray[np.int32], seen: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Places that at least two frames saw and on both of whose bits enough of them agree."""
    majority = np.maximum(ones, seen[..., None] - ones)
    agreed = (majority >= AGREEMENT * seen[..., None] - 1e-9).all(axis=2)
    return np.asarray((seen >= 2) & agreed)  # noqa: PLR2004 - one frame confirms nothing
