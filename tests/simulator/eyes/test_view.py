"""Views that no camera could have are refused by name."""

from __future__ import annotations

import math

import pytest

from simulator.eyes import Light, Optics, Pose, View, ViewError


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Pose(iris_radius=0), "iris_radius"),
        (lambda: Pose(pupil_ratio=0.9), "pupil_ratio"),
        (lambda: Pose(yaw_deg=math.nan), "yaw_deg"),
        (lambda: Pose(centre=(math.inf, 0)), "centre x"),
        (lambda: Pose(openness=1.2), "openness"),
        (lambda: Light(gain=0), "gain"),
        (lambda: Light(gradient=(0, 3)), "gradient"),
        (lambda: Optics(noise=-1), "noise"),
        (lambda: Optics(motion_px=400), "motion_px"),
        (lambda: View(size=(0, 640)), "size"),
    ],
)
def test_a_view_out_of_range_names_its_field(make: object, field: str) -> None:
    assert callable(make)
    with pytest.raises(ViewError, match=field):
        make()
