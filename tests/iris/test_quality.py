from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from iris.code import CODE_COLUMNS, CODE_ROWS, IrisCode, iris_code
from iris.quality import MOST_ELONGATION, Components, Quality, quality, refuse_if_poor
from iris.quality.likeness import likeness, likeness_if_sharp
from iris.quality.repetition import LEAST_TURN, least_distance_mirrored, least_distance_turned
from iris.refusals import NoEye
from iris.segment.eye import find_eye

Grey = NDArray[np.uint8]
NAMES = {
    "usable_area",
    "iris_sclera_contrast",
    "iris_pupil_contrast",
    "pupil_shape",
    "pupil_ratio",
    "concentricity",
    "margin",
    "grey_spread",
    "sharpness",
    "motion_blur",
    "interlace",
}


def measured(picture: Grey) -> Quality:
    eye = find_eye(picture)
    return quality(picture, eye, iris_code(eye.sheet.grey, eye.cover.usable))


def smeared(picture: Grey, length: int) -> Grey:
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    return np.asarray(cv2.filter2D(picture, -1, kernel), np.uint8)


def combed(picture: Grey, shift: int) -> Grey:
    changed = picture.copy()
    changed[1::2] = np.roll(changed[1::2], shift, axis=1)
    return changed


def test_every_component_of_the_standard_is_there_from_0_to_100(drawn: Callable[..., Any]) -> None:
    found = measured(drawn().draw())
    assert set(found.components) == NAMES
    assert all(0 <= value <= 100 for value in found.components.values())
    assert 0 <= found.score <= 100
    assert 0 <= found.confidence <= 1


def test_a_quality_can_be_sent_to_another_process(drawn: Callable[..., Any]) -> None:
    found = measured(drawn().draw())
    assert pickle.loads(pickle.dumps(found)) == found


def test_geometry_is_measured_as_it_was_drawn(drawn: Callable[..., Any]) -> None:
    found = measured(drawn(iris=(150.0, 140.0, 90.0), pupil=(154.5, 140.0, 36.0), upper=-1.2, lower=1.2).draw())
    assert found.pupil_ratio == pytest.approx(0.40, abs=0.02)
    assert found.concentricity == pytest.approx(1 - 4.5 / 90, abs=0.02)
    assert found.margin == pytest.approx((150 - 90) / 90, abs=0.05)
    assert found.elongation == pytest.approx(1.0, abs=0.03)


def test_contrasts_follow_the_standard_s_formulas(drawn: Callable[..., Any]) -> None:
    found = measured(drawn(upper=-1.2, lower=1.2, texture=8.0).draw())
    assert found.sclera_contrast == pytest.approx((185 - 105) / (185 + 105 - 2 * 20), abs=0.03)
    assert found.pupil_weber == pytest.approx((105 - 20) / (20 + 20), abs=0.15)
    assert found.components["iris_pupil_contrast"] == pytest.approx(100 * 2.125 / 2.875, abs=2)


def test_a_lower_lid_leaves_less_usable_area(drawn: Callable[..., Any]) -> None:
    areas = [measured(drawn(upper=upper).draw()).components["usable_area"] for upper in (-1.2, -0.8, -0.5)]
    assert areas == sorted(areas, reverse=True)


@pytest.mark.parametrize(
    ("name", "worsen"),
    [
        ("sharpness", lambda picture, level: cv2.GaussianBlur(picture, (0, 0), 0.1 + 1.5 * level)),
        ("motion_blur", lambda picture, level: smeared(picture, 1 + 6 * level)),
        ("interlace", lambda picture, level: combed(picture, 3 * level)),
    ],
)
def test_a_component_falls_and_the_score_with_it_as_its_fault_grows(
    drawn: Callable[..., Any], name: str, worsen: Callable[[Grey, int], Grey]
) -> None:
    found = [measured(worsen(drawn(upper=-1.2, lower=1.2).draw(), level)) for level in range(4)]
    values = [one.components[name] for one in found]
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] > 30
    assert found[0].score > found[-1].score


