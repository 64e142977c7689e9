"""Drift: distances that grow for good are told, one bad day is not, and a renewal that makes things worse is found."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from iris.drift import FARTHER, GROWN, JUDGED, Sighting, Sightings

LIMIT = 0.30


def life(*distances: float) -> Sightings:
    sightings = Sightings()
    for distance in distances:
        sightings = sightings.seen(Sighting(original=distance))
    return sightings


def test_an_eye_whose_distances_grow_beyond_renewal_has_drifted() -> None:
    assert life(*[0.24] * 5, 0.27, *[0.32] * 3).drifted(LIMIT)


def test_an_eye_that_was_always_far_has_not_drifted() -> None:
    assert not life(*[0.32] * 12).drifted(LIMIT)


def test_growth_that_renewal_can_still_follow_is_no_drift() -> None:
    assert not life(*[0.2] * 5, *[0.29] * 5).drifted(LIMIT)


def test_two_bad_days_are_no_drift() -> None:
    assert not life(*[0.24] * 8, 0.34, 0.34).drifted(LIMIT)


def test_growth_counts_from_its_limits_on() -> None:
    assert life(*[0.0] * 5, *[GROWN] * 5).drifted(GROWN)
    assert not life(*[0.0] * 5, *[GROWN] * 5).drifted(GROWN + 1e-9)
    assert not life(*[1e-9] * 5, *[GROWN] * 5).drifted(GROWN)


def test_neither_the_first_nor_the_last_visits_alone_are_judged_before_there_are_enough() -> None:
    far, near = Sighting(original=0.35), Sighting(original=0.2)
    assert not Sightings(first=(0.2,) * JUDGED, last=(far,) * (JUDGED - 1)).drifted(LIMIT)
    assert not Sightings(first=(0.2,) * (JUDGED - 1), last=(far,) * JUDGED).drifted(LIMIT)
    assert Sightings(first=(0.2,) * JUDGED, last=(far,) * JUDGED).drifted(LIMIT)
    assert not Sightings(first=(0.2,) * JUDGED, last=(near,) * JUDGED).drifted(LIMIT)


def test_a_new_enrolment_is_not_judged() -> None:
    assert not life(0.2, 0.35, 0.35, 0.35).drifted(LIMIT)


def test_a_renewal_that_lies_farther_than_the_enrolment_is_worse() -> None:
    sightings = Sightings().renewed(1)
    for visit in range(JUDGED):
        assert not sightings.worse_for_renewal(), f"judged after {visit} visits"
        sightings = sightings.seen(Sighting(original=0.25, renewed=0.28))
    assert sightings.worse_for_renewal()


def test_a_renewal_that_often_does_not_compare_is_worse_too() -> None:
    """It counts as far as a stranger, once there has been a visit with it."""
    sightings = Sightings().renewed(1)
    for visit in range(JUDGED):
        assert not sightings.worse_for_renewal()
        sightings = sightings.seen(Sighting(original=0.25, renewed=None if visit % 2 else 0.25))
    assert sightings.worse_for_renewal()


def test_visits_without_a_renewal_say_nothing_of_one() -> None:
    assert not life(*[0.2] * (2 * JUDGED)).worse_for_renewal()
    assert not life(*[0.2] * JUDGED).seen(Sighting(original=0.2, renewed=0.4)).worse_for_renewal()


def test_a_renewal_that_lies_just_so_much_farther_stays() -> None:
    sightings = Sightings()
    for _ in range(JUDGED):
        sightings = sightings.seen(Sighting(original=0.0, renewed=FARTHER))
    assert sum(FARTHER for _ in range(JUDGED)) == JUDGED * FARTHER
    assert not sightings.worse_for_renewal()
    assert sightings.seen(Sighting(original=0.0, renewed=FARTHER + 1e-6)).worse_for_renewal()


def test_a_renewal_that_lies_nearer_stays() -> None:
    sightings = Sightings().renewed(1)
    for _ in range(JUDGED):
        sightings = sightings.seen(Sighting(original=0.27, renewed=0.2))
    assert not sightings.worse_for_renewal()


def test_a_new_renewal_is_judged_by_its_own_visits() -> None:
    sightings = Sightings().renewed(1)
    for _ in range(JUDGED):
        sightings = sightings.seen(Sighting(original=0.25, renewed=0.4))
    assert not sightings.renewed(200).worse_for_renewal()


@pytest.mark.parametrize(("day", "due"), [(100, False), (189, False), (190, True), (50, False)])
def test_a_renewal_is_due_so_many_days_after_the_last(day: int, due: bool) -> None:  # noqa: FBT001 - a table
    assert Sightings(renewed_on=100).due(day, 90) is due


def test_a_day_that_is_still_to_come_becomes_today_so_that_renewal_goes_on() -> None:
    """The clock was once far ahead, and came back."""
    ahead = Sightings().seen(Sighting(original=0.2, renewed=0.25)).renewed(900_000)
    back = ahead.seen(Sighting(original=0.2, renewed=0.25)).dated(740_000)
    assert back.renewed_on == 740_000
    assert back.last[-1].renewed == 0.25
    assert back.due(740_090, 90)


def test_a_day_that_has_come_stays_and_one_that_was_never_known_is_today() -> None:
    assert Sightings(renewed_on=100).dated(100).renewed_on == 100
    assert Sightings(renewed_on=100).dated(101).renewed_on == 100
    assert Sightings().dated(101).renewed_on == 101


def test_an_undoing_whose_day_nobody_knows_waits_for_a_day() -> None:
    undone = Sightings(renewed_on=100).seen(Sighting(original=0.2, renewed=0.3)).renewed(None)
    assert undone.last == (Sighting(original=0.2),)
    assert not undone.due(10**6, 90)
    assert undone.dated(500).due(590, 90)


def test_an_eye_that_was_never_seen_is_not_due() -> None:
    assert not Sightings().due(10**6, 90)


@given(st.lists(st.floats(0, 1), max_size=40))
def test_what_is_kept_is_bounded_and_survives_writing(distances: list[float]) -> None:
    sightings = life(*distances)
    assert sightings.first == tuple(distances[:JUDGED])
    assert [visit.original for visit in sightings.last] == distances[-JUDGED:]
    assert Sightings.model_validate_json(sightings.model_dump_json()) == sightings


@pytest.mark.parametrize("distance", [float("nan"), -0.1, 1.5])
def test_a_distance_that_is_none_is_refused(distance: float) -> None:
    with pytest.raises(ValidationError):
        Sighting(original=distance)


def test_noise_alone_is_no_drift() -> None:
    rng = random.Random(4)
    told = sum(life(*[rng.gauss(0.25, 0.03) for _ in range(30)]).drifted(LIMIT) for _ in range(200))
    assert told == 0
    assert GROWN < LIMIT


def test_a_renewal_that_lies_a_little_farther_stays() -> None:
    sightings = Sightings().renewed(1)
    for _ in range(2 * JUDGED):
        sightings = sightings.seen(Sighting(original=0.25, renewed=0.26))
    assert not sightings.worse_for_renewal()
