"""The street as a process, started the way a site starts it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import serial

PATIENCE_S = 30
"""How long a loaded machine may take for what a free one does at once; nobody waits that long for what happens."""

BAUD = {"left": 19200, "right": 9600}
SITE = Path(__file__).parent / "site.toml"


@dataclass(frozen=True)
class Street:
    """A running street: its process, its web client, and the folder of its pseudo-terminals."""

    process: subprocess.Popen[str]
    web: httpx.Client
    ptys: Path

    def ask(self, line: str, frame: str, size: int, *, baud: int | None = None, complete: bool = True) -> bytes:
        """Send a frame as a daemon would and read the answer's bytes, all of them unless the answer may break off."""
        speed = baud or BAUD[line]
        patience = PATIENCE_S if complete else 0.5
        with serial.Serial(str(self.ptys / line), speed, timeout=patience, exclusive=True) as port:
            port.write(bytes.fromhex(frame))
            answer = port.read(size)
            port.timeout = 0.005  # the gap that boards need before the next frame, in which nothing may come
            assert port.read(1) == b""
            return answer

    def until(self, holds: Callable[[], bool]) -> None:
        """Look again and again until something holds."""
        end = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < end, f"not within {PATIENCE_S} s"
            time.sleep(0.02)

    def wait(self, door: str, **state: bool) -> dict[str, object]:
        query = {"id": door, "timeout": PATIENCE_S} | {name: str(value).lower() for name, value in state.items()}
        return self.web.get("/api/doors/wait", params=query).raise_for_status().json()


def start_street(ptys: Path, *options: str, part: tuple[str, ...] = ("street", "--config", str(SITE))) -> Street:
    command = [sys.executable, "-m", "simulator", *part, "--pty-dir", str(ptys), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["ready"] == "street"
    web = httpx.Client(base_url=ready["url"], timeout=2 * PATIENCE_S, trust_env=False)
    return Street(process, web, ptys)


def stop_street(street: Street) -> int:
    street.web.close()
    street.process.terminate()
    assert street.process.stdout is not None
    with street.process.stdout:
        return street.process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    street = start_street(tmp_path_factory.mktemp("ptys"), "--power-coils", "4")  # these tests unlock without waiting
    yield street
    stop_street(street)


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[object]:
    """Start a street of the test's own; it is stopped afterwards at the latest."""
    started: list[Street] = []

    def start(*options: str) -> Street:
        started.append(start_street(tmp_path / "ptys", *options))
        return started[-1]

    yield start
    for street in started:
        stop_street(street)


@pytest.fixture
def boards(tmp_path: Path) -> Iterator[object]:
    """Start boards without a site; they are stopped afterwards."""
    started: list[Street] = []

    def start(*options: str) -> Street:
        started.append(start_street(tmp_path / "ptys", *options, part=("boards",)))
        return started[-1]

    yield start
    for street in started:
        stop_street(street)
