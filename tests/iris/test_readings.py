"""A template with two readings is as near as its nearer one, everywhere that templates are compared."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris.code import CODE_COLUMNS
from iris.encode import encode
from iris.enrolment import fused
from iris.gallery import Gallery
from iris.match import Incomparable, TooLittleOverlap, compare
from iris.planes import distances, planes, turned
from iris.segment import search
from iris.segment.boundaries import readings
from iris.segment.eye import find_eyes
from iris.segment.search import READINGS
from iris.template import READING_BYTES, EyeSide, Template, TemplateFormatError
from iris.wrong_view import mirrored, upside_down

Make = Callable[..., Template]


def both(first: Template, second: Template) -> Template:
    return Template.of_readings([first, second])


def test_the_distance_is_that_of_the_nearest_pair_of_readings(make_template: Make, noisy_copy: Make) -> None:
    iris, stranger = make_template(1), make_template(2)
    doubtful = both(stranger, noisy_copy(iris, 0.1, 3))
    alone = compare(noisy_copy(iris, 0.1, 3), iris)
    found = compare(doubtful, iris)
    assert (found.distance, found.rotation) == (alone.distance, alone.rotation)
    assert found.readings == (1, 0)
    assert compare(iris, doubtful).readings == (0, 1)
    assert compare(doubtful, both(make_template(4), iris)).readings == (1, 1)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), pattern=st.lists(st.integers(1, 2), min_size=1, max_size=40))
def test_bulk_distances_are_those_of_single_comparisons(make_template: Make, seed: int, pattern: list[int]) -> None:
    def template(number: int, count: int) -> Template:
        return Template.of_readings([make_template(seed + 100 * number + part, believed=0.5) for part in range(count)])

    templates = [template(number, count) for number, count in enumerate(pattern, 1)]
    for probe in (template(0, 1), template(0, 2)):
        found = distances(turned(probe), planes(templates)).distance
        for index, other in enumerate(templates):
            assert found[index] == pytest.approx(compare(probe, other).distance, abs=1e-7)


def test_a_reading_with_nothing_in_common_leaves_the_other_to_decide(make_template: Make) -> None:
    iris = make_template(1)
    blind = replace(make_template(2), mask=np.zeros_like(iris.mask))
    assert compare(both(blind, iris), iris).raw == 0.0
    with pytest.raises(TooLittleOverlap):
        compare(both(blind, blind), iris)


def test_the_gallery_finds_a_person_by_either_reading_and_counts_her_once(
    make_template: Make, noisy_copy: Make
) -> None:
    gallery = Gallery()
    for seed in range(10, 30):
        gallery.add(f"t{seed}", f"p{seed}", both(make_template(seed), make_template(seed + 1000)))
    for seed in (10, 1010):
        found = gallery.identify(noisy_copy(make_template(seed), 0.15, 5))
        assert found.best is not None
        assert found.best.person == "p10"
        assert (found.compared, found.skipped) == (20, 0)


def test_frames_are_fused_by_the_readings_that_agree(make_template: Make, noisy_copy: Make) -> None:
    iris = make_template(1)
    frames = [
        both(make_template(50 + n), noisy_copy(iris, 0.1, n)) if n != 1 else noisy_copy(iris, 0.1, n) for n in range(3)
    ]
    together = fused(frames, EyeSide.LEFT)
    assert together.rival is None
    assert compare(together, iris).raw < 0.05


def test_mirrored_and_upside_down_views_turn_both_readings(make_template: Make) -> None:
    template = both(make_template(1), make_template(2))
    for way in (mirrored, upside_down):
        assert way(way(template)) == template
        assert way(template).rival is not None


@given(seed=st.integers(0, 1000), doubtful=st.booleans())
def test_bytes_keep_both_readings(make_template: Make, *, seed: int, doubtful: bool) -> None:
    template = both(make_template(seed), make_template(seed + 1)) if doubtful else make_template(seed)
    assert Template.from_bytes(template.to_bytes()) == template
    assert len(template.to_bytes()) == 20 + 1 + len(template.readings) * READING_BYTES + 4


def test_bytes_of_version_1_are_still_read(make_template: Make) -> None:
    template = make_template(7, side=EyeSide.RIGHT)
    now = template.to_bytes()
    body = now[:4] + b"\x01" + now[5:20] + now[21:-4]
    before = body + struct.pack(">I", zlib.crc32(body))
    assert Template.from_bytes(before) == template
    for length in range(len(before)):
        with pytest.raises(TemplateFormatError):
            Template.from_bytes(before[:length])


@pytest.mark.parametrize("count", [0, 3, 255])
def test_a_count_of_readings_that_cannot_be_is_refused(make_template: Make, count: int) -> None:
    data = bytearray(make_template(1).to_bytes())
    data[20] = count
    data[-4:] = struct.pack(">I", zlib.crc32(bytes(data[:-4])))
    with pytest.raises(TemplateFormatError, match="readings"):
        Template.from_bytes(bytes(data))


def test_a_template_has_no_third_reading(make_template: Make) -> None:
    doubtful = both(make_template(1), make_template(2))
    with pytest.raises(TemplateFormatError, match="rival"):
        replace(make_template(3), rival=doubtful)


def test_a_clear_eye_has_one_reading(drawn: Callable[..., Any]) -> None:
    picture = drawn().draw()
    assert len(readings(picture)) == 1
    assert encode(picture).template.rival is None


def test_rivals_are_read_too_and_a_poor_one_is_left_out(
    drawn: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    eye = drawn()
    x, y, radius = eye.iris
    rows, columns = np.mgrid[: eye.height, : eye.width]
    beyond_the_collarette = np.hypot(columns - x, rows - y) > 0.7 * radius
    picture = np.clip(eye.draw() + 18.0 * beyond_the_collarette, 0, 255).astype(np.uint8)
    monkeypatch.setattr(search, "SURE", 1.1)
    monkeypatch.setattr(search, "RIVALRY", 1e9)
    assert len(find_eyes(picture)) == READINGS
    clear = encode(picture)
    assert clear.template.quality == clear.quality.score
    assert compare(clear.template, clear.template).raw == 0.0


def test_one_silent_reading_silences_a_template(make_template: Make) -> None:
    silent = replace(make_template(2), code=np.zeros((CODE_COLUMNS, 2), np.uint8))
    with pytest.raises(Incomparable):
        compare(both(make_template(1), silent), make_template(1))
