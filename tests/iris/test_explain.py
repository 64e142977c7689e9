from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from iris.encode import Encoded, encode
from iris.explain import explain
from iris.explanation import caption as caption_module
from iris.explanation import layers, palette
from iris.explanation.caption import STEP, caption
from iris.explanation.measures import Measured, Scale
from iris.explanation.page import page
from iris.explanation.panel import panel, png
from iris.frontal import views
from iris.quality import Advice
from locker.cli import main


def test_the_outcome_is_that_of_encoding_and_every_part_is_kept(drawn: Callable[..., Any]) -> None:
    picture = drawn().draw()
    found = explain(picture)
    assert isinstance(found.outcome, Encoded)
    assert found.outcome.template == encode(picture).template
    assert all(passed for _, _, passed in found.stages)
    assert found.eye is not None
    assert found.code is not None
    assert not any(one.broken for one in found.measures)


def test_what_is_shown_is_the_reading_that_gave_the_template(drawn: Callable[..., Any]) -> None:
    eye = drawn(seed=256, blur=3.01, noise=5.94, upper=-0.2, lower=0.63, texture=7.97)
    direction, centre = np.radians(40.0), np.array(eye.iris[:2])
    along = np.array([np.cos(direction), np.sin(direction)])
    linear = np.eye(2) - 0.15 * np.outer(along, along)
    matrix = np.column_stack([linear, centre - linear @ centre])
    picture = cv2.warpAffine(eye.draw(), matrix, (eye.width, eye.height), borderMode=cv2.BORDER_REPLICATE)
    assert views(picture)[0].stretch == 1.0
    found = explain(np.asarray(picture, np.uint8))
    assert isinstance(found.outcome, Encoded)
    assert found.quality == found.outcome.quality
    assert found.stretch == found.outcome.quality.stretch > 1.0
    assert found.code is not None
    bits = found.outcome.template.readings[0].unpacked().bits
    assert np.array_equal(found.code.bits, bits)


def test_a_picture_refused_for_its_quality_shows_which_measure_failed_and_by_how_much(
    drawn: Callable[..., Any],
) -> None:
    found = explain(drawn(texture=0.5, noise=0.2).draw())
    assert found.refusal is not None
    assert found.refusal.reason == "blurred"
    assert [passed for _, _, passed in found.stages] == [True, True, True, False]
    broken = [one for one in found.measures if one.broken]
    assert "sharpness" in [one.scale.text_en for one in broken]
    assert all("at least" in one.missing or "at most" in one.missing for one in broken)
    assert all("至少" in one.missing_zh or "至多" in one.missing_zh for one in broken)
    text = page("x", found)
    assert found.refusal.text_zh in text
    assert found.refusal.text_en in text
    assert broken[0].missing in text
    assert broken[0].missing_zh in text


@pytest.mark.parametrize(
    ("picture", "stages"),
    [
        (np.tile(np.arange(50, 130, 4, np.uint8), (240, 16)), [True, False, False, False]),
        (np.full((240, 320), 90, np.uint8), [False, False, False, False]),
        (np.zeros((30, 40), np.uint8), [False, False, False, False]),
    ],
)
def test_where_no_eye_is_found_the_page_shows_the_picture_and_the_reason(
    picture: np.ndarray, stages: list[bool]
) -> None:
    found = explain(picture)
    assert [passed for _, _, passed in found.stages] == stages
    assert found.refusal is not None
    assert found.refusal.detail.replace(">", "&gt;") in page("x", found)
    assert panel(found).shape[2] == 3


def test_the_page_needs_nothing_from_outside_and_runs_nothing(drawn: Callable[..., Any]) -> None:
    text = page("<b>&", explain(drawn().draw()))
    assert "<b>&" not in text
    assert "<script" not in text
    assert "http" not in text
    assert all(source.startswith("data:image/png") for source in re.findall(r'src="([^"]*)"', text))


def test_every_hidden_place_has_one_colour_and_every_usable_one_none(drawn: Callable[..., Any]) -> None:
    eye = explain(drawn(upper=-0.4, iris=(60.0, 140.0, 95.0), pupil=(62.0, 138.0, 38.0)).draw()).eye
    assert eye is not None
    colours = sum(flags.astype(int) for _, flags in palette.hidden(eye))
    assert np.array_equal(colours, (~eye.cover.usable).astype(int))


