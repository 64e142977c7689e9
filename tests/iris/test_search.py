"""Small irises, and pupils that only a finer copy of the picture tells from what surrounds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from iris.encode import encode
from iris.geometry import Circle, Contour
from iris.match import compare
from iris.segment.boundaries import boundaries
from iris.segment.highlights import close_up, detection_copy, finer_copy, opened
from iris.segment.search import attempts

Grey = NDArray[np.uint8]


def test_an_eye_is_sought_in_the_copy_then_finer_then_opened(drawn: Callable[..., Any]) -> None:
    steps = [(one.copy.step, one.copy.opened) for one in attempts(drawn().draw())]
    assert steps == [(2, False), (1, False), (2, True), (1, True)]


def test_in_a_large_picture_irises_too_great_for_the_copy_are_sought_at_half_its_size(
    drawn: Callable[..., Any],
) -> None:
    steps = [(one.copy.step, one.copy.opened) for one in attempts(np.kron(drawn().draw(), np.ones((2, 2), np.uint8)))]
    assert steps == [(2, False), (4, False), (1, False), (2, True), (1, True)]


@pytest.mark.parametrize("radius", [150.0, 190.0, 230.0])
def test_an_iris_is_found_though_it_nearly_fills_the_picture(drawn: Callable[..., Any], radius: float) -> None:
    eye = drawn()
    x, y, r = eye.iris
    factor = radius / r
    place = np.array([[factor, 0, 320 - factor * x], [0, factor, 240 - factor * y]])
    near = cv2.warpAffine(eye.draw(), place, (640, 480), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    template = encode(np.asarray(near, np.uint8)).template
    assert compare(template, encode(eye.draw()).template).distance < 0.3


def test_no_copy_is_finer_than_the_picture(drawn: Callable[..., Any]) -> None:
    picture = drawn().draw()
    fine = finer_copy(picture, detection_copy(picture))
    assert fine is not None
    assert np.array_equal(fine.plain, picture)
    assert finer_copy(picture, fine) is None


def test_copies_take_circles_to_the_picture_and_back(drawn: Callable[..., Any]) -> None:
    picture = drawn().draw()
    near = opened(close_up(picture, 150.0, 130.0, 60.0))
    assert near.opened
    circle = Circle(151.0, 128.5, 20.0)
    back = near.in_picture(near.of_picture(circle))
    assert (back.x, back.y, back.r) == pytest.approx((circle.x, circle.y, circle.r))
    assert near.in_picture(Contour.of_circle(near.of_picture(circle))).circle.r == pytest.approx(circle.r)


def amid_skin(eye: Grey, factor: float) -> Grey:
    small = cv2.resize(eye, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    rows, columns = small.shape
    scene = np.full((240, 320), 170, np.uint8)
    scene[40 : 40 + rows, 60 : 60 + columns] = small
    return scene


@pytest.mark.parametrize("lamps", [0, 8])
def test_a_small_iris_is_found_where_lamps_fill_its_pupil(drawn: Callable[..., Any], lamps: int) -> None:
    eye = drawn()
    x, y, radius = eye.iris
    picture = eye.draw()
    for turn in np.arange(lamps) * (2 * np.pi / max(lamps, 1)):
        centre = (
            int(eye.pupil[0] + 0.5 * eye.pupil[2] * np.cos(turn)),
            int(eye.pupil[1] + 0.5 * eye.pupil[2] * np.sin(turn)),
        )
        cv2.circle(picture, centre, 4, (255,), -1)
    factor = 55.0 / radius
    _, limbus = boundaries(amid_skin(picture, factor)).in_picture
    shift = (factor - 1) / 2
    assert limbus.circle.r == pytest.approx(55.0, abs=3.0)
    assert limbus.circle.x == pytest.approx(60 + x * factor + shift, abs=3.0)
    assert limbus.circle.y == pytest.approx(40 + y * factor + shift, abs=3.5)
