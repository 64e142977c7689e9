from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iris.template import EyeSide, Template, TemplateFormatError


@given(st.integers(0, 10_000), st.sampled_from(EyeSide), st.integers(0, 100))
def test_bytes_and_back_is_the_same_template(
    make_template: Callable[..., Template], seed: int, side: EyeSide, quality: int
) -> None:
    template = make_template(seed, side=side, quality=quality)
    again = Template.from_bytes(template.to_bytes())
    assert again == template
    assert (again.side, again.quality, again.frames) == (side, quality, 1)


@given(st.data())
def test_one_changed_byte_is_always_refused(make_template: Callable[..., Template], data: st.DataObject) -> None:
    good = bytearray(make_template(5).to_bytes())
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(TemplateFormatError):
        Template.from_bytes(bytes(good))


@given(st.binary(max_size=500))
def test_garbage_is_never_a_template(data: bytes) -> None:
    with pytest.raises(TemplateFormatError):
        Template.from_bytes(data)


@pytest.mark.parametrize("cut", [0, 10, 100, -1])
def test_a_shortened_template_is_refused(make_template: Callable[..., Template], cut: int) -> None:
    with pytest.raises(TemplateFormatError, match="length"):
        Template.from_bytes(make_template(1).to_bytes()[:cut])


def test_an_unknown_format_version_says_so(make_template: Callable[..., Template]) -> None:
    data = bytearray(make_template(1).to_bytes())
    data[4] = 9
    with pytest.raises(TemplateFormatError, match="version 9"):
        Template.from_bytes(bytes(data))


def test_a_template_of_another_encoder_can_be_read_and_listed(make_template: Callable[..., Template]) -> None:
    foreign = dataclasses.replace(make_template(1), encoder=b"another!")
    assert Template.from_bytes(foreign.to_bytes()).encoder == b"another!"


def test_a_template_takes_less_than_a_kilobyte(make_template: Callable[..., Template]) -> None:
    assert len(make_template(1).to_bytes()) < 1024


def test_illegal_templates_cannot_be_made(make_template: Callable[..., Template]) -> None:
    good = make_template(1)
    with pytest.raises(TemplateFormatError, match="code"):
        dataclasses.replace(good, code=np.zeros((3, 2), np.uint8))
    with pytest.raises(TemplateFormatError, match="quality"):
        dataclasses.replace(good, quality=101)
    with pytest.raises(ValueError, match="read-only"):
        good.code[0, 0] = 1
