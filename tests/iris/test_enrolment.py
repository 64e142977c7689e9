from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from iris import enrolment, impostors
from iris.code import IrisCode
from iris.encode import Encoded, encode
from iris.enrolment import (
    CONSISTENT_RATE,
    FRAMES_TRIED,
    LEAST_QUALITY,
    Enrolment,
    EnrolmentRefused,
    Progress,
    fused,
)
from iris.match import compare
from iris.quality.judgement import Advice
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


Frame = Callable[..., Encoded]


@pytest.fixture(scope="module")
def frame(drawn: Callable[..., Any], make_template: Callable[..., Template]) -> Frame:
    """A frame of somebody's eye, as good as the test says, advice and all; no picture is encoded for it but one."""
    shape = encode(drawn().draw())

    def make(eye: int | Template = 1, score: int = 80, advice: tuple[Advice, ...] = ()) -> Encoded:
        template = make_template(eye) if isinstance(eye, int) else eye
        quality = dataclasses.replace(shape.quality, score=score, advice=advice)
        return dataclasses.replace(shape, template=dataclasses.replace(template, quality=score), quality=quality)

    return make


BLURRED, GLARE = Advice("sharpness", "请不要动", "Hold still"), Advice("glare", "请摘下眼镜", "Take your glasses off")
KEEP_LOOKING, COMPLETE = ("请保持注视", "Please keep looking"), ("登记完成", "Enrolment is complete")


def told(frames: int, zh: str, en: str, *, used: bool) -> Progress:
    return Progress(frames, 3, used, zh, en)


def test_progress_tells_how_far_it_is_and_what_to_do(frame: Frame) -> None:
    enrolment = Enrolment(EyeSide.LEFT)
    poor = LEAST_QUALITY - 1
    assert enrolment.add(frame(advice=(GLARE,))) == told(1, *KEEP_LOOKING, used=True)
    advised = enrolment.add(frame(score=poor, advice=(BLURRED, GLARE)))
    assert advised == told(1, BLURRED.text_zh, BLURRED.text_en, used=False)
    assert enrolment.add(frame(score=poor)) == told(1, *KEEP_LOOKING, used=False)
    assert enrolment.add(frame(score=LEAST_QUALITY)) == told(2, *KEEP_LOOKING, used=True)
    assert enrolment.add(frame(2)) == told(2, *KEEP_LOOKING, used=False)
    assert enrolment.add(frame()) == told(3, *COMPLETE, used=True)
    assert enrolment.add(frame(score=poor, advice=(GLARE,))) == told(3, *COMPLETE, used=False)
    assert enrolment.add(frame()) == told(4, *COMPLETE, used=True)


def test_the_last_frame_may_still_complete_a_burst_and_one_frame_less_is_refused_with_its_figures(
    frame: Frame,
) -> None:
    strangers = [frame(seed) for seed in range(10, 8 + FRAMES_TRIED)]
    for last, own in ((frame(), 3), (frame(5), 2)):
        enrolment = Enrolment(EyeSide.LEFT)
        for each in [frame(), *strangers[: FRAMES_TRIED - 3], frame()]:
            assert enrolment.add(each).frames < 3
        if own == 3:
            assert enrolment.add(last).frames == 3
            continue
        with pytest.raises(EnrolmentRefused) as refused:
            enrolment.add(last)
        assert refused.value.detail == f"2 of {FRAMES_TRIED} frames agree, 3 are needed"
        assert str(refused.value) == f"{EnrolmentRefused.text_en} ({refused.value.detail})"
        with pytest.raises(EnrolmentRefused, match=r"\(2 frames agree, 3 are needed\)$"):
            enrolment.template()


def test_a_complete_burst_is_not_refused_however_many_frames_follow(frame: Frame) -> None:
    enrolment = Enrolment(EyeSide.LEFT)
    for _ in range(FRAMES_TRIED + 2):
        enrolment.add(frame())
    assert enrolment.add(frame(2)).frames == FRAMES_TRIED + 2


