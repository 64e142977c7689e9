from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris import refusals
from iris.encode import encode
from iris.match import compare
from iris.picture import checked
from iris.template import EyeSide


@pytest.mark.parametrize(
    "picture",
    [
        "not an array",
        np.zeros((200, 200), np.float32),
        np.zeros((200, 200, 3), np.uint8),
        np.zeros((50, 50), np.uint8),
        np.zeros((200, 5000), np.uint8),
        np.zeros((0, 0), np.uint8),
    ],
)
def test_what_is_no_grey_picture_of_a_usable_size_is_a_bad_picture(picture: object) -> None:
    with pytest.raises(refusals.BadPicture):
        encode(picture)


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("noise", [0.0, 3.0])
def test_what_a_covered_or_blinded_camera_sees_is_blank(level: int, noise: float) -> None:
    grain = np.random.default_rng(0).normal(level, noise, (480, 640))
    with pytest.raises(refusals.Blank):
        encode(np.clip(grain, 0, 255).astype(np.uint8))


def test_an_eye_in_an_eighth_of_the_light_is_not_blank(drawn: Callable[..., Any]) -> None:
    picture = drawn().draw()
    dim = (picture // 8).astype(np.uint8)
    assert checked(dim) is dim


def test_noise_of_any_coarseness_hardly_ever_passes_for_an_eye() -> None:
    passed = 0
    for seed in range(20):
        noise = np.random.default_rng(seed).integers(0, 256, (280, 320), dtype=np.uint8)
        for sigma in (0.1, 3.0, 6.0, 10.0):
            picture = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), sigma), None, 0, 255, cv2.NORM_MINMAX)
            try:
                encode(picture)
            except refusals.Refusal:
                continue
            passed += 1
    assert passed <= 4


@settings(max_examples=25, deadline=None)
@given(st.integers(120, 400), st.integers(120, 400), st.binary(min_size=16, max_size=64))
def test_any_picture_gives_a_template_or_a_refusal_and_nothing_else(width: int, height: int, data: bytes) -> None:
    small = np.frombuffer(data[:16], np.uint8).reshape(4, 4)
    picture = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    with contextlib.suppress(refusals.Refusal):
        assert encode(picture).quality.score >= 0


def test_each_fault_has_its_own_words(drawn: Callable[..., Any]) -> None:
    with pytest.raises(refusals.TooSmall):
        encode(drawn(width=640, height=480, iris=(320.0, 240.0, 38.0), pupil=(320.0, 240.0, 14.0), blur=0.5).draw())
    with pytest.raises(refusals.Blurred):
        encode(drawn(texture=0.5, noise=0.2).draw())
    with pytest.raises((refusals.EyeClosed, refusals.NoEye, refusals.Covered, refusals.TooSmall)):
        encode(drawn(upper=-0.1, lower=0.15).draw())
    assert len({refusal.text_zh for refusal in refusals.REFUSALS}) == len(refusals.REFUSALS)
    assert len({refusal.reason for refusal in refusals.REFUSALS}) == len(refusals.REFUSALS)


def test_the_same_picture_gives_the_same_template_and_is_not_changed(drawn: Callable[..., Any]) -> None:
    picture = drawn().draw()
    before = picture.copy()
    first, second = encode(picture), encode(picture)
    assert first.template.to_bytes() == second.template.to_bytes()
    assert np.array_equal(picture, before)


def test_the_side_is_kept(drawn: Callable[..., Any]) -> None:
    assert encode(drawn().draw(), side=EyeSide.LEFT).template.side is EyeSide.LEFT


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_two_eyes_are_far_apart_and_a_mirrored_one_is_another_eye(drawn: Callable[..., Any], seed: int) -> None:
    one, other = drawn(seed=1).draw(), drawn(seed=seed).draw()
    assert compare(encode(one).template, encode(other).template).distance > 0.38
    mirrored = np.ascontiguousarray(one[:, ::-1])
    assert compare(encode(one).template, encode(mirrored).template).distance > 0.38


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: cv2.convertScaleAbs(picture, alpha=0.8, beta=10),
        lambda picture: cv2.convertScaleAbs(picture, alpha=1.0, beta=25),
        lambda picture: np.roll(picture, (6, -9), axis=(0, 1)),
        lambda picture: cv2.resize(picture, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_LINEAR),
        lambda picture: cv2.resize(picture, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA),
    ],
)
def test_light_place_and_size_hardly_change_the_distance(
    drawn: Callable[..., Any], change: Callable[[Any], Any]
) -> None:
    picture = drawn(upper=-1.2, lower=1.2).draw()
    same = compare(encode(picture).template, encode(picture).template).distance
    changed = compare(encode(picture).template, encode(np.ascontiguousarray(change(picture))).template).distance
    assert changed - same < 0.05


@pytest.mark.parametrize("degrees", [-28.0, -12.0, 5.6, 28.0])
def test_a_tilted_head_is_found_and_its_angle_told(drawn: Callable[..., Any], degrees: float) -> None:
    upright = encode(drawn(upper=-1.2, lower=1.2).draw()).template
    tilted = encode(drawn(upper=-1.2, lower=1.2, turn=degrees).draw()).template
    found = compare(upright, tilted)
    assert found.distance < 0.25
    assert found.degrees == pytest.approx(degrees, abs=3.0)


def test_a_wider_pupil_is_the_same_eye(drawn: Callable[..., Any]) -> None:
    narrow = encode(drawn(pupil=(160.0, 140.0, 30.0)).draw()).template
    wide = encode(drawn(pupil=(160.0, 140.0, 48.0)).draw()).template
    assert compare(narrow, wide).distance < 0.3
