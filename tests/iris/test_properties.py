"""What must hold for any eye and any picture of it: hypothesis draws both.

Pictures are drawn eyes with known circles; a change of distance is measured against a second picture of the same eye
with noise of its own, so that it stands for what a resident would notice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from iris.code import IrisCode
from iris.encode import encode
from iris.gallery import Gallery
from iris.match import Comparison, compare
from iris.planes import TURNS
from iris.refusals import BadPicture
from iris.template import EyeSide, Template

Picture = NDArray[np.uint8]
MakeTemplate = Callable[..., Template]

MOST_CHANGE = 0.03
"""By which a genuine distance may change with light, place and size."""
STRANGERS = 0.38
"""Distance above which two drawn eyes count as strangers."""

codes = settings(max_examples=40, deadline=None)
pictures = settings(max_examples=60, deadline=None)


def packed(code: IrisCode, mask: NDArray[np.bool_] | None = None, turn: int = 0) -> Template:
    believed = code.mask if mask is None else mask
    turned = IrisCode(np.roll(code.bits, turn, axis=0), np.roll(believed, turn, axis=0))
    return Template.of(turned, side=EyeSide.UNKNOWN, quality=80)


@pytest.fixture(scope="module")
def eye(drawn: Callable[..., Any]) -> Callable[..., Picture]:
    """A drawn eye with its whole iris free, by seed; `again` gives it other noise."""

    @cache
    def draw(seed: int, *, turn: float = 0.0, noise: float = 1.5, upper: float = -1.2, lower: float = 1.2) -> Picture:
        picture = drawn(
            width=340, height=300, iris=(170.0, 150.0, 92.0), pupil=(172.0, 149.0, 37.0),
            seed=seed, turn=turn, noise=noise, upper=upper, lower=lower,
        ).draw()  # fmt: skip
        picture.setflags(write=False)
        return picture

    return draw


@pytest.fixture(scope="module")
def change_of_distance(eye: Callable[..., Picture]) -> Callable[[int, Picture], float]:
    """How much nearer or farther than the untouched picture a changed one is to a second picture of the eye."""

    @cache
    def second(seed: int) -> Template:
        return encode(eye(seed, turn=2.0, noise=3.0)).template

    @cache
    def untouched(seed: int) -> float:
        return compare(encode(eye(seed)).template, second(seed)).distance

    def change(seed: int, picture: Picture) -> float:
        return abs(compare(encode(picture).template, second(seed)).distance - untouched(seed))

    return change


SEEDS = st.integers(1, 30)


# Rotation


@codes
@given(st.integers(0, 10_000), st.integers(-TURNS + 2, TURNS - 2), st.floats(0.0, 0.25))
def test_turning_a_code_changes_the_rotation_found_and_nothing_else(
    make_template: MakeTemplate, noisy_copy: Callable[..., Template], seed: int, turn: int, flipped: float
) -> None:
    one = make_template(seed)
    other = noisy_copy(one, flipped, seed).unpacked()
    upright, turned = compare(one, packed(other)), compare(one, packed(other, turn=turn))
    assert turned.rotation == upright.rotation + turn
    assert (turned.distance, turned.raw, turned.overlap) == (upright.distance, upright.raw, upright.overlap)


@pictures
@given(SEEDS, st.floats(-29.0, 29.0))
def test_a_head_tilted_by_any_angle_in_reach_is_found_at_that_angle(
    eye: Callable[..., Picture], seed: int, degrees: float
) -> None:
    found = compare(encode(eye(seed)).template, encode(eye(seed, turn=round(degrees, 1), noise=2.5)).template)
    assert found.degrees == pytest.approx(degrees, abs=3.0)
    assert found.distance < 0.25


# Symmetry


@codes
@given(st.integers(0, 10_000), st.integers(-TURNS, TURNS), st.floats(0.0, 0.25))
def test_comparing_the_other_way_round_turns_the_other_way(
    make_template: MakeTemplate, noisy_copy: Callable[..., Template], seed: int, turn: int, flipped: float
) -> None:
    one = make_template(seed)
    other = packed(noisy_copy(one, flipped, seed).unpacked(), turn=turn)
    there, back = compare(one, other), compare(other, one)
    assert (there.distance, there.raw, there.overlap) == (back.distance, back.raw, back.overlap)
    assert there.rotation == -back.rotation == turn


@codes
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_who_is_the_probe_does_not_matter_to_the_gallery(make_template: MakeTemplate, a: int, b: int) -> None:
    found = []
    for stored, probe in ((a, b), (b, a)):
        gallery = Gallery()
        gallery.add("t", "p", make_template(stored))
        best = gallery.identify(make_template(probe)).best
        assert best is not None
        found.append(best.distance)
    assert found[0] == pytest.approx(found[1], abs=1e-6)


# Masks: what evidence may do


def related(
    make: MakeTemplate, copy: Callable[..., Template], seed: int
) -> tuple[IrisCode, IrisCode, NDArray[np.bool_]]:
    """Two codes of one eye at the same angle, and which places they agree on entirely."""
    one = make(seed, believed=0.9)
    a, b = one.unpacked(), copy(one, 0.2, seed).unpacked()
    return a, b, (a.bits == b.bits).all(axis=2)


def upright(a: IrisCode, b: IrisCode, mask: NDArray[np.bool_]) -> Comparison:
    found = compare(packed(a), packed(b, mask))
    assume(found.rotation == 0)
    return found


def some(seed: int, share: float, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return among & (np.random.default_rng(seed).random(among.shape) < share)


@codes
@given(st.integers(0, 10_000), st.floats(0.0, 0.7))
def test_hiding_places_that_agree_never_brings_two_codes_nearer(
    make_template: MakeTemplate, noisy_copy: Callable[..., Template], seed: int, share: float
) -> None:
    a, b, agree = related(make_template, noisy_copy, seed)
    hidden = some(seed + 1, share, agree)
    assert upright(a, b, b.mask & ~hidden).distance >= upright(a, b, b.mask).distance - 1e-7


@codes
@given(st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_hiding_places_that_wholly_disagree_never_drives_two_codes_apart(
    make_template: MakeTemplate, noisy_copy: Callable[..., Template], seed: int, share: float
) -> None:
    a, b, _ = related(make_template, noisy_copy, seed)
    hidden = some(seed + 1, share, (a.bits != b.bits).all(axis=2))
    assert upright(a, b, b.mask & ~hidden).distance <= upright(a, b, b.mask).distance + 1e-7


@codes
@given(st.integers(0, 10_000), st.floats(0.0, 0.7))
def test_hiding_any_place_never_adds_to_what_was_compared(
    make_template: MakeTemplate, noisy_copy: Callable[..., Template], seed: int, share: float
) -> None:
    a, b, _ = related(make_template, noisy_copy, seed)
    fewer = b.mask & ~some(seed + 1, share, b.mask)
    assert upright(a, b, fewer).overlap <= upright(a, b, b.mask).overlap


# Light, place and size


@pictures
@given(SEEDS, st.floats(0.7, 1.25), st.floats(-15.0, 25.0))
def test_brightness_and_contrast_hardly_change_a_genuine_distance(
    eye: Callable[..., Picture], change_of_distance: Callable[..., float], seed: int, contrast: float, brightness: float
) -> None:
    picture = eye(seed).astype(np.float32) * np.float32(contrast) + np.float32(brightness)
    assert change_of_distance(seed, np.clip(picture, 0, 255).astype(np.uint8)) < MOST_CHANGE


@pictures
@given(SEEDS, st.floats(-25.0, 25.0), st.floats(-20.0, 20.0))
def test_moving_the_eye_hardly_changes_a_genuine_distance(
    eye: Callable[..., Picture], change_of_distance: Callable[..., float], seed: int, right: float, down: float
) -> None:
    shift = np.array([[1, 0, right], [0, 1, down]], np.float32)
    moved = cv2.warpAffine(
        eye(seed), shift, eye(seed).shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    assert change_of_distance(seed, moved) < MOST_CHANGE


@pictures
@given(SEEDS, st.floats(0.5, 2.0))
def test_size_hardly_changes_a_genuine_distance(
    eye: Callable[..., Picture], change_of_distance: Callable[..., float], seed: int, scale: float
) -> None:
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    assert change_of_distance(seed, cv2.resize(eye(seed), None, fx=scale, fy=scale, interpolation=way)) < MOST_CHANGE


# Who is who


@pictures
@given(SEEDS, SEEDS, st.sampled_from([0, 1]))
def test_a_mirrored_eye_differs_like_a_stranger(eye: Callable[..., Picture], seed: int, other: int, axis: int) -> None:
    own = encode(eye(seed)).template
    mirrored = encode(np.flip(eye(seed), axis)).template
    assert compare(own, mirrored).distance > STRANGERS
    if other != seed:
        assert compare(own, encode(eye(other)).template).distance > STRANGERS


# The same picture, however it lies in memory


@pictures
@given(SEEDS, st.sampled_from(["writable", "read-only", "column by column", "strided", "window", "reversed view"]))
def test_the_same_picture_gives_the_same_bytes_however_it_lies_in_memory(
    eye: Callable[..., Picture], seed: int, layout: str
) -> None:
    original = eye(seed)
    picture = laid_out(original, layout)
    assert np.array_equal(picture, original)
    assert encode(picture).template.to_bytes() == encode(original).template.to_bytes()
    assert np.array_equal(picture, original)


def laid_out(original: Picture, layout: str) -> Picture:
    height, width = original.shape
    if layout == "column by column":
        return np.asfortranarray(original)
    if layout == "strided":
        return np.repeat(original, 3, axis=1)[:, ::3]
    if layout == "window":
        larger = np.full((height + 20, width + 30), 99, np.uint8)
        larger[7 : 7 + height, 11 : 11 + width] = original
        return larger[7 : 7 + height, 11 : 11 + width]
    if layout == "reversed view":
        return original[::-1, ::-1].copy()[::-1, ::-1]
    picture = original.copy()
    picture.setflags(write=layout == "writable")
    return picture


@pictures
@given(SEEDS, st.integers(0, 7), st.integers(0, 7))
def test_odd_sizes_are_as_good_as_even_ones(
    eye: Callable[..., Picture], change_of_distance: Callable[..., float], seed: int, columns: int, rows: int
) -> None:
    whole = eye(seed)
    assert change_of_distance(seed, whole[: whole.shape[0] - rows, : whole.shape[1] - columns]) < MOST_CHANGE


@pictures
@given(
    st.sampled_from([np.bool_, np.int8, np.uint16, np.int32, np.float32, np.float64, np.complex64]),
    st.sampled_from([(200, 200), (200,), (200, 200, 1), (200, 200, 3), (1, 200, 200)]),
)
def test_another_type_or_shape_is_named_and_never_converted_in_silence(dtype: type, shape: tuple[int, ...]) -> None:
    with pytest.raises(BadPicture) as refused:
        encode(np.zeros(shape, dtype))
    assert np.dtype(dtype).name in refused.value.detail


@pictures
@given(st.integers(0, 300), st.integers(0, 300))
def test_a_picture_too_small_says_both_what_it_is_and_what_is_needed(width: int, height: int) -> None:
    assume(min(width, height) < 120)
    with pytest.raises(BadPicture) as refused:
        encode(np.zeros((height, width), np.uint8))
    assert f"{width}x{height}" in refused.value.detail
    assert "120" in refused.value.detail
