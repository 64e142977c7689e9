"""The processes of the demo: started, waited for until each says that it is ready, killed and started again."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

READY_WITHIN_S = 30.0
"""A part that has not said it is ready by then will not be."""

STOP_WITHIN_S = 10.0
"""A part that has not ended by then after SIGTERM is killed."""


class NotReady(Exception):
    """A process did not come up; the message names its log."""


class Part:
    """One process, its log file, and how to start it again."""

    def __init__(self, name: str, command: Sequence[str], log: Path, listens_on: int | None = None) -> None:
        """Nothing runs before `start`. A program that prints no ready line is ready when its port answers."""
        self._listens_on = listens_on
        self.name = name
        self._command = list(command)
        self._log = log
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> dict[str, str]:
        """Start it and wait until it is ready; returns its ready line.

        Raises:
            NotReady: it ended, or said nothing in time.
        """
        environment = dict(os.environ, PYTHONUNBUFFERED="1")
        with self._log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own programs with our own arguments
                self._command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment, start_new_session=True
            )
        if self._listens_on is not None:
            return self._until_it_listens(self._listens_on)
        assert self._process.stdout is not None
        lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_drain, args=(self._process.stdout, lines, self._log), daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=READY_WITHIN_S)
            except queue.Empty:
                raise NotReady(f"{self.name} did not get ready in {READY_WITHIN_S:.0f} s; see {self._log}") from None
            if line is None:
                raise NotReady(f"{self.name} ended with status {self._process.wait()}; see {self._log}")
            if line.startswith('{"ready"'):
                ready: dict[str, str] = json.loads(line)
                return ready

    def _until_it_listens(self, port: int) -> dict[str, str]:
        end = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < end and self._process is not None and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1.0).close()
            except OSError:
                time.sleep(0.05)
            else:
                return {"ready": self.name}
        raise NotReady(f"{self.name} does not listen on port {port}; see {self._log}")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _drain(stream: IO[str], lines: queue.Queue[str | None], log: Path) -> None:
    """Hand on the first lines and keep the rest in the log, so that the pipe never fills up."""
    with stream, log.open("a", encoding="utf-8") as file:
        for line in stream:
            lines.put(line)
            file.write(line)
            file.flush()
    lines.put(None)


def simulator(part: str, *arguments: str) -> list[str]:
    """The command that starts a part of the simulated world."""
    return [sys.executable, "-m", "simulator", part, *arguments]


def locker(*arguments: str) -> list[str]:
    """The command line of the product."""
    return [sys.executable, "-m", "locker", *arguments]
