"""What is wrong with a value is said once, in both languages, and never in the validator's words."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, field_validator

from config.forms import COLUMN, FORMS, LOCK_ELSEWHERE
from config.load import SettingsError, load_settings
from config.wording import Wrong, mistakes

LOCK_WORDS = FORMS[LOCK_ELSEWHERE]
EXAMPLE = Path(__file__).parents[2] / "config" / "examples" / "two-boards.toml"


class Part(BaseModel, extra="forbid"):
    """One field for every way of being wrong."""

    count: int = Field(default=1, ge=1, le=8)
    share: float = Field(default=0.5, gt=0, lt=1)
    on: bool = False
    name: str = Field(default="A", pattern=COLUMN)
    word: str = Field(default="x", min_length=1, max_length=3)
    mode: Literal["slow", "fast"] = "slow"
    places: tuple[int | str, ...] = Field(default=(1,), min_length=1, max_length=2)
    free: str = Field(default="", pattern="^z*$")

    @field_validator("word")
    @classmethod
    def known(cls, word: str) -> str:
        if word == "no":
            raise ValueError("no word of ours; take another")
        return word


def wrong_with(**values: object) -> list[Wrong]:
    with pytest.raises(ValidationError) as caught:
        Part.model_validate(values)
    return mistakes(caught.value)


@pytest.mark.parametrize(
    ("values", "place", "words"),
    [
        ({"count": 0}, "count", "不能小于 1 must be at least 1"),
        ({"count": 9}, "count", "不能大于 8 must be at most 8"),
        ({"count": "x"}, "count", "须为整数 must be a whole number"),
        ({"count": 1.5}, "count", "须为整数 must be a whole number"),
        ({"share": 0}, "share", "须大于 0 must be more than 0"),
        ({"share": 1}, "share", "须小于 1 must be less than 1"),
        ({"share": "much"}, "share", "须为数字 must be a number"),
        ({"on": "perhaps"}, "on", "须为 true 或 false must be true or false"),
        ({"name": 7}, "name", "须为文字 must be text"),
        ({"name": "a"}, "name", "须为一两个大写字母，如 A must be one or two capital letters, such as A"),
        ({"word": ""}, "word", "至少要 1 个字 needs at least 1 characters"),
        ({"word": "long"}, "word", "最多 3 个字 takes at most 3 characters"),
        ({"word": "no"}, "word", "no word of ours; take another"),
        ({"mode": "still"}, "mode", "须为其一 must be one of slow, fast"),
        ({"places": 1}, "places", "须为列表 must be a list"),
        ({"places": []}, "places", "至少要 1 项 needs at least 1"),
        ({"places": [1, 2, 3]}, "places", "最多 2 项 takes at most 2"),
        ({"places": [None]}, "places.0", "须为整数 must be a whole number"),
        ({"other": 1}, "other", "未知的键 unknown key"),
        ({"free": "a"}, "free", "String should match pattern '^z*$'"),
    ],
)
def test_a_mistake_is_one_line_in_both_languages(values: dict[str, object], place: str, words: str) -> None:
    (wrong,) = wrong_with(**values)
    assert (wrong.place, wrong.words) == (place, words)


@pytest.mark.parametrize("key", ["none", "int", "str", "float", "bool", "tuple[x", "list[", "function-x"])
def test_an_unknown_key_that_looks_like_the_name_of_a_form_is_named(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(dict[str, Part]).validate_python({"part": {key: 1}})
    (wrong,) = mistakes(caught.value)
    assert (wrong.place, wrong.words) == (f"part.{key}", "未知的键 unknown key")


def test_an_unknown_key_of_a_section_is_explained_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(EXAMPLE.read_text(encoding="utf-8").replace("[site]", "[site]\nnone = 1"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"\n  site\.none: 未知的键 unknown key; known here: attendant_phone"):
        load_settings(path)


def test_a_limit_is_left_to_be_put_in_by_whoever_knows_the_unit() -> None:
    (wrong,) = wrong_with(count=9)
    assert (wrong.zh, wrong.en, wrong.limit) == ("不能大于 {limit}", "must be at most {limit}", 8)


def test_mistakes_stand_in_the_order_of_the_keys() -> None:
    assert [wrong.place for wrong in wrong_with(share=2, count=0)] == ["count", "share"]


def test_text_that_is_no_json_is_called_so() -> None:
    with pytest.raises(ValidationError) as caught:
        Part.model_validate_json("{")
    (wrong,) = mistakes(caught.value)
    assert (wrong.place, wrong.words) == ("", "不是 JSON is no JSON")


def test_every_form_is_described_in_both_languages() -> None:
    assert all(zh and en for zh, en in FORMS.values())


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (
            "first_channel = 4",
            'channels = [-1, "1:x", 3.5, 4, 5, 6, 7, 8]',
            [
                "  columns.4.channels.0: 不能小于 0 must be at least 0",
                f"  columns.4.channels.1: 须为{LOCK_WORDS[0]} must be {LOCK_WORDS[1]}",
                "  columns.4.channels.2: 须为整数 must be a whole number",
            ],
        ),
        ("address = 0", 'address = "x"', ["  lines.0.boards.0.address: 须为整数 must be a whole number"]),
    ],
)
def test_a_wrong_key_of_a_site_file_has_one_line(tmp_path: Path, old: str, new: str, lines: list[str]) -> None:
    site = tmp_path / "site.toml"
    site.write_text(EXAMPLE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(site)
    assert str(caught.value).splitlines()[1:] == lines
