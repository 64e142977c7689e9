"""Debian's mosquitto on a loopback port, which can die and come back."""

from __future__ import annotations

import asyncio
import getpass
import shutil
import socket
from asyncio.subprocess import PIPE, Process
from pathlib import Path


def find_mosquitto() -> str | None:
    return shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Mosquitto:
    """Keeps what it holds over `kill` and `start`; `extra` is more lines of its settings."""

    def __init__(self, folder: Path, extra: str = "") -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {folder}/\nuser {getpass.getuser()}\n"
            f"max_queued_messages 0\nset_tcp_nodelay true\n{extra}"
        )
        self._process: Process | None = None

    async def start(self) -> None:
        path = find_mosquitto()
        assert path is not None
        self._process = await asyncio.create_subprocess_exec(path, "-c", str(self._config), stderr=PIPE, stdout=PIPE)
        assert self._process.stderr is not None
        said = []
        async with asyncio.timeout(10):
            while line := await self._process.stderr.readline():
                said.append(line)
                if line.rstrip().endswith(b"running"):
                    self._listen = asyncio.create_task(self._process.stderr.read())
                    return
        raise RuntimeError(b"".join(said).decode())

    async def stop(self) -> None:
        """In good order: what it holds is saved."""
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.terminate()
            await process.communicate() if self._listen.done() else await process.wait()
            await self._listen
