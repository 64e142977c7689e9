"""The platform's side of every test: brokers, an independent client, and an independent signer."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

import asyncio
from collections.abc import AsyncIterator

import pytest
from platform_client import PlatformClient
from platform_keys import PlatformKeys
from real_broker import Mosquitto, find_mosquitto

from simulator.broker.embedded import listening

COMMUNITY, CABINET = "willow", "east-1"


@pytest.fixture(scope="session")
def keys() -> PlatformKeys:
    return PlatformKeys()


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    if find_mosquitto() is None:
        pytest.skip("Debian's mosquitto is not installed")
    broker = Mosquitto(tmp_path)
    await broker.start()
    yield broker
    await broker.stop()


@pytest.fixture(params=[pytest.param("mosquitto", marks=pytest.mark.mosquitto), "amqtt"])
async def any_broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[int, str]]:
    """A port, and the version of MQTT that the broker behind it speaks."""
    if request.param == "amqtt":
        async with listening("127.0.0.1", 0) as (_, port):
            yield port, "3.1.1"
        await asyncio.sleep(0)  # the transports that the broker aborted close in the loop's next turn
        return
    if find_mosquitto() is None:
        pytest.skip("Debian's mosquitto is not installed")
    broker = Mosquitto(tmp_path)
    await broker.start()
    yield broker.port, "5"
    await broker.stop()


@pytest.fixture
async def platform(mosquitto: Mosquitto) -> AsyncIterator[PlatformClient]:
    client = PlatformClient(mosquitto.port, f"lockers/v1/{COMMUNITY}/{CABINET}/")
    await client.start()
    yield client
    await client.stop()
