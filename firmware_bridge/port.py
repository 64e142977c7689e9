"""Bytes in and out of a serial port: a device, a pty, or any URL that pyserial opens."""

from __future__ import annotations

import errno
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


class SerialPort:
    """A pyserial port, held exclusively where the system can."""

    def __init__(self, port: str, device: serial.Serial, clock: Callable[[], float]) -> None:
        self._port = port
        self._device = device
        self._clock = clock

    def write(self, data: bytes) -> None:
        """Send all of `data`."""
        try:
            self._device.write(data)
        except (OSError, termios.error) as error:
            raise self._lost(error) from error

    def read(self, timeout_s: float) -> bytes:
        """What has come: at least one byte, or nothing when `timeout_s` passes in silence."""
        end = self._clock() + timeout_s
        try:
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
        try:
            self._device.close()
        except (OSError, termios.error):
            return

    def _waiting(self) -> bytes:
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
        return PortBusyError(f"port {port} is held by another program (the daemon?); stop that one first")
    return PortAbsentError(f"port {port} cannot be opened ({error}); check the path, the cable and the permissions")
