"""Every fault of lines, doors and the supply, in words: from the command line, over HTTP, and back again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

STATUS = "02 00 00 80 00 00 03 85"
EVERYTHING = [
    "left.latency_s=0.01",
    "left.drop=0.5",
    "left.late=0.1",
    "left.late_s=1.5",
    "left.noise=0.001",
    "left.noise_on=replies",
    "left.idle_noise=0.0001",
    "left.unasked_per_s=0.5",
    "left.echo=true",
    "left.dead=0",
    "left.rogue=0",
    "left.chatter=true",
    "right.adapter=out",
    "A03.jam=hard",
    "A03.hook=latched",
    "A03.bounce_s=0.5",
    "A03.pull_in_s=0.3",
    "A03.welded=true",
    "A03.burnt=true",
    "supply.strength=0.5",
]


def faults(street: Any, *words: str) -> list[str]:
    return street.web.post("/api/faults", json={"set": words}).raise_for_status().json()["faults"]


def log(street: Any) -> list[dict[str, Any]]:
    return street.web.get("/api/log").json()["entries"]


def test_every_fault_can_be_there_from_the_start_and_told_in_the_same_words(launch: Any) -> None:
    street = launch(*(part for word in EVERYTHING for part in ("--fault", word)))
    assert street.web.get("/api/faults").json()["faults"] == EVERYTHING


def test_every_fault_can_be_set_and_put_right_while_the_street_runs(launch: Any) -> None:
    street = launch()
    assert faults(street, *EVERYTHING) == EVERYTHING
    assert faults(street, "left.echo=ok", "left.dead=ok", "A03.jam=ok") == [
        word for word in EVERYTHING if word not in ("left.echo=true", "left.dead=0", "A03.jam=hard")
    ]
    assert faults(street, "left=ok", "right.adapter=in", "A03=ok", "supply=ok") == []


def test_of_several_words_with_one_mistake_none_is_done(launch: Any) -> None:
    street = launch()
    answer = street.web.post("/api/faults", json={"set": ["left.echo", "A03.jam=bent"]})
    assert answer.status_code == 400
    assert street.web.get("/api/faults").json()["faults"] == []


@pytest.mark.parametrize(
    ("word", "status", "said"),
    [
        ("noise", 400, "WHERE is left, right, supply or a door like A01"),
        ("middle.noise=1", 400, "WHERE is left, right, supply or a door like A01"),
        ("left.nois=1", 400, "no fault 'nois'; there are latency_s, drop"),
        ("left.noise=2", 400, "noise: Input should be less than or equal to 1"),
        ("left.adapter=away", 400, "write one of in, out, elsewhere"),
        ("A03.hand=kick", 400, "write one of pry, push, close"),
        ("A03.celsius=500", 400, "celsius: Input should be less than or equal to 170"),
        ("Z99.jam=hard", 404, "no door 'Z99'"),
    ],
)
def test_a_word_that_is_no_fault_says_what_would_be_one(street: Any, word: str, status: int, said: str) -> None:
    answer = street.web.post("/api/faults", json={"set": [word]})
    assert answer.status_code == status
    assert said in answer.json()["error"]


def test_a_door_is_pried_open_and_its_coil_warmed_in_words(launch: Any) -> None:
    street = launch()
    faults(street, "A04.hand=pry", "A05.celsius=95")
    doors = street.web.get("/api/doors").json()
    assert (doors["A04"]["open"], doors["A04"]["pulses"]) == (True, 0)
    assert doors["A05"]["cooling"]
    assert {"pried", "door_opened"} <= {entry["kind"] for entry in log(street)}


def test_a_welded_relay_keeps_its_coil_on_until_it_is_mended(launch: Any) -> None:
    street = launch()
    assert street.web.post("/api/doors/A02/faults", json={"welded": True}).json()["faults"]["welded"]
    street.ask("left", "02 00 01 81 00 00 03 87", 8)
    street.wait("A02", open=True)
    street.until(lambda: "welded" in {entry["kind"] for entry in log(street)})
    assert street.web.get("/api/doors").json()["A02"]["coil"]
    assert not street.web.post("/api/doors/A02/faults", json={}).json()["coil"]


def test_a_weak_supply_browns_out_under_a_coil_and_the_boards_come_back(launch: Any) -> None:
    street = launch()
    weak = street.web.post("/api/supply", json={"coils": 1, "strength": 0.5}).json()
    assert (weak["level"], weak["boards_up"]) == (1.0, True)
    street.ask("left", "02 00 01 81 00 00 03 87", 8, complete=False)
    street.until(lambda: "brown_out" in {entry["kind"] for entry in log(street)})
    street.until(lambda: street.web.get("/api/supply").json()["boards_up"])
    assert len(street.ask("left", STATUS, 11)) == 11
    assert not street.web.get("/api/doors").json()["A02"]["open"]


def test_an_adapter_that_comes_back_elsewhere_answers_under_its_stable_name(launch: Any) -> None:
    street = launch()
    before = str((street.ptys / "left").readlink())
    line = street.web.post("/api/lines/left/replug").json()
    assert line["plugged"]
    assert line["device"] == str((street.ptys / "left").readlink()) != before
    assert len(street.ask("left", STATUS, 11)) == 11


def test_a_fault_is_set_from_the_command_line(launch: Any) -> None:
    street = launch()
    command = [sys.executable, "-m", "simulator", "fault", "--url", str(street.web.base_url)]

    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    assert run() == (0, "nothing is wrong\n")
    assert run("left.noise=0.01", "A03.jam=hard") == (0, "left.noise=0.01\nA03.jam=hard\n")
    status, said = run("A03.jam=bent")
    assert status == 1
    assert "jam: Input should be 'none', 'soft' or 'hard'" in said


def test_a_mistake_among_the_faults_of_the_start_ends_the_street_with_an_explanation(tmp_path: Path) -> None:
    site = Path(__file__).parent / "site.toml"
    command = [sys.executable, "-m", "simulator", "street", "--config", str(site), "--pty-dir", str(tmp_path)]
    done = subprocess.run([*command, "--fault", "left.nois=1"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no fault 'nois'" in done.stderr


def test_boards_run_without_a_site(boards: Any) -> None:
    street = boards("kerong-cu24", "lock485-8a", "--channels", "24", "--fault", "A03.jam=hard")
    assert len(street.web.get("/api/doors").json()) == 48
    assert street.ask("kerong-cu24", "02 01 00 8F 00 00 03 95", 10, baud=19200).hex() == "0201008f100203bb1301"
    assert street.web.get("/api/faults").json()["faults"] == ["A03.jam=hard"]
