"""What `iris evaluate` prints, writes and leaves behind, and what its report says of a set that is too small."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from iris.commands import evaluate
from iris.evaluation.layouts import Layout, items
from iris.evaluation.scores import scores
from locker.cli import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory, drawn: Callable[..., Any]) -> Path:
    folder = tmp_path_factory.mktemp("eyes")
    for name, seed in (("0L", 1), ("0R", 2), ("1L", 3)):
        (folder / name).mkdir()
        for shot in range(2):
            picture = drawn(seed=seed, turn=2.0 * shot, noise=1.5 + 0.3 * shot).draw()
            cv2.imwrite(str(folder / name / f"{shot}.png"), picture)
    return folder


def words(eyes: Path, report: Path, *more: str) -> list[str]:
    return ["iris", "evaluate", str(eyes), "--layout", "folders", "--report", str(report), "--jobs", "1", *more]


def test_the_main_figures_are_printed_and_all_of_them_on_request(eyes: Path, tmp_path: Path, capsys: Captured) -> None:
    assert main(words(eyes, tmp_path / "r")) == 0
    told = capsys.readouterr().out
    assert len(told.splitlines()) < 12
    for name in ("FTA", "FTE", "EER", "FNMR@FMR 1e-4", "visits missed", "report.html"):
        assert name in told
    assert main(words(eyes, tmp_path / "r", "--json")) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "r" / "figures.json").read_text())


def test_every_stage_is_told_before_its_work_so_that_its_rate_is_true(eyes: Path) -> None:
    told: list[tuple[str, int, int]] = []
    found = items(eyes, Layout.FOLDERS)
    scores(found, lambda *call: told.append(call), jobs=1)
    for stage in ("encode", "compare"):
        assert next(done for name, done, _ in told if name == stage) == 0
        assert told[-1 if stage == "compare" else len(found)] == (stage, len(found), len(found))


def test_pictures_that_fit_no_layout_are_told_and_left_out(eyes: Path, tmp_path: Path, capsys: Captured) -> None:
    picture = (eyes / "0L" / "0.png").read_bytes()
    for name in ("a/1.png", "a/2.png", "loose 图.png"):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(picture)
    assert main(words(tmp_path / "set", tmp_path / "r")) == 0
    told = capsys.readouterr().err
    assert "left out: 1 " in told
    assert "loose 图.png" in told
    assert main(words(tmp_path / "set", tmp_path / "r", "--subjects", "1-1")) == 0
    assert "left out" not in capsys.readouterr().err


def test_broken_pictures_are_named_in_the_report_and_the_decoder_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ok, whole = cv2.imencode(".bmp", np.full((240, 320), 90, np.uint8))
    assert ok
    (tmp_path / "set" / "a").mkdir(parents=True)
    (tmp_path / "set" / "a" / "half.bmp").write_bytes(whole.tobytes()[:20_000])
    (tmp_path / "set" / "a" / "text.jpg").write_text("hello")
    (tmp_path / "set" / "a" / "grey.bmp").write_bytes(whole.tobytes())
    assert main(words(tmp_path / "set", tmp_path / "r")) == 0
    assert "imdecode" not in capfd.readouterr().err
    page = (tmp_path / "r" / "report.html").read_text()
    assert "不是可用的图像文件 not a picture file that can be used" in page
    assert "几乎全图一色 nearly one grey value everywhere" in page
    assert "a/half.bmp" in page


def test_the_report_says_what_was_evaluated_when_and_how(eyes: Path, tmp_path: Path) -> None:
    assert main(words(eyes, tmp_path / "r", "--subjects", "1-2")) == 0
    page = (tmp_path / "r" / "report.html").read_text()
    assert "<html lang=zh>" in page
    assert f"<title>虹膜评测 Iris evaluation: {eyes.name} (folders, subjects 1-2)</title>" in page
    assert "iris-locker iris evaluate" in page
    assert "--subjects 1-2" in page
    assert "--jobs 1" in page
    assert "<h2><span lang=zh>" in page


def test_a_set_of_one_eye_or_two_says_what_is_missing_and_draws_no_empty_axes(eyes: Path, tmp_path: Path) -> None:
    assert main(words(eyes, tmp_path / "r", "--subjects", "1")) == 0
    page = (tmp_path / "r" / "report.html").read_text()
    assert "What this set cannot show" in page
    assert "FMR 1e-4: 300,000" in page
    assert "<svg" not in page
    assert "Too few pairs to draw it: 4 impostor and 2 genuine" in page
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a").symlink_to(eyes / "1L")
    assert main(words(tmp_path / "one", tmp_path / "r1")) == 0
    page = (tmp_path / "r1" / "report.html").read_text()
    assert "No impostor pair could be compared" in page
    assert "<svg" not in page


def test_near_labels_are_hinted_at_beside_the_eer(eyes: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "set").mkdir()
    for name in ("a", "b"):
        (tmp_path / "set" / name).symlink_to(eyes / "0L")
    assert main(words(tmp_path / "set", tmp_path / "r")) == 0
    page = (tmp_path / "r" / "report.html").read_text()
    assert "4 pairs across labels are as near as one eye" in page
    assert page.index("class=h") < page.index("Accuracy of one picture")
    assert "label errors suspected" in capsys.readouterr().out


@pytest.mark.parametrize("scores", ["s.csv", "folder", "file/s.npz"])
def test_outputs_are_checked_before_the_work(eyes: Path, tmp_path: Path, capsys: Captured, scores: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    assert main(words(eyes, tmp_path / "r", "--scores", str(tmp_path / scores))) == 2
    told = capsys.readouterr().err
    assert "--scores" in told
    assert "encode" not in told
    assert main(words(eyes, tmp_path / "file")) == 2
    assert "--report" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_interrupted_it_says_one_line_and_leaves_nothing(
    eyes: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluate, "figures", interrupted)
    assert main(words(eyes, tmp_path / "r", "--scores", str(tmp_path / "s" / "s.npz"))) == 130
    assert capsys.readouterr().err.splitlines()[-1] == (
        "iris-locker iris: 已中断 stopped，什么也没有写 and nothing was written"
    )
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_reaches_only_the_command_and_not_its_processes(eyes: Path, tmp_path: Path) -> None:
    script = f"import sys; from locker.cli import main; sys.exit(main({words(eyes, tmp_path / 'r')!r}))"
    code = f"if __name__ == '__main__':\n    {script}\n"
    (tmp_path / "run.py").write_text(code)
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "run.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stderr is not None
    first = process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    told = (first + rest).decode()
    assert process.returncode in (0, 130)
    assert "Traceback" not in told
    assert "KeyboardInterrupt" not in told


def test_explaining_makes_the_folders_of_its_page(eyes: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder" / "eye.html"
    assert main(["iris", "explain", str(eyes / "0L" / "0.png"), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
