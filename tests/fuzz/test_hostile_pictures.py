"""Pictures that no camera should give: a typed refusal, or a template of nobody but the eye that is really in it."""

from __future__ import annotations

import numpy as np
import pytest
from counted_work import counted
from numpy.typing import NDArray
from odd_pictures import hostile, noise
from strangers import accepted_as, gallery

from iris.bench import drawn_eye
from iris.encode import Encoded, encode
from iris.gallery import Gallery
from iris.refusals import REFUSALS, BadPicture
from iris.template import Template

MOST_TIMES = 12
"""An ordinary eye is found at the first look; what shows none is looked at twice, at every dark disc."""

EYE = drawn_eye(320, 280, 95.0)
PICTURES = dict(hostile(EYE))


@pytest.fixture(scope="module")
def with_the_eye() -> Gallery:
    """A gallery of one: the eye that some of the pictures were made from."""
    filled = Gallery()
    filled.add("eye", "the eye itself", encode(EYE).template)
    return filled


@pytest.fixture(scope="module")
def ordinary() -> int:
    """Calls that an ordinary eye takes, once every cached table is made."""
    encode(EYE)
    work = counted(lambda: encode(EYE))
    return work.python_calls + work.c_calls


@pytest.mark.parametrize("name", PICTURES)
def test_a_hostile_picture_gives_a_refusal_or_a_template_of_no_stranger(name: str, ordinary: int) -> None:
    picture = PICTURES[name]
    before = picture.copy()
    work = counted(lambda: encode(picture))
    assert np.array_equal(picture, before)
    assert work.python_calls + work.c_calls <= MOST_TIMES * ordinary
    if work.raised is not None:
        assert type(work.raised) in REFUSALS
        return
    assert isinstance(work.result, Encoded)
    assert Template.from_bytes(work.result.template.to_bytes()) == work.result.template
    assert accepted_as(work.result.template, gallery()) is None


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in PICTURES
        if name.startswith(("noise", "largest", "constant", "rings", "hard", "upside", "negative"))
    ],
)
def test_what_shows_no_eye_is_not_taken_for_the_eye_either(name: str, with_the_eye: Gallery) -> None:
    try:
        encoded = encode(PICTURES[name])
    except REFUSALS:
        return
    assert accepted_as(encoded.template, with_the_eye) is None


@pytest.mark.parametrize("shape", [(1, 1), (0, 5), (1, 400), (119, 119), (4097, 200)])
def test_a_picture_beyond_the_sizes_is_refused_before_any_work(shape: tuple[int, int]) -> None:
    picture = np.zeros(shape, np.uint8)
    work = counted(lambda: encode(picture))
    assert isinstance(work.raised, BadPicture)
    assert work.python_calls + work.c_calls < 20


def test_the_work_does_not_grow_with_the_number_of_pixels(ordinary: int) -> None:
    def calls(picture: NDArray[np.uint8]) -> int:
        work = counted(lambda: encode(picture))
        return work.python_calls + work.c_calls

    for size in ((150, 150), (480, 640), (1080, 1920), (4096, 4096)):
        assert calls(noise(6, 0, size)) <= MOST_TIMES * ordinary
