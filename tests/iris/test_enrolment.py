from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from iris.encode import encode
from iris.enrolment import FRAMES_TRIED, Enrolment, EnrolmentRefused, fused
from iris.match import compare
from iris.template import EyeSide, Template


def burst(drawn: Callable[..., Any], seed: int, count: int) -> list:
    return [
        encode(drawn(seed=seed, turn=3.0 * i, noise=3.0 + i, upper=-0.8 - 0.05 * i).draw(), side=EyeSide.LEFT)
        for i in range(count)
    ]


def test_three_frames_that_agree_make_a_template(drawn: Callable[..., Any]) -> None:
    enrolment = Enrolment(EyeSide.LEFT)
    frames = burst(drawn, 1, 3)
    assert [enrolment.add(frame).frames for frame in frames] == [1, 2, 3]
    assert enrolment.complete
    template = enrolment.template()
    assert template.side is EyeSide.LEFT
    assert template.frames == 3
    fresh = encode(drawn(seed=1, turn=-4, noise=4.0).draw()).template
    assert compare(fresh, template).distance < 0.3


def test_a_template_before_completion_is_refused(drawn: Callable[..., Any]) -> None:
    enrolment = Enrolment(EyeSide.LEFT)
    enrolment.add(burst(drawn, 1, 1)[0])
    assert not enrolment.complete
    with pytest.raises(EnrolmentRefused):
        enrolment.template()


def test_a_frame_of_another_eye_does_not_enter_the_template(drawn: Callable[..., Any]) -> None:
    enrolment = Enrolment(EyeSide.LEFT)
    own = burst(drawn, 1, 3)
    stranger = burst(drawn, 2, 1)[0]
    enrolment.add(own[0])
    assert not enrolment.add(stranger).used
    enrolment.add(own[1])
    enrolment.add(own[2])
    template = enrolment.template()
    assert template.frames == 3
    assert compare(stranger.template, template).distance > 0.38


def test_a_burst_that_never_agrees_is_refused_in_words(drawn: Callable[..., Any]) -> None:
    enrolment = Enrolment(EyeSide.UNKNOWN)
    frames = [encode(drawn(seed=seed).draw()) for seed in range(FRAMES_TRIED)]
    for frame in frames[:-1]:
        enrolment.add(frame)
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.add(frames[-1])
    assert refused.value.text_zh
    assert refused.value.text_en


def test_fusion_takes_the_majority_and_undoes_rotation(
    make_template: Callable[..., Template], noisy_copy: Callable[..., Template]
) -> None:
    truth = make_template(1, believed=1.0)
    copies = [noisy_copy(truth, 0.15, seed) for seed in range(5)]
    together = fused(copies, EyeSide.RIGHT)
    code, expected = together.unpacked(), truth.unpacked()
    wrong = (code.bits != expected.bits)[code.mask].mean()
    assert wrong < 0.06
    assert compare(together, truth).rotation == 0
    assert together.side is EyeSide.RIGHT


def test_bits_that_one_frame_saw_alone_are_not_believed(make_template: Callable[..., Template]) -> None:
    one, two = make_template(1, believed=0.7), make_template(1, believed=0.9)
    together = fused([one, two], EyeSide.LEFT)
    assert np.array_equal(together.unpacked().mask, one.unpacked().mask & two.unpacked().mask)
