"""What the benchmark holds beside each other, and what it wraps to measure stages."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris import bench, stages
from iris.encode import encode
from iris.match import TooLittleOverlap, compare
from iris.planes import Distances, Planes, plain_scan
from iris.reference import Nearest, nearest
from iris.stages import STAGES, Watch, watched
from iris.template import Template
from locker.cli import main

Make = Callable[..., Template]


@settings(max_examples=60, deadline=None)
@given(
    a=st.integers(0, 500),
    b=st.integers(0, 500),
    readings=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    believed=st.floats(0.3, 1.0),
)
def test_comparing_equals_the_straightforward_implementation_to_the_last_bit(
    make_template: Make, a: int, b: int, readings: tuple[int, int], believed: float
) -> None:
    one, two = (
        Template.of_readings([make_template(seed + 1000 * part, believed=believed) for part in range(count)])
        for seed, count in zip((a, b), readings, strict=True)
    )
    expected = nearest(one, two)
    if expected is None:
        with pytest.raises(TooLittleOverlap):
            compare(one, two)
        return
    found = compare(one, two)
    assert (found.distance, found.raw) == (float(expected.distance), float(expected.raw))
    assert (found.overlap, found.rotation, found.readings) == (expected.overlap, expected.rotation, expected.readings)


@pytest.mark.parametrize("field", ["distance", "raw", "overlap", "rotation", "probe_reading", "reading"])
def test_one_differing_bit_of_a_scan_is_seen(make_template: Make, field: str) -> None:
    others = [make_template(seed) for seed in range(1, 30)]
    expected: list[Nearest | None] = [nearest(make_template(0), other) for other in others]

    def off(probe: Planes, gallery: Planes) -> Distances:
        found = plain_scan(probe, gallery)
        values = getattr(found, field).copy()
        values[20:21].view(np.int32)[:] ^= 1
        return dataclasses.replace(found, **{field: values})

    assert bench.agrees(plain_scan, make_template(0), others, expected)
    assert not bench.agrees(off, make_template(0), others, expected)


def test_stages_sum_up_to_the_whole_and_none_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "REPEATS", 3)
    spent = bench.stage_times(bench.drawn_eye(320, 280, 95.0))
    assert set(spent) == {*STAGES, "else"}
    assert all(value > 0 for value in spent.values())


def test_every_way_to_make_a_copy_and_to_choose_boundaries_is_measured() -> None:
    def made_here(module: str, kinds: set[str]) -> set[str]:
        found = vars(import_module(module)).items()
        return {
            f"{module}.{name}" for name, each in found if getattr(each, "__annotations__", {}).get("return") in kinds
        }

    copies = made_here("iris.segment.search", {"DetectionCopy", "DetectionCopy | None"})
    assert copies <= set(STAGES["detection copy"])
    assert made_here("iris.frontal", {"Boundaries"}) <= set(STAGES["choice of boundaries"])


def test_a_stage_within_a_stage_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 1.0, 3.0, 10.0])
    monkeypatch.setattr(stages.time, "perf_counter", lambda: next(now))
    watch = Watch()
    inner = watch.timed("pupil", lambda: None)
    watch.timed("limbus", inner)()
    spent = watch.take()
    assert (spent["pupil"], spent["limbus"]) == (2000.0, 8000.0)
    assert not any(watch.take().values())


def test_functions_are_their_own_again_when_nobody_measures() -> None:
    def functions() -> list[object]:
        places = [place.rsplit(".", 1) for part in STAGES.values() for place in part]
        return [getattr(import_module(module), name) for module, name in places]

    def failing() -> None:
        with watched():
            assert not set(before) & set(functions())
            raise KeyError

    before = functions()
    with pytest.raises(KeyError):
        failing()
    assert functions() == before


def test_measured_encoding_gives_the_same_template() -> None:
    picture = bench.drawn_eye(320, 280, 95.0)
    with watched():
        measured = encode(picture).template
    assert measured == encode(picture).template


def test_given_pictures_are_measured_each_once_and_refusals_count(
    drawn: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "eyes").mkdir()
    for seed in (1, 2):
        cv2.imwrite(str(tmp_path / "eyes" / f"{seed}.png"), drawn(seed=seed).draw())
    cv2.imwrite(str(tmp_path / "wall.png"), np.full((480, 640), 90, np.uint8))
    (tmp_path / "text.png").write_text("no picture")
    assert main(["iris", "bench", "--pictures", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["pictures"], found["refused"]) == (3, {"blank": 1})
    assert found["sizes"] == {"320x280": 2, "640x480": 1}
    assert found["slowest_ms"] >= found["encode_ms"]["p95"] >= found["encode_ms"]["median"] > 0
    assert set(found["stages_ms"]) == {*STAGES, "else"}
    assert "over the pictures" in found["measured_on"]
    assert main(["iris", "bench", "--pictures", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "refused: 1 blank" in told.out
    assert "text.png is not a picture" in told.err
    assert found["slowest"] in {"eyes/1.png", "eyes/2.png", "wall.png"}


def test_what_p95_is_of_is_said_in_help_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["iris", "bench", "--help"])
    assert "not of people's pictures" in " ".join(capsys.readouterr().out.split())
    assert "one drawn eye" in bench.Speed.model_fields["measured_on"].default


def test_pictures_that_are_not_there_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["iris", "bench", "--pictures", str(tmp_path / "nowhere")]) == 2
    told = capsys.readouterr().err
    assert "没有这个文件夹" in told
    assert told.count("nowhere") == 1
    assert main(["iris", "bench", "--pictures", str(tmp_path)]) == 2
    assert "no pictures in" in capsys.readouterr().err
    (tmp_path / "text.png").write_text("no picture")
    assert main(["iris", "bench", "--pictures", str(tmp_path)]) == 2
    assert "no picture could be read" in capsys.readouterr().err
