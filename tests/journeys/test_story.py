"""The whole day of a community, over the real wires, against both brokers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]

HAS_MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


@pytest.mark.parametrize(
    "broker",
    [
        "embedded",
        pytest.param(
            "mosquitto",
            marks=[pytest.mark.mosquitto, pytest.mark.skipif(not HAS_MOSQUITTO, reason="mosquitto is not installed")],
        ),
    ],
)
def test_a_community_lives_through_its_day(broker: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "simulator", "story", "--once", "--broker", broker, "--folder", str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "false matches: 0" in told.stdout
