"""The maps between iris plane, polar texture and picture, by their analytic properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.eyes import Pose
from simulator.eyes.geometry import image_of_circle, project, to_picture, to_plane, to_polar, unstretch

offsets = st.floats(-0.08, 0.08)
ratios = st.floats(0.2, 0.7)
circles = st.tuples(offsets, offsets, ratios)


def test_a_straight_gaze_shows_circles_of_the_radii_asked_for() -> None:
    projection = project(Pose(centre=(300.5, 200.25), iris_radius=97)).iris
    iris = image_of_circle(projection, (0, 0), 1)
    pupil = image_of_circle(projection, (0.05, -0.02), 0.4)
    assert (iris.x, iris.y) == pytest.approx((300.5, 200.25))
    assert (iris.major, iris.minor) == pytest.approx((97, 97))
    assert (pupil.x, pupil.y) == pytest.approx((300.5 + 4.85, 200.25 - 1.94))
    assert pupil.radius == pytest.approx(38.8)


@given(yaw=st.floats(-40, 40), pitch=st.floats(-40, 40), roll=st.floats(-60, 60), circle=circles)
def test_every_point_of_a_circle_lies_on_the_ellipse_of_its_image(
    yaw: float, pitch: float, roll: float, circle: tuple[float, float, float]
) -> None:
    x, y, radius = circle
    projection = project(Pose(yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll)).iris
    ellipse = image_of_circle(projection, (x, y), radius)
    angles = np.linspace(0, 2 * np.pi, 17)
    points = np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)])
    offset = to_picture(projection, points).astype(float) - [ellipse.x, ellipse.y]
    turn = np.radians(ellipse.angle_deg)
    along = offset @ [np.cos(turn), np.sin(turn)] / ellipse.major
    across = offset @ [-np.sin(turn), np.cos(turn)] / ellipse.minor
    np.testing.assert_allclose(along**2 + across**2, 1, atol=1e-3)


@pytest.mark.parametrize(
    ("pose", "axis", "sign"),
    [
        (Pose(yaw_deg=20), 0, 1),
        (Pose(yaw_deg=-20), 0, -1),
        (Pose(pitch_deg=20), 1, 1),
        (Pose(pitch_deg=-20), 1, -1),
    ],
)
def test_the_iris_moves_the_way_the_eye_looks(pose: Pose, axis: int, sign: int) -> None:
    projection = project(pose)
    straight = projection.head[:2, 2]
    moved = np.asarray(pose.centre) - straight
    assert sign * moved[axis] == pytest.approx(175 * np.sin(np.radians(20)))


def test_plane_coordinates_undo_the_projection() -> None:
    projection = project(Pose(yaw_deg=15, pitch_deg=10, roll_deg=20)).iris
    x, y = to_plane(projection, slice(280, 340), slice(200, 260))
    back = to_picture(projection, np.column_stack([x.ravel(), y.ravel()]).astype(float))
    columns, rows = np.meshgrid(np.arange(280, 340), np.arange(200, 260))
    np.testing.assert_allclose(back, np.column_stack([columns.ravel(), rows.ravel()]), atol=0.01)


@given(x=offsets, y=offsets, ratio=ratios, fraction=st.floats(0.01, 1), angle=st.floats(-3.1, 3.1))
def test_polar_coordinates_undo_the_rubber_sheet(
    x: float, y: float, ratio: float, fraction: float, angle: float
) -> None:
    reach = ratio + fraction * (1 - ratio)
    point = [
        np.array([[(1 - fraction) * x + reach * np.cos(angle)]], np.float32),
        np.array([[(1 - fraction) * y + reach * np.sin(angle)]], np.float32),
    ]
    found, turned = to_polar(point[0], point[1], (x, y), ratio)
    assert found[0, 0] == pytest.approx(fraction, abs=1e-4)
    assert turned[0, 0] == pytest.approx(angle, abs=1e-3)


@given(ratio=ratios)
def test_dilation_moves_the_middle_and_keeps_order_and_ends(ratio: float) -> None:
    moved = unstretch(np.linspace(0, 1, 101, dtype=np.float32), ratio)
    assert (moved[0], moved[-1]) == pytest.approx((0, 1), abs=1e-5)
    assert np.all(np.diff(moved) > 0)
    assert (ratio - 0.4) * (moved[50] - 0.5) <= 1e-6
