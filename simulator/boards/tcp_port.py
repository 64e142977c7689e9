"""A TCP serial server: what a program opens as `socket://host:port`. One program at a time, as such boxes have it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable


class TcpPort:
    """The listening end and the one program that is connected. Belongs to the running asyncio loop.

    Args:
        host: where it listens.
        port: likewise.
        baud: the speed that is set in the box itself, bits per second; a program cannot change it.
        heard: called with whatever the program sends.

    Raises:
        OSError: the address cannot be listened on.
    """

    def __init__(self, host: str, port: int, baud: int, heard: Callable[[bytes], None]) -> None:
        self.baud = baud
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._program: socket.socket | None = None
        self._listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._listener.settimeout(0)
        self._loop.add_reader(self._listener, self._accept)

    def write(self, data: bytes) -> None:
        """Let bytes arrive at the program; they are lost when nobody is connected or the buffer is full."""
        if self._program is not None:
            with contextlib.suppress(OSError):
                self._program.send(data)

    def close(self) -> None:
        """Switch the box off."""
        self._hang_up()
        self._loop.remove_reader(self._listener)
        self._listener.close()

    def _accept(self) -> None:
        program, _ = self._listener.accept()
        if self._program is not None:
            program.close()
            return
        program.settimeout(0)
        program.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._program = program
        self._loop.add_reader(program, self._read, program)

    def _read(self, program: socket.socket) -> None:
        data = b""
        with contextlib.suppress(ConnectionError):
            data = program.recv(4096)
        if data:
            self._heard(data)
        else:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._program is not None:
            self._loop.remove_reader(self._program)
            self._program.close()
            self._program = None
