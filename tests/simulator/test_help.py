"""Help names the words that a person typed, not the module behind them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from simulator.__main__ import PARTS


def said(*words: str) -> str:
    command = [sys.executable, "-c", "from locker.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("part", sorted(set(PARTS) - {"story"}))
def test_each_part_is_called_as_it_was_started(part: str) -> None:
    assert said("simulate", part, "--help").startswith(f"usage: iris-locker simulate {part} ")


def test_the_story_is_called_demo() -> None:
    assert said("demo", "--help").startswith("usage: iris-locker demo ")


def test_the_parts_are_listed_under_the_word_that_starts_them() -> None:
    lines = said("simulate", "--help").splitlines()
    assert lines[0] == "usage: iris-locker simulate PART [--help]"
    assert {line.split()[0] for line in lines[1:]} == set(PARTS)
