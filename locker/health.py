"""The locks' health in the daemon: from the panel's events to the book, its file, and the journal."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

from config.settings import Settings
from firmware_bridge.health import store
from firmware_bridge.health.book import HealthBook, Records, wiring_of
from firmware_bridge.panel import LockDrifted, LockPulsed, PanelEvent

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 30.0
"""How late a wish that failed for good, or an opening that nobody explained, may be counted."""
WRITE_EVERY_S: Final = 3600.0
"""At most 24 writes of some tens of kilobytes a day: flash memory does not feel it."""
WRITE_DRIFT_EVERY_S: Final = 600.0
"""What was told is not to be told again after a power cut; a lock that wavers may still not wear the flash."""


class LockHealth:
    """Stands between the panel and who listens to it: everything but the pulses' own times goes on.

    Nothing in here is worth a door: whatever fails is logged, and the panel and the daemon go on.
    """

    def __init__(
        self,
        settings: Settings,
        forward: Callable[[PanelEvent], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin from the file; one that is damaged is set aside, and the locks are learned anew.

        `clock` is the panel's, in monotonic seconds.
        """
        self._path = store.health_file(settings.storage.ledger)
        self._forward = forward
        self._clock = clock
        self._book = HealthBook(wiring_of(settings.lines, settings.compartments), self._read(), on_drift=self._tell)
        self._writing = threading.Lock()
        self._written = self._book.changes
        self._written_at = clock()
        self._drifted = False

    def from_panel(self, event: PanelEvent) -> None:
        """Take an event from a line's thread. Who listens hears it first, and whatever becomes of the book."""
        if not isinstance(event, LockPulsed):
            self._forward(event)
        try:
            self._book.take(event)
        except Exception:
            log.exception("the health of a lock is not counted", panel_event=repr(event))

    async def keep(self) -> None:
        """Let time pass in the book, and write it down now and then and at the end, for ever."""
        try:
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                self.pass_time()
                if self.due:
                    await asyncio.to_thread(self.write)
        finally:
            self.write()

    def pass_time(self) -> None:
        """Let the book see how late it is."""
        try:
            self._book.pass_time(self._clock())
        except Exception:
            log.exception("the health of the locks is not counted")

    @property
    def due(self) -> bool:
        """Whether enough time has passed since the file was written."""
        return self._clock() - self._written_at >= (WRITE_DRIFT_EVERY_S if self._drifted else WRITE_EVERY_S)

    def write(self) -> None:
        """Write the file if anything was learned; a full disk costs an hour of health and nothing else."""
        with self._writing:
            changes, drifted = self._book.changes, self._drifted
            if changes == self._written:
                return
            self._written_at, self._drifted = self._clock(), False
            try:
                store.write(self._path, self._book.snapshot())
                self._written = changes
            except (OSError, ValueError) as fault:
                self._drifted = drifted
                log.warning("lock health is not written", path=str(self._path), fault=str(fault))

    def _tell(self, drift: LockDrifted) -> None:
        self._drifted = True
        self._forward(drift)

    def _read(self) -> Records | None:
        try:
            return store.read(self._path)
        except store.HealthFileError as fault:
            with contextlib.suppress(OSError):
                store.set_aside(self._path)
            log.warning("lock health is learned anew", fault=str(fault))
            return None
