"""The camera as a process, over real HTTP."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest


@dataclass
class Running:
    process: subprocess.Popen[str]
    url: str

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=5) as reply:
            return bytes(reply.read())

    def stand(self, body: object) -> Any:
        request = urllib.request.Request(f"{self.url}/api/stand", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=5) as reply:
            return json.load(reply)


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "simulator", "camera", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def listening(process: subprocess.Popen[str]) -> Running:
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["ready"] == "camera"
    return Running(process, ready["url"])


@pytest.fixture(scope="module")
def camera() -> Iterator[Running]:
    with start("--fps", "20", "--seed", "5") as process:
        try:
            yield listening(process)
        finally:
            process.terminate()


def test_opencv_reads_the_stream_as_from_any_network_camera(camera: Running) -> None:
    camera.stand({"person": "r01", "eye": "left", "purpose": "look"})
    capture = cv2.VideoCapture(f"{camera.url}/stream.mjpg", cv2.CAP_FFMPEG)
    try:
        read = [capture.read() for _ in range(5)]
    finally:
        capture.release()
    assert all(done for done, _ in read)
    assert {picture.shape for _, picture in read} == {(480, 640, 3)}
    assert len({picture.tobytes() for _, picture in read}) > 1


def test_a_single_frame_shows_whoever_stands_there(camera: Running) -> None:
    def brightness() -> float:
        picture = cv2.imdecode(np.frombuffer(camera.get("/frame.jpg"), np.uint8), cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        return float(picture.mean())

    camera.stand({"person": "r01", "eye": "right", "purpose": "enrol"})
    assert brightness() > 80
    camera.stand({"person": None})
    assert brightness() < 60


def test_the_page_of_people_says_the_seed_and_who_has_been_there(camera: Running) -> None:
    camera.stand({"person": "r09", "eye": "left", "purpose": "look"})
    people = json.loads(camera.get("/api/people"))
    assert people["seed"] == 5
    assert people["people"]["r09"]["subject"] == "synthetic"
    assert people["standing"]["person"] == "r09"


@pytest.mark.parametrize(
    ("body", "field"),
    [({"person": "r01", "eye": "middle"}, "eye"), ({}, "person"), ({"person": "r01", "look": 1}, "look"), ([], "body")],
)
def test_a_wrong_standing_is_refused_by_field(camera: Running, body: object, field: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        camera.stand(body)
    with refused.value as reply:
        assert reply.code == 400
        assert field in json.load(reply)["error"]


def test_a_collection_that_is_too_small_says_so(tmp_path: Path) -> None:
    for eye in ("aL", "aR"):
        (tmp_path / eye).mkdir()
        for number in range(2):
            cv2.imwrite(str(tmp_path / eye / f"{number}.png"), np.full((60, 80), 90, np.uint8))
    with start("--eyes", str(tmp_path), "--layout", "folders") as process:
        camera = listening(process)
        assert camera.stand({"person": "r01", "eye": "left", "purpose": "enrol"})["stand"] == 1
        with pytest.raises(urllib.error.HTTPError) as refused:
            camera.stand({"person": "r02", "eye": "left", "purpose": "look"})
        with refused.value as reply:
            assert reply.code == 409
            assert "already play somebody" in json.load(reply)["error"]
        process.terminate()


def test_sigterm_ends_it_cleanly_in_the_middle_of_a_stream() -> None:
    with start() as process:
        camera = listening(process)
        with urllib.request.urlopen(f"{camera.url}/stream.mjpg", timeout=5) as stream:
            assert stream.headers["Content-Type"].startswith("multipart/x-mixed-replace")
            assert stream.readline() == b"--frame\r\n"
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_missing_collection_ends_with_a_remedy(tmp_path: Path) -> None:
    with start("--eyes", str(tmp_path / "none")) as process:
        assert process.wait(10) == 2
        assert process.stderr is not None
        assert "give --eyes the folder" in process.stderr.read()
