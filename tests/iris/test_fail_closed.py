"""The iris core cannot fail open: faults that other systems really had, held against the matcher, the gallery and the
look alike. What belongs to the matcher alone stands in `test_match`.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris import gallery as gallery_module
from iris.code import IrisCode
from iris.decision import Accepted, Look, NotRecognised, Policy
from iris.encode import encode
from iris.gallery import Gallery, Identification
from iris.match import ForeignEncoder, Incomparable, compare
from iris.planes import TURNS, Distances, Planes, Scan
from iris.refusals import Refusal
from iris.template import EyeSide, Template

MakeTemplate = Callable[..., Template]
Pair = tuple[Template, Template]

EASY = Policy(false_match_rate=0.1, frames=1)
"""A promise far looser than any site's: what fails open here fails open everywhere."""


def packed(bits: np.ndarray, mask: np.ndarray) -> Template:
    return Template.of(
        IrisCode(np.ascontiguousarray(bits), np.ascontiguousarray(mask)), side=EyeSide.UNKNOWN, quality=90
    )


def nothing_in_common(make: MakeTemplate) -> Pair:
    code = make(1).unpacked()
    upper = np.zeros_like(code.mask)
    upper[:, : upper.shape[1] // 2] = True
    return packed(code.bits, upper), packed(code.bits, ~upper)


def both_masks_empty(make: MakeTemplate) -> Pair:
    code = make(1).unpacked()
    blind = packed(code.bits, np.zeros_like(code.mask))
    return blind, blind


def one_valid_place(make: MakeTemplate) -> Pair:
    code = make(1).unpacked()
    lone = np.zeros_like(code.mask)
    lone[5, 3] = True
    return packed(code.bits, lone), packed(code.bits, lone)


def a_corner_that_agrees(make: MakeTemplate) -> Pair:
    """A tenth of the iris, every bit equal."""
    code = make(1).unpacked()
    corner = np.zeros_like(code.mask)
    corner[: corner.shape[0] // 10] = True
    return packed(code.bits, corner), packed(code.bits, corner)


def turned_across_rows(make: MakeTemplate) -> Pair:
    code = make(1).unpacked()
    return packed(code.bits, code.mask), packed(np.roll(code.bits, 1, axis=1), np.roll(code.mask, 1, axis=1))


def turned_as_one_long_row(make: MakeTemplate) -> Pair:
    """A roll of the flattened code carries the end of one column into the next."""
    code = make(1).unpacked()
    return packed(code.bits, code.mask), packed(np.roll(code.bits.reshape(-1), 3).reshape(code.bits.shape), code.mask)


def mirrored(make: MakeTemplate) -> Pair:
    code = make(1).unpacked()
    return packed(code.bits, code.mask), packed(code.bits[::-1], code.mask[::-1])


def every_bit_opposite(make: MakeTemplate) -> Pair:
    code = make(1).unpacked()
    return packed(code.bits, code.mask), packed(~code.bits, code.mask)


def a_code_of_zeros(make: MakeTemplate) -> Pair:
    code = make(1).unpacked()
    return packed(code.bits, code.mask), packed(np.zeros_like(code.bits), np.ones_like(code.mask))


def a_code_of_ones(make: MakeTemplate) -> Pair:
    code = make(1).unpacked()
    return packed(code.bits, code.mask), packed(np.ones_like(code.bits), np.ones_like(code.mask))


FAULTS = [
    nothing_in_common,
    both_masks_empty,
    one_valid_place,
    a_corner_that_agrees,
    turned_across_rows,
    turned_as_one_long_row,
    mirrored,
    every_bit_opposite,
    a_code_of_zeros,
    a_code_of_ones,
]
faults = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)


def distance_or_none(a: Template, b: Template) -> float | None:
    try:
        return compare(a, b).distance
    except Incomparable:
        return None


def enrolled(*templates: Template) -> Gallery:
    gallery = Gallery()
    for number, template in enumerate(templates):
        gallery.add(f"t{number}", f"p{number}", template)
    return gallery


def accepted(found: Identification, size: int = 1, policy: Policy = EASY) -> bool:
    return isinstance(Look(policy, size).add(found), Accepted)


@faults
def test_the_matcher_takes_no_fault_for_a_match(make_template: MakeTemplate, fault: Callable[..., Pair]) -> None:
    for a, b in (fault(make_template), fault(make_template)[::-1]):
        distance = distance_or_none(a, b)
        assert distance is None or distance >= EASY.threshold(1)


@faults
def test_the_gallery_offers_no_fault_as_a_near_candidate(
    make_template: MakeTemplate, fault: Callable[..., Pair]
) -> None:
    for stored, probe in (fault(make_template), fault(make_template)[::-1]):
        found = enrolled(stored, make_template(50), make_template(51)).identify(probe)
        assert found.compared + found.skipped == 3
        assert found.best is None or found.best.distance >= EASY.threshold(3)


@faults
def test_a_look_accepts_no_fault_however_loose_its_promise(
    make_template: MakeTemplate, fault: Callable[..., Pair]
) -> None:
    for stored, probe in (fault(make_template), fault(make_template)[::-1]):
        found = enrolled(stored).identify(probe)
        look = Look(EASY, 1)
        assert not isinstance(look.add(found), Accepted)
        assert isinstance(look.close(), NotRecognised)


@faults
def test_a_fault_in_the_gallery_hides_nobody(make_template: MakeTemplate, fault: Callable[..., Pair]) -> None:
    """The person whose template is sound is found beside the faulty one, and nobody else is."""
    found = enrolled(fault(make_template)[1], make_template(77)).identify(make_template(77))
    assert found.best is not None
    assert found.best.person == "p1"
    assert accepted(found, 2, Policy())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000), st.floats(0, 1), st.floats(0, 1))
