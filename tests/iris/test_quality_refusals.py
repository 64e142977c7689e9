from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from iris import impostors, refusals
from iris.encode import encode
from iris.planes import distances, planes, turned
from iris.refusals import REFUSALS, Refusal
from simulator.eyes import Identity, Side, View, draw_view, grow, render

Grey = NDArray[np.uint8]
PEOPLE = 6


def stands(change: Callable[[View], View]) -> Iterator[Grey]:
    """One picture of each of a few people, each changed in the same way."""
    for number in range(PEOPLE):
        rng = np.random.default_rng([21, number])
        view = change(draw_view(rng))
        yield render(grow(Identity(21, f"person {number}", Side.LEFT)), view, rng).picture


def reasons(pictures: Iterator[Grey]) -> list[str]:
    told = []
    for picture in pictures:
        try:
            encode(picture)
        except Refusal as refusal:
            told.append(refusal.reason)
        else:
            told.append("accepted")
    return told


def stretched(values: NDArray[Any]) -> Grey:
    return np.asarray(255 * (values - values.min()) / np.ptp(values)).astype(np.uint8)


def posed(**changes: Any) -> Callable[[View], View]:
    return lambda view: replace(view, pose=replace(view.pose, **changes))


def lensed(**changes: Any) -> Callable[[View], View]:
    return lambda view: replace(view, optics=replace(view.optics, **changes))


def test_good_pictures_are_accepted() -> None:
    assert reasons(stands(lambda view: view)) == ["accepted"] * PEOPLE


@pytest.mark.parametrize(
    "change",
    [
        posed(iris_radius=48.0),
        posed(yaw_deg=28.0),
        posed(yaw_deg=45.0),
        posed(openness=0.7),
        lensed(defocus_px=6.0),
        lensed(motion_px=20.0, motion_deg=30.0),
        lensed(noise=10.0),
    ],
)
def test_pictures_a_little_worse_than_they_should_be_are_still_accepted(change: Callable[[View], View]) -> None:
    assert reasons(stands(change)).count("accepted") >= PEOPLE - 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (posed(iris_radius=34.0), "too-small"),
    ],
)
def test_a_fault_is_refused_for_its_own_cause(change: Callable[[View], View], reason: str) -> None:
    told = reasons(stands(change))
    assert told.count("accepted") <= 1
    assert told.count(reason) >= PEOPLE - 1, told


def test_a_picture_far_out_of_focus_is_blurred() -> None:
    soft = (np.asarray(cv2.GaussianBlur(one, (0, 0), 14.0), np.uint8) for one in stands(lensed(defocus_px=8.0)))
    told = reasons(soft)
    assert "accepted" not in told
    assert told.count("blurred") >= PEOPLE // 2, told


@pytest.mark.parametrize("openness", [0.0, 0.15, 0.3])
def test_a_shut_eye_gives_no_template_and_is_asked_to_open(openness: float) -> None:
    told = reasons(stands(posed(openness=openness)))
    assert told.count("accepted") <= (openness > 0.2)
    words = {kind.reason: kind.text_en for kind in REFUSALS}
    assert sum("open your eye" in words.get(reason, "") for reason in told) >= PEOPLE - 2, told


