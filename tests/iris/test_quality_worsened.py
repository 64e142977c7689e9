from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from iris.code import iris_code
from iris.quality import Quality, quality
from iris.segment.eye import find_eye
from simulator.eyes import Identity, Side, View, draw_view, grow, render

Grey = NDArray[np.uint8]
Change = Callable[[View, float], View]
PEOPLE = 5


def posed(name: str) -> Change:
    return lambda view, level: replace(view, pose=replace(view.pose, **cast("dict[str, Any]", {name: level})))


def lensed(name: str) -> Change:
    return lambda view, level: replace(view, optics=replace(view.optics, **{name: level}))


def pictures(change: Change, level: float) -> list[tuple[Grey, float]]:
    """The same people in the same views, each changed alike; with the iris radius that was drawn."""
    drawn = []
    for number in range(PEOPLE):
        rng = np.random.default_rng([33, number])
        view = change(draw_view(rng), level)
        rendered = render(grow(Identity(33, f"person {number}", Side.RIGHT)), view, rng)
        drawn.append((rendered.picture, rendered.truth.iris.radius))
    return drawn


def measured(picture: Grey) -> Quality:
    eye = find_eye(picture)
    return quality(picture, eye, iris_code(eye.sheet.grey, eye.cover.usable))


def medians(read: Callable[[Quality], float], change: Change, levels: tuple[float, ...]) -> list[float]:
    return [float(np.median([read(measured(one)) for one, _ in pictures(change, level)])) for level in levels]


@pytest.mark.parametrize(
    ("component", "change", "levels"),
    [
        ("sharpness", lensed("defocus_px"), (0.5, 2.0, 4.0, 8.0)),
        ("motion_blur", lensed("motion_px"), (0.0, 6.0, 10.0, 16.0)),
        ("usable_area", posed("openness"), (1.0, 0.85, 0.7, 0.6)),
    ],
)
def test_a_component_falls_with_the_fault_that_it_names(
    component: str, change: Change, levels: tuple[float, ...]
) -> None:
    values = medians(lambda found: found.components[component], change, levels)
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] > 15


@pytest.mark.parametrize(
    ("change", "levels"),
    [
        (lensed("defocus_px"), (0.5, 3.0, 6.0, 10.0)),
        (lensed("motion_px"), (0.0, 8.0, 16.0)),
        (posed("openness"), (1.0, 0.8, 0.65, 0.5)),
        (posed("yaw_deg"), (0.0, 20.0, 30.0, 40.0)),
        (posed("iris_radius"), (100.0, 60.0, 45.0, 35.0)),
    ],
)
def test_the_score_falls_with_every_fault_that_lessens_recognition(change: Change, levels: tuple[float, ...]) -> None:
    scores = medians(lambda found: float(found.score), change, levels)
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1] + 5


def test_fields_that_move_apart_lower_interlace_alone_among_the_blurs() -> None:
    combed = []
    for shift in (0, 2, 4, 8):
        found = []
        for picture, _ in pictures(lambda view, _: view, 0.0):
            moved = picture.copy()
            moved[1::2] = np.roll(moved[1::2], shift, axis=1)
            found.append(measured(moved).components["interlace"])
        combed.append(float(np.median(found)))
    assert combed == sorted(combed, reverse=True)
    assert combed[0] == 100
    assert combed[-1] < 50


def test_reflections_lower_usable_area_and_score_as_they_grow() -> None:
    scores, areas = [], []
    for size in (0.0, 0.12, 0.2, 0.28):
        found = []
        for picture, radius in pictures(lambda view, _: view, 0.0):
            limbus = find_eye(picture).segmentation.limbus.circle
            bright = picture.copy()
            for turn in (0.3, 3.4):
                centre = (int(limbus.x + 0.7 * radius * np.cos(turn)), int(limbus.y + 0.7 * radius * np.sin(turn)))
                if size:
                    cv2.circle(bright, centre, int(size * radius), (255,), -1)
            found.append(measured(bright))
        areas.append(float(np.median([one.components["usable_area"] for one in found])))
        scores.append(float(np.median([one.score for one in found])))
    assert areas == sorted(areas, reverse=True)
    assert scores[0] > scores[-1]


def test_a_smaller_picture_of_one_eye_is_as_sharp_as_it_is_in_focus() -> None:
    for picture, _ in pictures(lensed("defocus_px"), 2.0):
        half = cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
        before, after = measured(picture), measured(np.asarray(half, np.uint8))
        assert after.components["sharpness"] == pytest.approx(before.components["sharpness"], abs=12)


def test_dim_light_does_not_lower_the_score() -> None:
    for picture, _ in pictures(lambda view, _: view, 0.0):
        dim = cv2.convertScaleAbs(picture, alpha=0.35, beta=5)
        assert measured(np.asarray(dim, np.uint8)).score >= measured(picture).score - 8
