"""A picture that is the wrong way round is told apart from a stranger, and is never accepted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from iris.decision import Ambiguous, Look, NotRecognised, NotYet, Policy, WrongView
from iris.encode import encode
from iris.gallery import Candidate, Gallery, Identification
from iris.template import EyeSide, Template
from iris.wrong_view import ViewFault, mirrored, upside_down, view_fault
from simulator.eyes.eye import grow
from simulator.eyes.identity import Identity, Side
from simulator.eyes.life import draw_view
from simulator.eyes.render import render

MakeTemplate = Callable[..., Template]
Picture = NDArray[np.uint8]
POLICY = Policy()


def pictures(person: str, side: Side, count: int) -> list[Picture]:
    eye, rng = grow(Identity(3, person, side)), np.random.default_rng(5)
    return [render(eye, draw_view(rng), rng).picture for _ in range(count)]


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    """Both eyes of three residents, one picture each."""
    everybody = Gallery()
    for person in ("ann", "ben", "cai"):
        for side in Side:
            template = encode(pictures(person, side, 1)[0], side=EyeSide(side.value)).template
            everybody.add(f"{person}-{side.value}", person, template)
    return everybody


@pytest.fixture(scope="module")
def ann() -> Picture:
    """Another picture of Ann's left eye."""
    return pictures("ann", Side.LEFT, 2)[1]


WAYS: dict[str, tuple[Callable[[Picture], Picture], ViewFault]] = {
    "left and right": (lambda picture: picture[:, ::-1], ViewFault.MIRRORED),
    "up and down": (lambda picture: picture[::-1], ViewFault.MIRRORED),
    "turned by half a circle": (lambda picture: picture[::-1, ::-1], ViewFault.UPSIDE_DOWN),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_picture_the_wrong_way_round_is_not_recognised_and_says_why(gallery: Gallery, ann: Picture, way: str) -> None:
    turn, fault = WAYS[way]
    probe = encode(np.ascontiguousarray(turn(ann))).template
    look = Look(POLICY, len(gallery))
    assert isinstance(look.add(gallery.identify(probe)), NotYet)
    ending = look.close(view_fault(probe, gallery, look.threshold))
    assert ending == WrongView(fault, 1)
    assert ending.text_zh
    assert ending.text_en


def test_the_right_way_round_has_no_fault(gallery: Gallery, ann: Picture) -> None:
    for side in (EyeSide.UNKNOWN, EyeSide.LEFT):
        assert view_fault(encode(ann, side=side).template, gallery, POLICY.threshold(len(gallery))) is None


def test_a_stranger_has_no_fault(gallery: Gallery) -> None:
    for side in Side:
        probe = encode(pictures("eve", side, 1)[0]).template
        assert view_fault(probe, gallery, POLICY.threshold(len(gallery))) is None


def test_an_eye_taken_for_the_other_one_is_named(gallery: Gallery, ann: Picture) -> None:
    probe = encode(ann, side=EyeSide.RIGHT).template
    look = Look(POLICY, len(gallery))
    assert isinstance(look.add(gallery.identify(probe)), NotYet)
    assert look.close(view_fault(probe, gallery, look.threshold)) == WrongView(ViewFault.WRONG_EYE, 1)


@given(st.integers(0, 10_000))
def test_turning_twice_gives_the_template_back(make_template: MakeTemplate, seed: int) -> None:
    template = make_template(seed, believed=0.7, side=EyeSide.LEFT)
    for turn in (mirrored, upside_down):
        assert turn(template) != template
        assert turn(turn(template)) == template
    assert mirrored(upside_down(template)) == upside_down(mirrored(template))


@given(st.integers(0, 10_000))
def test_random_codes_fit_nobody_in_any_way(make_template: MakeTemplate, seed: int) -> None:
    everybody = Gallery()
    for other in range(20):
        everybody.add(str(other), str(other), make_template(20_000 + other))
    assert view_fault(make_template(seed, side=EyeSide.LEFT), everybody, Policy().threshold(20)) is None


def test_a_mirrored_code_is_found_among_strangers_by_its_mirror_image_alone(make_template: MakeTemplate) -> None:
    everybody = Gallery()
    for seed in range(50):
        everybody.add(str(seed), str(seed), make_template(seed))
    probe = mirrored(make_template(7))
    assert isinstance(Look(POLICY, 50).add(everybody.identify(probe)), NotYet)
    assert view_fault(probe, everybody, POLICY.threshold(50)) is ViewFault.MIRRORED


def test_an_empty_gallery_finds_no_fault(make_template: MakeTemplate) -> None:
    assert view_fault(replace(make_template(1), side=EyeSide.LEFT), Gallery(), 0.35) is None


def test_a_fault_never_hides_that_two_people_fit() -> None:
    look = Look(POLICY, 10)
    look.add(Identification(Candidate("a", "ann", 0.2), Candidate("b", "bob", 0.21), 10, 0))
    assert isinstance(look.close(ViewFault.MIRRORED), Ambiguous)


def test_a_look_without_a_fault_ends_as_not_recognised() -> None:
    assert isinstance(Look(POLICY, 10).close(None), NotRecognised)