def test_blur_in_every_direction_is_not_taken_for_motion(drawn: Callable[..., Any]) -> None:
    picture = drawn(upper=-1.2, lower=1.2).draw()
    assert measured(np.asarray(cv2.GaussianBlur(picture, (0, 0), 3.0))).components["motion_blur"] > 80


def seen_from_aside(picture: np.ndarray, degrees: float) -> np.ndarray:
    narrow = np.cos(np.radians(degrees))
    squeeze = np.array([[narrow, 0, 160 * (1 - narrow)], [0, 1, 0]], np.float32)
    return np.asarray(cv2.warpAffine(picture, squeeze, (320, 280), borderMode=cv2.BORDER_REPLICATE), np.uint8)


@pytest.mark.parametrize("degrees", [0.0, 20.0, 30.0, 40.0])
def test_the_pupil_s_axes_tell_the_angle_of_the_gaze(drawn: Callable[..., Any], degrees: float) -> None:
    picture = seen_from_aside(drawn().draw(), degrees)
    assert measured(picture).elongation == pytest.approx(1 / np.cos(np.radians(degrees)), abs=0.04)


@pytest.mark.parametrize("degrees", [45.0, 50.0, 55.0])
def test_gazes_too_far_for_the_exact_angle_are_still_told(drawn: Callable[..., Any], degrees: float) -> None:
    assert measured(seen_from_aside(drawn().draw(), degrees)).elongation > MOST_ELONGATION + 0.05


@pytest.mark.parametrize("factor", [0.6, 1.6])
def test_no_component_but_those_of_focus_depends_on_the_picture_s_size(
    drawn: Callable[..., Any], factor: float
) -> None:
    picture = drawn(upper=-1.2, lower=1.2).draw()
    scaled = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA if factor < 1 else 1)
    before, after = measured(picture).components, measured(np.asarray(scaled, np.uint8)).components
    for name in NAMES - {"sharpness", "interlace", "grey_spread"}:
        assert after[name] == pytest.approx(before[name], abs=12), name


def test_dimmer_light_leaves_sharpness_and_motion_as_they_are(drawn: Callable[..., Any]) -> None:
    picture = drawn(upper=-1.2, lower=1.2, noise=0.0).draw()
    before, after = measured(picture), measured(cv2.convertScaleAbs(picture, alpha=0.5))
    assert after.edge_width == pytest.approx(before.edge_width, rel=0.1)
    assert after.components["sharpness"] == pytest.approx(before.components["sharpness"], abs=8)


def test_the_confidence_is_the_probability_of_the_boundaries(drawn: Callable[..., Any]) -> None:
    picture = drawn().draw()
    assert measured(picture).confidence == find_eye(picture).boundaries.probability
    assert measured(picture).confidence > 0.9


def test_a_blurred_eye_would_look_like_an_eye_if_it_were_sharp(drawn: Callable[..., Any]) -> None:
    found = measured(np.asarray(cv2.GaussianBlur(drawn().draw(), (0, 0), 6.0)))
    assert likeness_if_sharp(found) > likeness(found)


@pytest.mark.parametrize(
    ("change", "worse"),
    [
        ("probability", 0.3),
        ("pupil_certainty", 0.4),
        ("distinctness", 1.2),
        ("edge_width", 0.15),
    ],
)
def test_each_figure_of_the_likeness_speaks_against_an_eye_as_it_worsens(
    drawn: Callable[..., Any], change: str, worse: float
) -> None:
    found = measured(drawn().draw())
    assert likeness(replace(found, **{change: worse})) < likeness(found) - 0.5


