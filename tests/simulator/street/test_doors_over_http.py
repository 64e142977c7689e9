"""What simulated people do at the cabinet, while boards are driven over their pseudo-terminals."""

from __future__ import annotations

from typing import Any

import pytest

UNLOCKS = {  # door: line, unlock frame, size of the reply
    "A02": ("left", "02 00 01 81 00 00 03 87", 8),
    "A03": ("left", "02 00 02 81 00 00 03 88", 8),
    "B12": ("left", "02 00 17 81 00 00 03 9D", 8),
    "C01": ("right", "8A 01 01 11 9B", 5),
    "C02": ("right", "8A 01 02 11 98", 5),
}


def unlock(street: Any, door: str) -> None:
    assert street.ask(*UNLOCKS[door])


def test_every_compartment_of_the_site_is_there_and_shut(street: Any) -> None:
    doors = street.web.get("/api/doors").json()
    assert len(doors) == 36
    assert doors["A01"] == {
        "size": "S",
        "open": False,
        "latched": True,
        "jam": "none",
        "hook": None,
        "faults": {
            "jam": "none",
            "hook": None,
            "bounce_s": 0.012,
            "pull_in_s": 0.04,
            "welded": False,
            "burnt": False,
        },
        "items": [],
        "pulses": 0,
        "coil": False,
        "celsius": 25,
        "cooling": False,
        "line": "left",
        "board": 0,
        "channel": 0,
    }


@pytest.mark.parametrize("door", ["B12", "C02"])
def test_an_unlock_on_either_line_opens_its_door_and_no_other(street: Any, door: str) -> None:
    before = street.web.get("/api/doors").json()
    unlock(street, door)
    assert street.wait(door, open=True)["pulses"] == 1
    after = street.web.get("/api/doors").json()
    assert [name for name in after if after[name]["open"] != before[name]["open"]] == [door]


def test_a_parcel_goes_in_and_out_and_the_door_latches_again(street: Any) -> None:
    unlock(street, "C01")
    street.wait("C01", open=True)
    assert street.web.post("/api/doors/C01/put", json={"item": "p1", "size": "S"}).json()["items"] == ["p1"]
    assert street.web.post("/api/doors/C01/put", json={"item": "p2", "size": "M"}).status_code == 409
    assert street.web.post("/api/doors/C01/take", json={"item": "p1"}).json()["items"] == []
    assert street.web.post("/api/doors/C01/take", json={"item": "p1"}).status_code == 409
    assert street.web.post("/api/doors/C01/close").json()["open"] is False
    assert street.wait("C01", latched=True)["open"] is False


def test_a_shut_door_lets_nothing_in(street: Any) -> None:
    answer = street.web.post("/api/doors/A01/put", json={"item": "p1", "size": "S"})
    assert answer.status_code == 409
    assert answer.json() == {"error": "cannot put 'p1' into A01: the door is shut"}


def test_a_softly_jammed_door_opens_to_a_push(street: Any) -> None:
    assert street.web.post("/api/doors/A02/jam", json={"mode": "soft"}).json()["jam"] == "soft"
    unlock(street, "A02")
    assert street.web.post("/api/doors/A02/push").json()["open"] is True
    assert street.web.post("/api/doors/A02/free").json()["jam"] == "none"


def test_a_stuck_hook_lies_to_the_board_and_not_to_people(street: Any) -> None:
    street.web.post("/api/doors/A03/hook", json={"stuck": "latched"})
    unlock(street, "A03")
    assert street.wait("A03", open=True)["latched"] is False
    status = street.ask("left", "02 00 00 80 00 00 03 85", 11)
    assert status[8] & 0b100
    assert street.web.post("/api/doors/A03/hook", json={"stuck": None}).json()["hook"] is None


def test_waiting_in_vain_ends_with_408(street: Any) -> None:
    answer = street.web.get("/api/doors/wait", params={"id": "A10", "open": "true", "timeout": "0.05"})
    assert answer.status_code == 408
    assert answer.json()["error"] == "0.05 s were not enough: not yet A10 open=True"


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/api/doors/Z9/close", None, 404, "no door 'Z9'"),
        ("/api/doors/A01/jam", {"mode": "bent"}, 400, "mode: 须为其一 must be one of none, soft, hard"),
        ("/api/doors/A01/put", {"itm": "x"}, 400, "item: 缺少，请补上 missing; add it"),
        ("/api/doors/A01/hook", {}, 400, "stuck: 缺少，请补上 missing; add it"),
        ("/api/lines/middle/plug", None, 404, "no line 'middle'"),
        ("/api/lines/left/faults", {"drop": 2}, 400, "drop: 不能大于 1 must be at most 1"),
        ("/api/doors/A01/faults", {"pull_in_s": 0}, 400, "pull_in_s: 须大于 0 must be more than 0"),
        ("/api/doors/A01/warm", {"celsius": 900}, 400, "celsius: 不能大于 170 must be at most 170"),
        ("/api/supply", {"coils": 0}, 400, "coils: 不能小于 1 must be at least 1"),
        ("/api/camera", {"person": "r01"}, 502, "start it with --camera-url"),
    ],
)
def test_a_request_that_cannot_be_fulfilled_says_why(
    street: Any, path: str, body: dict[str, object] | None, status: int, said: str
) -> None:
    answer = street.web.post(path, json=body)
    assert answer.status_code == status
    assert said in answer.json()["error"]
