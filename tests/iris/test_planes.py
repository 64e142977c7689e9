"""Bulk comparison: what each field of the answer says, and that the way it was reached does not show in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris.planes import FEW, LEAST_OVERLAP, PLANE_WORDS, Distances, distances, planes, turned
from iris.template import Template

Make = Callable[..., Template]

NAMES = [field.name for field in fields(Distances)]
TYPES = {name: np.float32 if name in ("distance", "raw") else np.int32 for name in NAMES}


def against(probe: Template, *templates: Template) -> Distances:
    return distances(turned(probe), planes(list(templates)))


def blind(template: Template) -> Template:
    return replace(template, mask=np.zeros_like(template.mask))


def of(found: Distances, index: int) -> list[bytes]:
    return [getattr(found, name)[index].tobytes() for name in NAMES]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000), shares=st.lists(st.sampled_from([0.0, 0.4, 0.42, 0.6, 1.0]), min_size=1, max_size=5)
)
def test_a_template_is_as_far_away_alone_as_among_many(make_template: Make, seed: int, shares: list[float]) -> None:
    """To the last bit, whether few or many are compared in one step."""
    probe = make_template(seed, believed=0.7)
    wanted = [make_template(seed + number, believed=share) for number, share in enumerate(shares)]
    crowd = [make_template(seed + 100 + number) for number in range(2 * FEW)]
    alone, among = against(probe, *wanted), against(probe, *crowd, *wanted)
    for index in range(len(wanted)):
        assert of(alone, index) == of(among, len(crowd) + index)


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1])
@pytest.mark.parametrize("readings", [1, 2])
def test_every_field_has_the_type_and_length_that_it_promises(make_template: Make, count: int, readings: int) -> None:
    templates = [Template.of_readings([make_template(seed) for _ in range(readings)]) for seed in range(count)]
    found = against(make_template(500), *templates)
    assert {name: getattr(found, name).dtype for name in NAMES} == TYPES
    assert {name: getattr(found, name).shape for name in NAMES} == dict.fromkeys(NAMES, (count,))


@pytest.mark.parametrize("readings", [(), (1,), (1, 1), (2, 1, 2)])
def test_packed_templates_are_words_and_the_owners_of_second_readings(
    make_template: Make, readings: tuple[int, ...]
) -> None:
    packed = planes([Template.of_readings([make_template(seed) for _ in range(n)]) for seed, n in enumerate(readings)])
    assert len(packed) == len(readings)
    assert packed.columns == sum(readings)
    for words in (packed.real, packed.imaginary, packed.mask):
        assert (words.dtype, words.shape) == (np.uint64, (PLANE_WORDS, sum(readings)))
    assert packed.rivals.dtype == np.intp
    assert packed.rivals.tolist() == [number for number, count in enumerate(readings) if count > 1]


@pytest.mark.parametrize("crowd", [0, 2 * FEW])
def test_where_nothing_can_be_compared_there_is_no_number_whoever_stands_beside(
    make_template: Make, crowd: int
) -> None:
    probe, sparse = make_template(1, believed=0.9), make_template(2, believed=0.1)
    found = against(probe, probe, blind(probe), sparse, *(make_template(100 + seed) for seed in range(crowd)))
    assert np.isnan(found.distance[1:3]).all()
    assert np.isnan(found.raw[1:3]).all()
    assert (found.raw[0], found.overlap[0]) == (0.0, 2 * probe.unpacked().mask.sum())
    assert np.isfinite(found.distance[3:]).all()


@pytest.mark.parametrize("crowd", [0, 2 * FEW])
def test_a_refusal_tells_the_largest_overlap_that_was_seen(make_template: Make, crowd: int) -> None:
    probe, sparse = make_template(1, believed=0.5), make_template(2, believed=0.2)
    code, other = probe.unpacked(), sparse.unpacked()
    found = against(probe, sparse, *(make_template(100 + seed) for seed in range(crowd)))
    at = int(found.rotation[0])
    shared = {turn: 2 * int((np.roll(code.mask, turn, axis=0) & other.mask).sum()) for turn in range(-11, 12)}
    assert found.overlap[0] == shared[at] == max(shared.values()) < LEAST_OVERLAP


def test_of_two_readings_that_are_equally_near_the_more_probable_is_named(make_template: Make) -> None:
    iris = make_template(1)
    same = Template.of_readings([iris, iris])
    found = against(same, same, iris, same)
    assert found.reading.tolist() == [0, 0, 0]
    assert found.probe_reading.tolist() == [0, 0, 0]


def test_a_blind_first_reading_leaves_every_field_to_the_second(make_template: Make) -> None:
    iris, stranger = make_template(1), make_template(2)
    doubtful = Template.of_readings([blind(stranger), iris])
    found, plain = against(iris, stranger, doubtful), against(iris, stranger, iris)
    assert of(found, 0) == of(plain, 0)
    assert found.reading.tolist() == [0, 1]
    for name in set(NAMES) - {"reading"}:
        assert np.array_equal(getattr(found, name), getattr(plain, name))