def test_an_iris_does_not_repeat_itself_when_turned_and_a_wheel_does(drawn: Callable[..., Any]) -> None:
    assert measured(drawn(upper=-1.2, lower=1.2).draw()).repetition > 0.3
    bits = np.zeros((CODE_COLUMNS, CODE_ROWS, 2), bool)
    bits[np.arange(CODE_COLUMNS) // 16 % 2 == 0] = True
    everywhere = np.ones((CODE_COLUMNS, CODE_ROWS), bool)
    assert least_distance_turned(IrisCode(bits, everywhere)) == pytest.approx(0.0, abs=1e-6)


def test_a_code_that_shares_too_little_with_itself_turned_tells_no_repetition() -> None:
    bits = np.zeros((CODE_COLUMNS, CODE_ROWS, 2), bool)
    few = np.zeros((CODE_COLUMNS, CODE_ROWS), bool)
    few[:10] = True
    assert least_distance_turned(IrisCode(bits, few)) == 0.5


def test_repetition_agrees_with_turning_the_code_step_by_step() -> None:
    rng = np.random.default_rng(3)
    code = IrisCode(rng.random((CODE_COLUMNS, CODE_ROWS, 2)) < 0.5, rng.random((CODE_COLUMNS, CODE_ROWS)) < 0.7)
    told = []
    for turn in range(LEAST_TURN, CODE_COLUMNS - LEAST_TURN + 1):
        both = code.mask & np.roll(code.mask, turn, axis=0)
        told.append((code.bits ^ np.roll(code.bits, turn, axis=0))[both].mean())
    assert least_distance_turned(code) == pytest.approx(min(told), abs=1e-5)


@pytest.mark.parametrize("direction", [0.0, 0.5, 1.2])
def test_straight_bars_over_a_smooth_iris_are_refused_and_an_iris_is_not_symmetric(
    drawn: Callable[..., Any], direction: float
) -> None:
    assert measured(drawn(upper=-1.2, lower=1.2).draw()).symmetry > 0.35
    smooth = drawn(upper=-1.2, lower=1.2, texture=0.0).draw()
    y, x = np.indices(smooth.shape)
    bars = 12 * np.sin(2 * np.pi * (x * np.cos(direction) + y * np.sin(direction)) / 24)
    found = measured(np.clip(smooth + bars, 0, 255).astype(np.uint8))
    assert found.symmetry < 0.3
    with pytest.raises(NoEye):
        refuse_if_poor(found)


def test_symmetry_agrees_with_mirroring_and_turning_the_code_step_by_step() -> None:
    rng = np.random.default_rng(4)
    code = IrisCode(rng.random((CODE_COLUMNS, CODE_ROWS, 2)) < 0.5, rng.random((CODE_COLUMNS, CODE_ROWS)) < 0.7)
    image, told = code.mirrored(), []
    for turn in range(CODE_COLUMNS):
        both = code.mask & np.roll(image.mask, turn, axis=0)
        agreement = 1 - 2 * (code.bits ^ np.roll(image.bits, turn, axis=0))[both].mean()
        told.append(0.5 * (1 - agreement * np.sqrt(both.mean())))
    assert least_distance_mirrored(code) == pytest.approx(min(told), abs=1e-5)


def test_a_code_that_is_its_own_mirror_image_is_told_whatever_its_axis() -> None:
    rng = np.random.default_rng(5)
    half = IrisCode(rng.random((CODE_COLUMNS, CODE_ROWS, 2)) < 0.5, np.ones((CODE_COLUMNS, CODE_ROWS), bool))
    image = half.mirrored()
    columns = np.arange(CODE_COLUMNS) < CODE_COLUMNS // 2
    bits = np.where(columns[:, None, None], half.bits, image.bits)
    whole = IrisCode(np.roll(bits, 17, axis=0), half.mask)
    assert least_distance_mirrored(whole) < 0.02


def test_advice_names_the_worst_first(drawn: Callable[..., Any]) -> None:
    found = measured(smeared(drawn(upper=-1.2, lower=1.2).draw(), 19))
    assert found.advice[0].text_en == "hold still"
    assert not measured(drawn(upper=-1.2, lower=1.2).draw()).advice


def test_components_are_graded_from_measures_alone(drawn: Callable[..., Any]) -> None:
    found = measured(drawn().draw())
    assert Components.of(found) == found.graded
    dilated = Components.of(replace(found, pupil_ratio=0.75))
    assert dilated.pupil_ratio == pytest.approx(25, abs=0.1)
    assert Components.of(replace(found, margin=-0.2)).margin == 0
