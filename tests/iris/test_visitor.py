"""One look from templates to an ending, as cabinet and evaluation both decide it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from iris.burst import FUSED
from iris.decision import Accepted, Ambiguous, NotRecognised, NotYet, Policy, WrongView
from iris.gallery import Gallery, Identification
from iris.template import Template
from iris.visitor import Visitor
from iris.wrong_view import ViewFault, mirrored

Make = Callable[..., Template]
Noisy = Callable[[Template, float, int], Template]
TOO_NOISY = 0.37
"""Share of flipped bits at which one frame is too far and three fused ones are near enough."""


@pytest.fixture
def ann(make_template: Make) -> Template:
    return make_template(1, believed=1.0)


@pytest.fixture
def gallery(make_template: Make, ann: Template) -> Gallery:
    found = Gallery()
    found.add("t", "ann", ann)
    for seed in range(2, 20):
        found.add(str(seed), str(seed), make_template(seed))
    return found


def test_three_frames_that_are_each_too_far_are_near_enough_together(
    gallery: Gallery, ann: Template, noisy_copy: Noisy
) -> None:
    visitor = Visitor(Policy(), gallery)
    *first, last = (noisy_copy(ann, TOO_NOISY, seed) for seed in range(FUSED))
    for frame in first:
        assert isinstance(visitor.add(frame), NotYet)
        assert not visitor.between_bursts
    decision = visitor.add(last)
    assert isinstance(decision, Accepted)
    assert decision.person == "ann"
    assert visitor.between_bursts


def test_a_fused_code_counts_as_a_code_of_the_look(gallery: Gallery, make_template: Make) -> None:
    visitor = Visitor(Policy(frames=8), gallery)
    left = []
    for _ in range(2 * FUSED):
        decision = visitor.add(make_template(99))
        assert isinstance(decision, NotYet)
        left.append(decision.frames_left)
    assert left == [7, 6, 4, 3, 2, 0]


def test_nothing_is_searched_for_when_no_code_is_left(gallery: Gallery, make_template: Make) -> None:
    searched: list[Template] = []

    def search(probe: Template) -> Identification:
        searched.append(probe)
        return gallery.identify(probe)

    visitor = Visitor(Policy(frames=FUSED), gallery, search)
    for _ in range(FUSED):
        visitor.add(make_template(99))
    assert len(searched) == FUSED


def test_a_look_that_fits_the_wrong_way_round_says_so_where_it_is_asked(gallery: Gallery, ann: Template) -> None:
    visitor = Visitor(Policy(), gallery)
    visitor.add(mirrored(ann))
    assert visitor.close() == WrongView(ViewFault.MIRRORED, 1)
    assert isinstance(visitor.close(ask_why=False), NotRecognised)


def test_the_best_frame_of_a_look_is_the_one_that_is_asked_why(
    gallery: Gallery, ann: Template, make_template: Make
) -> None:
    best = replace(mirrored(ann), quality=90)
    others = [replace(make_template(seed), quality=50) for seed in (98, 99)]
    for frames in ([best, *others], [*others, best]):
        visitor = Visitor(Policy(), gallery)
        for frame in frames:
            visitor.add(frame)
        assert isinstance(visitor.close(), WrongView)


def test_two_people_with_one_eye_are_ambiguous(gallery: Gallery, ann: Template) -> None:
    gallery.add("again", "bob", ann)
    visitor = Visitor(Policy(), gallery)
    assert isinstance(visitor.add(ann), NotYet)
    ending = visitor.close()
    assert isinstance(ending, Ambiguous)
    assert set(ending.people) == {"ann", "bob"}


def test_a_look_without_a_frame_has_seen_nothing_and_recognises_nobody(gallery: Gallery) -> None:
    visitor = Visitor(Policy(), gallery)
    assert not visitor.seen
    assert visitor.close() == NotRecognised(0, None)
