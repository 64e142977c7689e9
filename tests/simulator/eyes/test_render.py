"""Rendered eyes against what an eye in near-infrared light must look like, and against their own truth."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from simulator.eyes import (
    Eye,
    Identity,
    Light,
    Optics,
    Pose,
    Rendered,
    Side,
    View,
    blink,
    draw_view,
    grow,
    live,
    render,
)

PLAIN = View(light=Light(lamps="none"), optics=Optics(defocus_px=0.5, noise=0.5))


@pytest.fixture(scope="module")
def eye() -> Eye:
    return grow(Identity(1, "r01", Side.LEFT))


def shown(eye: Eye, view: View, seed: int = 0) -> Rendered:
    return render(eye, view, np.random.default_rng(seed))


def inside(shape: tuple[int, ...], rendered: Rendered, part: str, *, shrink: float = 1.0) -> np.ndarray:
    ellipse = getattr(rendered.truth, part)
    mask = np.zeros(shape, np.uint8)
    box = ((ellipse.x, ellipse.y), (2 * shrink * ellipse.major, 2 * shrink * ellipse.minor), ellipse.angle_deg)
    return cv2.ellipse(mask, box, (1,), -1).astype(bool)


def test_the_same_identity_view_and_noise_give_the_same_picture() -> None:
    pictures = [shown(grow(Identity(3, "r07", Side.RIGHT)), PLAIN, seed=5).picture for _ in range(2)]
    np.testing.assert_array_equal(pictures[0], pictures[1])


def test_a_picture_is_grey_bytes_of_the_size_asked_for(eye: Eye) -> None:
    picture = shown(eye, replace(PLAIN, size=(240, 320), pose=Pose(centre=(160, 120), iris_radius=60))).picture
    assert picture.shape == (240, 320)
    assert picture.dtype == np.uint8


@pytest.mark.parametrize("seed", range(6))
def test_greys_rise_from_pupil_over_iris_and_sclera_to_skin(seed: int) -> None:
    eye = grow(Identity(seed, "r01", Side.RIGHT))
    rendered = shown(eye, PLAIN)
    picture, truth = rendered.picture.astype(float), rendered.truth
    pupil = picture[inside(picture.shape, rendered, "pupil", shrink=0.9)]
    iris = picture[truth.visible]
    y = round(truth.iris.y)
    beside = round(1.25 * truth.iris.major)
    sclera = picture[y - 5 : y + 5, [round(truth.iris.x) - beside, round(truth.iris.x) + beside]]
    lid = round(float(truth.lower_lid[:, 1].max()))
    skin = picture[lid + 40 : lid + 80, 200:440]
    assert pupil.mean() < 40 < iris.mean() - 30
    assert pupil.std() < 5
    assert iris.mean() + 30 < sclera.mean() < skin.mean() + 5
    assert 8 < iris.std() < 30


def test_the_truth_lies_on_the_boundaries_that_are_seen(eye: Eye) -> None:
    view = replace(PLAIN, pose=Pose(centre=(331.3, 228.8), yaw_deg=12, pitch_deg=-6, roll_deg=9, pupil_ratio=0.45))
    rendered = shown(eye, view)
    dark = rendered.picture < 60
    pupil = inside(dark.shape, rendered, "pupil")
    around = inside(dark.shape, rendered, "pupil", shrink=1.3)
    assert np.count_nonzero(dark & around ^ pupil) < 0.04 * np.count_nonzero(pupil)


def test_visible_iris_is_iris_and_nothing_else(eye: Eye) -> None:
    rendered = shown(eye, View())
    ring = inside(rendered.picture.shape, rendered, "iris", shrink=1.02)
    hole = inside(rendered.picture.shape, rendered, "pupil", shrink=0.97)
    assert not np.any(rendered.truth.visible & ~ring)
    assert not np.any(rendered.truth.visible & hole)
    assert np.count_nonzero(rendered.picture[rendered.truth.visible] > 250) == 0
    assert 0.6 < rendered.truth.visible_fraction < 1


def test_a_shut_eye_shows_no_iris(eye: Eye) -> None:
    assert shown(eye, replace(PLAIN, pose=Pose(openness=0.0))).truth.visible_fraction == 0


def test_a_gaze_up_and_to_the_side_leaves_the_lids_where_the_head_is(eye: Eye) -> None:
    straight = shown(eye, replace(PLAIN, pose=Pose(centre=(320, 240)))).truth
    gaze = np.sin(np.radians(20))
    turned = shown(eye, replace(PLAIN, pose=Pose(centre=(320 + 175 * gaze, 240), yaw_deg=20))).truth
    np.testing.assert_allclose(turned.lower_lid, straight.lower_lid, atol=0.5)
    assert turned.iris.minor / turned.iris.major == pytest.approx(np.cos(np.radians(20)), abs=0.01)


def test_noise_changes_the_picture_and_not_the_truth(eye: Eye) -> None:
    one, other = shown(eye, View(), seed=1), shown(eye, View(), seed=2)
    assert np.any(one.picture != other.picture)
    assert one.truth.iris == other.truth.iris
    np.testing.assert_array_equal(one.truth.visible, other.truth.visible)


def test_defocus_and_motion_take_detail_away(eye: Eye) -> None:
    def detail(optics: Optics) -> float:
        rendered = shown(eye, replace(PLAIN, optics=optics))
        edges = cv2.Laplacian(rendered.picture, cv2.CV_32F, ksize=3)
        return float(np.std(edges[rendered.truth.visible]))

    sharp = detail(Optics(defocus_px=0.5, noise=0))
    assert detail(Optics(defocus_px=3, noise=0)) < 0.5 * sharp
    assert detail(Optics(defocus_px=0.5, motion_px=9, motion_deg=30, noise=0)) < 0.8 * sharp


@pytest.mark.parametrize("centre", [(0, 0), (639, 240), (-900, 240), (320, 1500)])
def test_an_eye_partly_or_wholly_outside_still_makes_a_picture(eye: Eye, centre: tuple[float, float]) -> None:
    rendered = shown(eye, replace(PLAIN, pose=Pose(centre=centre)))
    assert rendered.picture.shape == (480, 640)
    assert 0 <= rendered.truth.visible_fraction <= 1


def test_drawn_views_are_good_pictures_of_an_eye_that_lives(eye: Eye) -> None:
    rng = np.random.default_rng(4)
    for _ in range(5):
        frames = live(draw_view(rng), rng)
        seen = [next(frames) for _ in range(3)]
        assert len({frame.pose for frame in seen}) == 3
        for frame in seen:
            truth = shown(eye, frame).truth
            assert 80 < truth.iris.radius < 120
            assert 0.24 < truth.pupil.radius / truth.iris.radius < 0.61
            assert truth.visible_fraction > 0.5


def test_a_blink_hides_most_of_the_iris(eye: Eye) -> None:
    rng = np.random.default_rng(4)
    assert shown(eye, blink(draw_view(rng), rng)).truth.visible_fraction < 0.5
