"""A week offline: rows written into the ledger while nothing runs, then drained to the platform with visits beside."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from visits import acked_seq

from config.load import load_settings
from locker.clock import SystemClock
from locker.keys import load_keys
from locker.ledger import Ledger
from mqtt.contract.base import Means, VisitKind, VisitResult
from mqtt.contract.events import Event, LookRefused, VisitEnded, VisitStarted

VISITS_AT_ONCE = 500
"""Visits written in one transaction; only the filling is hurried like this."""
ROWS_OF_A_VISIT = 3
DRAIN_WITHIN_S = 600.0
LOOK_AGAIN_S = 0.25


def fill(settings_file: Path, rows: int) -> float:
    """Write `rows` events (three of each refused look) as the product does, the daemon being down; returns seconds."""
    settings = load_settings(settings_file)
    ledger = Ledger.open(
        settings.storage.ledger,
        keys=load_keys(settings.storage.keys),
        clock=SystemClock(settings.clock.source),
        cabinet=settings.site.cabinet,
        watermark_mb=settings.storage.free_space_watermark_mb,
        reserve_mb=settings.storage.reserve_mb,
    )
    began = time.monotonic()
    number, visits = 0, -(-rows // ROWS_OF_A_VISIT)
    while number < visits:
        events: list[Event] = []
        for _ in range(min(VISITS_AT_ONCE, visits - number)):
            visit = f"vis-{number:024x}"
            number += 1
            events += (
                VisitStarted(visit=visit, visit_kind=VisitKind.PICKUP, means=Means.IRIS),
                LookRefused(visit=visit, reason="not_recognised"),
                VisitEnded(visit=visit, result=VisitResult.REFUSED),
            )
        ledger.record(*events)
    ledger.close()
    return time.monotonic() - began


class DrainWatch(threading.Thread):
    """Watches the durable pointer until it reaches a row."""

    def __init__(self, ledger: Path, until_seq: int) -> None:
        super().__init__(name="drain", daemon=True)
        self._ledger = ledger
        self._until = until_seq
        self._began = time.monotonic()
        self.seconds: float | None = None
        """From the start of this thread to the acknowledgement of the last row; None while it has not come."""

    def run(self) -> None:
        """Look again and again."""
        while time.monotonic() - self._began < DRAIN_WITHIN_S:
            if acked_seq(self._ledger) >= self._until:
                self.seconds = time.monotonic() - self._began
                return
            time.sleep(LOOK_AGAIN_S)
