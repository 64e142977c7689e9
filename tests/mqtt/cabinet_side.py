"""Stand-ins for the rest of the daemon: who is told, and what the cabinet is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from config.settings import MqttSettings
from mqtt.contract.base import Latch, ServiceState, SizeName
from mqtt.contract.messages import About, Ack, CompartmentNow, CompartmentPlan, Resync


class NoWait(random.Random):
    """Every wait between two attempts is drawn as nothing."""

    def uniform(self, a: float, b: float) -> float:
        del b
        return a


class Listener:
    """Keeps what the link tells, in queues."""

    def __init__(self) -> None:
        self.commands: asyncio.Queue[str] = asyncio.Queue()
        self.directories: asyncio.Queue[str] = asyncio.Queue()
        self.acks: asyncio.Queue[Ack] = asyncio.Queue()
        self.resyncs: asyncio.Queue[Resync] = asyncio.Queue()
        self.connections: asyncio.Queue[None] = asyncio.Queue()
        self.losses: asyncio.Queue[str] = asyncio.Queue()
        self.fault: Exception | None = None

    async def on_command(self, token: str) -> None:
        if self.fault is not None:
            raise self.fault
        await self.commands.put(token)

    async def on_directory(self, token: str) -> None:
        await self.directories.put(token)

    async def on_ack(self, ack: Ack) -> None:
        await self.acks.put(ack)

    async def on_resync(self, resync: Resync) -> None:
        await self.resyncs.put(resync)

    async def on_connected(self) -> None:
        await self.connections.put(None)

    async def on_disconnected(self, reason: str) -> None:
        await self.losses.put(reason)


class TwoCompartments:
    def __init__(self) -> None:
        self.rev = 1

    async def about(self) -> About:
        return About(
            community="willow",
            cabinet="east-1",
            ledger_id="L-1",
            version="0.1.0",
            compartments=(CompartmentPlan(id="A01", size=SizeName.S), CompartmentPlan(id="A02", size=SizeName.M)),
            boards=(),
            capabilities=("iris",),
            encryption_key="A" * 43,
        )

    async def compartments(self) -> Sequence[CompartmentNow]:
        return (compartment("A01", self.rev), compartment("A02", self.rev))


def compartment(name: str, rev: int) -> CompartmentNow:
    return CompartmentNow(
        id=name, size=SizeName.S, door=Latch.LATCHED, custody="free", service=ServiceState.IN_SERVICE, rev=rev
    )


def broker_at(port: int, version: str = "5", **other: object) -> MqttSettings:
    return MqttSettings.model_validate({"host": "127.0.0.1", "port": port, "version": version, "tls": False} | other)
