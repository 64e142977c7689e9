"""Suspected label errors: which picture, which label, and which label it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from iris.evaluation.labels import LabelErrors, beyond_chance, label_errors
from iris.evaluation.pairs import Pairs

ALIKE, APART = 0.2, 0.46


def table(eye: list[int], distance: dict[tuple[int, int], float], refused: tuple[int, ...] = ()) -> Pairs:
    """All pairs of pictures at 0.46 across eyes and 0.2 inside them, but for the named ones."""
    first, second = np.triu_indices(len(eye), 1)
    of = np.array(eye, np.int32)
    far = np.where(of[first] == of[second], ALIKE, APART).astype(np.float32)
    for (a, b), value in distance.items():
        far[(first == a) & (second == b)] = value
    out = np.isin(np.arange(of.size), refused)
    far[out[first] | out[second]] = np.nan
    names = tuple(f"{i}.png" for i in range(of.size))
    eyes = tuple(f"eye{i:02d}" for i in range(max(eye) + 1))
    return Pairs(names, eyes, of, out, first.astype(np.int32), second.astype(np.int32), far)


def labelled(folders: dict[str, str], poor: Sequence[str] = (), refused: Sequence[str] = ()) -> LabelErrors:
    """What is found in folders whose pictures show the eyes of the letters; `poor` ones ("F2") fit nothing."""
    names = [f"{folder}{number}" for folder, eyes in folders.items() for number in range(len(eyes))]
    truth = np.array([ord(eye) for eyes in folders.values() for eye in eyes])
    of = np.repeat(np.arange(len(folders)), [len(eyes) for eyes in folders.values()]).astype(np.int32)
    first, second = (ends.astype(np.int32) for ends in np.triu_indices(len(names), 1))
    alike = (truth[first] == truth[second]) & ~np.isin(first, [names.index(each) for each in poor])
    alike &= ~np.isin(second, [names.index(each) for each in poor])
    out = np.isin(np.arange(len(names)), [names.index(each) for each in refused])
    far = np.where(alike, ALIKE + 0.001 * (first + second), APART)
    far[out[first] | out[second]] = np.nan
    return label_errors(Pairs(tuple(names), tuple(folders), of, out, first, second, far.astype(np.float32)))


def strays(found: LabelErrors) -> dict[str, str]:
    """Which picture fits which label."""
    return {stray.picture: stray.fits for stray in found.pictures}


def one_eye(found: LabelErrors) -> set[tuple[str, str]]:
    """The labels that are said to be one eye."""
    return {(eyes.first_eye, eyes.second_eye) for eyes in found.eyes if eyes.one_eye}


def test_a_picture_under_the_wrong_label_is_suspected() -> None:
    eye = [0, 0, 0, 1, 1, 1]
    swapped = {(0, 2): 0.46, (1, 2): 0.46, (2, 3): 0.15, (2, 4): 0.1, (2, 5): 0.2}
    found = label_errors(table(eye, swapped))
    assert found.near_pairs == 3
    assert (found.pairs[0].first, found.pairs[0].second) == ("2.png", "4.png")
    assert [(stray.picture, stray.eye, stray.fits) for stray in found.pictures] == [("2.png", "eye00", "eye01")]
    assert label_errors(table(eye, {})).near_pairs == 0


def test_a_near_pair_in_a_million_is_chance_and_two_in_a_few_hundred_are_not() -> None:
    assert not label_errors(table([0, 0, 1, 1], {})).beyond_chance
    assert label_errors(table([0, 0, 1, 1], {(0, 2): 0.2})).beyond_chance
    many = table([i // 2 for i in range(1500)], {(0, 2): 0.3})
    found = label_errors(many)
    assert found.near_pairs == 1
    assert found.expected_by_chance == pytest.approx(1.12, abs=0.01)
    assert not found.beyond_chance


@pytest.mark.parametrize(
    ("mean", "least"),
    [(1e-4, 1), (0.2, 3), (1.0, 5), (10.0, 19), (100.0, 125), (1000.0, 1075), (1e6, 1_002_328)],
)
def test_chance_ends_where_poisson_gives_less_than_a_hundredth(mean: float, least: int) -> None:
    assert beyond_chance(least, mean)
    assert not beyond_chance(least - 1, mean)
    assert beyond_chance(100 * least, mean)
    assert not beyond_chance(0, mean)


def test_one_eye_under_two_labels_shows_as_two_labels_that_share_most_pairs() -> None:
    shared = {(a, b): 0.2 for a in (0, 1) for b in (2, 3)}
    (eyes,) = label_errors(table([0, 0, 1, 1, 2, 2], shared)).eyes
    assert (eyes.first_eye, eyes.second_eye, eyes.near_pairs, eyes.pairs) == ("eye00", "eye01", 4, 4)


def test_what_strayed_into_another_label_does_not_speak_for_it() -> None:
    found = labelled({"A": "aaaa", "B": "bbba", "C": "ccca"})
    assert strays(found) == {"B3": "A", "C3": "A"}
    assert one_eye(found) == set()


def test_a_picture_that_its_own_label_does_not_fit_is_not_taken_to_where_its_fellow_strayed() -> None:
    assert strays(labelled({"A": "aa", "B": "bbba"}, poor=["A1"])) == {"B3": "A"}


def test_pictures_that_strayed_together_are_named_though_they_fit_each_other() -> None:
    found = labelled({"A": "aaaa", "B": "bbbbaaa", "C": "cc"})
    assert strays(found) == {"B4": "A", "B5": "A", "B6": "A"}
    assert one_eye(found) == set()


def test_two_labels_of_one_eye_are_said_to_be_one_and_nothing_strayed() -> None:
    found = labelled({"A": "aaaa", "B": "aaa", "C": "cc"}, poor=["A0"])
    assert one_eye(found) == {("A", "B")}
    assert strays(found) == {}


def test_a_picture_of_an_eye_under_two_labels_is_still_found_in_a_third() -> None:
    found = labelled({"A": "aaaa", "B": "aaa", "C": "ccca"})
    assert one_eye(found) == {("A", "B")}
    assert set(strays(found)) == {"C3"}
    assert strays(found)["C3"] in {"A", "B"}


def test_swapped_pictures_of_larger_labels_are_each_sent_home() -> None:
    assert strays(labelled({"A": "aab", "B": "bba"})) == {"A2": "B", "B2": "A"}


def test_a_label_of_two_that_disagree_has_its_stray_found_by_the_eye_that_it_fits() -> None:
    assert strays(labelled({"A": "aaa", "B": "ba"})) == {"B1": "A"}


def test_a_single_picture_that_fits_another_label_is_one_eye_under_two_labels_and_nothing_strayed() -> None:
    found = labelled({"A": "a", "B": "aaa"})
    assert (one_eye(found), strays(found)) == ({("A", "B")}, {})


def test_refused_pictures_neither_stray_nor_count() -> None:
    found = labelled({"A": "aaa", "B": "bba"}, refused=["A0", "B0"])
    assert strays(found) == {"B2": "A"}
    assert [(eyes.near_pairs, eyes.pairs) for eyes in found.eyes] == [(2, 4)]


@pytest.mark.parametrize("seed", range(5))
def test_every_stray_among_many_labels_is_named_with_its_home_and_nothing_else(seed: int) -> None:
    rng = np.random.default_rng(seed)
    eyes, shots = 60, 5
    truth = np.repeat(np.arange(eyes), shots)
    moved = rng.choice(eyes * shots, 8, replace=False)
    label = truth.copy()
    label[moved] = (truth[moved] + rng.integers(1, eyes, 8)) % eyes
    kept = np.bincount(truth[label == truth], minlength=eyes)
    assert kept.min() > np.bincount(label[moved], minlength=eyes).max(), "each label is still its own eye's"
    names = [f"{number}.png" for number in range(truth.size)]
    first, second = (ends.astype(np.int32) for ends in np.triu_indices(truth.size, 1))
    alike = truth[first] == truth[second]
    far = np.where(alike, rng.normal(0.2, 0.02, alike.size), rng.normal(0.46, 0.01, alike.size)).astype(np.float32)
    refused = np.zeros(truth.size, bool)
    home = tuple(f"{eye:02d}" for eye in range(eyes))
    found = label_errors(Pairs(tuple(names), home, label.astype(np.int32), refused, first, second, far))
    assert strays(found) == {names[each]: home[truth[each]] for each in moved}
    assert one_eye(found) == set()


def test_many_near_pairs_across_many_labels_are_grouped_by_one_pass() -> None:
    eyes = 40
    every = {(a, b): 0.3 for a, b in product(range(2 * eyes), repeat=2) if a < b and a // 2 != b // 2}
    found = label_errors(table([i // 2 for i in range(2 * eyes)], every))
    assert found.near_pairs == len(every)
    assert len(found.eyes) == len(found.pairs) == 100
    assert {(eyes.near_pairs, eyes.pairs) for eyes in found.eyes} == {(4, 4)}
