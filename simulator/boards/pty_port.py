"""A pseudo-terminal: what a program opens as its serial adapter."""

from __future__ import annotations

import asyncio
import contextlib
import os
import termios
import tty
from collections.abc import Callable
from pathlib import Path

SPEEDS = {
    termios.B2400: 2400,
    termios.B4800: 4800,
    termios.B9600: 9600,
    termios.B19200: 19200,
    termios.B38400: 38400,
    termios.B57600: 57600,
    termios.B115200: 115200,
}
"""The codes of the terminal interface, in bits per second."""

OUTPUT_SPEED = 5
"""Where `termios.tcgetattr` keeps the speed at which a program sends."""


class PtyPort:
    """The adapter's two ends. Belongs to the running asyncio loop.

    The far side is kept open here too, so that programs may come and go without hanging the line up.

    Args:
        heard: called with whatever the program sends.

    Raises:
        OSError: no pseudo-terminal is to be had.
    """

    def __init__(self, heard: Callable[[bytes], None]) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._heard = heard
        self.path = Path(os.ttyname(self._slave))
        asyncio.get_running_loop().add_reader(self._master, self._read)

    @property
    def baud(self) -> int | None:
        """The speed that the program has set, bits per second; None for one that no board knows."""
        return SPEEDS.get(termios.tcgetattr(self._slave)[OUTPUT_SPEED])

    def write(self, data: bytes) -> None:
        """Let bytes arrive at the program; they are lost when nobody reads and the buffer is full, as in a UART."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._master, data)

    def close(self) -> None:
        """Pull the adapter out: the far side is hung up."""
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._master, 4096)
            if data:
                self._heard(data)
