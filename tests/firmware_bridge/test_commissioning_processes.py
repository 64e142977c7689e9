"""A fitter's whole way as processes: the simulated street with a mis-wired cabinet, a walk, then a verification."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.load import load_settings

EXAMPLE = Path(__file__).parents[2] / "config" / "examples" / "two-boards.toml"
MISWIRED = """
[[lines]]
name = "left"
port = "{ptys}/left"
family = "kerong-cu16"
boards = [{{ address = 3, channels = 8, inverted = true }}, {{ address = 5, channels = 8, inverted = true }}]

[[columns]]
name = "A"
line = "left"
board = 3
channels = [4, "5:0", 2]
sizes = ["S", "M", "L"]

[[columns]]
name = "B"
line = "left"
board = 5
first_channel = 2
sizes = ["M", "M"]

"""


class Street:
    """The simulated world and a fitter's hands in it."""

    def __init__(self, folder: Path) -> None:
        text = EXAMPLE.read_text(encoding="utf-8")
        head, tail = text.split("[[lines]]", 1)[0], text[text.index("[panel]") :]
        self.truth = folder / "truth.toml"
        self.truth.write_text(head + MISWIRED.format(ptys=folder) + tail, encoding="utf-8")
        command = [sys.executable, "-m", "simulator", "street", "--config", self.truth, "--pty-dir", folder]
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = json.loads(self.process.stdout.readline())["url"]

    def hand(self, door: str, deed: str) -> None:
        httpx.post(f"{self.url}/api/doors/{door}/{deed}", trust_env=False, timeout=30).raise_for_status()

    def doors(self) -> dict[str, dict[str, object]]:
        answer: dict[str, dict[str, object]] = httpx.get(f"{self.url}/api/doors", trust_env=False, timeout=30).json()
        return answer

    def log(self) -> str:
        return httpx.get(f"{self.url}/api/log", trust_env=False, timeout=30).text


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    world = Street(tmp_path)
    yield world
    world.process.terminate()
    world.process.communicate(timeout=20)


def converse(street: Street, *arguments: object) -> tuple[int, list[str]]:
    """Run a board command, and do with the doors what it says."""
    with subprocess.Popen(
        [sys.executable, "-c", "from locker.cli import main; raise SystemExit(main())", "board", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line.rstrip())
            if line.startswith("5 locks will be pulsed"):
                process.stdin.write("gate-east\n")
                process.stdin.flush()
            elif "open this door by hand" in line:
                street.hand(line[:3], "pry")
            elif "Close it." in line:
                street.hand(next(word for word in line.split() if word in street.doors()), "close")
    return process.returncode, said


@pytest.mark.journey
def test_a_fitter_commissions_a_miswired_cabinet_alone(street: Street, tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    search = ("--port", tmp_path / "left", "--family", "kerong-cu16")
    status, said = converse(street, "walk", *search, "--out", site, "--columns", "A:S,M,L B:2M")
    assert status == 0, said
    found, truth = load_settings(site), load_settings(street.truth)
    assert [(each.id, each.board, each.channel, each.size) for each in found.compartments] == [
        (each.id, each.board, each.channel, each.size) for each in truth.compartments
    ]
    assert [(board.address, board.channels, board.inverted) for board in found.lines[0].boards] == [
        (3, 16, True),
        (5, 16, True),
    ]
    assert any("A01 is board 3 channel 4 of line-1, and it reads inverted" in line for line in said)
    assert street.log().count('"kind":"pulse"') == 0

    status, said = converse(street, "verify", "--config", site)
    assert status == 0, said
    assert any("5 of 5 doors are good" in line for line in said)
    assert street.log().count('"kind":"pulse"') == 5
