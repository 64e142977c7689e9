"""A tap on a serial line: a pseudo-terminal between the daemon and the street that notes when an unlock frame begins.

It knows the two frames of the demo's boards from their documents and forwards every byte unchanged.
"""

from __future__ import annotations

import os
import select
import termios
import threading
import time
import tty
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHUNK = 4096
SPEED_FIELDS = slice(4, 6)
"""Where `termios.tcgetattr` keeps the two speeds."""
SPEEDS = {"kerong-cu24": termios.B19200, "lock485-8a": termios.B9600}


@dataclass(frozen=True)
class Unlock:
    """An unlock frame's first byte: on the monotonic clock and on the wall clock, seconds."""

    line: str
    monotonic: float
    wall: float


def is_unlock(family: str, frame: bytes) -> bool:
    """Whether what the daemon wrote is an unlock request (`docs/boards/`)."""
    if family == "kerong-cu24":
        return len(frame) > 3 and frame[0] == 0x02 and frame[3] == 0x81  # noqa: PLR2004 - the frame's own bytes
    return frame[:1] == b"\x8a"


class LineTap:
    """Stands between every line's two ends until `close`."""

    def __init__(self, street: Path, daemon: Path, families: Mapping[str, str]) -> None:
        """Open `street`/NAME and offer `daemon`/NAME for every line NAME of `families`."""
        daemon.mkdir()
        self._unlocks: list[Unlock] = []
        self._news = threading.Condition()
        self._ends: dict[int, tuple[int, str, str, bool]] = {}
        self._slaves: list[int] = []
        self._stop_reading, self._stop = os.pipe()
        for name, family in families.items():
            far = os.open(street / name, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(far)
            attributes = termios.tcgetattr(far)
            attributes[SPEED_FIELDS] = [SPEEDS[family]] * 2
            termios.tcsetattr(far, termios.TCSANOW, attributes)
            near, slave = os.openpty()
            tty.setraw(slave)
            (daemon / name).symlink_to(os.ttyname(slave))
            self._slaves.append(slave)
            self._ends[near] = (far, name, family, True)
            self._ends[far] = (near, name, family, False)
        self._thread = threading.Thread(target=self._forward, name="tap", daemon=True)
        self._thread.start()

    @property
    def count(self) -> int:
        """How many unlock frames there have been."""
        return len(self._unlocks)

    def unlocks(self, since: int = 0) -> list[Unlock]:
        """The unlock frames from a number on."""
        return self._unlocks[since:]

    def wait(self, since: int, timeout_s: float) -> Unlock | None:
        """The first unlock frame after `since` earlier ones; None when there is none in time."""
        with self._news:
            self._news.wait_for(lambda: len(self._unlocks) > since, timeout_s)
            return self._unlocks[since] if len(self._unlocks) > since else None

    def close(self) -> None:
        """Let go of the lines."""
        os.write(self._stop, b".")
        self._thread.join()
        for end in (*self._ends, *self._slaves, self._stop, self._stop_reading):
            os.close(end)

    def _forward(self) -> None:
        while True:
            ready, _, _ = select.select([*self._ends, self._stop_reading], [], [])
            monotonic, wall = time.monotonic(), time.time()
            if self._stop_reading in ready:
                return
            for end in ready:
                other, name, family, from_daemon = self._ends[end]
                data = os.read(end, CHUNK)
                os.write(other, data)
                if from_daemon and is_unlock(family, data):
                    with self._news:
                        self._unlocks.append(Unlock(name, monotonic, wall))
                        self._news.notify_all()