def test_the_boundaries_are_drawn_where_they_are(drawn: Callable[..., Any]) -> None:
    picture = drawn().draw()
    eye = explain(picture).eye
    assert eye is not None
    shown = layers.window(picture, eye)
    layer = layers.boundary_layer(eye, shown)
    for colour, circle in (
        (palette.PUPIL, eye.segmentation.pupil.circle),
        (palette.LIMBUS, eye.segmentation.limbus.circle),
    ):
        rows, columns = np.nonzero((layer[..., :3] == colour.rgb).all(axis=2) & (layer[..., 3] == 255))
        x, y = (columns + 0.5) / shown.scale - 0.5 + shown.left, (rows + 0.5) / shown.scale - 0.5 + shown.top
        radii = np.hypot(x - circle.x, y - circle.y)
        assert np.median(radii[radii > 5]) == pytest.approx(circle.r, abs=1.5)


def test_the_command_writes_a_page_or_a_picture_and_says_what_became_of_it(
    drawn: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    eye, wall = tmp_path / "eye.png", tmp_path / "wall.png"
    eye.write_bytes(png(drawn().draw()))
    wall.write_bytes(png(np.full((240, 320), 90, np.uint8)))
    assert main(["iris", "explain", str(eye), "--out", str(tmp_path / "eye.html")]) == 0
    assert (tmp_path / "eye.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main(["iris", "explain", str(eye), "--out", str(tmp_path / "panel.png")]) == 0
    assert cv2.imread(str(tmp_path / "panel.png")).shape[1] > 900
    assert main(["iris", "explain", str(wall), "--out", str(tmp_path / "wall.html")]) == 1
    assert "blank" in capsys.readouterr().out
    assert main(["iris", "explain", str(eye), "--out", str(tmp_path / "eye.txt")]) == 2
    assert "ends in .html or .png" in capsys.readouterr().err


def test_a_broken_limit_is_told_as_the_value_and_the_limit_in_both_languages() -> None:
    highlights = Scale("反光遮挡", "under highlights", lambda _: 0.0, 0, 1, "%", most=0.35)
    assert Measured(highlights, 0.45).missing == "45 %, at most 35 %"
    assert Measured(highlights, 0.45).missing_zh == "45 %，至多 35 %"
    assert Measured(highlights, 0.3503).missing == "35.03 %, at most 35.00 %"
    assert Measured(highlights, 0.30).missing == Measured(highlights, 0.30).missing_zh == ""
    radius = Scale("虹膜半径", "iris radius", lambda _: 0.0, 0, 160, "px", least=40.0)
    assert Measured(radius, 31.25).missing == "31.2 px, at least 40.0 px"


def test_advice_with_the_same_words_is_given_once(drawn: Callable[..., Any]) -> None:
    found = explain(drawn().draw())
    assert found.quality is not None
    still = [Advice(measure, "请保持不动", "hold still") for measure in ("sharpness", "motion_blur")]
    look = Advice("gaze", "请直视摄像头", "look straight into the camera")
    doubled = replace(found, quality=replace(found.quality, advice=(still[0], look, still[1])))
    assert [note.text_en for note in doubled.advice] == ["hold still", "look straight into the camera"]


def test_verdict_reason_and_legend_stand_under_the_picture(
    drawn: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    put = cv2.putText

    def told(canvas: np.ndarray, text: str, *rest: Any) -> Any:
        written.append(text)
        return put(canvas, text, *rest)

    monkeypatch.setattr(cv2, "putText", told)
    refused = explain(drawn(texture=0.5, noise=0.2).draw())
    assert refused.refusal is not None
    under = caption(refused, 1024)
    assert (under != np.array(caption_module.GROUND)).any(axis=(1, 2)).reshape(-1, STEP).any(axis=1).all()
    text = " ".join(written)
    assert "未采用 refused: blurred" in text
    assert refused.refusal.text_zh in text
    assert refused.refusal.text_en in text
    assert "眼睑 lid" in text
    good = explain(drawn().draw())
    written.clear()
    assert panel(good).shape[0] > caption(good, 1024).shape[0] > 0
    assert any("已编码 encoded" in word for word in written)
    written.clear()
    caption(replace(good, stretch=1.25), 1024)
    assert any("眼睛偏看约 37°，图像已拉正 looks about 37° aside; straightened" in word for word in written)
    narrow = caption(refused, 300)
    assert narrow.shape[0] > under.shape[0]
