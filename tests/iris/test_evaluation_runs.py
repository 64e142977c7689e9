from __future__ import annotations

import argparse
import contextlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris.cli import register
from iris.evaluation.paired import DifferentData, comparison
from iris.evaluation.pairs import Pairs
from iris.evaluation.score_file import Run, ScoreFileError, read, write

EYES, SHOTS = 70, 4


def pairs(*missed: tuple[int, int], shift: float = 0.0) -> Pairs:
    """Seventy eyes of four pictures; pairs inside an eye at 0.2 but for the missed ones, strangers about 0.46."""
    eye = np.repeat(np.arange(EYES), SHOTS).astype(np.int32)
    first, second = (rows.astype(np.int32) for rows in np.triu_indices(eye.size, 1))
    distance = np.random.default_rng(1).uniform(0.44, 0.48, first.size)
    distance[eye[first] == eye[second]] = 0.2
    for a, b in missed:
        distance[(first == a) & (second == b)] = 0.49
    names = tuple(f"{i // SHOTS:02d}/{i % SHOTS}.png" for i in range(eye.size))
    eyes = tuple(f"{i:02d}" for i in range(EYES))
    return Pairs(names, eyes, eye, np.zeros(eye.size, bool), first, second, (distance + shift).astype(np.float32))


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    arguments = parser.parse_args(["iris", "compare-runs", *words])
    return int(arguments.run(arguments))


def test_a_run_does_not_differ_from_itself_whatever_the_scale_of_its_scores() -> None:
    found = comparison(Run(pairs((0, 1)), "a"), Run(pairs((0, 1), shift=-0.1), "b"))
    change = found.fnmr_incl_fte["1e-3"]
    assert change is not None
    assert (change.missed_by_both, change.missed_by_a_only, change.missed_by_b_only) == (1, 0, 0)
    assert (change.difference, change.difference_95, change.mcnemar_p) == (0.0, (0.0, 0.0), 1.0)
    assert not change.clear
    assert found.eer.difference == pytest.approx(0.0, abs=1e-6)
    assert found.changed_eyes == ()
    assert found.fnmr_incl_fte["1e-4"] is None


def test_counts_and_eyes_of_a_better_run_are_told() -> None:
    worse = pairs(*((SHOTS * eye, SHOTS * eye + 1) for eye in range(12)))
    better = pairs((0, 1), (0, 2))
    found = comparison(Run(worse, "a"), Run(better, "b"))
    change = found.fnmr_incl_fte["1e-3"]
    assert change is not None
    assert (change.missed_by_both, change.missed_by_a_only, change.missed_by_b_only) == (1, 11, 1)
    assert change.a == 12 / 420
    assert change.b == 2 / 420
    assert change.mcnemar_p == pytest.approx(2 * 13 / 4096)
    assert change.clear
    assert len(found.changed_eyes) == 12
    assert {(eye.eye, eye.missed_by_a, eye.missed_by_b) for eye in found.changed_eyes} >= {("00", 1, 2), ("05", 1, 0)}


