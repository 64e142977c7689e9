from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iris import impostors
from iris.decision import MARGIN, Accepted, Ambiguous, Look, NotRecognised, NotYet, Policy, WrongView
from iris.gallery import Candidate, Gallery, Identification
from iris.template import Template
from iris.wrong_view import ViewFault

FAR = 0.46


def seen(distance: float, other: float = FAR, person: str = "ann", rival: str = "bob") -> Identification:
    return Identification(Candidate("t1", person, distance), Candidate("t2", rival, other), 100, 0)


@given(st.floats(1e-12, 0.4))
def test_threshold_and_false_match_rate_are_each_others_inverse(rate: float) -> None:
    assert impostors.false_match_rate(impostors.threshold(rate)) == pytest.approx(rate, rel=1e-3)


@given(st.integers(0, 1_000_000), st.integers(1, 1_000_000), st.floats(1e-9, 0.4))
def test_a_larger_gallery_never_gets_a_looser_threshold(size: int, more: int, rate: float) -> None:
    policy = Policy(rate)
    assert policy.threshold(size + more) <= policy.threshold(size)


@given(st.integers(1, 100_000), st.integers(1, 50), st.floats(1e-9, 1e-2))
def test_the_whole_look_spends_no_more_than_the_promise(size: int, frames: int, rate: float) -> None:
    policy = Policy(rate, frames)
    spent = impostors.false_match_rate(policy.threshold(size)) * size * frames
    assert spent <= rate * 1.01


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("false_match_rate", 0.0),
        ("false_match_rate", -1.0),
        ("false_match_rate", 0.6),
        ("false_match_rate", math.nan),
        ("frames", 0),
        ("looks", 0),
    ],
)
def test_impossible_promises_are_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{field}: expected .*, got {value}$"):
        Policy(**{field: value})


def test_a_gallery_of_less_than_nobody_is_refused_and_an_empty_one_is_as_strict_as_one_template() -> None:
    with pytest.raises(ValueError, match=r"^gallery_size: expected 0 or more, got -1$"):
        Policy().threshold(-1)
    assert Policy().threshold(0) == Policy().threshold(1) > Policy().threshold(2)


def test_the_policy_says_where_no_data_stand_behind_it() -> None:
    assert Policy(1e-6).extrapolates(1000)
    assert not Policy(1e-3, frames=1).extrapolates(1)
    last_measured = Policy(impostors.MEASURED_DOWN_TO, frames=1)
    assert not last_measured.extrapolates(1)
    assert last_measured.extrapolates(2)


def test_random_strangers_are_never_accepted(make_template: Callable[..., Template]) -> None:
    gallery = Gallery()
    for seed in range(300):
        gallery.add(str(seed), str(seed), make_template(seed))
    look = Look(Policy(), len(gallery))
    for seed in range(1000, 1008):
        assert isinstance(look.add(gallery.identify(make_template(seed))), NotYet)
    assert isinstance(look.close(), NotRecognised)


def test_a_near_enough_frame_is_accepted_and_stays_accepted() -> None:
    look = Look(Policy(), 100)
    assert isinstance(look.add(seen(0.45)), NotYet)
    accepted = look.add(seen(0.2))
    assert isinstance(accepted, Accepted)
    assert (accepted.person, accepted.template_id) == ("ann", "t1")
    assert accepted.distance < accepted.threshold
    assert look.add(seen(0.1, person="eve")) == accepted
    with pytest.raises(RuntimeError, match="ann"):
        look.close()


def test_a_distance_at_the_threshold_is_not_accepted() -> None:
    threshold = Policy().threshold(100)
    assert isinstance(Look(Policy(), 100).add(seen(threshold)), NotYet)
    assert isinstance(Look(Policy(), 100).add(seen(float(np.nextafter(threshold, 0)))), Accepted)


def test_two_people_too_close_together_are_ambiguous() -> None:
    look = Look(Policy(), 100)
    assert isinstance(look.add(seen(0.2, 0.2 + MARGIN / 2)), NotYet)
    ending = look.close()
    assert isinstance(ending, Ambiguous)
    assert set(ending.people) == {"ann", "bob"}
    assert ending.text_zh


def test_a_contested_look_is_not_won_by_the_next_frame() -> None:
    look = Look(Policy(), 100)
    look.add(seen(0.2, 0.21))
    assert isinstance(look.add(seen(0.2)), NotYet)
    assert isinstance(look.close(), Ambiguous)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_distance_that_is_no_number_decides_nothing(bad: float) -> None:
    look = Look(Policy(), 100)
    assert isinstance(look.add(seen(bad)), NotYet)
    assert isinstance(look.add(seen(0.2, math.nan)), NotYet)


def test_nobody_to_compare_with_is_not_yet() -> None:
    look = Look(Policy(), 0)
    assert isinstance(look.add(Identification(None, None, 0, 5)), NotYet)
    ending = look.close()
    assert isinstance(ending, NotRecognised)
    assert ending.nearest is None


def test_frames_beyond_the_policy_are_not_judged() -> None:
    look = Look(Policy(frames=2), 10)
    look.add(seen(0.45))
    left = look.add(seen(0.45))
    assert isinstance(left, NotYet)
    assert left.frames_left == 0
    assert isinstance(look.add(seen(0.1)), NotYet)


def test_a_gallery_that_grew_during_the_look_tightens_the_threshold() -> None:
    grown = Identification(Candidate("t", "ann", 0.3), None, 100_000, 0)
    small = Look(Policy(), 10).add(seen(0.45))
    large = Look(Policy(), 10).add(grown)
    assert large.threshold < small.threshold


def test_an_ending_tells_how_many_frames_were_judged_and_how_near_the_nearest_came() -> None:
    for fault in (None, ViewFault.MIRRORED):
        look = Look(Policy(), 100)
        for judged, (distance, nearest) in enumerate(((0.45, 0.45), (0.43, 0.43), (0.44, 0.43)), 1):
            assert look.add(seen(distance)) == NotYet(Policy().frames - judged, nearest, Policy().threshold(100))
        assert look.close(fault) == (WrongView(fault, 3) if fault else NotRecognised(3, 0.43))
    look = Look(Policy(), 100)
    look.add(seen(0.45))
    look.add(seen(0.2, 0.21))
    assert look.close() == Ambiguous(("ann", "bob"), 2)


def test_everybody_who_came_too_near_in_any_frame_is_named() -> None:
    look = Look(Policy(), 100)
    look.add(seen(0.2, 0.21))
    look.add(seen(0.2, 0.21, person="cai", rival="dan"))
    look.add(seen(0.1, person="eve"))
    ending = look.close()
    assert isinstance(ending, Ambiguous)
    assert ending.people == ("ann", "bob", "cai", "dan", "eve")


def test_a_lead_of_just_the_margin_is_enough_and_one_step_less_is_not() -> None:
    assert isinstance(Look(Policy(), 100).add(seen(0.0, MARGIN)), Accepted)
    assert isinstance(Look(Policy(), 100).add(seen(0.0, float(np.nextafter(MARGIN, 0)))), NotYet)


@pytest.mark.parametrize(
    "ending", [NotRecognised(3, 0.4), Ambiguous(("ann", "bob"), 3), *map(WrongView, ViewFault, [3] * 3)]
)
def test_every_ending_tells_a_person_what_to_do_in_both_languages(
    ending: NotRecognised | Ambiguous | WrongView,
) -> None:
    assert any("\u4e00" <= character <= "\u9fff" for character in ending.text_zh)
    assert ending.text_en.isascii()
    assert len(ending.text_en.split()) > 4
