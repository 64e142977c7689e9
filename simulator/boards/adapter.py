"""The serial adapters of a cabinet's computer: USB adapters, which change their names, and TCP serial servers."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from simulator.boards.pty_port import PtyPort
from simulator.boards.tcp_port import TcpPort
from simulator.boards.wire import Port

RAW_NAME = "ttyUSB"
"""How Linux names USB serial adapters, with the lowest free number behind it."""


class AddressError(Exception):
    """The address of a serial server cannot be used."""


Heard = Callable[[bytes], None]


class OpenPort(Port, Protocol):
    """A port that can be pulled out."""

    def close(self) -> None:
        """Pull it out."""


class Adapter(Protocol):
    """What can be put in and pulled out."""

    @property
    def device(self) -> str | None:
        """Its name on the computer at present; None when it is out."""

    def plug(self, heard: Heard, *, elsewhere: bool) -> OpenPort:
        """Put it in; `heard` is called with whatever a program sends. `elsewhere`: it comes back under another name."""

    def pulled(self) -> None:
        """It has been pulled out."""


class UsbAdapter:
    """A USB adapter: a raw name that changes, and a stable link to it, as udev's by-path links are.

    Args:
        link: the stable link; the raw names stand beside it.
    """

    def __init__(self, link: Path) -> None:
        self._link = link
        self._device: str | None = None
        self._last: str | None = None

    @property
    def device(self) -> str | None:
        """The raw name, such as ttyUSB0; None when it is out."""
        return self._device

    def plug(self, heard: Heard, *, elsewhere: bool) -> PtyPort:
        """Put it in. It takes the lowest free number, or (`elsewhere`) another than it had last.

        Raises:
            OSError: no pseudo-terminal is to be had, or the links cannot be made.
        """
        port = PtyPort(heard)
        try:
            self._device = self._last = self._claim(port.path, self._last if elsewhere else None)
            fresh = self._link.with_name(f".{self._link.name}.new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(self._device)
            fresh.replace(self._link)
        except OSError:
            port.close()
            raise
        return port

    def pulled(self) -> None:
        """Both names go."""
        self._link.unlink(missing_ok=True)
        if self._device is not None:
            self._link.with_name(self._device).unlink(missing_ok=True)
            self._device = None

    def _claim(self, path: Path, avoided: str | None) -> str:
        """Take the lowest free raw name; the folder itself says which are taken."""
        for number in itertools.count():
            raw = self._link.with_name(f"{RAW_NAME}{number}")
            if raw.is_symlink() and not raw.exists():
                raw.unlink(missing_ok=True)  # left behind by a process that was killed
            if raw.name != avoided:
                with contextlib.suppress(FileExistsError):
                    raw.symlink_to(path)
                    return raw.name
        raise AssertionError


class TcpAdapter:
    """A TCP serial server, whose own settings hold the speed of its line.

    Args:
        url: where it listens, `socket://host:port`.
        baud: the speed of its line, bits per second.

    Raises:
        AddressError: the address names no host or no port.
    """

    def __init__(self, url: str, baud: int) -> None:
        parts = urlsplit(url)
        if parts.hostname is None or parts.port is None:
            raise AddressError(f"port {url!r} names no host and port; write socket://host:port")
        self._host, self._port = parts.hostname, parts.port
        self._baud = baud
        self._in = False

    @property
    def device(self) -> str | None:
        """Its address; None when it is off."""
        return f"{self._host}:{self._port}" if self._in else None

    def plug(self, heard: Heard, *, elsewhere: bool) -> TcpPort:  # noqa: ARG002 - an address does not change by itself
        """Switch it on.

        Raises:
            OSError: the address is taken.
        """
        port = TcpPort(self._host, self._port, self._baud, heard)
        self._in = True
        return port

    def pulled(self) -> None:
        """It is off."""
        self._in = False
