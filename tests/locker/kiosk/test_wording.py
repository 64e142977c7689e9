from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import locker
from iris.refusals import REFUSALS, Refusal
from locker.kiosk.screen import text
from locker.kiosk.wording import SPELLED_OUT, WORDING, UnknownWording, fields_of, say
from locker.kiosk.words import attendant, courier, everybody, resident

LOCKER = Path(locker.__file__).parent


@pytest.mark.parametrize("key", WORDING)
def test_every_sentence_stands_in_both_languages_with_the_same_fields(key: str) -> None:
    chinese, english = WORDING[key]
    assert chinese.strip()
    assert english.strip()
    assert fields_of(chinese) == fields_of(english)


def test_no_key_is_worded_twice() -> None:
    files = (everybody.WORDS, resident.WORDS, courier.WORDS, attendant.WORDS)
    assert sum(map(len, files)) == len(WORDING)


def test_values_are_filled_in() -> None:
    relocated = text("relocate.line", old="A01", new="B02")
    assert "A01" in say(relocated, "zh")
    assert "B02" in say(relocated, "en")


def test_values_are_never_read_as_fields_themselves() -> None:
    assert "{phone}" in say(text("jam.line_phone", phone="{phone} {0} {x.__class__}"), "en")


def test_a_size_and_a_reason_are_spelled_out_in_the_language_of_the_sentence() -> None:
    assert SPELLED_OUT == ("size", "reason")
    assert say(text("choice.size", size="M", free=3), "zh") == "中格（剩 3）"
    assert say(text("choice.size", size="M", free=3), "en") == "Medium (3 free)"
    assert say(text("choice.open", compartment="A01", reason="jammed"), "zh") == "打开 A01（门打不开）"


def test_a_reason_without_words_of_its_own_is_said_as_it_is() -> None:
    assert say(text("choice.open", compartment="A01", reason="melting"), "en") == "Open A01 (melting)"


def test_an_unknown_key_names_the_key_and_the_remedy() -> None:
    with pytest.raises(UnknownWording, match=r"no wording for 'welcome\.tilte'; add it"):
        say(text("welcome.tilte"), "zh")


def test_a_missing_value_is_named() -> None:
    with pytest.raises(UnknownWording, match=r"'relocate\.line' lacks new"):
        say(text("relocate.line", old="A01"), "en")


def test_consent_says_in_both_languages_that_nobody_needs_to_agree() -> None:
    chinese, english = WORDING["consent.text"]
    assert "不登记不影响使用" in chinese
    assert "lose nothing by declining" in english
    assert len(chinese.splitlines()) == len(english.splitlines())


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_reason_for_which_a_picture_is_refused_tells_the_person_what_to_do(refusal: type[Refusal]) -> None:
    assert f"look.hint.{refusal.reason}" in WORDING


def _texts(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Every `text("key", name=...)` of a source file: the key and the names of its values."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "text":
            continue
        match node.args:
            case [ast.Constant(value=str(key))]:
                yield key, {keyword.arg for keyword in node.keywords if keyword.arg}


@pytest.mark.parametrize("path", sorted(LOCKER.rglob("*.py")), ids=lambda path: path.relative_to(LOCKER).as_posix())
def test_every_sentence_that_a_visit_uses_exists_and_gets_its_values(path: Path) -> None:
    for key, values in _texts(path):
        assert key in WORDING, key
        assert fields_of(WORDING[key][0]) <= values, key


@pytest.mark.parametrize("key", [key for key in WORDING if key.startswith("reason.")])
def test_every_worded_reason_is_one_that_the_locker_writes(key: str) -> None:
    reason = f'"{key.removeprefix("reason.")}"'
    sources = (path for path in LOCKER.rglob("*.py") if "kiosk" not in path.parts)
    assert any(reason in path.read_text() for path in sources)
