"""What the doors are, what is wrong and how fast lines are read, beside the ledger: by the daemon for `board` commands.

The daemon holds the ports, so nobody else can look at the boards while it runs. The file is no history (the journal is)
and nothing depends on it: it goes when the daemon stops. The daemon keeps a lock (flock) on it for as long as it is
true, so that what a killed one left is known for what it is, whoever has its process number now.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Final

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from firmware_bridge.errors import BridgeError
from firmware_bridge.faults import FaultKind
from firmware_bridge.panel import Latch, Panel

FILE_NAME: Final = "panel-status.json"
LOOK_EVERY_S: Final = 2.0
WRITE_EVERY_S: Final = 600.0
"""Flash memory does not feel six small writes an hour; a fault's beginning, return or end is written at once, and so is
a door that has moved, for which the ledger has then written more."""
WRITE_COUNTS_EVERY_S: Final = 30.0
"""A fault that returns every second is not written every second."""
STALE_AFTER_S: Final = WRITE_EVERY_S + 60.0
"""A living daemon would have written anew by then."""
LARGEST_BYTES: Final = 1_000_000

_log = structlog.get_logger(__name__)


class StatusFileError(BridgeError):
    """The file is there and cannot be read; it says why and what to do."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FaultRecord(_Kept):
    """One latched fault, by the wall clock."""

    part: str
    kind: FaultKind
    cause: str
    remedy: str
    first_at: AwareDatetime
    last_at: AwareDatetime
    count: int


class CycleRecord(_Kept):
    """How a line is read, milliseconds; see `reports.Cycle`."""

    line: str
    up: bool
    reads: int
    wire_ms: float
    took_ms: float
    every_ms: float


class PanelStatus(_Kept):
    """Everything at one moment. `pid` is the process that keeps the ports open, `doors` has its compartments."""

    at: AwareDatetime
    pid: int
    faults: tuple[FaultRecord, ...]
    cycles: tuple[CycleRecord, ...]
    doors: Mapping[str, Latch] = {}


def status_file(ledger: Path) -> Path:
    """Where the file stands: beside the ledger."""
    return ledger.parent / FILE_NAME


def status_of(panel: Panel, *, monotonic: float, wall: datetime) -> PanelStatus:
    """What a panel knows now; both times are of this moment."""
    up = panel.lines()
    return PanelStatus(
        at=wall,
        pid=os.getpid(),
        faults=tuple(
            FaultRecord(
                part=fault.part,
                kind=fault.kind,
                cause=fault.cause,
                remedy=fault.remedy,
                first_at=wall - timedelta(seconds=monotonic - fault.first),
                last_at=wall - timedelta(seconds=monotonic - fault.last),
                count=fault.count,
            )
            for fault in panel.faults()
        ),
        cycles=tuple(
            CycleRecord(
                line=line,
                up=up[line],
                reads=cycle.requests,
                wire_ms=round(1000 * cycle.wire_s, 1),
                took_ms=round(1000 * cycle.took_s, 1),
                every_ms=round(1000 * cycle.every_s, 1),
            )
            for line, cycle in panel.cycles().items()
        ),
        doors=panel.doors(),
    )


async def keep_status(panel: Panel, path: Path) -> None:
    """Write the file when a fault or a door changes, and now and then, for ever; at the end take it away.

    A full disk costs this file and nothing else: one that cannot be written anew is taken away, and tried again.
    """
    page = StatusPage(path)
    written: PanelStatus | None = None
    try:
        while True:
            status = status_of(panel, monotonic=time.monotonic(), wall=datetime.now(UTC))
            if written is None or _is_news(status, written):
                written = status if await asyncio.to_thread(page.write, status) else None
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        await asyncio.to_thread(page.close)


class StatusPage:
    """The file as the daemon holds it: every word is locked before it is seen. Safe from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fresh = path.with_suffix(".new")
        self._guard = threading.Lock()
        self._held: IO[bytes] | None = None
        self._failing = False
        self._closed = False

    def write(self, status: PanelStatus) -> bool:
        """Put a new word in the place of the old one; whether it is there. On failure the old one is no more either."""
        with self._guard:
            if self._closed:
                return False
            try:
                held = self._written(status)
            except OSError as fault:
                if not self._failing:
                    _log.warning("the panel's status is not written", path=str(self._path), fault=str(fault))
                self._failing = True
                self._take_away()
                return False
            self._let_go()
            self._held, self._failing = held, False
            return True

    def close(self) -> None:
        """Take the file away for good: a write that comes later, or ends later, leaves nothing behind."""
        with self._guard:
            self._closed = True
            self._take_away()

    def _written(self, status: PanelStatus) -> IO[bytes]:
        fresh = self._fresh.open("wb")
        try:
            fcntl.flock(fresh, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fresh.write(status.model_dump_json().encode())
            fresh.flush()
            self._fresh.replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):  # what it holds back has no room either
                fresh.close()
            raise
        return fresh

    def _take_away(self) -> None:
        self._let_go()  # where the folder takes no change the file stays, and is believed no more
        for path in (self._path, self._fresh):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None


def _is_news(status: PanelStatus, written: PanelStatus) -> bool:
    """Whether it is worth a write."""
    passed_s = abs((status.at - written.at).total_seconds())
    if {(each.kind, each.part) for each in status.faults} != {(each.kind, each.part) for each in written.faults}:
        return True
    if status.doors != written.doors:
        return True
    again = [each.count for each in status.faults] != [each.count for each in written.faults]
    return passed_s >= (WRITE_COUNTS_EVERY_S if again else WRITE_EVERY_S)


def read_status(path: Path, wall: datetime) -> PanelStatus | None:
    """What a running daemon has written; None when none runs.

    Raises:
        StatusFileError: the file is damaged, or may not be read.
    """
    try:
        data, held = _read(path)
        status = PanelStatus.model_validate_json(data)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StatusFileError(f"{path} cannot be read: {error}; check its owner and mode") from error
    except ValidationError as error:
        raise StatusFileError(f"{path} is damaged; a daemon that runs writes it anew within ten minutes") from error
    fresh = abs((wall - status.at).total_seconds()) < STALE_AFTER_S
    return status if held and fresh else None


def _read(path: Path) -> tuple[bytes, bool]:
    """What stands in the file, and whether a daemon holds it."""
    while True:
        with path.open("rb") as file:
            data, held = file.read(LARGEST_BYTES), _is_locked(file)
            if held or os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return data, held
        # the daemon has put a newer one in its place meanwhile, and let go of this


def _is_locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
