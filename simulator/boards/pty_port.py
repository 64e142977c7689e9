"""A pseudo-terminal under a stable name: what a program opens as its serial adapter."""

from __future__ import annotations

import contextlib
import os
import termios
import tty
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
    """The adapter's two ends: a raw pseudo-terminal, and a symbolic link to its far side.

    The far side is kept open here too, so that programs may come and go without hanging the line up.

    Raises:
        OSError: no pseudo-terminal is to be had, or the link cannot be made.
    """

    def __init__(self, link: Path) -> None:
        self._link = link
        self.master, self._slave = os.openpty()
        try:
            tty.setraw(self._slave)
            os.set_blocking(self.master, False)
            fresh = link.with_name(f".{link.name}.new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(os.ttyname(self._slave))
            fresh.replace(link)
        except OSError:
            self._hang_up()
            raise

    @property
    def baud(self) -> int | None:
        """The speed that the program has set, bits per second; None for one that no board knows."""
        return SPEEDS.get(termios.tcgetattr(self._slave)[OUTPUT_SPEED])

    def read(self) -> bytes:
        """What the program sent since the last read; empty when nothing is there."""
        try:
            return os.read(self.master, 4096)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Let bytes arrive at the program; they are lost when nobody reads and the buffer is full, as in a UART."""
        with contextlib.suppress(BlockingIOError):
            os.write(self.master, data)

    def close(self) -> None:
        """Pull the adapter out: the link goes and the far side is hung up."""
        self._link.unlink(missing_ok=True)
        self._hang_up()

    def _hang_up(self) -> None:
        os.close(self.master)
        os.close(self._slave)
