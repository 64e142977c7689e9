"""The serial ports of this machine, by names that stay the same when adapters are renumbered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from serial.tools import list_ports

STABLE_NAMES: Final = (Path("/dev/serial/by-path"), Path("/dev/serial/by-id"))
"""Where udev keeps them, the better first: cheap adapters share one id, but no two share a socket."""


def plugged_devices() -> list[str]:
    """The raw names of all serial ports, such as /dev/ttyUSB0."""
    return [port.device for port in list_ports.comports()]


def find_ports(
    devices: Callable[[], Iterable[str]] = plugged_devices, stable_names: Iterable[Path] = STABLE_NAMES
) -> tuple[str, ...]:
    """All serial ports, each by its most stable name."""
    links: dict[Path, str] = {}
    for folder in stable_names:
        for link in sorted(folder.iterdir()) if folder.is_dir() else ():
            links.setdefault(link.resolve(), str(link))
    return tuple(links.get(Path(device).resolve(), device) for device in sorted(devices()))


def lasting_name(port: str) -> str:
    """A port as it is found from any folder: a site file may be read from another one than it was written in."""
    return port if "://" in port else str(Path(port).absolute())
