"""What a board says of itself is told apart from what a line that loses bytes makes of its answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.declining import ALIKE_AFTERWARDS, ALIKE_AT_FIRST, OTHERS_MOST, Declining

WORDS = "it tells 9 to 16 channels, but the settings say 24"


def after(*words: str, told_before: bool = False) -> Declining:
    declining = Declining()
    if told_before:
        declining.answered()
    for each in words:
        declining.failed(each)
    return declining


def test_a_board_that_never_told_its_hooks_is_believed_after_a_few_answers() -> None:
    assert not after(*[WORDS] * (ALIKE_AT_FIRST - 1)).sure
    assert after(*[WORDS] * (ALIKE_AT_FIRST - 1)).open
    assert after(*[WORDS] * ALIKE_AT_FIRST).sure
    assert not after(*[WORDS] * ALIKE_AT_FIRST).open


def test_one_that_has_told_its_hooks_must_say_so_much_oftener() -> None:
    assert not after(*[WORDS] * (ALIKE_AFTERWARDS - 1), told_before=True).sure
    assert after(*[WORDS] * ALIKE_AFTERWARDS, told_before=True).sure


def test_what_is_less_than_half_of_the_row_says_that_it_is_the_line() -> None:
    others = ("", "it tells 1 to 8 channels, but the settings say 24")
    mixed = after(WORDS, *others, WORDS, *others, WORDS, *others)
    assert not mixed.open
    assert not mixed.sure


def test_a_damaged_answer_among_many_does_not_hide_what_the_board_says() -> None:
    assert after(*[WORDS] * 5, "", *[WORDS] * 5, told_before=True).sure


def test_what_is_sure_outlasts_a_damaged_answer_but_no_lasting_silence() -> None:
    assert after(*[WORDS] * ALIKE_AT_FIRST, "", "", WORDS, "").sure
    silent = after(*[WORDS] * 1000, *[""] * OTHERS_MOST)
    assert not silent.sure
    assert not silent.open


def test_hooks_end_it() -> None:
    declining = after(*[WORDS] * ALIKE_AT_FIRST)
    declining.answered()
    assert not declining.sure
    assert not declining.open


@given(st.lists(st.sampled_from(["", "a", "b"]), max_size=60), st.booleans())
def test_nothing_is_sure_without_enough_answers_in_the_same_words(words: list[str], told_before: bool) -> None:  # noqa: FBT001
    if max(words.count("a"), words.count("b")) < (ALIKE_AFTERWARDS if told_before else ALIKE_AT_FIRST):
        assert not after(*words, told_before=told_before).sure
