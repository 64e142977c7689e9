"""The thread of one line: steps it, sleeps until the next thing is due, and wakes when an attempt is submitted."""

from __future__ import annotations

import contextlib
import threading

import structlog

from firmware_bridge.attempts import Attempt
from firmware_bridge.line import Line

_log = structlog.get_logger(__name__)


class Awake:
    """Wakes the one thread that waits. A `threading.Event` makes a lock for each wait; this is one lock for all."""

    def __init__(self) -> None:
        self._asleep = threading.Lock()
        self._asleep.acquire()

    def set(self) -> None:
        """End the wait, or the next one; safe from any thread."""
        with contextlib.suppress(RuntimeError):  # it has been set already
            self._asleep.release()

    def wait(self, timeout: float) -> None:
        """Rest until it is set, or for `timeout` seconds."""
        self._asleep.acquire(timeout=timeout)


class LineThread:
    """Runs one `Line` until it is stopped."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._awake = Awake()
        self._thread = threading.Thread(target=self._run, name=f"line {line.name}", daemon=True)

    def start(self) -> None:
        """Begin stepping."""
        self._thread.start()

    def submit(self, attempt: Attempt) -> None:
        """Queue an attempt and wake the line."""
        self.line.submit(attempt)
        self._awake.set()

    def begin_stop(self, stop_by: float) -> None:
        """Ask the line to stop; see `Line.begin_stop`."""
        self.line.begin_stop(stop_by)
        self._awake.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end; says whether it has ended."""
        if self._thread.ident is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            try:
                wait = self.line.step()
            except Exception:  # noqa: BLE001 - a bug must not end the line: doors would stay shut until a restart
                _log.exception("line stumbled; its port is opened anew", line=self.line.name)
                self.line.fail("an internal error, see the log")
                continue
            if wait is None:
                return
            if wait > 0.0:
                self._awake.wait(wait)
