"""Time for the whole cabinet: a monotonic clock for durations, a wall clock for the record, and whether to believe it.

Nothing else in `locker` reads a clock; tests replace this one.
"""

from __future__ import annotations

import ctypes
import time
from datetime import UTC, datetime
from typing import Literal, Protocol

STEP_S = 30.0
"""A smaller difference between two looks is slewing or a leap second, and nobody's deadline depends on it."""

_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_STA_UNSYNC = 0x0040  # adjtimex(2): the same, as a status bit


class Clock(Protocol):
    """What every part of the locker asks for the time."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never steps."""

    def now(self) -> datetime:
        """Wall time, UTC, aware."""

    def synced(self) -> bool:
        """Whether the wall time may be believed."""


class _Timex(ctypes.Structure):
    """The head of `struct timex`; the tail is room for what the kernel writes behind it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("tail", ctypes.c_char * 256),
    )


class SystemClock:
    """The machine's clocks. `kernel` asks the kernel's NTP state; `assumed` believes the wall clock always."""

    def __init__(self, source: Literal["kernel", "assumed"]) -> None:
        self._source = source

    def monotonic(self) -> float:
        """Seconds of CLOCK_MONOTONIC."""
        return time.monotonic()

    def now(self) -> datetime:
        """Wall time, UTC, aware."""
        return datetime.now(UTC)

    def synced(self) -> bool:
        """Whether the kernel says that the wall clock is disciplined (or the site says to assume it)."""
        return self._source == "assumed" or kernel_clock_synced()


def kernel_clock_synced() -> bool:
    """Ask adjtimex(2), changing nothing. A system without it counts as not synchronised."""
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    if adjtimex is None:
        return False
    state = _Timex(modes=0)
    verdict: int = adjtimex(ctypes.byref(state))
    return verdict not in (-1, _TIME_ERROR) and not state.status & _STA_UNSYNC


class StepWatch:
    """Notices when the wall clock jumps against the monotonic one between two looks."""

    def __init__(self, clock: Clock, threshold_s: float = STEP_S) -> None:
        self._clock = clock
        self._threshold_s = threshold_s
        self._offset_s = self._offset()

    def check(self) -> float | None:
        """The jump in seconds (negative: backwards) since the last look, once; None when there was none."""
        offset_s = self._offset()
        jump_s = offset_s - self._offset_s
        self._offset_s = offset_s
        return jump_s if abs(jump_s) > self._threshold_s else None

    def _offset(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()


def instant(at: datetime) -> str:
    """Wall time in the contract's form: UTC, RFC 3339, milliseconds (cut, not rounded).

    Raises:
        ValueError: `at` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone; wall time is UTC and aware")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_instant(text: str) -> datetime:
    """The inverse of `instant`.

    Raises:
        ValueError: the text is not of the contract's form.
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