def test_an_eye_behind_a_hand_gives_no_template() -> None:
    told = []
    for picture in stands(lambda view: view):
        hidden = picture.copy()
        hidden[:, : hidden.shape[1] * 3 // 4] = 150
        told += reasons(iter([hidden]))
    assert "accepted" not in told


def test_glare_over_the_iris_asks_to_take_off_glasses(drawn: Callable[..., Any]) -> None:
    picture = drawn(upper=-1.2, lower=1.2).draw()
    for x, y in ((95, 150), (225, 130), (160, 205), (120, 85)):
        cv2.ellipse(picture, (x, y), (32, 22), 20, 0, 360, (255,), -1)
    with pytest.raises((refusals.Glare, refusals.Covered)):
        encode(picture)


def test_an_iris_without_texture_is_blurred(drawn: Callable[..., Any]) -> None:
    with pytest.raises(refusals.Blurred):
        encode(drawn(texture=0.3, noise=0.2).draw())


def test_noise_of_every_coarseness_does_not_pass_for_an_eye() -> None:
    passed = 0
    for seed in range(12):
        noise = np.random.default_rng(seed).standard_normal((280, 320)).astype(np.float32)
        for sigma in (0.5, 3.0, 5.0, 8.0, 12.0, 20.0):
            soft = stretched(cv2.GaussianBlur(noise, (0, 0), sigma))
            passed += reasons(iter([soft])) == ["accepted"]
    assert passed <= 1


@pytest.mark.parametrize("size", [9, 16, 30, 38, 44, 50, 58])
@pytest.mark.parametrize("shift", [0, 17])
def test_a_checkerboard_is_no_eye(size: int, shift: int) -> None:
    y, x = np.mgrid[0:280, 0:320]
    picture = ((((y + shift) // size + (x + shift) // size) % 2) * 160 + 40).astype(np.uint8)
    assert reasons(iter([np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.0), np.uint8)])) != ["accepted"]


@pytest.mark.parametrize("spokes", [4, 6, 8, 11])
def test_a_spoked_wheel_is_no_eye(spokes: int) -> None:
    y, x = np.mgrid[0:280, 0:320].astype(np.float32) - np.array([140, 160], np.float32)[:, None, None]
    distance, turn = np.hypot(x, y), np.arctan2(y, x)
    picture = np.where(distance < 95, 105 + 40 * np.sign(np.sin(spokes * turn)), 185)
    picture = np.where(distance < 38, 25, picture) + np.random.default_rng(spokes).normal(0, 2, picture.shape)
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.2)
    assert reasons(iter([np.clip(soft, 0, 255).astype(np.uint8)])) in (["no-eye"], ["blurred"])


@pytest.mark.parametrize("period", [4.0, 8.0, 13.0])
def test_concentric_rings_are_no_eye(period: float) -> None:
    y, x = np.mgrid[0:280, 0:320].astype(np.float32)
    waves = 127 + 100 * np.sin(np.hypot(x - 162, y - 138) / period)
    grain = np.random.default_rng(1).normal(0, 3, waves.shape)
    assert reasons(iter([np.clip(waves + grain, 0, 255).astype(np.uint8)])) != ["accepted"]


def test_blurred_discs_that_pass_for_eyes_do_not_match_one_another() -> None:
    templates = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        picture = np.full((280, 320), 190.0)
        for radius, grey in ((95 + rng.uniform(-8, 8), 115.0), (38 + rng.uniform(-5, 5), 25.0)):
            centre = (160 + rng.uniform(-3, 3), 140 + rng.uniform(-3, 3))
            y, x = np.mgrid[0:280, 0:320]
            picture[np.hypot(x - centre[0], y - centre[1]) < radius] = grey
        soft = cv2.GaussianBlur(picture, (0, 0), rng.uniform(2, 4)) + rng.normal(0, 3, picture.shape)
        with contextlib.suppress(Refusal):
            templates.append(encode(np.clip(soft, 0, 255).astype(np.uint8)).template)
    if len(templates) > 1:
        packed = planes(templates)
        for number, one in enumerate(templates):
            others = np.delete(distances(turned(one), packed).distance, number)
            assert not (others < impostors.threshold(1e-6)).any()


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_tells_in_both_languages_what_to_do(refusal: type[Refusal]) -> None:
    assert refusal.text_zh
    assert any("一" <= letter <= "鿿" for letter in refusal.text_zh)
    assert refusal.text_en[0].isupper()
    assert refusal("measured 1.0").detail == "measured 1.0"
    assert "请" in refusal.text_zh
    assert "lease" in refusal.text_en or refusal is refusals.BadPicture
