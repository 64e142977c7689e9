from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from iris.cli import register
from iris.evaluation.layouts import Item, Layout, LayoutError, ambiguous, items
from iris.evaluation.scores import Enrolled, Scores
from iris.evaluation.statistics import (
    Distribution,
    d_prime,
    distribution,
    equal_error_rate,
    figures,
    rate_below,
    threshold_at,
)


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    arguments = parser.parse_args(["iris", *words])
    return int(arguments.run(arguments))


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_interval_names_give_eye_and_person(tmp_path: Path) -> None:
    touch(tmp_path, "001/L/S1001L01.jpg", "001/R/S1001R02.jpg", "002/L/S1002L01.jpg", "notes.txt")
    found = items(tmp_path, Layout.CASIA_INTERVAL)
    assert [(item.eye, item.person, item.side) for item in found] == [
        ("001L", "001", "L"),
        ("001R", "001", "R"),
        ("002L", "002", "L"),
    ]
    assert [item.number for item in items(tmp_path, Layout.CASIA_INTERVAL, (2, 9))] == [2]


def test_two_numbers_of_one_person_are_neither_genuine_nor_impostor(tmp_path: Path) -> None:
    touch(tmp_path, "008/01_L.bmp", "042/01_L.bmp", "009/01_L.bmp")
    first, other, second = items(tmp_path, Layout.IITD)
    assert (first.number, other.number, second.number) == (8, 9, 42)
    assert ambiguous(first, second)
    assert not ambiguous(first, other)


def test_folders_pair_left_and_right_of_one_person(tmp_path: Path) -> None:
    touch(tmp_path, "7L/a.png", "7R/b.png", "tail/c.png")
    left, right, alone = items(tmp_path, Layout.FOLDERS)
    assert left.person == right.person == "7"
    assert left.eye != right.eye
    assert (left.side, right.side, alone.side) == ("L", "R", "")
    assert not ambiguous(left, right)


def test_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="no pictures"):
        items(tmp_path, Layout.IITD)
    with pytest.raises(LayoutError, match="not a folder"):
        items(tmp_path / "nowhere", Layout.IITD)


def test_equal_error_rate_of_two_shifted_normals_is_the_known_one() -> None:
    rng = np.random.default_rng(1)
    spread = Distribution(np.sort(rng.normal(0.25, 0.05, 20_000)), np.sort(rng.normal(0.45, 0.05, 20_000)))
    assert equal_error_rate(spread) == pytest.approx(0.0228, abs=0.003)
    assert d_prime(spread) == pytest.approx(4.0, abs=0.05)


def test_the_threshold_at_a_rate_lets_no_more_impostors_through() -> None:
    impostor = np.sort(np.random.default_rng(1).normal(0.45, 0.03, 50_000))
    threshold = threshold_at(impostor, 1e-3)
    assert threshold is not None
    assert rate_below(impostor, threshold) <= 1e-3
    assert threshold_at(impostor, 1e-4) is None


def scored(distance: list[float], genuine: list[bool], failed: list[bool]) -> Scores:
    people = [Item(Path(f"{i}.png"), f"eye{i // 2}", f"eye{i // 2}", None, "") for i in range(4)]
    outcomes = [Enrolled(None, 0, "no-eye")] + [Enrolled(None, 0, "no-eye")] * 3
    first, second = np.array([0, 0, 1, 2]), np.array([1, 2, 2, 3])
    return Scores(people, outcomes, first, second, np.array(genuine), np.array(distance, np.float32), np.array(failed))


def test_a_comparison_refused_for_overlap_is_a_miss_and_never_a_match() -> None:
    scores = scored([0.2, np.nan, 0.45, np.nan], [True, False, False, True], [False] * 4)
    spread = distribution(scores)
    assert np.isinf(spread.genuine[-1])
    assert rate_below(spread.impostor, 0.5) == 0.5


def test_rates_with_too_few_pairs_behind_them_are_null() -> None:
    result = figures(scored([0.2, 0.4, 0.45, 0.2], [True, False, False, True], [False] * 4))
    assert result.eer is None
    assert result.fnmr_incl_fte == {"1e-3": None, "1e-4": None, "1e-5": None}


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory, drawn: Callable[..., Any]) -> Path:
    folder = tmp_path_factory.mktemp("eyes")
    for person in range(3):
        for side in "LR":
            (folder / f"{person}{side}").mkdir()
            for shot in range(3):
                eye = drawn(seed=10 * person + (side == "R"), turn=4.0 * shot, noise=2.0 + shot)
                cv2.imwrite(str(folder / f"{person}{side}" / f"{shot}.png"), eye.draw())
    (folder / "0L" / "blank.png").write_bytes(b"no picture at all")
    return folder


def test_an_evaluation_writes_report_figures_and_scores(eyes: Path, tmp_path: Path) -> None:
    assert (
        run(
            "evaluate",
            str(eyes),
            "--layout",
            "folders",
            "--report",
            str(tmp_path / "r"),
            "--scores",
            str(tmp_path / "s.npz"),
        )
        == 0
    )
    result = json.loads((tmp_path / "r" / "figures.json").read_text())
    assert result["pictures"] == 19
    assert result["eyes"] == 6
    assert result["failures_to_enrol"] == 1
    assert result["refusals"] == {"bad-picture": 1}
    assert result["genuine_pairs"] == 5 * 3 + 6
    assert result["eer"] == 0.0
    page = (tmp_path / "r" / "report.html").read_text()
    assert "<svg" in page
    assert "http" not in page
    stored = np.load(tmp_path / "s.npz")
    assert stored["genuine"].sum() == result["genuine_pairs"]
    tried = ~stored["failed"]
    assert stored["distance"][stored["genuine"] & tried].max() < stored["distance"][~stored["genuine"] & tried].min()


def test_encode_compare_and_identify_work_on_files(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = [tmp_path / "ann.png", tmp_path / "bob.png"]
    for target, source in zip(pictures, ("0L", "1L"), strict=True):
        target.write_bytes((eyes / source / "0.png").read_bytes())
    assert run("encode", *map(str, pictures), "--out", str(tmp_path / "t")) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(line["template"]).name for line in lines] == ["ann.iris", "bob.iris"]
    assert run("compare", str(tmp_path / "t" / "ann.iris"), str(eyes / "0L" / "1.png")) == 0
    assert run("compare", str(tmp_path / "t" / "ann.iris"), str(eyes / "1L" / "1.png")) == 1
    capsys.readouterr()
    assert run("identify", str(eyes / "1L" / "2.png"), "--gallery", str(tmp_path / "t"), "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["accepted"]
    assert answer["template"] == "bob"
    assert run("identify", str(eyes / "2L" / "0.png"), "--gallery", str(tmp_path / "t")) == 1


def test_refusals_and_bad_files_are_told_and_not_raised(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blank = eyes / "0L" / "blank.png"
    assert run("encode", str(blank), "--out", str(tmp_path)) == 1
    assert json.loads(capsys.readouterr().out)["refused"] == "bad-picture"
    assert run("compare", str(blank), str(blank)) == 2
    (tmp_path / "bad.iris").write_bytes(b"garbage")
    assert run("compare", str(tmp_path / "bad.iris"), str(blank)) == 2
    assert run("identify", str(blank), "--gallery", str(tmp_path / "empty")) == 2
    assert "holds no template" in capsys.readouterr().err
