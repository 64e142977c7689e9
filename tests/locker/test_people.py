"""A screen in a public place says enough of a person to recognise the right one, and no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locker.people import masked_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王小明", "王**"), ("王", "王"), ("", ""), ("Ann", "A**"), ("𠮷野", "𠮷*"), ("欧阳 娜", "欧***")],
)
def test_a_masked_name_keeps_its_first_character_and_its_length(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@given(st.text(max_size=20), st.text(min_size=1, max_size=20))
def test_two_names_that_begin_alike_and_are_as_long_look_the_same(first: str, rest: str) -> None:
    name = "王" + first
    assert masked_name(name) == masked_name("王" + rest[0] * len(first))
