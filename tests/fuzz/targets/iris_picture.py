"""Picture to template: every picture gives a sound template or a typed refusal, by bounded work, and is nobody."""

from __future__ import annotations

import math
import zlib

import numpy as np
from byte_reader import Reader
from counted_work import counted
from odd_pictures import drawn_from
from strangers import accepted_as
from target import Target

from iris.encode import Encoded, encode
from iris.refusals import REFUSALS
from iris.template import Template

MOST_CALLS = 50_000
"""Python functions that one picture may enter. At most four discs in each of five copies, five in each of two close-ups
and one in each of two stretched pictures are looked at; the dearest picture seen took 39,752."""
TWICE = 8
"""One in so many pictures is encoded a second time."""


GOOD_EYE = bytes([0, 180, 0, 220, 2, 127, 127, 107, 90, 127, 127, 185, 105, 20, 225, 113, 49, 211, 0, 0, 19])
"""A picture of 320x280 with an iris of 95 px, as `drawn_from` reads it; the texture follows."""


def seeds() -> list[bytes]:
    """Good eyes, and pictures of every kind with random figures."""
    draw = np.random.default_rng(5)
    eyes = [GOOD_EYE + draw.bytes(8 * 32) for _ in range(4)]
    return eyes + [draw.bytes(24 + 8 * 32) for _ in range(24)] + [bytes(300), b"\xff" * 300, b""]


def one(data: bytes) -> None:
    picture = drawn_from(Reader(data))
    before = picture.copy()
    work = counted(lambda: encode(picture))
    assert np.array_equal(picture, before), "the picture was changed"
    assert work.python_calls <= MOST_CALLS, f"{work.python_calls} calls for one picture"
    if work.raised is not None:
        if type(work.raised) not in REFUSALS:
            raise work.raised
        return
    assert work.result is not None
    sound(work.result)
    assert accepted_as(work.result.template) is None, "a made-up picture was taken for somebody"
    if zlib.crc32(data) % TWICE == 0:
        assert encode(picture).template.to_bytes() == work.result.template.to_bytes(), "another answer the second time"


def sound(encoded: Encoded) -> None:
    """A template that can be kept, and figures that are figures."""
    assert Template.from_bytes(encoded.template.to_bytes()) == encoded.template
    assert 0 <= encoded.quality.score <= 100
    found = encoded.boundaries
    numbers = (*found.pupil.coefficients, *found.limbus.coefficients, found.pupil.x, found.pupil.y, found.confidence)
    assert all(math.isfinite(number) for number in numbers)
    assert 0 < found.pupil.circle.r < found.limbus.circle.r, "the pupil is larger than the iris"


TARGET = Target(seeds, one, longest=600)