def test_every_distance_is_a_fraction_or_a_refusal_and_never_a_code_for_something_else(
    make_template: MakeTemplate, a: int, b: int, believed_a: float, believed_b: float
) -> None:
    one, two = make_template(a, believed=believed_a), make_template(b, believed=believed_b)
    distance = distance_or_none(one, two)
    assert distance is None or 0.0 <= distance <= 1.0
    found = enrolled(two).identify(one)
    assert (found.best is None) == (distance is None)
    if found.best is not None:
        assert found.best.distance == pytest.approx(distance)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(-TURNS, TURNS))
def test_what_lies_under_a_mask_counts_at_no_rotation(make_template: MakeTemplate, seed: int, turn: int) -> None:
    """A mask that stays behind while its code turns would let hidden bits vote."""
    code = make_template(seed, believed=0.6).unpacked()
    rng = np.random.default_rng(seed)
    scrambled = np.where(code.mask[..., None], code.bits, rng.random(code.bits.shape) < 0.5)
    stored = packed(code.bits, code.mask)
    probe = packed(np.roll(scrambled, turn, axis=0), np.roll(code.mask, turn, axis=0))
    honest = packed(np.roll(code.bits, turn, axis=0), np.roll(code.mask, turn, axis=0))
    assert compare(probe, stored) == compare(honest, stored)
    found = enrolled(stored, make_template(seed + 1)).identify(probe)
    assert found.best is not None
    assert found.best.distance == pytest.approx(compare(honest, stored).distance)


@pytest.mark.parametrize("flat", [np.zeros_like, np.ones_like], ids=["zeros", "ones"])
@pytest.mark.parametrize("turn", [0, 4])
def test_a_flat_code_is_nobody_among_many(
    make_template: MakeTemplate, flat: Callable[[np.ndarray], np.ndarray], turn: int
) -> None:
    code = make_template(1).unpacked()
    probe = packed(flat(code.bits), np.roll(np.ones_like(code.mask), turn, axis=0))
    found = enrolled(*(make_template(seed) for seed in range(200))).identify(probe)
    assert not accepted(found, 200)


def test_templates_of_another_encoder_enter_neither_the_gallery_nor_a_look(make_template: MakeTemplate) -> None:
    own = make_template(1)
    foreign = dataclasses.replace(own, encoder=b"elsewher")
    gallery = enrolled(own)
    with pytest.raises(ForeignEncoder, match="enrol"):
        gallery.identify(foreign)
    with pytest.raises(ForeignEncoder, match="enrol"):
        gallery.add("t9", "p9", foreign)
    read_back = Template.from_bytes(foreign.to_bytes())
    with pytest.raises(ForeignEncoder):
        gallery.identify(read_back)
    assert len(gallery) == 1


def spoilt(places: list[int], value: float) -> Callable[[Planes, Planes, Scan], Distances]:
    sound = gallery_module.distances

    def spoil(probe: Planes, gallery: Planes, scan: Scan) -> Distances:
        found = sound(probe, gallery, scan)
        distance = found.distance.copy()
        distance[places] = value
        return dataclasses.replace(found, distance=distance)

    return spoil


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_distance_that_is_no_number_is_skipped_and_hides_nobody(
    make_template: MakeTemplate, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    gallery = enrolled(*(make_template(seed) for seed in range(5)))
    monkeypatch.setattr(gallery_module, "distances", spoilt([0, 3], value))
    found = gallery.identify(make_template(2))
    assert found.best is not None
    assert (found.best.person, found.compared, found.skipped) == ("p2", 3, 2)
    spoilt_itself = gallery.identify(make_template(3))
    assert spoilt_itself.best is None or spoilt_itself.best.person != "p3"
    assert not accepted(spoilt_itself, 5, Policy())


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_gallery_of_no_numbers_finds_nobody(
    make_template: MakeTemplate, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    gallery = enrolled(make_template(0), make_template(1))
    monkeypatch.setattr(gallery_module, "distances", spoilt([0, 1], value))
    found = gallery.identify(make_template(0))
    assert (found.best, found.runner_up, found.compared) == (None, None, 0)
    assert not accepted(found, 2)


@pytest.mark.parametrize("noise", [0.8, 1.0, 1.5, 4.0])
def test_eyes_without_any_texture_are_not_taken_for_one_another(drawn: Callable[..., Any], noise: float) -> None:
    """An iris washed out by light holds nobody's code; what the sensor's noise makes of it must stay apart."""
    templates = []
    for seed in range(10):
        with contextlib.suppress(Refusal):
            templates.append(encode(drawn(seed=seed, texture=0.0, noise=noise, upper=-1.2).draw()).template)
    for number, probe in enumerate(templates):
        others = enrolled(*(template for other, template in enumerate(templates) if other != number))
        assert not accepted(others.identify(probe), len(others), Policy())


@pytest.mark.parametrize("flat", [np.zeros_like, np.ones_like], ids=["zeros", "ones"])
def test_two_flat_codes_do_not_match_each_other(
    make_template: MakeTemplate, flat: Callable[[np.ndarray], np.ndarray]
) -> None:
    """A broken sensor that gives the same empty code for everybody must open nothing."""
    code = make_template(1).unpacked()
    empty = packed(flat(code.bits), np.ones_like(code.mask))
    distance = distance_or_none(empty, empty)
    assert distance is None or distance >= EASY.threshold(1)
    try:
        found = enrolled(empty).identify(empty)
    except Incomparable:
        return
    assert not accepted(found)
