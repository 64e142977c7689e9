"""Every fuzzing target on its seeds and some random changes of them; `make fuzz` goes on from there.

Inputs that once broke a target are kept in `found/TARGET/` under a name that says what was wrong.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from run import changed
from target import load, names

CHANGES = 150
FOUND = sorted((Path(__file__).parent / "found").glob("*/*"))
OPEN: dict[str, str] = {}
"""Findings that are not mended: by name, and why."""


@pytest.mark.parametrize("name", names())
def test_no_changed_seed_breaks_a_target(name: str) -> None:
    target = load(name)
    for data in changed(target.seeds(), CHANGES, seed=20):
        target.one(data[: target.longest])


@pytest.mark.parametrize("file", FOUND, ids=[file.name for file in FOUND])
def test_what_once_broke_a_target_does_so_no_more(file: Path, request: pytest.FixtureRequest) -> None:
    if file.name in OPEN:
        request.applymarker(pytest.mark.xfail(reason=OPEN[file.name], strict=True))
    load(file.parent.name).one(file.read_bytes())


def test_the_changes_are_the_same_every_time() -> None:
    assert changed([b"abc", b"defgh"], 50, seed=1) == changed([b"abc", b"defgh"], 50, seed=1)