def test_one_bad_eye_makes_no_clear_difference_although_mcnemar_thinks_so() -> None:
    one_eye = pairs((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
    change = comparison(Run(one_eye, "a"), Run(pairs(), "b")).fnmr_incl_fte["1e-3"]
    assert change is not None
    assert change.mcnemar_p < 0.05
    assert not change.clear


def test_a_picture_refused_by_one_run_counts_as_missed_in_it() -> None:
    one = pairs()
    refused = np.zeros(len(one.pictures), bool)
    refused[5] = True
    two = replace(one, refused=refused, distance=np.where(refused[one.first] | refused[one.second], np.nan, 0.2))
    found = comparison(Run(one, "a"), Run(replace(two, distance=_strangers_of(one, two)), "b"))
    change = found.fnmr_incl_fte["1e-3"]
    assert change is not None
    assert (found.refused_by_a, found.refused_by_b) == (0, 1)
    assert (change.missed_by_a_only, change.missed_by_b_only) == (0, 3)


def _strangers_of(one: Pairs, two: Pairs) -> np.ndarray:
    return np.where(two.failed, np.nan, one.distance).astype(np.float32)


def test_pictures_in_another_order_are_put_together_by_name() -> None:
    one = pairs((0, 1), (9, 10))
    turn = np.random.default_rng(3).permutation(len(one.pictures))
    place = np.empty_like(turn)
    place[turn] = np.arange(turn.size)
    ends = np.sort(np.stack([place[one.first], place[one.second]]), axis=0).astype(np.int32)
    two = Pairs(
        tuple(one.pictures[i] for i in turn), one.eyes, one.eye[turn], one.refused[turn], ends[0], ends[1], one.distance
    )
    change = comparison(Run(one, "a"), Run(two, "b")).fnmr_incl_fte["1e-3"]
    assert change is not None
    assert (change.missed_by_both, change.missed_by_a_only, change.missed_by_b_only) == (2, 0, 0)


def test_other_pictures_labels_or_pairs_are_refused_by_name() -> None:
    one = pairs()
    renamed = replace(one, pictures=("new.png", *one.pictures[1:]))
    with pytest.raises(DifferentData, match=r"2 pictures are in one run only, for example 00/0.png in the first"):
        comparison(Run(one, "a"), Run(renamed, "b"))
    relabelled = replace(one, eye=np.concatenate([[1], one.eye[1:]]).astype(np.int32))
    with pytest.raises(DifferentData, match=r"00/0.png is labelled 00 in the first run and 01"):
        comparison(Run(one, "a"), Run(relabelled, "b"))
    fewer = replace(one, first=one.first[1:], second=one.second[1:], distance=one.distance[1:])
    with pytest.raises(DifferentData, match="different pairs"):
        comparison(Run(one, "a"), Run(fewer, "b"))


def test_the_command_prints_text_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "a.npz", pairs((0, 1), (4, 5)))
    write(tmp_path / "b.npz", pairs((0, 1)))
    assert run(str(tmp_path / "a.npz"), str(tmp_path / "b.npz")) == 0
    told = capsys.readouterr().out
    assert "missed by both 1, by A only 1, by B only 0, of 420 genuine pairs" in told
    assert "01: missed 1 by A, 0 by B, of 6" in told
    assert run(str(tmp_path / "a.npz"), str(tmp_path / "b.npz"), "--json") == 0
    assert json.loads(capsys.readouterr().out)["fnmr_incl_fte"]["1e-3"]["missed_by_a_only"] == 1


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    one = pairs((0, 1))
    write(tmp_path / "a.npz", one)
    back = read(tmp_path / "a.npz").pairs
    assert back.pictures == one.pictures
    assert back.eyes == one.eyes
    assert all(np.array_equal(getattr(back, name), getattr(one, name)) for name in ("eye", "first", "second"))
    assert np.array_equal(back.distance, one.distance, equal_nan=True)


def changed(path: Path, **arrays: object) -> Path:
    with np.load(path) as stored:
        kept = {name: stored[name] for name in stored.files}
    other = path.with_name("changed.npz")
    np.savez(other, **{name: np.asarray(value) for name, value in (kept | arrays).items()})
    return other


def test_foreign_files_are_refused_with_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = tmp_path / "a.npz"
    write(good, pairs())
    np.savez(tmp_path / "foreign.npz", something=np.arange(3))
    np.save(tmp_path / "array.npy", np.arange(3))
    (tmp_path / "text.npz").write_text("no archive")
    objects = np.array([{}, None], dtype=object)
    cases = [
        (tmp_path / "missing.npz", "is no file"),
        (tmp_path / "foreign.npz", "missing; write it with"),
        (tmp_path / "array.npy", "one array"),
        (tmp_path / "text.npz", "damaged or not written by"),
    ]
    for path, why in cases:
        assert run(str(good), str(path)) == 2
        assert why in capsys.readouterr().err
    with pytest.raises(ScoreFileError, match="format 9 is not known"):
        read(changed(good, format=9))
    with pytest.raises(ScoreFileError, match="damaged or not written") as refused:
        read(changed(good, pictures=objects))
    assert "pickle" not in str(refused.value)
    (tmp_path / "picture.npz").write_bytes(b"II*")
    with pytest.raises(ScoreFileError, match=r"not written by iris evaluate --scores$"):
        read(tmp_path / "picture.npz")
    with pytest.raises(ScoreFileError, match="not of one length"):
        read(changed(good, distance=np.zeros(3, np.float32)))
    with pytest.raises(ScoreFileError, match="not pairs of the file's pictures"):
        read(changed(good, second=pairs().second + 1))
    with pytest.raises(ScoreFileError, match="no normalised distance"):
        read(changed(good, distance=np.full(pairs().first.size, np.inf, np.float32)))
    with pytest.raises(ScoreFileError, match="pictures that were refused"):
        read(changed(good, refused=np.ones(EYES * SHOTS, bool)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_or_read_and_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("damage") / "a.npz"
    small = pairs()
    kept = small.second < 6
    write(
        path,
        replace(
            small,
            pictures=small.pictures[:6],
            eye=small.eye[:6],
            refused=small.refused[:6],
            first=small.first[kept],
            second=small.second[kept],
            distance=small.distance[kept],
        ),
    )
    damaged = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    with contextlib.suppress(ScoreFileError):
        read(path)


def test_the_sign_test_counts_eyes_and_not_pairs() -> None:
    worse = pairs(*((SHOTS * eye, SHOTS * eye + 1) for eye in range(12)), (0, 2), (0, 3))
    change = comparison(Run(worse, "a"), Run(pairs((SHOTS * 20, SHOTS * 20 + 1)), "b")).fnmr_incl_fte["1e-3"]
    assert change is not None
    assert (change.eyes_worse_in_a, change.eyes_worse_in_b) == (12, 1)
    assert change.sign_test_p == pytest.approx(2 * 14 / 2**13)
    one_eye = comparison(Run(pairs((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)), "a"), Run(pairs(), "b"))
    change = one_eye.fnmr_incl_fte["1e-3"]
    assert change is not None
    assert change.sign_test_p == 1.0 > change.mcnemar_p


def test_refused_pictures_and_eyes_without_any_are_compared() -> None:
    one = pairs()
    refused = np.zeros(len(one.pictures), bool)
    refused[: SHOTS + 1] = True
    failed = refused[one.first] | refused[one.second]
    two = replace(one, refused=refused, distance=np.where(failed, np.nan, one.distance).astype(np.float32))
    found = comparison(Run(one, "a"), Run(two, "b"))
    assert (found.failures_to_acquire.a, found.failures_to_acquire.b) == (0.0, 5 / 280)
    assert (found.failures_to_enrol.a, found.failures_to_enrol.b) == (0.0, 1 / 70)
    low, high = found.failures_to_enrol.difference_95 or (1.0, 0.0)
    assert low == 0.0 < 1 / 70 < high
    assert found.d_prime.a is not None
    assert found.d_prime.a > 8


def test_the_thresholds_behind_missed_are_named_and_no_interval_is_a_point(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "a.npz", pairs((0, 1), (4, 5)))
    assert run(str(tmp_path / "a.npz"), str(tmp_path / "a.npz")) == 0
    told = capsys.readouterr().out
    assert "+0.000% to +0.000%" not in told
    assert "sign test p 1" in told
    found = comparison(Run(pairs((0, 1)), "a"), Run(pairs(shift=-0.1), "b"))
    change, at = found.fnmr_incl_fte["1e-3"], found.changed_at
    assert change is not None
    assert (at.observed, at.threshold_a, at.threshold_b) == (True, change.threshold_a, change.threshold_b)
    assert at.threshold_b == pytest.approx(at.threshold_a - 0.1, abs=1e-6)
    assert f"at distance {change.threshold_a:.4f} in A" in told
    assert f"beyond {at.threshold_a:.4f} in A" in told
