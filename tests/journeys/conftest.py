"""A whole community for a journey: every process of the demo, over real wires, with the directory in force."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.story import main as story
from simulator.story.chapters.enrolment import directory_arrives
from simulator.story.processes import Part
from simulator.story.site import VISITORS_PACE, change_pace
from simulator.story.town import Town

SEED = 1
"""Draws the people, their eyes and their parcels."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Broker, camera, street, platform and daemon; the daemon as patient with people as in life."""
    parts: dict[str, Part] = {}
    folder: Path = tmp_path_factory.mktemp("town")
    options = story._parser().parse_args(["--seed", str(SEED)])
    try:
        town = story.start(folder, parts, options)
        directory_arrives(town)
        parts["daemon"].stop()
        change_pace(town.site, VISITORS_PACE)
        parts["daemon"].start()
        yield town
        for people_use in (town.kiosk, town.street, town.platform):
            people_use._http.close()
    finally:
        for part in reversed(list(parts.values())):
            part.stop()
