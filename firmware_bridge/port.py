"""Bytes in and out of a serial port: a device, a pty, or any URL that pyserial opens."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
import termios
import time
from collections.abc import Callable
from typing import Final, Protocol

import serial

from firmware_bridge.errors import PortAbsentError, PortBusyError, PortError, PortLostError

READ_SLICE_S: Final = 0.02
"""Longest single wait inside pyserial; changing its time limit on every read would reconfigure the device each time."""
WRITE_TIMEOUT_S: Final = 1.0
"""A frame of a dozen bytes leaves in 15 ms at 9600 baud; a port that takes a second is stuck."""

ERRNO: Final = re.compile(r"\[Errno (\d+)\]")
"""How an error of the system stands in the words of one that pyserial made of it."""
MOST_DISCARDED: Final = 4096
"""A peer that never stops talking must not hold up the line for longer than it takes to read this much."""


class Port(Protocol):
    """An open port. Every method raises `PortLostError` once the port has gone."""

    def write(self, data: bytes) -> None:
        """Send all of `data`."""

    def read(self, timeout_s: float) -> bytes:
        """What has come: at least one byte, or nothing when `timeout_s` passes in silence."""

    def discard_input(self) -> int:
        """Throw away what has come unasked; says how many bytes."""

    def close(self) -> None:
        """Give the port back; never raises."""


OpenPort = Callable[[str, int], Port]
"""Opens a port (path or URL) at a baud rate."""


MOST_READ: Final = 4096
"""As much as a terminal's input queue holds."""


class SerialPort:
    """A pyserial port, held exclusively where the system can.

    A device of this machine is read and written without pyserial's own loops: they ask the system three times where
    once serves, which is a third of all that a resting line costs. pyserial does what else there is, and all of a URL.
    """

    def __init__(self, port: str, device: serial.Serial, clock: Callable[[], float]) -> None:
        self._port = port
        self._device = device
        self._clock = clock
        self._fd: int | None = device.fileno() if type(device) is serial.Serial else None

    def write(self, data: bytes) -> None:
        """Send all of `data`."""
        try:
            if self._fd is not None:
                with contextlib.suppress(BlockingIOError):
                    data = data[os.write(self._fd, data) :]
            if data:
                self._device.write(data)
        except (OSError, termios.error) as error:
            raise self._lost(error) from error

    def read(self, timeout_s: float) -> bytes:
        """What has come: at least one byte, or nothing when `timeout_s` passes in silence."""
        end = self._clock() + timeout_s
        try:
            if self._fd is not None:
                return self._read_device(self._fd, timeout_s)
            while True:
                first = self._device.read(1)
                if first:
                    return bytes(first) + self._waiting()
                if self._clock() >= end:
                    return b""
        except (OSError, termios.error) as error:
            raise self._lost(error) from error

    def discard_input(self) -> int:
        """Throw away what has come unasked; says how many bytes."""
        discarded = 0
        try:
            while discarded < MOST_DISCARDED and (waiting := self._waiting()):
                discarded += len(waiting)
        except (OSError, termios.error) as error:
            raise self._lost(error) from error
        return discarded

    def close(self) -> None:
        """Give the port back; never raises."""
        self._fd = None  # the number may be another file's by the next call
        try:
            self._device.close()
        except (OSError, termios.error):
            return

    def _read_device(self, fd: int, timeout_s: float) -> bytes:
        if not select.select([fd], [], [], max(0.0, timeout_s))[0]:
            return b""
        try:
            data = os.read(fd, MOST_READ)
        except BlockingIOError:  # ready, and yet nothing there: another look will tell
            return b""
        if not data:
            raise OSError(errno.EIO, "ready to be read, and at its end")
        return data

    def _waiting(self) -> bytes:
        if self._fd is not None:
            return self._read_device(self._fd, 0.0)
        count = self._device.in_waiting
        return bytes(self._device.read(count)) if count else b""

    def _lost(self, error: Exception) -> PortLostError:
        return PortLostError(f"port {self._port} went away ({error}); check the cable and the adapter")


def open_serial(port: str, baud: int) -> SerialPort:
    """Open a port, 8N1, exclusively.

    Raises:
        PortBusyError: another program holds it.
        PortAbsentError: it is not there, or cannot be configured.
    """
    try:
        device = serial.serial_for_url(
            port, baudrate=baud, timeout=READ_SLICE_S, write_timeout=WRITE_TIMEOUT_S, exclusive=True
        )
    except (OSError, ValueError, termios.error) as error:
        raise _opening_failed(port, error) from error
    return SerialPort(port, device, time.monotonic)


def _opening_failed(port: str, error: Exception) -> PortError:
    if getattr(error, "errno", None) in (errno.EAGAIN, errno.EBUSY):
        return PortBusyError(f"串口被占用 port {port} is held by another program (the daemon?); stop that one first")
    why = _without_the_path(error)
    return PortAbsentError(
        f"串口打不开 port {port} cannot be opened ({why}); check the path, the cable and the permissions"
    )


def _without_the_path(error: Exception) -> str:
    """What went wrong in the system's own few words: pyserial says the path up to three times around them."""
    number = getattr(error, "errno", None)
    if number:
        return os.strerror(number)
    inner = ERRNO.search(str(error))
    return os.strerror(int(inner[1])) if inner else str(error)
