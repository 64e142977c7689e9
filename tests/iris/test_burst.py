"""Frames of one look fused: whose eye the code is of, and which frame the others are turned onto."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from iris.burst import FUSED, Burst
from iris.code import IrisCode
from iris.match import compare
from iris.template import EyeSide, Template

Make = Callable[..., Template]
LEFT, RIGHT, UNKNOWN = EyeSide.LEFT, EyeSide.RIGHT, EyeSide.UNKNOWN


def fused_of(frames: list[Template]) -> Template | None:
    burst = Burst()
    assert burst.empty
    *first, last = frames
    for frame in first:
        assert burst.add(frame) is None
        assert not burst.empty
    fused = burst.add(last)
    assert burst.empty
    return fused


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ((LEFT,) * 3, LEFT),
        ((RIGHT,) * 3, RIGHT),
        ((UNKNOWN,) * 3, UNKNOWN),
        ((LEFT, LEFT, UNKNOWN), UNKNOWN),
        ((UNKNOWN, RIGHT, RIGHT), UNKNOWN),
    ],
)
def test_a_fused_code_is_of_the_side_on_which_all_frames_agree(
    make_template: Make, sides: tuple[EyeSide, ...], expected: EyeSide
) -> None:
    fused = fused_of([make_template(1, side=side) for side in sides])
    assert fused is not None
    assert fused.side is expected
    assert fused.frames == FUSED


@pytest.mark.parametrize("best", range(FUSED))
def test_the_other_frames_are_turned_onto_the_best_one(make_template: Make, best: int) -> None:
    code = make_template(1, believed=1.0).unpacked()
    turns = (-4, 0, 5)
    frames = []
    for number, turn in enumerate(turns):
        turned = IrisCode(np.roll(code.bits, turn, axis=0), np.roll(code.mask, turn, axis=0))
        frames.append(Template.of(turned, side=LEFT, quality=90 if number == best else 50 + number))
    fused = fused_of(frames)
    assert fused is not None
    found = compare(fused, frames[best])
    assert (found.rotation, found.raw) == (0, 0.0)
    assert fused.quality == 90


def test_after_a_burst_that_does_not_compare_the_next_one_begins_anew(make_template: Make) -> None:
    burst = Burst()
    apart = [make_template(seed, side=side) for seed, side in ((1, LEFT), (2, RIGHT), (3, LEFT))]
    assert [burst.add(frame) for frame in apart] == [None] * FUSED
    assert burst.empty
    again = [burst.add(replace(make_template(4), quality=60)) for _ in range(FUSED)]
    assert again[-1] is not None
    assert compare(again[-1], make_template(4)).raw == 0.0
