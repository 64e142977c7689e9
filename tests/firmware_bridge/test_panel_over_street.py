"""The panel before the simulated street in real time: a USB adapter that changes its name, and a TCP serial server."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from config.settings import PanelSettings, Settings
from firmware_bridge.faults import FaultKind
from firmware_bridge.panel import Latch, Outcome, Panel, PanelEvent
from simulator.boards.faults import LineFaults
from simulator.doors.log import Kind
from simulator.street.world import World, build_world

CHANNELS = 8
WITHIN_S = 30.0
"""For a loaded machine; nothing here takes a second on a free one, but for what a line rests after it was lost."""


def site(folder: Path) -> Settings:
    """Column A behind a USB adapter, column B behind a serial server."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        url = f"socket://127.0.0.1:{probe.getsockname()[1]}"
    boards = [{"address": 1, "channels": CHANNELS}]
    column: dict[str, Any] = {"board": 1, "sizes": ["M"] * CHANNELS}
    return Settings.model_validate(
        {
            "site": {"community": "nowhere", "cabinet": "bench"},
            "storage": {"ledger": "none.db", "keys": "none.toml"},
            "mqtt": {"host": "127.0.0.1"},
            "platform": {"signing_keys": {"none": ""}},
            "lines": [
                {"name": "usb", "port": str(folder / "usb"), "family": "kerong-cu24", "boards": boards},
                {"name": "net", "port": url, "family": "kerong-cu48", "boards": boards},
            ],
            "columns": [column | {"name": "A", "line": "usb"}, column | {"name": "B", "line": "net"}],
        }
    )


class Cabinet:
    """The street on the loop, the panel on its threads, and what it said."""

    def __init__(self, folder: Path) -> None:
        settings = site(folder)
        self.world: World = build_world(settings, folder, None, random.Random(1))
        self.events: list[PanelEvent] = []
        self.loop, self.news = asyncio.get_running_loop(), asyncio.Event()
        self.world.log.listen(self.news.set)
        power = PanelSettings(open_within_s=0.8, coil_rest_s=0.0)
        self.panel = Panel(settings.lines, settings.compartments, power, on_event=self._take)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not condition():
                self.news.clear()
                await self.news.wait()

    async def opens(self, compartment: str, attempt: str) -> bool:
        report = await asyncio.wrap_future(self.panel.unlock(compartment, attempt))
        return report.outcome is Outcome.OPENED and self.world.cabinet.compartment(compartment).door.open

    def known(self, column: str) -> bool:
        doors = self.panel.doors()
        return all((doors[name] is not Latch.UNKNOWN) for name in doors if name.startswith(column))

    def pulses(self) -> int:
        return sum(entry.kind is Kind.PULSE for entry in self.world.log.since(0))

    def _take(self, event: PanelEvent) -> None:
        self.events.append(event)
        self.loop.call_soon_threadsafe(self.news.set)


@pytest.fixture
async def cabinet(tmp_path: Path) -> AsyncIterator[Cabinet]:
    cabinet = Cabinet(tmp_path)
    cabinet.world.start()
    cabinet.panel.start()
    await cabinet.until(lambda: cabinet.known("A") and cabinet.known("B"))
    yield cabinet
    await asyncio.to_thread(cabinet.panel.stop)
    cabinet.world.stop()


async def test_an_adapter_that_comes_back_under_another_name_is_found_again(cabinet: Cabinet) -> None:
    usb = cabinet.world.line("usb")
    assert await cabinet.opens("A01", "a1")
    before = usb.device
    usb.replug()
    await cabinet.until(lambda: not cabinet.known("A"))
    await cabinet.until(lambda: cabinet.known("A"))
    assert usb.device != before
    assert await cabinet.opens("A02", "a2")
    assert cabinet.panel.latch("A01") is Latch.UNLATCHED
    assert cabinet.pulses() == 2


async def test_a_pulse_during_which_the_adapter_goes_is_not_sent_again_when_it_is_back(cabinet: Cabinet) -> None:
    usb = cabinet.world.line("usb")
    cabinet.world.set_faults("usb", LineFaults(drop=1.0))
    report = asyncio.wrap_future(cabinet.panel.unlock("A03", "a1"))
    await cabinet.until(lambda: cabinet.pulses() > 0)
    usb.replug()
    cabinet.world.set_faults("usb", LineFaults())
    assert (await report).outcome in (Outcome.UNCONFIRMED, Outcome.OPENED)
    await cabinet.until(lambda: cabinet.known("A") and cabinet.panel.lines()["usb"])
    assert cabinet.pulses() == 1


async def test_doors_open_through_a_serial_server_that_may_be_switched_off_and_on(cabinet: Cabinet) -> None:
    net = cabinet.world.line("net")
    assert await cabinet.opens("B01", "a1")
    net.unplug()
    await cabinet.until(lambda: not cabinet.known("B"))
    assert not await cabinet.opens("B02", "a2")
    assert await cabinet.opens("A01", "a3"), "the other line goes on"
    net.plug()
    await cabinet.until(lambda: cabinet.known("B") and cabinet.panel.lines()["net"])
    assert await cabinet.opens("B02", "a4")
    assert cabinet.pulses() == 3


async def test_a_door_that_is_pried_open_is_told_over_either_line(cabinet: Cabinet) -> None:
    for name in ("A04", "B04"):
        cabinet.world.cabinet.compartment(name).door.pry()
    await cabinet.until(lambda: len(cabinet.panel.faults()) == 2)
    assert {(fault.kind, fault.part) for fault in cabinet.panel.faults()} == {
        (FaultKind.DOOR_OPENED, "A04"),
        (FaultKind.DOOR_OPENED, "B04"),
    }
