"""Eyes that look aside are read as if they looked ahead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from iris.encode import encode
from iris.forgetting import forgetting
from iris.frontal import LEAST_ELONGATION, MOST_STRETCH, SURE_ELONGATION, views
from iris.geometry import Circle, Contour, Lid, even_angles
from iris.match import compare
from iris.refusals import REFUSALS, OffAxis
from iris.segment.search import READINGS

Grey = NDArray[np.uint8]
TURNED = 30.0
"""Degrees to the right and down of the direction in which the eye looks, where it is not along an axis."""


def squeezing(narrow: float, direction_deg: float, x: float, y: float) -> NDArray[np.float64]:
    along = np.array([np.cos(np.radians(direction_deg)), np.sin(np.radians(direction_deg))])
    linear = np.eye(2) - (1.0 - narrow) * np.outer(along, along)
    centre = np.array([x, y])
    return np.column_stack([linear, centre - linear @ centre])


def seen_from_aside(picture: Grey, matrix: NDArray[np.float64]) -> Grey:
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def looking(drawn: Callable[..., Any], degrees: float, direction_deg: float = 0.0, seed: int = 1) -> Grey:
    eye = drawn(seed=seed)
    x, y, _ = eye.iris
    return seen_from_aside(eye.draw(), squeezing(float(np.cos(np.radians(degrees))), direction_deg, x, y))


def test_an_eye_that_looks_ahead_is_seen_in_one_way(drawn: Callable[..., Any]) -> None:
    picture = drawn().draw()
    (view,) = views(picture)
    assert view.picture is picture
    assert view.stretch == 1.0
    assert view.as_given(view.eyes[0].segmentation) is view.eyes[0].segmentation


@pytest.mark.parametrize("direction", [0.0, TURNED, 90.0])
@pytest.mark.parametrize("degrees", [30.0, 40.0, 48.0])
def test_an_eye_that_looks_aside_matches_itself(drawn: Callable[..., Any], degrees: float, direction: float) -> None:
    aside = encode(looking(drawn, degrees, direction))
    assert compare(aside.template, encode(drawn().draw()).template).distance < 0.32
    assert compare(aside.template, encode(drawn(seed=7).draw()).template).distance > 0.4
    gaze = aside.quality.stretch * aside.quality.elongation
    assert gaze == pytest.approx(1 / np.cos(np.radians(degrees)), abs=0.12)


@pytest.mark.parametrize("direction", [0.0, TURNED])
def test_boundaries_are_told_in_the_picture_that_was_given(drawn: Callable[..., Any], direction: float) -> None:
    eye = drawn()
    narrow = 0.75
    matrix = squeezing(narrow, direction, eye.iris[0], eye.iris[1])
    found = encode(seen_from_aside(eye.draw(), matrix)).boundaries
    for curve, drawn_as in ((found.pupil, eye.pupil), (found.limbus, eye.iris)):
        true = Contour.of_circle(Circle(*drawn_as)).mapped(matrix)
        assert curve.circle.x == pytest.approx(true.circle.x, abs=2.5)
        assert curve.circle.y == pytest.approx(true.circle.y, abs=2.5)
        assert curve.radii(even_angles(8)) == pytest.approx(true.radii(even_angles(8)), abs=4.0)
    assert found.limbus.elongation == pytest.approx(1 / narrow, abs=0.06)


def test_a_pupil_a_little_oval_may_look_ahead_so_both_views_are_kept(drawn: Callable[..., Any]) -> None:
    picture = looking(drawn, 31.0)
    ahead, frontal = views(picture)
    assert ahead.stretch == 1.0
    assert LEAST_ELONGATION < frontal.stretch < SURE_ELONGATION
    assert len(encode(picture).template.readings) == READINGS


def test_a_pupil_that_is_surely_oval_is_seen_from_the_front_first(drawn: Callable[..., Any]) -> None:
    frontal, ahead = views(looking(drawn, 42.0))
    assert ahead.stretch == 1.0
    assert SURE_ELONGATION < frontal.stretch < MOST_STRETCH


def test_an_eye_that_looks_too_far_aside_is_asked_to_look_here(drawn: Callable[..., Any]) -> None:
    refused = 0
    for seed in range(6):
        try:
            encode(looking(drawn, 62.0, seed=seed))
        except OffAxis:
            refused += 1
    assert refused >= 4


@pytest.mark.parametrize("narrow", [0.72, 0.76])
@pytest.mark.parametrize("direction", [0.0, TURNED, 90.0])
def test_oval_rings_are_no_eyes_for_having_been_made_round(narrow: float, direction: float) -> None:
    y, x = np.mgrid[0:280, 0:320].astype(np.float32)
    straightened = 0
    for seed in range(6):
        draw = np.random.default_rng(seed)
        waves = 127 + 100 * np.sin(np.hypot(x - 160, y - 140) / draw.uniform(9, 14) + draw.uniform(0, 6))
        grey = np.clip(waves + draw.normal(0, draw.uniform(1, 6), waves.shape), 0, 255).astype(np.uint8)
        try:
            found = encode(seen_from_aside(grey, squeezing(narrow, direction, 160, 140)))
            straightened += found.quality.stretch > 1.0
        except REFUSALS:
            continue
    assert straightened == 0


def test_the_stretched_picture_is_forgotten_too(drawn: Callable[..., Any]) -> None:
    with forgetting():
        (frontal, _) = views(looking(drawn, 42.0))
        assert frontal.picture.any()
    assert not frontal.picture.any()


def test_a_mapped_circle_is_the_ellipse_it_should_be() -> None:
    matrix = squeezing(0.5, TURNED, 100.0, 80.0)
    ellipse = Contour.of_circle(Circle(100.0, 80.0, 60.0)).mapped(matrix)
    angles = even_angles(64)
    across = np.cos(angles - np.radians(TURNED)) / 0.5, np.sin(angles - np.radians(TURNED))
    assert ellipse.radii(angles) == pytest.approx(60.0 / np.hypot(*across), rel=0.005)
    assert (ellipse.circle.x, ellipse.circle.y) == pytest.approx((100.0, 80.0), abs=0.05)


def test_a_lid_is_mapped_with_the_iris_it_crosses() -> None:
    lid = Lid(-0.4, 0.1, 0.3)
    same = lid.mapped(np.array([[2.0, 0, 7], [0, 2.0, -3]]), Circle(50, 60, 20), Circle(107, 117, 40))
    assert (same.height, same.tilt, same.curvature) == pytest.approx((-0.4, 0.1, 0.3), abs=1e-4)
    flat = lid.mapped(squeezing(0.5, 90.0, 50, 60), Circle(50, 60, 20), Circle(50, 60, 20))
    assert (flat.height, flat.tilt, flat.curvature) == pytest.approx((-0.2, 0.05, 0.15), abs=1e-4)
