"""The street as a process: its log, its lines, its page, its beginning and its end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import serial

PATIENCE_S = 30
"""What a loaded machine may need to end a process or to answer."""


def test_the_log_is_read_in_pieces_without_gaps_or_repeats(launch: Any) -> None:
    street = launch()
    first = street.web.get("/api/log").json()
    street.ask("right", "9A 01 01 11 8B", 5)
    street.ask("right", "9B 01 01 11 8A", 5)
    second = street.web.get("/api/log", params={"since": first["next"]}).json()
    assert [entry["kind"] for entry in first["entries"]] == ["plugged", "plugged"]
    assert second["entries"][0]["rule"] == "coil_held"
    assert second["entries"][0]["door"] == "C01"
    assert second["next"] == first["next"] + len(second["entries"])
    assert street.web.get("/api/log", params={"since": second["next"]}).json()["entries"] == []


def test_more_coils_than_the_supply_carries_show_in_the_log(launch: Any) -> None:
    street = launch("--power-coils", "1")
    street.ask("left", "02 00 00 81 00 00 03 86", 8)
    street.ask("right", "8A 01 01 11 9B", 5, complete=False)
    rules = [entry.get("rule") for entry in street.web.get("/api/log").json()["entries"]]
    assert "too_many_coils" in rules


def test_a_line_can_be_pulled_and_put_in_again(launch: Any) -> None:
    street = launch()
    assert street.web.post("/api/lines/left/unplug").json()["plugged"] is False
    assert not (street.ptys / "left").exists()
    assert street.web.post("/api/lines/left/plug").json()["plugged"] is True
    assert street.ask("left", "02 00 00 8F 00 00 03 94", 10).hex() == "0200008f100203ba1301"


def test_faults_are_set_as_a_whole(launch: Any) -> None:
    street = launch()
    set_at_first = street.web.post("/api/lines/right/faults", json={"latency_s": 0.01, "echo": True}).json()["faults"]
    assert (set_at_first["latency_s"], set_at_first["echo"]) == (0.01, True)
    assert street.ask("right", "80 01 01 33 B3", 10).hex() == "80010133b3" + "8001011191"
    assert street.web.post("/api/lines/right/faults", json={}).json()["faults"]["echo"] is False


def test_a_line_that_chatters_reports_a_sprung_door_unasked(launch: Any) -> None:
    street = launch()
    street.web.post("/api/lines/right/faults", json={"chatter": True})
    with serial.Serial(str(street.ptys / "right"), 9600, timeout=PATIENCE_S) as port:
        port.write(bytes.fromhex("8A 01 01 11 9B"))
        assert port.read(5).hex() == "8a0101119b"
        assert port.read(5).hex() == "8101010081"


def test_the_page_and_its_live_picture_are_served(launch: Any) -> None:
    street = launch()
    assert "智能" in street.web.get("/").text
    with street.web.stream("GET", "/api/street/live") as live:
        first = next(line for line in live.iter_lines() if line)
    picture = json.loads(first.removeprefix("data: "))
    assert [len(column) for column in picture["columns"]] == [12, 12, 12]
    assert picture["lines"]["right"]["family"] == "lock485-8a"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_even_while_a_page_watches(launch: Any, how: signal.Signals) -> None:
    street = launch()
    with street.web.stream("GET", "/api/street/live") as live:
        next(live.iter_lines())
        street.process.send_signal(how)
        assert street.process.wait(PATIENCE_S) == 0
    assert not (street.ptys / "left").is_symlink()


def test_who_stands_before_the_camera_is_told_to_the_camera(launch: Any) -> None:
    heard: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"standing": true}')

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as camera:
        threading.Thread(target=camera.serve_forever, daemon=True).start()
        street = launch("--camera-url", f"http://127.0.0.1:{camera.server_port}")
        answer = street.web.post("/api/camera", json={"person": "r01", "eye": "right", "purpose": "enrol"})
        camera.shutdown()
    assert answer.json() == {"standing": True}
    assert [(path, json.loads(body)) for path, body in heard] == [
        ("/api/stand", {"person": "r01", "eye": "right", "purpose": "enrol"})
    ]
    assert street.web.get("/api/street").json()["camera"]["person"] == "r01"


def test_a_line_that_is_called_as_the_supply_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text((Path(__file__).parent / "site.toml").read_text().replace('"left"', '"supply"'))
    command = [sys.executable, "-m", "simulator", "street", "--config", str(site), "--pty-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "a line called 'supply' cannot be told from the power supply" in done.stderr


def test_settings_that_cannot_be_used_end_it_with_an_explanation(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulator", "street", "--config", "no-such.toml", "--pty-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot read no-such.toml" in done.stderr
