"""What every driver must pass, over every family that has a driver; `--board NAME` chooses one."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

import pytest

from firmware_bridge.boards.driver import families


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--board", metavar="FAMILY", help="run the conformance suite for one family of lock boards")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "family" not in metafunc.fixturenames:
        return
    wanted = metafunc.config.getoption("--board", default=None)
    if wanted is not None and wanted not in families():
        raise pytest.UsageError(f"--board {wanted}: no such driver; there are {', '.join(families())}")
    metafunc.parametrize("family", [wanted] if wanted else families())
