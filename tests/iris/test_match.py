"""A matcher that cannot fail open: each test is a fault that another system really had."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris import match
from iris.code import CODE_COLUMNS, CODE_ROWS, IrisCode
from iris.match import (
    DifferentSides,
    ForeignEncoder,
    NotANumber,
    TooLittleOverlap,
    WithoutInformation,
    compare,
    informs,
)
from iris.planes import LEAST_OVERLAP, TURNS, Distances, distances, planes, turned
from iris.template import CODE_BITS, EyeSide, Template


def template(bits: np.ndarray, mask: np.ndarray) -> Template:
    return Template.of(IrisCode(bits, mask), side=EyeSide.UNKNOWN, quality=50)


def reference(a: Template, b: Template) -> tuple[float, int, int] | None:
    """The straightforward matcher: flags, one rotation after the other."""
    one, two = a.unpacked(), b.unpacked()
    best = None
    for turn in range(-TURNS, TURNS + 1):
        mask = np.roll(one.mask, turn, axis=0) & two.mask
        overlap = 2 * int(mask.sum())
        if overlap < LEAST_OVERLAP:
            continue
        raw = int(((np.roll(one.bits, turn, axis=0) ^ two.bits) & mask[..., None]).sum()) / overlap
        distance = 0.5 - (0.5 - raw) * math.sqrt(overlap / CODE_BITS)
        if best is None or distance < best[0]:
            best = distance, overlap, turn
    return best


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_the_packed_matcher_equals_the_straightforward_one(
    make_template: Callable[..., Template], a: int, b: int, believed: float
) -> None:
    one, two = make_template(a, believed=believed), make_template(b)
    expected = reference(one, two)
    if expected is None:
        with pytest.raises(TooLittleOverlap):
            compare(one, two)
        return
    found = compare(one, two)
    assert found.distance == pytest.approx(expected[0], abs=1e-6)
    assert (found.overlap, found.rotation) == expected[1:]


def test_no_common_bits_is_a_refusal_and_not_distance_zero(make_template: Callable[..., Template]) -> None:
    bits = make_template(1).unpacked().bits
    upper = np.zeros((CODE_COLUMNS, CODE_ROWS), bool)
    upper[:, : CODE_ROWS // 2] = True
    with pytest.raises(TooLittleOverlap, match="0 bits"):
        compare(template(bits, upper), template(bits, ~upper))


def test_an_empty_mask_is_a_refusal_and_not_minus_one(make_template: Callable[..., Template]) -> None:
    code = make_template(1).unpacked()
    with pytest.raises(TooLittleOverlap):
        compare(template(code.bits, np.zeros_like(code.mask)), template(code.bits, np.zeros_like(code.mask)))


def test_one_valid_bit_is_not_a_match(make_template: Callable[..., Template]) -> None:
    code = make_template(1).unpacked()
    lone = np.zeros_like(code.mask)
    lone[5, 3] = True
    with pytest.raises(TooLittleOverlap):
        compare(template(code.bits, lone), template(code.bits, lone))


def test_the_least_overlap_is_enough_and_one_place_less_is_not(make_template: Callable[..., Template]) -> None:
    code = make_template(1).unpacked()
    for places, refused in ((math.ceil(LEAST_OVERLAP / 2), False), (math.ceil(LEAST_OVERLAP / 2) - 1, True)):
        mask = np.zeros(CODE_COLUMNS * CODE_ROWS, bool)
        mask[:places] = True
        sparse = template(code.bits, mask.reshape(code.mask.shape))
        if refused:
            with pytest.raises(TooLittleOverlap):
                compare(sparse, sparse)
        else:
            assert compare(sparse, sparse).raw == 0.0


def test_a_flat_code_is_judged_by_its_information_once_it_has_enough_bits_to_compare(
    make_template: Callable[..., Template],
) -> None:
    code = make_template(1).unpacked()
    fewest = math.ceil(LEAST_OVERLAP / 2)
    for places, refusal, words in (
        (fewest - 1, TooLittleOverlap, f"at most {2 * fewest - 2} bits in common, {LEAST_OVERLAP} are needed"),
        (fewest, WithoutInformation, "^nearly all bits of a code are alike; take another picture$"),
    ):
        mask = np.zeros(CODE_COLUMNS * CODE_ROWS, bool)
        mask[:places] = True
        flat = template(np.zeros_like(code.bits), mask.reshape(code.mask.shape))
        assert informs(flat) is (refusal is TooLittleOverlap)
        for pair in ((flat, make_template(1, believed=1.0)), (make_template(1, believed=1.0), flat)):
            with pytest.raises(refusal, match=words):
                compare(*pair)


def test_the_fewest_bits_that_compare_are_taken_for_flat_by_chance_less_than_once_in_a_thousand_million() -> None:
    places = math.ceil(LEAST_OVERLAP / 2)
    flat = [ones for ones in range(places + 1) if abs(ones / places - 0.5) > match.MOST_UNEVEN]
    of_one_kind = sum(math.comb(places, ones) for ones in flat) / 2**places
    assert 2 * of_one_kind < 1e-9


@pytest.mark.parametrize("part", [0, 1], ids=["real", "imaginary"])
@pytest.mark.parametrize("ones", [True, False], ids=["ones", "zeros"])
def test_a_code_informs_until_more_than_three_quarters_of_either_kind_of_bits_are_alike(
    make_template: Callable[..., Template], part: int, *, ones: bool
) -> None:
    code = make_template(1, believed=1.0).unpacked()
    alike = np.arange(CODE_COLUMNS * CODE_ROWS).reshape(code.mask.shape)
    for count, informing in ((3 * alike.size // 4, True), (3 * alike.size // 4 + 1, False)):
        bits = code.bits.copy()
        bits[..., part] = (alike < count) == ones
        assert informs(template(bits, code.mask)) is informing


def test_few_equal_bits_say_less_than_many(make_template: Callable[..., Template]) -> None:
    code = make_template(1).unpacked()
    half = np.arange(CODE_COLUMNS) < CODE_COLUMNS // 2
    sparse = template(code.bits, np.repeat(half[:, None], CODE_ROWS, axis=1))
    full = template(code.bits, np.ones_like(code.mask))
    assert compare(sparse, sparse).distance > compare(full, full).distance == 0.0
    assert compare(full, full).overlap == CODE_BITS


@pytest.mark.parametrize("turn", [-TURNS, -3, 0, 7, TURNS])
def test_masks_turn_with_their_codes(make_template: Callable[..., Template], turn: int) -> None:
    code = make_template(3, believed=0.6).unpacked()
    rolled = template(np.roll(code.bits, turn, axis=0), np.roll(code.mask, turn, axis=0))
    found = compare(template(code.bits, code.mask), rolled)
    assert found.rotation == turn
    assert found.degrees == pytest.approx(turn * 360 / CODE_COLUMNS)
    assert found.raw == 0.0
    assert found.overlap == 2 * code.mask.sum()


def test_a_head_tilted_by_thirty_degrees_either_way_is_still_compared() -> None:
    assert 30 <= TURNS * 360 / CODE_COLUMNS < 45


def test_a_code_turned_further_than_any_head_is_another_eye(make_template: Callable[..., Template]) -> None:
    code = make_template(3).unpacked()
    far = template(np.roll(code.bits, TURNS + 5, axis=0), np.roll(code.mask, TURNS + 5, axis=0))
    assert compare(template(code.bits, code.mask), far).distance > 0.4


def test_a_code_shifted_across_rows_is_another_eye(make_template: Callable[..., Template]) -> None:
    code = make_template(3).unpacked()
    shifted = template(np.roll(code.bits, 1, axis=1), np.roll(code.mask, 1, axis=1))
    assert compare(template(code.bits, code.mask), shifted).distance > 0.4


def test_a_mirrored_code_is_another_eye(make_template: Callable[..., Template]) -> None:
    code = make_template(3).unpacked()
    mirrored = template(code.bits[::-1], code.mask[::-1])
    assert compare(template(code.bits, code.mask), mirrored).distance > 0.4


def test_templates_of_another_encoder_are_refused_from_either_side(make_template: Callable[..., Template]) -> None:
    own = make_template(1)
    foreign = dataclasses.replace(own, encoder=b"elsewher")
    for pair in ((own, foreign), (foreign, own), (foreign, foreign)):
        with pytest.raises(ForeignEncoder, match="enrol"):
            compare(*pair)


def test_a_left_eye_is_not_compared_with_a_right_one(make_template: Callable[..., Template]) -> None:
    left, right = make_template(1, side=EyeSide.LEFT), make_template(1, side=EyeSide.RIGHT)
    with pytest.raises(DifferentSides, match="a left eye was compared with a right one"):
        compare(left, right)
    assert compare(left, make_template(1)).raw == 0.0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_distance_that_is_no_number_is_a_refusal(
    make_template: Callable[..., Template], monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    def broken(*_: object) -> Distances:
        spoilt = np.array([value], np.float32)
        zero = np.zeros(1, np.int32)
        return Distances(spoilt, spoilt, np.array([CODE_BITS], np.int32), zero, zero, zero)

    monkeypatch.setattr(match, "distances", broken)
    with pytest.raises(NotANumber, match=f"distance {value} from {CODE_BITS} bits"):
        compare(make_template(1), make_template(1))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_comparison_is_symmetric(make_template: Callable[..., Template], a: int, b: int) -> None:
    there, back = compare(make_template(a), make_template(b)), compare(make_template(b), make_template(a))
    assert there.distance == pytest.approx(back.distance, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.3, 0.9))
def test_hiding_places_never_brings_equal_codes_nearer(
    make_template: Callable[..., Template], seed: int, kept: float
) -> None:
    code = make_template(seed, believed=0.9).unpacked()
    fewer = code.mask & (np.random.default_rng(seed).random(code.mask.shape) < kept)
    full = template(code.bits, code.mask)
    if 2 * fewer.sum() >= LEAST_OVERLAP:
        assert compare(full, template(code.bits, fewer)).distance >= compare(full, full).distance


def test_bulk_distances_over_several_blocks_equal_single_comparisons(make_template: Callable[..., Template]) -> None:
    others = [make_template(seed) for seed in range(1, 40)] * 120
    probe = make_template(0)
    found = distances(turned(probe), planes(others))
    assert found.distance.shape == (len(others),)
    for index in (0, 17, 4095, 4096, len(others) - 1):
        assert found.distance[index] == pytest.approx(compare(probe, others[index]).distance)


def test_an_empty_gallery_gives_no_distances(make_template: Callable[..., Template]) -> None:
    assert distances(turned(make_template(1)), planes([])).distance.size == 0
