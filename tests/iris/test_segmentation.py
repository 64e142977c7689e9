from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from iris.encode import encode
from iris.geometry import Circle, Contour, even_angles


def off(found: Circle, truth: tuple[float, float, float]) -> float:
    return max(abs(found.x - truth[0]), abs(found.y - truth[1]), abs(found.r - truth[2]))


@pytest.mark.parametrize(
    "eye",
    [
        {},
        {"pupil": (150.0, 150.0, 30.0)},
        {"pupil": (160.0, 140.0, 58.0)},
        {"iris": (140.0, 130.0, 70.0), "pupil": (141.0, 128.0, 22.0)},
        {"width": 640, "height": 480, "iris": (330.0, 250.0, 60.0), "pupil": (331.0, 249.0, 20.0)},
        {"width": 640, "height": 480, "iris": (300.0, 220.0, 130.0), "pupil": (306.0, 214.0, 55.0)},
    ],
)
def test_both_circles_are_found_at_every_size_and_need_not_be_concentric(
    drawn: Callable[..., Any], eye: dict[str, Any]
) -> None:
    truth = drawn(**eye)
    found = encode(truth.draw()).boundaries
    assert off(found.pupil.circle, truth.pupil) < 2.5
    assert off(found.limbus.circle, truth.iris) < 0.06 * truth.iris[2]


def test_the_upper_lid_is_found_where_it_crosses_the_iris(drawn: Callable[..., Any]) -> None:
    low = encode(drawn(upper=-0.45).draw())
    high = encode(drawn(upper=-1.2).draw())
    u = np.zeros(1, np.float32)
    assert low.boundaries.upper_lid.at(u)[0] == pytest.approx(-0.45, abs=0.12)
    assert high.boundaries.upper_lid.at(u)[0] < -0.85
    assert low.quality.usable < high.quality.usable


def test_a_ring_of_lamps_in_the_pupil_does_not_move_its_boundary(drawn: Callable[..., Any]) -> None:
    eye = drawn()
    picture = eye.draw()
    for angle in np.arange(8) * np.pi / 4:
        x, y = eye.pupil[0] + 18 * np.cos(angle), eye.pupil[1] + 18 * np.sin(angle)
        yy, xx = np.mgrid[0 : eye.height, 0 : eye.width]
        picture[np.hypot(xx - x, yy - y) < 4] = 255
    assert off(encode(picture).boundaries.pupil.circle, eye.pupil) < 3


def test_a_contour_of_a_circle_is_that_circle() -> None:
    circle = Circle(10.0, 20.0, 5.0)
    contour = Contour.of_circle(circle)
    x, y = contour.points(even_angles(32))
    assert np.allclose(np.hypot(x - 10, y - 20), 5)
    assert contour.circle == circle
    assert contour.elongation == 1.0


def test_first_order_terms_shift_the_nearest_circle() -> None:
    assert Contour(10.0, 20.0, (5.0, 0.5, -0.25)).circle == Circle(10.5, 19.75, 5.0)


def test_scaling_a_contour_keeps_pixel_centres_in_place() -> None:
    assert Contour(0.0, 0.0, (3.0,)).scaled(2).circle == Circle(0.5, 0.5, 6.0)


def test_a_small_iris_is_found_in_a_close_up_as_exactly_as_a_large_one(drawn: Callable[..., Any]) -> None:
    truth = drawn(width=640, height=480, iris=(220.0, 300.0, 56.0), pupil=(221.0, 299.0, 18.0))
    found = encode(truth.draw()).boundaries
    assert off(found.pupil.circle, truth.pupil) < 1.0
    assert off(found.limbus.circle, truth.iris) < 2.0