def test_the_best_frame_is_what_the_others_are_turned_onto(
    frame: Frame, make_template: Callable[..., Template]
) -> None:
    truth = make_template(1)
    turned = [
        dataclasses.replace(truth, code=np.roll(truth.code, turn, axis=0), mask=np.roll(truth.mask, turn, axis=0))
        for turn in (0, 3, 6)
    ]
    enrolment = Enrolment(EyeSide.RIGHT)
    for template, score in zip(turned, (60, 90, 70), strict=True):
        enrolment.add(frame(template, score))
    together = enrolment.template()
    assert np.array_equal(together.mask, turned[1].mask)
    believed = together.unpacked().mask
    assert np.array_equal(together.unpacked().bits[believed], turned[1].unpacked().bits[believed])
    assert (together.quality, together.side, together.frames) == (90, EyeSide.RIGHT, 3)


def test_frames_that_do_not_compare_do_not_agree(frame: Frame, make_template: Callable[..., Template]) -> None:
    blind = make_template(1, believed=0.0)
    enrolment = Enrolment(EyeSide.LEFT)
    for _ in range(4):
        assert enrolment.add(frame(blind)).frames == 1


def test_the_larger_of_two_eyes_groups_is_the_one_that_counts(frame: Frame) -> None:
    enrolment = Enrolment(EyeSide.LEFT)
    for eye in (1, 2, 2, 1):
        enrolment.add(frame(eye))
    assert not enrolment.add(frame(3)).used
    assert enrolment.add(frame(2)).frames == 3
    assert compare(enrolment.template(), frame(2).template).distance < 0.1


def test_frames_agree_all_with_one_another_and_not_each_with_a_middle_one_only(
    frame: Frame, make_template: Callable[..., Template]
) -> None:
    """Two that lie on opposite sides of a third: near to it, too far from one another."""
    middle, flips = make_template(1, believed=1.0), np.random.default_rng(3).random((2, 128, 8, 2)) < 0.27
    code = middle.unpacked()
    sides = [Template.of(IrisCode(code.bits ^ flip, code.mask), side=EyeSide.UNKNOWN, quality=80) for flip in flips]
    assert compare(sides[0], middle).distance < impostors.threshold(CONSISTENT_RATE) < compare(*sides).distance
    enrolment = Enrolment(EyeSide.LEFT)
    for template in (middle, *sides):
        told = enrolment.add(frame(template))
    assert told.frames == 2
    assert not enrolment.complete


def test_a_place_is_believed_by_two_of_three_on_both_of_its_bits(make_template: Callable[..., Template]) -> None:
    truth = make_template(1, believed=1.0)
    code = truth.unpacked()
    frames = []
    for number in range(3):
        bits, mask = code.bits.copy(), code.mask.copy()
        if number == 0:
            bits[5, 2, 0] ^= True  # one of three is overruled
        if number < 2:
            bits[6, 3, number] ^= True  # each bit by another frame: two of three agree on both
        if number == 2:
            mask[7] = False  # two frames saw it
            bits[7] ^= True  # what lies under a mask counts nothing
        if number == 1:
            bits[7, 1, 0] ^= True  # of two one says otherwise: not believed
        if number > 0:
            mask[8, 4] = False  # one frame alone
        frames.append(Template.of(IrisCode(bits, mask), side=EyeSide.UNKNOWN, quality=80 - number))
    together = fused(frames, EyeSide.LEFT).unpacked()
    expected = np.ones_like(code.mask)
    expected[7, 1] = expected[8, 4] = False
    assert np.array_equal(together.mask, expected)
    assert np.array_equal(together.bits[expected], code.bits[expected])


