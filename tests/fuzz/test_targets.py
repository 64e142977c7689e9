"""Every fuzzing target on its seeds and some random changes of them; `make fuzz` goes on from there."""

from __future__ import annotations

import pytest
from run import changed
from target import load, names

CHANGES = 150


@pytest.mark.parametrize("name", names())
def test_no_changed_seed_breaks_a_target(name: str) -> None:
    target = load(name)
    for data in changed(target.seeds(), CHANGES, seed=20):
        target.one(data[: target.longest])


def test_the_changes_are_the_same_every_time() -> None:
    assert changed([b"abc", b"defgh"], 50, seed=1) == changed([b"abc", b"defgh"], 50, seed=1)
