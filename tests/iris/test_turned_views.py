"""Codes seen the wrong way round: where each column and its mask must lie, and how near names a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from iris.code import CODE_COLUMNS
from iris.gallery import Gallery
from iris.template import EyeSide, Template
from iris.wrong_view import ViewFault, mirrored, upside_down, view_fault

Make = Callable[..., Template]

COLUMNS = np.arange(CODE_COLUMNS)
PLACES = {mirrored: -COLUMNS % CODE_COLUMNS, upside_down: (COLUMNS + CODE_COLUMNS // 2) % CODE_COLUMNS}
"""The column that comes to lie at each: a reflection negates the angle about the first, half a circle adds half of all.

A shift by one more would pass for a tilted head, and hide behind it."""


@pytest.mark.parametrize("way", PLACES)
def test_bits_and_masks_move_to_the_same_angle(make_template: Make, way: Callable[[Template], Template]) -> None:
    before = make_template(1, believed=0.6).unpacked()
    after = way(Template.of(before, side=EyeSide.LEFT, quality=80)).unpacked()
    assert np.array_equal(after.mask, before.mask[PLACES[way]])
    assert np.array_equal(after.bits[..., 0], before.bits[PLACES[way], :, 0])
    imaginary = before.bits[PLACES[way], :, 1]
    assert np.array_equal(after.bits[..., 1], ~imaginary if way is mirrored else imaginary)


@pytest.mark.parametrize("way", PLACES)
def test_a_turned_template_is_of_the_same_eye_picture_and_quality(
    make_template: Make, way: Callable[[Template], Template]
) -> None:
    one, two = (replace(make_template(seed, side=EyeSide.LEFT, quality=42), frames=3) for seed in (1, 2))
    for reading in way(Template.of_readings([one, two])).readings:
        assert (reading.side, reading.quality, reading.frames) == (EyeSide.LEFT, 42, 3)


WAYS: dict[ViewFault, Callable[[Template], Template]] = {
    ViewFault.MIRRORED: mirrored,
    ViewFault.UPSIDE_DOWN: upside_down,
    ViewFault.WRONG_EYE: lambda template: replace(template, side=EyeSide.RIGHT),
}


@pytest.mark.parametrize("fault", WAYS)
def test_a_fault_is_named_only_below_the_threshold_of_an_acceptance(make_template: Make, fault: ViewFault) -> None:
    eye, gallery = make_template(1, side=EyeSide.LEFT), Gallery()
    for seed in range(20):
        gallery.add(str(seed), str(seed), make_template(seed, side=EyeSide.LEFT))
    best = gallery.identify(eye).best
    assert best is not None
    probe = WAYS[fault](eye)
    assert view_fault(probe, gallery, best.distance) is None
    assert view_fault(probe, gallery, float(np.nextafter(best.distance, 1))) is fault


def test_an_eye_that_is_seen_the_right_way_round_has_no_fault_however_near(make_template: Make) -> None:
    gallery = Gallery()
    for side in (EyeSide.LEFT, EyeSide.UNKNOWN):
        gallery.add(side, side, make_template(list(EyeSide).index(side), side=side))
    for template in (make_template(0, side=EyeSide.LEFT), make_template(2, side=EyeSide.RIGHT), make_template(2)):
        assert view_fault(template, gallery, 0.3) is None
