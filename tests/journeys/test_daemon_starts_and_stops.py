"""The daemon as a process: it reads every door before it serves, says when it stops, and refuses to start unsafely."""

from __future__ import annotations

import re
import subprocess
from datetime import datetime, timedelta

import pytest

from simulator.story.processes import locker
from simulator.story.town import Town

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

DOOR, OTHER = "C08", "C07"


def status(town: Town) -> str:
    state: str = town.platform.get("/api/status")["state"]
    return state


def test_sigterm_ends_it_in_good_order_and_the_platform_hears_so(town: Town) -> None:
    town.platform.until(lambda: status(town) == "online", "the cabinet online")
    town.parts["daemon"].stop()
    town.platform.until(lambda: status(town) == "stopping", "the cabinet stopping")
    town.parts["daemon"].start()
    town.platform.until(lambda: status(town) == "online", "the cabinet online again")


def test_a_door_that_differs_from_the_ledger_is_known_before_anybody_is_served(town: Town) -> None:
    town.parts["daemon"].stop()
    town.street.do(OTHER, "hook", {"stuck": "unlatched"})
    town.parts["daemon"].start()
    try:
        state = subprocess.run(
            locker("ledger", "state", "--config", str(town.site.settings)), check=True, capture_output=True, text=True
        )
        assert f'"{OTHER}": {{"size": "L", "service": "needs_check"' in state.stdout
        town.platform.until(
            lambda: any(a["kind"] == "door.differed" for a in town.platform.get("/api/alarms")), "the difference"
        )
        town.platform.until(
            lambda: "自行打开 door opened" in wrong_with(town, OTHER), "the fault, as a fitter reads it"
        )
    finally:
        town.street.do(OTHER, "hook", {"stuck": None})


def test_check_may_run_beside_the_daemon_and_finds_nothing_wrong(town: Town) -> None:
    town.parts["daemon"].stop()
    town.parts["daemon"].start()
    check = subprocess.run(
        locker("check", "--config", str(town.site.settings)), check=False, capture_output=True, text=True
    )
    assert check.returncode == 0, check.stdout
    assert "✗" not in check.stdout


def test_a_second_daemon_on_the_same_ledger_is_refused_with_a_reason(town: Town) -> None:
    second = subprocess.run(
        locker("run", "--config", str(town.site.settings)), check=False, capture_output=True, text=True, timeout=30
    )
    assert second.returncode == 2
    assert "Traceback" not in second.stderr
    assert "iris-locker check" in second.stderr


def test_a_key_file_that_others_may_read_stops_it_before_anything_is_opened(town: Town) -> None:
    keys = town.site.folder / "keys.toml"
    town.parts["daemon"].stop()
    keys.chmod(0o644)
    try:
        refused = subprocess.run(
            locker("run", "--config", str(town.site.settings)), check=False, capture_output=True, text=True, timeout=30
        )
        assert refused.returncode == 2
        assert "mode 0644" in refused.stderr
    finally:
        keys.chmod(0o600)
        town.parts["daemon"].start()


def test_what_is_wrong_with_the_boards_is_told_while_the_daemon_holds_their_ports(town: Town) -> None:
    told = subprocess.run(
        locker("board", "faults", "--config", str(town.site.settings)), check=False, capture_output=True, text=True
    )
    assert told.returncode in (0, 1), told.stdout
    assert "As the daemon wrote at" in told.stdout.splitlines()[0]
    assert "line left: " in told.stdout


def asked(town: Town, word: str) -> str:
    command = locker("board", word, "--config", str(town.site.settings))
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def wrong_with(town: Town, door: str) -> str:
    """The faults of a door."""
    return "\n".join(line for line in asked(town, "faults").splitlines() if line.startswith(f"{door}: "))


def first_of(faults: str) -> datetime | None:
    """When the door was first seen to have opened by itself; None while that is not told."""
    told = re.search(rf"^{DOOR}: .*door opened \(首次 first ([^,]+), ", faults, re.MULTILINE)
    return None if told is None else datetime.fromisoformat(told[1])


def test_a_door_that_opened_by_itself_is_still_a_fault_after_a_restart_and_doors_are_told_beside_the_daemon(
    town: Town,
) -> None:
    town.street.do(DOOR, "pry")
    town.platform.until(
        lambda: any(
            row["kind"] == "panel.fault" and row["subject"].startswith(DOOR) for row in town.platform.get("/api/alarms")
        ),
        "the opened door",
    )
    town.street.do(DOOR, "close")
    town.platform.until(lambda: first_of(asked(town, "faults")) is not None, "the fault")
    before = first_of(asked(town, "faults"))
    town.parts["daemon"].stop()
    town.parts["daemon"].start()
    town.platform.until(lambda: first_of(asked(town, "faults")) is not None, "the fault after the restart")
    after = first_of(asked(town, "faults"))
    assert before is not None
    assert after is not None
    assert abs(after - before) <= timedelta(seconds=2), "when it was first seen outlives the restart"
    doors = asked(town, "doors")
    assert "The daemon runs and holds the ports" in doors.splitlines()[0]
    assert f"{DOOR}  锁上 latched" in doors
