"""Every fault of lines, doors and the supply, in words: from the command line, over HTTP, and back again."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import serial

from simulator.boards.registry import family_names
from simulator.street import boards_command

PATIENCE_S = 30
"""What a loaded machine may need to answer."""

READS = {  # family: bits per second, a read of board 1 with eight channels, size of the answer
    "kerong-cu16": (19200, "02 10 30 03 45", 9),
    "kerong-cu24": (19200, "02 01 00 80 00 00 03 86", 10),
    "kerong-cu48": (19200, "02 01 00 60 03 66", 18),
    "lock485-8a": (9600, "80 01 00 33 B2", 5),
    "modbus-relay": (9600, "01 02 00 00 00 08 79 CC", 6),
    "winnsen": (9600, "90 06 12 01 01 03", 7),
    "wkly": (9600, "57 4B 4C 59 08 01 84 84", 18),
}
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
    "supply.coils=2",
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
    assert faults(street, "left=ok", "right=ok", "A03=ok", "supply=ok") == []
    assert faults(street, "right.adapter=out", "right.adapter=ok") == []


@pytest.mark.parametrize("mistake", ["A03.jam=bent", "supply.strength=2", "left.rogue=7", "A03.hand=kick"])
def test_of_several_words_with_one_mistake_none_is_done(street: Any, mistake: str) -> None:
    answer = street.web.post("/api/faults", json={"set": ["left.echo", mistake]})
    assert answer.is_client_error
    assert street.web.get("/api/faults").json()["faults"] == []


@pytest.mark.parametrize(
    ("word", "status", "said"),
    [
        ("noise", 400, "WHERE is left, right, supply or a door like A01"),
        ("middle.noise=1", 400, "WHERE is left, right, supply or a door like A01"),
        ("left.nois=1", 400, "no fault 'nois'; there are latency_s, drop"),
        ("left.noise=2", 400, "noise: 不能大于 1 must be at most 1"),
        ("left.dead=0,7", 404, "no board 7 on line 'left'; it has 0"),
        ("supply.strength=2", 400, "strength: 不能大于 1 must be at most 1"),
        ("supply.volts=2", 400, "no fault 'volts'; there are coils, strength"),
        ("left.adapter=away", 400, "write one of in, out, elsewhere"),
        ("A03.jma=hard", 400, "welded, burnt, celsius, hand"),
        ("A03.hand=kick", 400, "write one of pry, push, close"),
        ("A03.celsius=500", 400, "celsius: 不能大于 170 must be at most 170"),
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
    assert "jam: 须为其一 must be one of none, soft, hard" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["nope"], "no lock boards of family 'nope' are simulated; there are kerong-cu16, kerong-cu24"),
        (["wkly", "winnsen", "--tcp", "socket://127.0.0.1:7000"], "--tcp is one line"),
        (["wkly", "--tcp", "127.0.0.1:7000"], "write socket://HOST:PORT"),
        (["wkly", "--tcp", "socket://192.0.2.1:7000"], "192.0.2.1"),
        (["kerong-cu24", "--channels", "50"], "kerong-cu24 board with 50 channels: the largest of these boards has 24"),
        (["kerong-cu16", "--address", "15"], "kerong-cu16 board with address 15: these boards have addresses 0 to 14"),
        (["wkly", "--channels", "99"], "channels: 不能大于 50 must be at most 50"),
        (["wkly", "--power-coils", "0"], "coils: 不能小于 1 must be at least 1"),
        (["wkly", "--baud", "1234"], "choose from 2400"),
        (["wkly", "--port", "99999"], "there is no port 99999"),
    ],
)
def test_boards_that_cannot_be_had_end_with_an_explanation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    try:
        status: object = boards_command.main([*options, "--pty-dir", str(tmp_path)])
    except SystemExit as end:
        status = end.code
    assert status == 2
    assert said in capsys.readouterr().err


def test_boards_on_pseudo_terminals_ask_for_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert boards_command.main(["wkly"]) == 2
    assert "line wkly is a pseudo-terminal: name a folder for its link with --pty-dir" in capsys.readouterr().err


def test_boards_behind_a_serial_server_need_no_folder() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"socket://127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "simulator", "boards", "wkly", "--tcp", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert json.loads(process.stdout.readline())["ports"] == {"wkly": url}
        finally:
            process.terminate()
    assert process.returncode == 0


def test_a_mistake_among_the_faults_of_the_start_ends_the_street_with_an_explanation(tmp_path: Path) -> None:
    site = Path(__file__).parent / "site.toml"
    command = [sys.executable, "-m", "simulator", "street", "--config", str(site), "--pty-dir", str(tmp_path)]
    done = subprocess.run([*command, "--fault", "left.nois=1"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no fault 'nois'" in done.stderr


def test_boards_of_every_family_run_without_a_site_and_come_back_under_another_name(boards: Any) -> None:
    assert set(READS) == set(family_names()), f"write the read of each family into READS of {Path(__file__).name}"
    street = boards(*READS, "--channels", "8", "--fault", "A03.jam=hard")
    assert len(street.web.get("/api/doors").json()) == 8 * len(READS)
    assert street.web.get("/api/faults").json()["faults"] == ["A03.jam=hard"]
    for family, (baud, read, size) in READS.items():
        answer = street.ask(family, read, size, baud=baud)
        before = street.web.get("/api/lines").json()[family]["device"]
        assert street.web.post(f"/api/lines/{family}/replug").json()["device"] != before
        assert street.ask(family, read, size, baud=baud) == answer


def test_boards_stand_behind_a_tcp_serial_server_too(boards: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    street = boards("kerong-cu48", "--tcp", f"socket://127.0.0.1:{port}")
    assert street.web.get("/api/lines").json()["kerong-cu48"]["device"] == f"127.0.0.1:{port}"
    _, read, size = READS["kerong-cu48"]
    with serial.serial_for_url(f"socket://127.0.0.1:{port}", timeout=PATIENCE_S) as program:
        program.write(bytes.fromhex(read))
        assert len(program.read(size)) == size
