"""`iris-locker check`: everything a cabinet needs, looked at one by one, each fault with its remedy."""

from __future__ import annotations

import socket
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import serial

from config.load import SettingsError, load_settings
from config.settings import LineSettings, Settings
from firmware_bridge.errors import BridgeError
from firmware_bridge.panel import refuse_unusable
from locker.camera import Camera, CameraFault, source_without_password
from locker.clock import SystemClock
from locker.keys import KeyFault, load_keys
from locker.ledger import LedgerFault
from locker.ledger.opening import refuse_foreign

BROKER_TIMEOUT_S = 3.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `fault` says what is wrong and how to mend it."""

    what: str
    fault: str | None = None


def check_site(path: Path) -> int:
    """Look at everything and print it; 0 when nothing is wrong, 1 otherwise."""
    try:
        settings = load_settings(path)
    except SettingsError as fault:
        _print([Finding("settings", str(fault))])
        return 1
    findings = [Finding(f"settings: {len(settings.compartments)} compartments on {len(settings.lines)} lines")]
    looks: list[Callable[[Settings], list[Finding]]] = [_keys, _ledger, _boards, _lines, _camera, _broker, _clock]
    for look in looks:
        findings += look(settings)
    _print(findings)
    return 1 if any(finding.fault for finding in findings) else 0


def _print(findings: list[Finding]) -> None:
    for finding in findings:
        sys.stdout.write(f"{'✗' if finding.fault else '✓'} {finding.what}\n")
        if finding.fault:
            sys.stdout.write("".join(f"    {line}\n" for line in finding.fault.splitlines()))


def _keys(settings: Settings) -> list[Finding]:
    what = f"keys: {settings.storage.keys}"
    try:
        load_keys(settings.storage.keys)
    except KeyFault as fault:
        return [Finding(what, str(fault))]
    return [Finding(what)]


def _ledger(settings: Settings) -> list[Finding]:
    """The ledger is opened for reading only, so that a running daemon is not disturbed."""
    path = settings.storage.ledger
    what = f"ledger: {path}"
    if not path.exists():
        return [Finding(f"{what} (will be made at the first start)")]
    try:
        refuse_foreign(path, load_keys(settings.storage.keys), settings.site.cabinet)
    except (LedgerFault, KeyFault, sqlite3.Error) as fault:
        return [Finding(what, str(fault))]
    return [Finding(what)]


def _boards(settings: Settings) -> list[Finding]:
    """Families, addresses, channels and board settings; no port is opened for this."""
    what = f"boards: {', '.join(sorted({line.family for line in settings.lines}))}"
    try:
        refuse_unusable(settings.lines, settings.compartments, settings.panel)
    except BridgeError as fault:
        return [Finding(what, str(fault))]
    return [Finding(what)]


def _lines(settings: Settings) -> list[Finding]:
    return [_line(line) for line in settings.lines]


def _line(line: LineSettings) -> Finding:
    what = f"line {line.name}: {line.family} at {line.port}"
    try:
        serial.serial_for_url(line.port, exclusive=True, timeout=0.1).close()
    except (serial.SerialException, OSError, ValueError) as error:
        if "lock" in str(error).lower() or "busy" in str(error).lower():
            return Finding(f"{what} (in use, by the daemon if it runs)")
        return Finding(what, f"{error}\nplug the adapter in, or set lines.port to a path under /dev/serial/by-path")
    return Finding(what)


def _camera(settings: Settings) -> list[Finding]:
    if settings.camera is None:
        return [Finding("camera: none; everybody uses codes")]
    what = f"camera: {source_without_password(settings.camera.source)}"
    camera = Camera(settings.camera)
    try:
        with camera.look() as frames:
            frame = next(iter(frames), None)
            if frame is None:
                return [Finding(what, "it opened, but sent no picture; power it off and on")]
            height, width = frame.picture.shape
            frame.wipe()
    except CameraFault as fault:
        return [Finding(what, str(fault))]
    finally:
        camera.close()
    return [Finding(f"{what}, {width}x{height}")]


def _broker(settings: Settings) -> list[Finding]:
    what = f"broker: {settings.mqtt.host}:{settings.mqtt.port}, MQTT {settings.mqtt.version}"
    try:
        socket.create_connection((settings.mqtt.host, settings.mqtt.port), BROKER_TIMEOUT_S).close()
    except OSError as error:
        return [Finding(what, f"{error}\nthe cabinet works without it and catches up later; see to the network")]
    return [Finding(what)]


def _clock(settings: Settings) -> list[Finding]:
    if settings.clock.source == "assumed":
        return [Finding("clock: assumed to be right by the settings")]
    if SystemClock("kernel").synced():
        return [Finding("clock: synchronised")]
    return [
        Finding(
            "clock",
            "not synchronised: deadlines are not enforced and remote opening is refused; run a time service such as "
            "systemd-timesyncd or chrony",
        )
    ]
