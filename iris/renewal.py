"""Renewal of a template: the enrolment without the places that several good frames of an accepted look contradict.

A renewal has no bit that the enrolment has not, and it is always made of the enrolment itself, never of an earlier
renewal, so one cannot lead to another. How far it may lead its enrolment is the gallery's; keeping templates, and when
a renewal is due, is the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from iris import impostors
from iris.code import IrisCode
from iris.decision import Policy
from iris.drift import INCOMPARABLE, Sighting
from iris.enrolment import CONSISTENT_RATE, LEAST_QUALITY, fused
from iris.match import Comparison, Incomparable, compare, informs
from iris.template import EyeSide, Template

FRAMES_NEEDED = 3
"""Frames of one eye behind a renewal, as behind an enrolment."""
QUALITY_MARGIN = 15
"""How much better each frame must be than enrolment asks: nobody stands by who says "hold still"."""

SIGHTED_RATE = 1e-3
"""False-match rate behind the distance from an enrolment up to which a frame of an accepted look counts as that eye."""
LEAST_KEPT = 2 / 3
"""Part of the enrolment's places that must stay: a look that contradicts more was a poor one, or the eye needs a new
enrolment. It keeps nobody out by itself: with one bit of each place painted, a third can be struck out at will.
What that gains is bounded by how far a renewal may lead its enrolment (`iris.gallery.RENEWAL_LEADS`)."""


class NotRenewed(StrEnum):
    """Why a look gives no renewal. None of them is a fault: the next look may."""

    TOO_FEW = "too_few_good_frames"
    SOMEBODY_ELSE = "a_frame_of_somebody_else"
    FAR = "too_far_from_the_enrolment"
    INCONSISTENT = "frames_disagree"
    TOO_MUCH = "too_much_would_go"


@dataclass(frozen=True, slots=True)
class Renewal:
    """A template that may stand beside an enrolment, and which part of the enrolment's places it still believes."""

    template: Template
    kept: float


def limit(policy: Policy, gallery_size: int) -> float:
    """The distance from the enrolment below which a frame may renew.

    A stranger's frame that was accepted by chance falls below it with the chance of the visit's promise once more: what
    one comparison may spend, times the promise. At 1e-6 that is 0.30 where 0.34 is accepted.
    """
    return impostors.threshold(policy.rate_per_comparison(gallery_size) * policy.false_match_rate)


def renewals(
    frames: Sequence[Template], originals: Mapping[EyeSide, Template], policy: Policy, gallery_size: int
) -> dict[EyeSide, Renewal | NotRenewed]:
    """For each eye of a person, what the frames of an accepted look make of its enrolment.

    Args:
        frames: every template of the look, the poor ones too.
        originals: the person's enrolments; never a renewal.
        policy: what the visit promised.
        gallery_size: templates in the gallery that the look was searched in.

    A good frame that belongs to none of the person's eyes refuses all: somebody else was before the camera as well.
    Frames and enrolments of another encoder do not compare, so they renew nothing.
    """
    good = [frame for frame in frames if frame.quality >= LEAST_QUALITY + QUALITY_MARGIN]
    of_side: dict[EyeSide, list[tuple[float, Template]]] = {side: [] for side in originals}
    for frame in good:
        near = _nearest(frame, originals)
        if near is None or not near[0] < policy.threshold(gallery_size):
            return dict.fromkeys(originals, NotRenewed.SOMEBODY_ELSE)
        of_side[near[1]].append((near[0], frame))
    nearest = limit(policy, gallery_size)
    return {side: _of_one_eye(seen, originals[side], nearest) for side, seen in of_side.items()}


def _nearest(frame: Template, originals: Mapping[EyeSide, Template]) -> tuple[float, EyeSide] | None:
    """Which of a person's eyes a frame shows, with its distance; None where it compares with none."""
    found = []
    for side, original in originals.items():
        distance = distance_of(frame, original)
        if distance is not None:
            found.append((distance, side))
    return min(found, default=None)


def distance_of(frame: Template, original: Template) -> float | None:
    """The distance of a frame from an enrolment, None where they do not compare."""
    try:
        return compare(frame, original).distance
    except Incomparable:
        return None


def sighting(
    frames: Sequence[Template], originals: Mapping[EyeSide, Template], side: EyeSide, renewal: Template | None
) -> Sighting | None:
    """How near a person's eye came in a look: its nearest frame. None where the look did not show that eye."""
    found = []
    for frame in frames:
        near = _nearest(frame, originals)
        if near is not None and near[1] is side and near[0] < impostors.threshold(SIGHTED_RATE):
            found.append((near[0], frame))
    if not found:
        return None
    distance, frame = min(found, key=lambda each: each[0])
    if renewal is None:
        return Sighting(original=distance)
    renewed = distance_of(frame, renewal)
    return Sighting(original=distance, renewed=INCOMPARABLE if renewed is None else renewed)


def _of_one_eye(seen: list[tuple[float, Template]], original: Template, nearest: float) -> Renewal | NotRenewed:
    """What the frames of one eye leave of it. One frame that lies too far refuses them all: the look was not good."""
    if len(seen) < FRAMES_NEEDED:
        return NotRenewed.TOO_FEW
    if not all(distance < nearest for distance, _ in seen):
        return NotRenewed.FAR
    frames = sorted((frame for _, frame in seen), key=lambda frame: -frame.quality)
    try:
        if not all(_agree(compare(a, b)) for n, a in enumerate(frames) for b in frames[:n]):
            return NotRenewed.INCONSISTENT
        today = fused(frames, original.side)
        at = compare(today, original)
    except Incomparable:
        return NotRenewed.INCONSISTENT
    if not at.distance < nearest:
        return NotRenewed.FAR
    renewed = _without_contradicted(original.readings[at.readings[1]], today, at.rotation)
    return renewed if renewed.kept >= LEAST_KEPT and informs(renewed.template) else NotRenewed.TOO_MUCH


def _agree(comparison: Comparison) -> bool:
    return comparison.distance < impostors.threshold(CONSISTENT_RATE)


def _without_contradicted(original: Template, today: Template, rotation: int) -> Renewal:
    """The enrolment less the places where today's code is believed and says otherwise in either bit."""
    code, now = original.unpacked(), today.unpacked()
    bits, mask = np.roll(now.bits, rotation, axis=0), np.roll(now.mask, rotation, axis=0)
    believed = code.mask & ~(mask & (bits != code.bits).any(axis=2))
    template = Template.of(
        IrisCode(code.bits, believed), side=original.side, quality=original.quality, frames=original.frames
    )
    return Renewal(template, float(believed.sum() / code.mask.sum()))
