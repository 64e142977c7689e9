"""People whose visits are timed: couriers deposit, residents collect by code or by looking."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from scene import Scene

from simulator.story import people
from simulator.story.people import LOOKS
from simulator.story.roles import Neighbour, Parcel
from simulator.story.surroundings import Street

FRAME_WITHIN_S = 15.0
OPENS_WITHIN_S = 30.0
"""A door that has not come open by then will not; the visit is a failure, not a figure."""
SETTLE_S = 1.0
"""How long somebody stands before the camera before touching the screen."""


@dataclass
class Timed:
    """Seconds of every visit, by what was timed."""

    courier_to_byte: list[float] = field(default_factory=list)
    code_to_byte: list[float] = field(default_factory=list)
    look_to_door: list[float] = field(default_factory=list)
    looks: int = 0
    looks_refused: int = 0


def deposit(scene: Scene, timed: Timed, parcels: list[Parcel]) -> None:
    """The courier of these parcels signs in and puts them in, one after another."""
    town = scene.town
    people.sign_in(town, next(c for c in town.couriers if c.carrier == parcels[0].carrier))
    for parcel in parcels:
        town.kiosk.press_on("courier_home", "deposit", waybill=parcel.waybill)
        page = town.kiosk.until("size")
        sent, began = scene.tap.count, time.monotonic()
        town.kiosk.press(page, "auto")
        unlock = scene.tap.wait(sent, FRAME_WITHIN_S)
        assert unlock is not None
        timed.courier_to_byte.append(unlock.monotonic - began)
        door = town.kiosk.until("deposit_open").doors[0]
        town.street.wait_open(door)
        town.street.do(door, "put", {"item": parcel.waybill, "size": parcel.true_size})
        town.street.do(door, "close")
        people.confirm(town)
    town.kiosk.press_on("courier_home", "finish")
    town.kiosk.until("welcome")


def collect_by_code(scene: Scene, timed: Timed, neighbour: Neighbour, code: str) -> None:
    """Type a code that is known already."""
    town = scene.town
    town.kiosk.press_on("welcome", "code")
    page = town.kiosk.until("code")
    sent, began = scene.tap.count, time.monotonic()
    town.kiosk.press(page, "enter", code=code)
    unlock = scene.tap.wait(sent, FRAME_WITHIN_S)
    assert unlock is not None
    timed.code_to_byte.append(unlock.monotonic - began)
    people.serve_self(town, neighbour)
    town.kiosk.until("welcome")


def collect_by_look(scene: Scene, timed: Timed, neighbour: Neighbour, eye: str) -> bool:
    """Look, again where not recognised; false when the cabinet never opened. The time is that of the whole visit."""
    town = scene.town
    people.show_eye(town, neighbour, eye)
    time.sleep(SETTLE_S)
    page = town.kiosk.until("welcome")
    happened = town.street.log()["next"]
    sent, began = scene.tap.count, time.monotonic()
    town.kiosk.press(page, "look")
    for number in range(LOOKS):
        timed.looks += 1
        if _opens(scene, sent):
            timed.look_to_door.append(_first_opening(town.street, happened) - began)
            people.serve_self(town, neighbour)
            town.kiosk.until("welcome")
            return True
        timed.looks_refused += 1
        refused = town.kiosk.until("look_refused")
        if number + 1 == LOOKS or not refused.offers("again"):
            break
        town.kiosk.press(refused, "again")
    town.kiosk.press_on("look_refused", "cancel")
    return False


def _opens(scene: Scene, sent: int) -> bool:
    """Whether a look ends with an unlock frame. The screen is seldom asked meanwhile: that would be load."""
    while scene.tap.wait(sent, 0.5) is None:
        if scene.town.kiosk.look().name == "look_refused":
            return False
    return True


def _first_opening(street: Street, since: int) -> float:
    """When, on the machine's monotonic clock, the first door came open after an entry of the street's log."""
    until = time.monotonic() + OPENS_WITHIN_S
    while time.monotonic() < until:
        for entry in street.log(since)["entries"]:
            if entry["kind"] == "door_opened":
                return float(entry["t"])
        time.sleep(0.02)
    raise TimeoutError(f"no door came open within {OPENS_WITHIN_S:.0f} s")


@dataclass(frozen=True)
class Written:
    """What the ledger holds of one attempt: when its own row and its visit's last row before it were stamped."""

    attempt_at: float
    before_at: float


def attempts(ledger: Path, after_seq: int = 0) -> list[Written]:
    """Every attempt after a row of the journal, in order (wall clock, seconds, cut to milliseconds)."""
    db = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
    try:
        rows = db.execute(
            "SELECT at, kind, body FROM journal WHERE seq > ? AND kind IN "
            "('attempt.started', 'visit.started', 'consignment.reserved') ORDER BY seq",
            (after_seq,),
        ).fetchall()
    finally:
        db.close()
    written: list[Written] = []
    before: dict[str, float] = {}
    for at, kind, body in rows:
        wall = datetime.fromisoformat(at).timestamp()
        visit = json.loads(body)["visit"]
        if kind == "attempt.started":
            written.append(Written(wall, before[visit]))
        before[visit] = wall
    return written


def last_seq(ledger: Path) -> int:
    """The newest row of the journal."""
    return _number(ledger, "SELECT max(seq) FROM journal")


def acked_seq(ledger: Path) -> int:
    """How far the platform has acknowledged the journal."""
    return _number(ledger, "SELECT acked_seq FROM outbox")


def _number(ledger: Path, query: str) -> int:
    db = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
    try:
        return int(db.execute(query).fetchone()[0])
    finally:
        db.close()
