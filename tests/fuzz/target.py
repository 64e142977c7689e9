"""What a fuzzing target is, and where to find them all.

A new target is a file in `targets/` with a value `TARGET`; `make fuzz` and `test_targets.py` find it by themselves.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "targets"


@dataclass(frozen=True)
class Target:
    """One thing that takes bytes from outside.

    Attributes:
        seeds: gives the inputs to start from; good ones reach deep.
        one: judges one input; whatever it raises is a finding, so it catches the errors that are promised.
        longest: bytes; longer inputs add nothing.
        times: how many times as many runs a cheap target gets.
    """

    seeds: Callable[[], list[bytes]]
    one: Callable[[bytes], None]
    longest: int = 1024
    times: int = 1


def names() -> list[str]:
    """Every target, by its file's name."""
    return sorted(file.stem for file in FOLDER.glob("*.py") if file.stem != "__init__")


def load(name: str) -> Target:
    """Imports one target."""
    target = importlib.import_module(f"targets.{name}").TARGET
    assert isinstance(target, Target), f"targets/{name}.py: TARGET is no Target"
    return target
