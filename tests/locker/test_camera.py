"""The camera against the simulator's camera over HTTP, and against servers that misbehave."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from config.settings import CameraSettings
from locker.camera import SOMEBODY, Camera, CameraStalled, CameraUnavailable, Frame, source_without_password

Treatment = Callable[[socket.socket], None]
Serve = Callable[[Treatment], str]

HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"


@dataclass
class SimulatedCamera:
    process: subprocess.Popen[str]
    url: str

    @property
    def stream(self) -> str:
        return f"{self.url}/stream.mjpg"

    def stand(self, person: str | None) -> None:
        body = json.dumps({"person": person, "eye": "left", "purpose": "look"}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/api/stand", body)) as reply:
            assert reply.status == 200


@pytest.fixture(scope="module")
def shared() -> Iterator[SimulatedCamera]:
    yield from _simulated_camera()


@pytest.fixture
def mortal() -> Iterator[SimulatedCamera]:
    """A camera that the test may kill."""
    yield from _simulated_camera()


def _simulated_camera() -> Iterator[SimulatedCamera]:
    command = [sys.executable, "-m", "simulator", "camera", "--fps", "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield SimulatedCamera(process, json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()


def settings(source: str, **changes: float) -> CameraSettings:
    return CameraSettings.model_validate(
        {"source": source, "open_timeout_s": 1.0, "read_timeout_s": 0.6, "look_timeout_s": 3.0} | changes
    )


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server that treats every connection in the way given; returns its URL."""
    listeners: list[socket.socket] = []
    connections: list[socket.socket] = []

    def start(treat: Treatment) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connections.append(connection)
                threading.Thread(target=_ignoring_hang_ups, args=(treat, connection), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/stream.mjpg"

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for connection in connections:
        connection.close()


def _ignoring_hang_ups(treat: Treatment, connection: socket.socket) -> None:
    try:
        treat(connection)
    except OSError:
        connection.close()


def part(jpeg: bytes) -> bytes:
    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg + b"\r\n"


def plain(level: int) -> bytes:
    return bytes(cv2.imencode(".jpg", np.full((120, 160), level, np.uint8))[1])


def mute(_connection: socket.socket) -> None:
    """Accept and never answer."""


def greet_and_stall(connection: socket.socket) -> None:
    connection.sendall(HEADERS)


def send_some_and_stall(connection: socket.socket) -> None:
    connection.sendall(HEADERS)
    beat = threading.Event()
    for level in (40, 60, 80, 100):
        connection.sendall(part(plain(level)))
        beat.wait(0.05)


def send_noise(connection: socket.socket) -> None:
    connection.sendall(HEADERS)
    while True:
        connection.sendall(os.urandom(4096))


def send_broken_pictures(connection: socket.socket) -> None:
    connection.sendall(HEADERS)
    beat = threading.Event()
    while not beat.wait(0.02):
        connection.sendall(part(os.urandom(2048)))


def first(frames: Iterator[Frame]) -> Frame:
    return next(frames)


def wipe_all(frames: Iterator[Frame]) -> None:
    for frame in frames:
        frame.wipe()


def test_a_look_gives_grey_frames_in_real_time(shared: SimulatedCamera) -> None:
    shared.stand("r01")
    with Camera(settings(shared.stream)).look() as frames:
        taken = [first(frames) for _ in range(20)]
    assert all(frame.picture.shape == (480, 640) and frame.picture.dtype == np.uint8 for frame in taken)
    gaps = np.diff([frame.at for frame in taken])
    assert np.all(gaps > 0)
    assert gaps.sum() > 19 * 0.05 / 2  # 20 frames per second, however late the first was, and no flood from a buffer


def test_a_frame_is_zero_once_it_is_wiped(shared: SimulatedCamera) -> None:
    shared.stand("r01")
    with Camera(settings(shared.stream)).look() as frames:
        frame = first(frames)
    assert frame.picture.any()
    frame.wipe()
    assert not frame.picture.any()


def test_frames_nobody_took_are_zeroed_at_the_end_of_the_look(shared: SimulatedCamera) -> None:
    camera = Camera(settings(shared.stream))
    with camera.look() as frames:
        first(frames).wipe()
        reader = camera._reader
        assert reader is not None
        with reader._changed:
            assert reader._changed.wait_for(lambda: reader._newest is not None, 2)
        waiting = reader._newest
    assert waiting is not None
    assert not waiting.picture.any()
    assert reader._newest is None


def test_a_look_never_shows_whoever_stood_there_before(shared: SimulatedCamera) -> None:
    camera = Camera(settings(shared.stream))
    shared.stand("r01")
    with camera.look() as frames:
        somebody = first(frames)
    shared.stand(None)
    with camera.look() as frames:
        nobody = first(frames)
    camera.close()
    assert somebody.picture.mean() > 80
    assert nobody.picture.mean() < 60


def test_frames_that_lay_in_a_buffer_are_dropped(serve: Serve) -> None:
    def old_ones_first(connection: socket.socket) -> None:
        connection.sendall(HEADERS + part(plain(30)) * 8)
        beat = threading.Event()
        while not beat.wait(0.08):
            connection.sendall(part(plain(200)))

    with Camera(settings(serve(old_ones_first))).look() as frames:
        assert first(frames).picture.mean() == pytest.approx(200, abs=3)


def test_a_slow_consumer_gets_the_newest_frame(serve: Serve) -> None:
    sent = threading.Event()

    def ramp(connection: socket.socket) -> None:
        connection.sendall(HEADERS)
        beat = threading.Event()
        for level in range(20, 220, 10):
            connection.sendall(part(plain(level)))
            beat.wait(0.03)
        sent.set()
        beat.wait(0.5)

    with Camera(settings(serve(ramp))).look() as frames:
        assert first(frames).picture.mean() < 120
        assert sent.wait(5)
        assert first(frames).picture.mean() > 180


def test_a_look_ends_by_itself(shared: SimulatedCamera) -> None:
    shared.stand("r01")
    with Camera(settings(shared.stream, look_timeout_s=0.5)).look() as frames:
        began = time.monotonic()
        assert sum(1 for _ in frames) > 2
        assert time.monotonic() - began < 1.5


def test_the_camera_is_given_back_after_a_look(shared: SimulatedCamera) -> None:
    camera = Camera(settings(shared.stream))
    with camera.look() as frames:
        first(frames)
    reader = camera._reader
    assert reader is not None
    camera.close()
    assert not reader.is_alive()


def test_a_camera_killed_in_the_middle_of_a_look_is_reported_and_works_again_later(mortal: SimulatedCamera) -> None:
    camera = Camera(settings(mortal.stream))
    mortal.stand("r01")
    with camera.look() as frames:
        first(frames)
        mortal.process.kill()
        began = time.monotonic()
        with pytest.raises(CameraStalled, match="stream ended or sent no picture"):
            wipe_all(frames)
        assert time.monotonic() - began < 2
    with pytest.raises(CameraUnavailable, match="there is none"), camera.look() as frames:
        first(frames)


@pytest.mark.parametrize("treat", [mute, greet_and_stall])
def test_a_camera_that_accepts_and_sends_nothing_holds_nobody_up(serve: Serve, treat: Treatment) -> None:
    camera = Camera(settings(serve(treat), open_timeout_s=0.4))
    began = time.monotonic()
    with pytest.raises(CameraUnavailable, match=r"did not answer in 0\.4 s"), camera.look() as frames:
        first(frames)
    assert time.monotonic() - began < 1.5
    with pytest.raises(CameraUnavailable):
        camera.preview()


def test_a_camera_that_stops_sending_is_stalled(serve: Serve) -> None:
    with Camera(settings(serve(send_some_and_stall))).look() as frames, pytest.raises(CameraStalled):
        wipe_all(frames)


@pytest.mark.parametrize("treat", [send_noise, send_broken_pictures])
def test_garbage_is_an_error_and_never_a_frame(serve: Serve, treat: Treatment) -> None:
    with Camera(settings(serve(treat))).look() as frames, pytest.raises((CameraUnavailable, CameraStalled)):
        first(frames)


def test_a_driver_that_hangs_is_left_alone_and_blocks_no_later_look(monkeypatch: pytest.MonkeyPatch) -> None:
    freed = threading.Event()

    class Hanging:
        def __init__(self, *_arguments: object) -> None:
            freed.wait(30)

        def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
            return False

        def release(self) -> None:
            pass

    monkeypatch.setattr(cv2, "VideoCapture", Hanging)
    camera = Camera(settings("0", open_timeout_s=0.2, read_timeout_s=0.2))
    with pytest.raises(CameraUnavailable, match="did not answer"), camera.look() as frames:
        first(frames)
    with pytest.raises(CameraUnavailable, match="not returned from the last request"):
        camera.preview()
    freed.set()
    with pytest.raises(CameraUnavailable, match=r"did not answer|there is none"):
        camera.preview()
    camera.close()


@pytest.mark.parametrize("source", ["/dev/video97", "97"])
def test_a_missing_device_is_named_with_a_remedy(source: str) -> None:
    with (
        pytest.raises(CameraUnavailable, match=f"camera '{source}': .*; check its power and cable"),
        Camera(settings(source)).look() as frames,
    ):
        first(frames)


def test_the_password_of_a_network_camera_is_not_shown() -> None:
    with pytest.raises(CameraUnavailable) as caught:
        Camera(settings("http://admin:secret@127.0.0.1:9/stream.mjpg")).preview()
    assert "secret" not in str(caught.value)
    assert "127.0.0.1:9" in str(caught.value)


def test_the_preview_notices_whoever_comes_near_and_nobody_else(shared: SimulatedCamera) -> None:
    camera = Camera(settings(shared.stream))
    shared.stand(None)
    assert camera.preview() == 0
    assert camera.preview() < SOMEBODY
    shared.stand("r02")
    assert camera.preview() > SOMEBODY
    camera.close()


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("rtsp://admin:hunter2@10.0.0.9/eye", "rtsp://10.0.0.9/eye"),
        ("rtsp://admin:p@ss@10.0.0.9/eye", "rtsp://10.0.0.9/eye"),
        ("http://127.0.0.1:80/stream.mjpg", "http://127.0.0.1:80/stream.mjpg"),
        ("/dev/video0", "/dev/video0"),
    ],
)
def test_a_cameras_password_is_never_shown(source: str, shown: str) -> None:
    assert source_without_password(source) == shown
