from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from iris.cli import register
from iris.evaluation.layouts import Layout, LayoutError, ambiguous, items


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


@pytest.mark.parametrize(
    ("left", "right", "person"),
    [
        ("7/L", "7/R", "7/"),
        ("7/left", "7/right", "7/"),
        ("ann Left", "ann Right", "ann "),
        ("张三左眼", "张三右眼", "张三"),
        ("张三-左", "张三-右", "张三-"),
    ],
)
def test_folders_whose_names_end_in_words_for_the_sides_are_the_eyes_of_one_person(
    tmp_path: Path, left: str, right: str, person: str
) -> None:
    touch(tmp_path, f"{left}/a.png", f"{right}/b.png", "bright/c.png", "左邻/d.png")
    found = {item.eye: (item.person, item.side) for item in items(tmp_path, Layout.FOLDERS)}
    assert found.pop(left) == (person, "L")
    assert found.pop(right) == (person, "R")
    assert found == {"bright": ("bright", ""), "左邻": ("左邻", "")}


def test_one_eye_keeps_its_identity_under_two_numbers(tmp_path: Path) -> None:
    touch(tmp_path, "008/01_L.bmp", "042/01_L.bmp", "042/06_R.bmp")
    first, second, other = items(tmp_path, Layout.IITD)
    assert first.eye != second.eye
    assert first.identity == second.identity != other.identity


def test_names_are_read_in_any_case_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "001/L/s1001l01.JPG", "001/L/S1001L02.JPEG", "001/L/._S1001L02.jpg", ".trash/S1009L01.jpg")
    assert [(item.eye, item.name) for item in items(tmp_path, Layout.CASIA_INTERVAL)] == [
        ("001L", "001/L/S1001L02.JPEG"),
        ("001L", "001/L/s1001l01.JPG"),
    ]


def test_links_out_of_the_data_set_are_followed_and_links_into_it_are_not(tmp_path: Path) -> None:
    touch(tmp_path, "store/7L/a.png", "store/b.png", "set/7R/c.png")
    links = {"7L": "../store/7L", "7R/b.png": "../../store/b.png", "again": "7R", "7R/c2.png": "c.png"}
    for link, target in (links | {"loop": ".", "7R/self.png": "self.png", "7R/gone.png": "nowhere.png"}).items():
        (tmp_path / "set" / link).symlink_to(target)
    (tmp_path / "store" / "7L" / "up").symlink_to("..")
    found = items(tmp_path / "set", Layout.FOLDERS)
    names = [item.name for item in found]
    assert names[0] == "7L/a.png"
    assert names[-2:] == ["7R/b.png", "7R/c.png"]
    assert [name for name in names if name.startswith("7R")] == ["7R/b.png", "7R/c.png"]


def test_names_that_are_no_text_are_written_as_text(tmp_path: Path) -> None:
    touch(tmp_path, os.fsdecode(b"\xffL/a\xfe.png"), os.fsdecode(b"\xffR/b.png"))
    assert [(item.name, item.eye, item.side) for item in items(tmp_path, Layout.FOLDERS)] == [
        (r"\xffL/a\xfe.png", r"\xffL", "L"),
        (r"\xffR/b.png", r"\xffR", "R"),
    ]


def test_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="no pictures in"):
        items(tmp_path, Layout.IITD)
    with pytest.raises(LayoutError, match="not a folder"):
        items(tmp_path / "nowhere", Layout.IITD)


def test_a_folder_of_another_layout_says_what_was_expected_and_found(tmp_path: Path) -> None:
    touch(tmp_path, "loose.png")
    with pytest.raises(LayoutError, match=r"one folder per eye.*loose.png"):
        items(tmp_path, Layout.FOLDERS)
    with pytest.raises(LayoutError, match=r"S1001L01.jpg.*loose.png"):
        items(tmp_path, Layout.CASIA_INTERVAL)


