"""Slow looks at the box itself: free space, steps of the clock, and telemetry for the platform."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from firmware_bridge.panel import Panel
from locker.cabinet import Cabinet
from locker.clock import StepWatch
from locker.ledger import Ledger, LedgerFull
from locker.platform_link import PlatformLink
from mqtt.contract.events import ClockStepped, Event, StorageChanged
from mqtt.contract.messages import Telemetry

log = structlog.get_logger(__name__)

EVERY_S = 5.0
"""Space and clock change slowly; a look costs a system call."""

THERMAL_ZONE = Path("/sys/class/thermal/thermal_zone0/temp")


async def watch_box(cabinet: Cabinet) -> None:
    """Record when free space crosses the watermark and when the wall clock jumps, for ever.

    On a full disk the jumps add up until they can be recorded.
    """
    steps = StepWatch(cabinet.clock)
    unrecorded_s = 0
    while True:
        await asyncio.sleep(EVERY_S)
        unrecorded_s += round(steps.check() or 0)

        def record(ledger: Ledger, by_s: int = unrecorded_s) -> None:
            events: list[Event] = []
            if by_s:
                events.append(ClockStepped(cabinet=cabinet.name, by_s=by_s))
            low = ledger.low_space()
            if low is not ledger.storage_recorded_low():
                events.append(StorageChanged(cabinet=cabinet.name, low=low, free_mb=ledger.free_mb()))
            ledger.record(*events)

        try:
            await cabinet.ledger.run(record)
        except LedgerFull as fault:
            log.warning("the box's state is not recorded yet", fault=str(fault))
        else:
            unrecorded_s = 0


async def send_telemetry(cabinet: Cabinet, panel: Panel, platform: PlatformLink) -> None:
    """Send telemetry at the site's pace, for ever."""
    started = cabinet.clock.monotonic()
    while True:
        await asyncio.sleep(cabinet.settings.mqtt.telemetry_every_s)
        lines = panel.lines()
        waiting, free_mb = await cabinet.ledger.run(
            lambda ledger: (ledger.last_seq - ledger.acked_seq, ledger.free_mb())
        )
        telemetry = Telemetry(
            uptime_s=cabinet.clock.monotonic() - started,
            disk_free_mb=free_mb,
            outbox=waiting,
            lines_up=sum(lines.values()),
            lines=len(lines),
            temperature_c=_temperature(),
            match_ms=cabinet.looker.last_match_ms,
        )
        await platform.link.publish_telemetry(telemetry)


def _temperature() -> float | None:
    """Degrees Celsius of the first thermal zone; None where the kernel shows none."""
    try:
        return int(THERMAL_ZONE.read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None
