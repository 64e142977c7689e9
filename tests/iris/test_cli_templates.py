"""`iris encode`, `enrol`, `compare`, `identify`, `templates` on files, as a first-time user meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import pytest

from iris.commands.template_files import advice
from iris.decision import Policy
from iris.quality import Advice
from iris.template import EyeSide, Template
from locker.cli import main

Make = Callable[..., Template]
Captured = pytest.CaptureFixture[str]


def lines(capsys: Captured) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory, drawn: Callable[..., Any]) -> Path:
    """Five frames of each eye of two people, as 0L/0.png."""
    folder = tmp_path_factory.mktemp("eyes")
    for person in range(2):
        for side in "LR":
            (folder / f"{person}{side}").mkdir()
            for shot in range(5):
                eye = drawn(seed=10 * person + (side == "R") + 1, turn=2.0 * shot, noise=1.5 + 0.3 * shot)
                cv2.imwrite(str(folder / f"{person}{side}" / f"{shot}.png"), eye.draw())
    return folder


def frames(eyes: Path, eye: str, *shots: int) -> list[str]:
    return [str(eyes / eye / f"{shot}.png") for shot in shots or range(4)]


@pytest.fixture(scope="module")
def gallery(eyes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    for name, person in (("ann", 0), ("bob", 1)):
        words = ["--left", *frames(eyes, f"{person}L"), "--right", *frames(eyes, f"{person}R")]
        assert main(["iris", "enrol", name, *words, "--out", str(folder), "--gallery", str(folder)]) == 0
    return folder


def test_enrolling_fuses_three_frames_that_agree_and_keeps_the_side(gallery: Path) -> None:
    assert sorted(file.name for file in gallery.iterdir()) == [
        "ann-left.iris",
        "ann-right.iris",
        "bob-left.iris",
        "bob-right.iris",
    ]
    template = Template.from_bytes((gallery / "ann-right.iris").read_bytes())
    assert (template.side, template.frames) == (EyeSide.RIGHT, 3)


def test_both_eyes_of_a_person_are_one_person(eyes: Path, gallery: Path, capsys: Captured) -> None:
    assert main(["iris", "identify", *frames(eyes, "1R", 4), "--gallery", str(gallery), "--json"]) == 0
    (answer,) = lines(capsys)
    assert (answer["accepted"], answer["reason"], answer["person"]) == (True, "accepted", "bob")
    assert answer["template"] == "bob-right"
    assert answer["runner_up"].startswith("ann")
    assert answer["promise"] == {"false_match_rate": 1e-6, "templates": 4, "frames": 1, "looks": 1}
    assert answer["threshold"] == Policy(frames=1).threshold(4)


def test_every_frame_of_an_enrolment_is_told_and_spare_ones_are_not_needed(
    eyes: Path, tmp_path: Path, capsys: Captured
) -> None:
    words = ["--left", *frames(eyes, "0L"), "--out", str(tmp_path), "--json"]
    assert main(["iris", "enrol", "ann", *words]) == 0
    *told, last = lines(capsys)
    assert [frame["used"] for frame in told] == [True, True, True, False]
    assert told[3]["text_en"] == "not needed any more"
    assert last["enrolled"]
    assert last["templates"]["left"]["frames"] == 3


def test_an_eye_that_somebody_else_has_is_refused_even_as_the_other_side(
    eyes: Path, gallery: Path, tmp_path: Path, capsys: Captured
) -> None:
    words = ["--right", *frames(eyes, "0L"), "--out", str(tmp_path / "new"), "--gallery", str(gallery)]
    assert main(["iris", "enrol", "eve", *words, "--json"]) == 1
    refusal = lines(capsys)[-1]
    assert (refusal["enrolled"], refusal["reason"]) == (False, "duplicate")
    assert "ann" in refusal["text_en"]
    assert not (tmp_path / "new").exists()
    assert main(["iris", "enrol", "eve", *words]) == 1
    assert "已登记为 ann" in capsys.readouterr().out


def test_one_eye_shown_as_both_is_refused_and_nothing_is_written(eyes: Path, tmp_path: Path, capsys: Captured) -> None:
    words = ["--left", *frames(eyes, "0L"), "--right", *frames(eyes, "0L"), "--out", str(tmp_path), "--json"]
    assert main(["iris", "enrol", "ann", *words]) == 1
    assert lines(capsys)[-1]["reason"] == "same_eye_twice"
    assert list(tmp_path.iterdir()) == []


def test_frames_of_several_eyes_do_not_agree(eyes: Path, tmp_path: Path, capsys: Captured) -> None:
    mixed = [*frames(eyes, "0L", 0), *frames(eyes, "0R", 0), *frames(eyes, "1L", 0)]
    assert main(["iris", "enrol", "ann", "--left", *mixed, "--out", str(tmp_path), "--json"]) == 1
    assert lines(capsys)[-1]["reason"] == "inconsistent"
    (tmp_path / "text.png").write_text("no picture")
    words = ["--left", str(tmp_path / "text.png"), "--out", str(tmp_path), "--json"]
    assert main(["iris", "enrol", "ann", *words]) == 1
    assert lines(capsys)[-1]["reason"] == "poor_pictures"


def test_an_enrolment_is_replaced_only_with_force(eyes: Path, tmp_path: Path, capsys: Captured) -> None:
    words = ["iris", "enrol", "ann", "--left", *frames(eyes, "0L"), "--out", str(tmp_path), "--gallery", str(tmp_path)]
    assert main(words) == 0
    before = (tmp_path / "ann-left.iris").read_bytes()
    assert main(words) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*words, "--force"]) == 0
    assert (tmp_path / "ann-left.iris").read_bytes() == before


@pytest.mark.parametrize("name", ["", ".hidden", "a/b"])
def test_a_name_that_is_no_file_name_is_refused(eyes: Path, tmp_path: Path, name: str) -> None:
    assert main(["iris", "enrol", name, "--left", *frames(eyes, "0L"), "--out", str(tmp_path)]) == 2
    assert main(["iris", "enrol", "ann", "--out", str(tmp_path)]) == 2


def test_two_files_of_one_eye_are_ambiguous_in_words_and_in_json(eyes: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "ann1.png").write_bytes((eyes / "0L" / "0.png").read_bytes())
    (tmp_path / "ann2.png").write_bytes((eyes / "0L" / "0.png").read_bytes())
    store = str(tmp_path / "t")
    assert main(["iris", "encode", str(tmp_path / "ann1.png"), str(tmp_path / "ann2.png"), "--out", store]) == 0
    capsys.readouterr()
    assert main(["iris", "identify", *frames(eyes, "0L", 2), "--gallery", store, "--json"]) == 1
    (answer,) = lines(capsys)
    assert (answer["accepted"], answer["reason"], answer["person"]) == (False, "ambiguous", None)
    assert sorted(answer["people"]) == ["ann1", "ann2"]
    assert "iris enrol" in answer["remedy_en"]
    assert main(["iris", "identify", *frames(eyes, "0L", 2), "--gallery", store]) == 1
    told = capsys.readouterr().out
    assert "ambiguous" in told
    assert "无法确定" in told
    assert "seem to be of one eye" in told
    (tmp_path / "t" / "ann").mkdir()
    for name in ("ann1", "ann2"):
        (tmp_path / "t" / f"{name}.iris").rename(tmp_path / "t" / "ann" / f"{name}.iris")
    assert main(["iris", "identify", *frames(eyes, "0L", 2), "--gallery", store, "--json"]) == 0
    assert lines(capsys)[0]["person"] == "ann"


def test_whom_nobody_fits_is_not_recognised_with_the_reason(eyes: Path, gallery: Path, capsys: Captured) -> None:
    stranger = gallery.parent / "stranger.png"
    picture = cv2.imread(frames(eyes, "0L", 0)[0], cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(stranger), picture[:, ::-1])
    assert main(["iris", "identify", str(stranger), "--gallery", str(gallery), "--json"]) == 1
    assert lines(capsys)[0]["reason"] == "mirrored"


def test_files_that_cannot_be_used_are_named_counted_and_left_out(
    eyes: Path, gallery: Path, tmp_path: Path, capsys: Captured, make_template: Make
) -> None:
    store = tmp_path / "g"
    store.mkdir()
    for file in gallery.iterdir():
        (store / file.name).write_bytes(file.read_bytes())
    (store / "bad.iris").write_bytes(b"garbage")
    (store / "foreign.iris").write_bytes(replace(make_template(1), encoder=b"an older").to_bytes())
    assert main(["iris", "identify", *frames(eyes, "0L", 4), "--gallery", str(store), "--json"]) == 0
    told = capsys.readouterr()
    answer = json.loads(told.out)
    assert (answer["person"], answer["skipped"]) == ("ann", 2)
    assert {Path(each["file"]).name for each in answer["skipped_files"]} == {"bad.iris", "foreign.iris"}
    assert "bad.iris: length" in told.err
    assert "foreign.iris: encoder" in told.err
    for file in gallery.iterdir():
        (store / file.name).unlink()
    assert main(["iris", "identify", *frames(eyes, "0L", 4), "--gallery", str(store)]) == 2
    assert "no template that can be used" in capsys.readouterr().err


def test_encoding_overwrites_nothing_without_force(eyes: Path, tmp_path: Path, capsys: Captured) -> None:
    words = ["iris", "encode", *frames(eyes, "0L", 0), "--out", str(tmp_path)]
    assert main([*words, "--side", "left"]) == 0
    assert Template.from_bytes((tmp_path / "0.iris").read_bytes()).side is EyeSide.LEFT
    assert main(words) == 2
    assert "已存在" in capsys.readouterr().err
    assert Template.from_bytes((tmp_path / "0.iris").read_bytes()).side is EyeSide.LEFT
    assert main([*words, "--force"]) == 0
    assert Template.from_bytes((tmp_path / "0.iris").read_bytes()).side is EyeSide.UNKNOWN


def test_equal_names_in_different_folders_are_encoded_into_folders(
    eyes: Path, tmp_path: Path, capsys: Captured
) -> None:
    pictures = [*frames(eyes, "0L", 0), *frames(eyes, "1L", 0)]
    assert main(["iris", "encode", *pictures, "--out", str(tmp_path)]) == 0
    assert [Path(line["template"]).relative_to(tmp_path) for line in lines(capsys)] == [
        Path("0L/0.iris"),
        Path("1L/0.iris"),
    ]
    assert main(["iris", "encode", *frames(eyes, "0L", 1, 1), "--out", str(tmp_path)]) == 2
    assert "share a name" in capsys.readouterr().err


def test_advice_is_given_once_and_in_both_languages(
    drawn: Callable[..., Any], tmp_path: Path, capsys: Captured
) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), drawn(upper=-0.3, lower=0.5).draw())
    assert main(["iris", "encode", str(tmp_path / "a.png"), "--out", str(tmp_path)]) == 0
    (line,) = lines(capsys)
    assert (line["advice"], line["advice_zh"]) == (["open your eye wider"], ["请睁大眼睛"])
    still = [Advice(measure, "请保持不动", "hold still") for measure in ("sharpness", "interlace")]
    assert advice(still) == {"advice": ["hold still"], "advice_zh": ["请保持不动"]}


def test_paths_are_shown_as_they_are(eyes: Path, tmp_path: Path, capsys: Captured) -> None:
    name = "左眼.png"
    (tmp_path / name).write_bytes((eyes / "0L" / "0.png").read_bytes())
    (tmp_path / "坏.png").write_bytes(b"text")
    odd = os.fsdecode(b"\xff.png")
    (tmp_path / odd).write_bytes(b"text")
    pictures = [str(tmp_path / each) for each in (name, "坏.png", odd)]
    assert main(["iris", "encode", *pictures, "--out", str(tmp_path / "t")]) == 1
    told = capsys.readouterr().out
    assert "左眼.iris" in told
    assert "坏.png" in told
    assert json.loads(told.splitlines()[2])["image"].endswith("\\xff.png")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere.png", "没有这个文件 No such file"),
        ("folder", "不是文件 This is not a file"),
        ("a.txt", "不是图像文件"),
    ],
)
def test_a_name_that_leads_to_no_picture_says_so(tmp_path: Path, capsys: Captured, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.txt").write_text("text")
    path = str(tmp_path / name)
    for words in (["compare", path, path], ["explain", path, "--out", str(tmp_path / "o.html")]):
        assert main(["iris", *words]) == 2
        told = capsys.readouterr().err
        assert said in told
        assert "camera" not in told


def test_a_mistyped_picture_of_an_enrolment_is_told_before_the_work(
    eyes: Path, tmp_path: Path, capsys: Captured
) -> None:
    words = ["--left", *frames(eyes, "0L"), "--right", str(tmp_path / "nowhere.png"), "--out", str(tmp_path / "g")]
    assert main(["iris", "enrol", "ann", *words]) == 2
    told = capsys.readouterr()
    assert "nowhere.png: 没有这个文件 No such file" in told.err
    assert told.out == ""


def test_help_of_comparing_promises_0_of_the_raw_share_alone(eyes: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main(["iris", "compare", "--help"])
    distance, raw = (
        line for line in capsys.readouterr().out.splitlines() if line.lstrip().startswith(("distance ", "raw "))
    )
    assert "0 for one picture twice" not in distance
    assert "0 for one picture twice" in raw
    picture = frames(eyes, "0L", 0)[0]
    assert main(["iris", "compare", picture, picture]) == 0
    assert lines(capsys)[0]["raw"] == 0.0


def test_a_mistyped_template_is_told_with_its_name(tmp_path: Path, capsys: Captured) -> None:
    assert main(["iris", "templates", str(tmp_path / "nowhere.iris")]) == 2
    assert "nowhere.iris: 没有这个文件 No such file" in capsys.readouterr().err
    assert main(["iris", "compare", str(tmp_path / "nowhere.iris"), str(tmp_path / "nowhere.iris")]) == 2
    assert "没有这个文件 no such file" in capsys.readouterr().err


def test_a_folder_among_the_pictures_is_a_mistake_and_no_refusal(eyes: Path, tmp_path: Path, capsys: Captured) -> None:
    out = ["--out", str(tmp_path / "t")]
    assert main(["iris", "encode", str(eyes), *frames(eyes, "0L", 0), *out]) == 2
    assert [line.get("refused") for line in lines(capsys)] == ["not-a-file", None]
    assert main(["iris", "enrol", "ann", "--left", *frames(eyes, "0L"), str(eyes), *out]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{eyes}: 这不是文件 This is not a file" in told.err


def test_a_picture_that_is_given_again_is_no_further_frame(eyes: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "copy.png").write_bytes((eyes / "0L" / "0.png").read_bytes())
    first = frames(eyes, "0L", 0)
    words = ["--left", *first, *first, str(tmp_path / "copy.png"), "--out", str(tmp_path / "t"), "--json"]
    assert main(["iris", "enrol", "ann", *words]) == 1
    *told, last = lines(capsys)
    assert [frame["used"] for frame in told] == [True, False, False]
    assert [frame.get("refused") for frame in told] == [None, "given-already", "given-already"]
    assert (last["enrolled"], last["reason"]) == (False, "inconsistent")


def test_encode_tells_a_missing_file_and_goes_on(eyes: Path, tmp_path: Path, capsys: Captured) -> None:
    words = [str(tmp_path / "nowhere.png"), *frames(eyes, "0L", 0)]
    assert main(["iris", "encode", *words, "--out", str(tmp_path)]) == 2
    missing, good = lines(capsys)
    assert missing["refused"] == "no-such-file"
    assert missing["text_zh"] == "没有这个文件"
    assert "template" in good


def test_a_comparison_says_from_which_promise_its_threshold_follows(eyes: Path, capsys: Captured) -> None:
    assert main(["iris", "compare", *frames(eyes, "0L", 0, 1)]) == 0
    (answer,) = lines(capsys)
    promise = answer["promise"]
    words = ["--false-match-rate", str(promise["false_match_rate"]), "--gallery", str(promise["templates"])]
    words += ["--frames", str(promise["frames"]), "--looks", str(promise["looks"]), "--json"]
    assert main(["iris", "policy", *words]) == 0
    (row,) = json.loads(capsys.readouterr().out)["galleries"]
    assert row["threshold"] == answer["threshold"]


def test_a_template_of_an_unknown_format_is_told_its_remedy_once(
    tmp_path: Path, capsys: Captured, make_template: Make
) -> None:
    data = bytearray(make_template(1).to_bytes())
    data[4] = 99
    (tmp_path / "new.iris").write_bytes(data)
    assert main(["iris", "templates", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines()[0].count("enrol again") == 1


def test_nothing_is_said_where_nobody_reads_on(gallery: Path) -> None:
    script = (
        "import sys; from locker.cli import main\n"
        f"sys.exit(main(['iris', 'templates', *[{str(gallery)!r}] * 3000, '--json']))"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 1
    assert said == b""