def test_subjects_that_are_not_there_are_told_with_those_that_are(tmp_path: Path) -> None:
    touch(tmp_path, "008/01_L.bmp", "042/01_L.bmp")
    with pytest.raises(LayoutError, match=r"subjects 50-60 .* holds 8 to 42"):
        items(tmp_path, Layout.IITD, (50, 60))


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


def evaluate(folder: Path, report: Path, *more: str) -> dict[str, Any]:
    assert run("evaluate", str(folder), "--layout", "folders", "--report", str(report), "--jobs", "1", *more) == 0
    return dict(json.loads((report / "figures.json").read_text()))


def test_an_evaluation_writes_report_figures_and_scores(eyes: Path, tmp_path: Path) -> None:
    result = evaluate(eyes, tmp_path / "r", "--scores", str(tmp_path / "new" / "s.npz"))
    assert result["pictures"] == 19
    assert result["eyes"] == 6
    assert result["failures_to_enrol"] == 1
    assert result["refusals"] == {"bad-picture": 1}
    assert result["refused_pictures"] == [{"picture": "0L/blank.png", "reason": "bad-picture"}]
    assert result["genuine_pairs"] == 5 * 3 + 6
    assert result["pairs_lost_to_fte"]["genuine"] == 3
    assert result["eer"] == 0.0
    assert result["visit"]["not_enrolled"] == []
    assert {"score", "usable_area", "sharpness", "interlace", "confidence"} <= set(result["quality"]["components"])
    page = (tmp_path / "r" / "report.html").read_text()
    assert "<svg" in page
    assert "http" not in page
    assert "<script" not in page
    stored = np.load(tmp_path / "new" / "s.npz", allow_pickle=False)
    assert stored["genuine"].sum() == result["genuine_pairs"]
    tried = ~stored["failed"]
    assert stored["distance"][stored["genuine"] & tried].max() < stored["distance"][~stored["genuine"] & tried].min()


def test_names_in_the_report_are_text_and_never_markup(tmp_path: Path) -> None:
    touch(tmp_path / "set", "<script>x/1.png", "<script>x/2.png", "b&b/1.png")
    evaluate(tmp_path / "set", tmp_path / "r")
    page = (tmp_path / "r" / "report.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;x" in page
    assert "b&amp;b" in page


def test_a_folder_in_the_place_of_the_scores_is_told_before_the_work(
    eyes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("evaluate", str(eyes), "--layout", "folders", "--report", str(tmp_path / "r"), "--scores", str(tmp_path))
    assert run(*words) == 2
    told = capsys.readouterr().err
    assert "is a folder" in told
    assert "encode" not in told


def test_one_eye_alone_gives_its_genuine_pairs_and_no_rates(eyes: Path, tmp_path: Path) -> None:
    (tmp_path / "one" / "5R").mkdir(parents=True)
    for shot in (eyes / "2R").iterdir():
        (tmp_path / "one" / "5R" / shot.name.upper()).write_bytes(shot.read_bytes())
    result = evaluate(tmp_path / "one", tmp_path / "r")
    assert (result["genuine_pairs"], result["impostor_pairs"]) == (3, 0)
    assert result["eer"] is None
    assert result["fnmr_incl_fte"] == {"1e-3": None, "1e-4": None, "1e-5": None}
    assert "too few pairs" in (tmp_path / "r" / "report.html").read_text()


def test_pictures_that_all_fail_are_counted_and_reported(tmp_path: Path) -> None:
    touch(tmp_path / "set", "a/1.png", "a/2.png", "b/1.png", "b/2.png")
    result = evaluate(tmp_path / "set", tmp_path / "r")
    assert result["failures_to_enrol"] == 4
    assert result["refusals"] == {"bad-picture": 4}
    assert result["pairs_lost_to_fte"] == {"genuine": 2, "impostor": 4}


def test_an_empty_folder_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", str(tmp_path), "--layout", "folders", "--report", str(tmp_path / "r")) == 2
    assert "no pictures in" in capsys.readouterr().err


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
