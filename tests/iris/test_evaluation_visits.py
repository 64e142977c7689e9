from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from iris.code import CODE_COLUMNS, CODE_ROWS, IrisCode
from iris.decision import Policy
from iris.evaluation.layouts import Item
from iris.evaluation.pairs import Pairs
from iris.evaluation.scores import Enrolled, Scores
from iris.evaluation.visits import visit_figures
from iris.template import EyeSide, Template
from iris.wrong_view import mirrored

REFUSED = Enrolled(None, 0, {}, "blurred")


def frame(eye: int, shot: int, flipped: float = 0.05) -> Enrolled:
    """A frame of one eye: its own random code with a part of the bits flipped anew in each shot."""
    shape = (CODE_COLUMNS, CODE_ROWS, 2)
    bits = np.random.default_rng(eye).random(shape) < 0.5
    bits ^= np.random.default_rng([eye, shot]).random(shape) < flipped
    code = IrisCode(bits, np.ones(shape[:2], bool))
    return Enrolled(Template.of(code, side=EyeSide.UNKNOWN, quality=80), 80, {}, "")


def scores_of(
    eyes: dict[str, Sequence[Enrolled]], people: dict[str, str] | None = None, sides: dict[str, str] | None = None
) -> Scores:
    items, outcomes = [], []
    for name, frames in eyes.items():
        for shot, outcome in enumerate(frames):
            picture = f"{name}/{shot}.png"
            items.append(
                Item(Path(picture), name, (people or {}).get(name, name), None, (sides or {}).get(name, ""), picture)
            )
            outcomes.append(outcome)
    nothing, none = np.empty(0, np.int32), np.empty(0, np.float32)
    refused = np.array([outcome.template is None for outcome in outcomes])
    names = tuple(item.name for item in items)
    _, eye = np.unique([item.eye for item in items], return_inverse=True)
    pairs = Pairs(names, tuple(sorted(eyes)), eye.astype(np.int32), refused, nothing, nothing, none)
    return Scores(items, outcomes, pairs)


def shots(eye: int, count: int) -> list[Enrolled]:
    return [frame(eye, shot) for shot in range(count)]


def test_six_pictures_give_three_and_three_and_four_give_two_and_two() -> None:
    found = visit_figures(scores_of({"a": shots(1, 7), "b": shots(2, 5), "c": shots(3, 3)}))
    assert found.visits_by_frames == {"3+3": 1, "2+2": 1}
    assert found.eyes_with_too_few_pictures == 1
    assert (found.gallery, found.frames_allowed, found.threshold) == (2, Policy().frames, Policy().threshold(2))
    assert (found.visits, found.false_non_matches, found.false_matches) == (2, 0, 0)
    assert (found.stranger_visits, found.stranger_false_matches) == (2, 0)


def test_a_visit_of_foreign_frames_is_missed_by_name() -> None:
    found = visit_figures(scores_of({"a": shots(1, 6), "b": [*shots(2, 3), *shots(9, 3)]}))
    assert found.false_non_matches == 1
    assert found.missed[0].eye == "b"
    assert found.missed[0].why.startswith("最近距离 nearest at 0.4")
    assert found.false_non_match_rate == 0.5


def test_a_visit_in_anothers_place_is_a_false_match_and_a_stranger_accepted() -> None:
    found = visit_figures(scores_of({"a": shots(1, 6), "b": [*shots(2, 3), *[frame(1, shot) for shot in (7, 8, 9)]]}))
    assert found.false_matches == 1
    assert [(miss.eye, miss.why) for miss in found.missed] == [("b", "认成 taken for a")]
    assert found.stranger_false_matches == 1


def test_one_good_frame_among_refused_ones_is_enough_for_a_visit_and_none_is_not() -> None:
    rescued = [*shots(1, 3), REFUSED, REFUSED, frame(1, 5)]
    hopeless = [*shots(2, 3), REFUSED, REFUSED, REFUSED]
    found = visit_figures(scores_of({"a": rescued, "b": hopeless}))
    assert [(miss.eye, miss.why) for miss in found.missed] == [
        ("b", "每张都被拒绝 every frame refused: blurred, blurred, blurred")
    ]
    assert found.stranger_visits == 1


def test_an_eye_that_cannot_be_enrolled_is_told_apart_with_its_reason() -> None:
    spoilt = [REFUSED, frame(1, 1), REFUSED, *shots(1, 3)]
    found = visit_figures(scores_of({"a": spoilt, "b": shots(2, 6), "c": [REFUSED, *shots(3, 5)]}))
    assert [(each.eye, each.why) for each in found.not_enrolled] == [
        ("a", "可用帧太少 1 of 3 frames encoded (blurred, blurred)")
    ]
    assert (found.visits, found.false_non_matches, found.false_non_matches_incl_not_enrolled) == (2, 0, 1)
    assert found.false_non_match_rate_incl_not_enrolled == 1 / 3


def test_one_person_under_two_numbers_is_neither_ambiguous_nor_a_stranger_to_the_other() -> None:
    both = {"008L": shots(1, 6), "042L": [frame(1, shot) for shot in range(10, 16)], "009L": shots(2, 6)}
    found = visit_figures(scores_of(both, {"042L": "008L"}))
    assert (found.visits, found.false_non_matches, found.stranger_false_matches) == (3, 0, 0)


def test_no_eye_with_enough_pictures_gives_no_visit_and_no_rate() -> None:
    found = visit_figures(scores_of({"a": shots(1, 2)}))
    assert (found.visits, found.false_non_match_rate, found.false_non_match_rate_95) == (0, None, None)


def test_a_visit_counts_what_three_frames_show_together_as_a_cabinet_does() -> None:
    noisy = [frame(1, shot, 0.38) for shot in (7, 8, 9)]
    found = visit_figures(scores_of({"a": [*shots(1, 3), *noisy], "b": shots(2, 6)}))
    assert (found.visits, found.false_non_matches, found.false_matches) == (2, 0, 0)
    alone = visit_figures(scores_of({"a": [*shots(1, 3), noisy[0], noisy[1], REFUSED], "b": shots(2, 6)}))
    assert [miss.eye for miss in alone.missed] == ["a"]


def test_a_visit_that_fits_the_wrong_way_round_says_so() -> None:
    views = [replace(shot, template=mirrored(shot.template)) for shot in shots(1, 3) if shot.template is not None]
    found = visit_figures(scores_of({"a": [*shots(1, 3), *views], "b": shots(2, 6)}))
    assert [(miss.eye, "mirrored" in miss.why) for miss in found.missed] == [("a", True)]


def test_the_two_eyes_of_a_person_are_no_rivals_and_no_strangers_to_each_other() -> None:
    people, sides = {"annL": "ann", "annR": "ann"}, {"annL": "L", "annR": "R"}
    alike = {"annL": shots(1, 6), "annR": [frame(1, shot) for shot in range(10, 16)], "bob": shots(2, 6)}
    found = visit_figures(scores_of(alike, people, sides))
    assert (found.gallery, found.visits, found.stranger_visits) == (3, 3, 3)
    assert (found.false_non_matches, found.false_matches, found.stranger_false_matches) == (0, 0, 0)
