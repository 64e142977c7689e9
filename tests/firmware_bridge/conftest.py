"""The fakes stand in files beside this one; test folders are no packages, so their place is named here."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

import pytest
from fake_boards import Fake8aBus, FakeBus, FakeCu24Bus
from fake_ports import TRANSPORTS, Carry

BUSES = (FakeCu24Bus, Fake8aBus)


@pytest.fixture(params=BUSES, ids=[bus.family for bus in BUSES])
def bus_type(request: pytest.FixtureRequest) -> type[FakeBus]:
    return request.param


@pytest.fixture(params=TRANSPORTS.values(), ids=TRANSPORTS)
def carry(request: pytest.FixtureRequest) -> Carry:
    return request.param()