def test_a_fused_template_counts_all_frames_and_takes_the_best_quality(make_template: Callable[..., Template]) -> None:
    one, two = make_template(1, quality=60), make_template(1, quality=85)
    together = fused([one, dataclasses.replace(two, frames=7)], EyeSide.LEFT)
    assert (together.quality, together.frames, together.rival) == (85, 8, None)
    assert fused([dataclasses.replace(one, frames=200)] * 2, EyeSide.LEFT).frames == 255


def test_fusion_anchors_on_the_reading_that_the_other_frames_confirm(make_template: Callable[..., Template]) -> None:
    """Also where another frame does not compare with one of the readings."""
    iris, wrong = make_template(1), make_template(2)
    blind = dataclasses.replace(wrong, mask=np.zeros_like(wrong.mask))
    for other in (wrong, blind):
        together = fused([Template.of_readings([other, iris]), iris, iris], EyeSide.LEFT)
        assert compare(together, iris).raw == 0.0
        assert np.array_equal(fused([iris, Template.of_readings([other, iris])], EyeSide.LEFT).mask, iris.mask)
        for doubtful in ([iris, other], [other, iris]):
            frames = [Template.of_readings(doubtful), iris, iris]
            for order in (frames, frames[::-1]):
                together = fused(order, EyeSide.LEFT)
                assert np.array_equal(together.mask, iris.mask)
                assert compare(together, iris).raw == 0.0


def mixed(like: Template, other: Template, part: float, flipped: float) -> Template:
    """Of the bits in which two templates differ so large a part is the other's; of the rest so many are flipped."""
    rng, one, two = np.random.default_rng(8), like.unpacked(), other.unpacked()
    differ = one.bits != two.bits
    draw = rng.random(one.bits.shape)
    bits = np.where(differ, np.where(draw < part, two.bits, one.bits), one.bits ^ (draw < flipped))
    return Template.of(IrisCode(bits, one.mask), side=EyeSide.UNKNOWN, quality=80)


def test_the_reading_that_lies_nearest_to_all_other_frames_counts_and_not_to_one(
    make_template: Callable[..., Template], noisy_copy: Callable[..., Template]
) -> None:
    one = make_template(1, believed=1.0)
    two = noisy_copy(one, 0.4, 2)
    near_one, between = noisy_copy(one, 0.05, 3), mixed(one, two, 0.5, 1 / 6)
    assert sum(compare(near_one, each).distance for each in (one, two)) < 0.5
    assert [compare(between, each).distance for each in (one, two)] == pytest.approx([0.3, 0.3], abs=0.03)
    for readings in ([near_one, between], [between, near_one]):
        for others in ([one, two], [two, one]):
            together = fused([Template.of_readings(readings), *others], EyeSide.LEFT)
            assert compare(together, near_one).distance < compare(together, between).distance


def test_a_frame_that_does_not_compare_with_a_reading_counts_as_a_stranger_and_no_worse(
    make_template: Callable[..., Template], noisy_copy: Callable[..., Template]
) -> None:
    """A reading near to one frame and blind for the other is before one that lies half-way to strangers from both."""
    code = make_template(1, believed=1.0).unpacked()
    upper, lower = np.zeros((2, 128, 8), bool)
    upper[:, :4], lower[:, 4:] = True, True
    half, other = (Template.of(IrisCode(code.bits, mask), side=EyeSide.UNKNOWN, quality=80) for mask in (upper, lower))
    near, nearer = noisy_copy(half, 0.2, 5), noisy_copy(make_template(1, believed=1.0), 0.28, 6)
    assert sum(compare(nearer, each).distance for each in (half, other)) < compare(near, half).distance + 0.5
    whole = noisy_copy(make_template(1, believed=1.0), 0.42, 4)
    assert compare(half, half).distance + 0.5 < sum(compare(whole, each).distance for each in (half, other))
    for readings, best in (([half, whole], half), ([whole, half], half), ([near, nearer], nearer)):
        assert min(readings, key=lambda reading: enrolment._misfit(reading, [half, other])) is best


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
