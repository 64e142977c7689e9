"""`iris-locker`: the daemon, the demo, checks and tools, each a word."""

from __future__ import annotations

import argparse
import base64
import binascii
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from config.load import SettingsError, load_settings
from locker.keys import KEY_BYTES, KeyFault, new_keys, write_keys

Subparsers = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it

TOOLS = ("iris.cli", "firmware_bridge.cli", "locker.ledger.cli", "mqtt.cli")
"""Parts that bring words of their own; each registers them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] in (["demo"], ["simulate"]):
        _become_simulator(words)
    options = _parser().parse_args(words)
    try:
        status: int = options.run(options)
    except (SettingsError, KeyFault) as fault:
        print(fault, file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1
    return status


def _become_simulator(words: list[str]) -> None:
    """`demo` is the simulator's story; `simulate PART` any of its parts. The product never imports it."""
    part = ["story"] if words[0] == "demo" else []
    os.execv(sys.executable, [sys.executable, "-m", "simulator", *part, *words[1:]])  # noqa: S606 - our own program


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="iris-locker", description="A parcel locker opened by an iris or a code.")
    parser.add_argument("--version", action="version", version=version("iris-locker"))
    words = parser.add_subparsers(dest="word", required=True, metavar="WORD")
    words.add_parser("demo", help="a whole community on this machine; --once plays one story and checks it")
    run = words.add_parser("run", help="the daemon of one cabinet")
    _config(run)
    run.set_defaults(run=_run)
    check = words.add_parser("check", help="what is wrong with settings, keys, ports, camera, broker, ledger")
    _config(check)
    check.set_defaults(run=_check)
    keys = words.add_parser("keys", help="make the key file of a new cabinet")
    _config(keys)
    keys.add_argument(
        "--code-secret",
        metavar="-",
        choices=("-",),
        help="read the secret shared with the platform from standard input",
    )
    keys.set_defaults(run=_keys)
    for tool in TOOLS:
        importlib.import_module(tool).register(words)
    words.add_parser("simulate", help="a part of the simulated world: street, boards, fault, camera, platform, broker")
    return parser


def _config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the site's settings")


def _run(options: argparse.Namespace) -> int:
    from firmware_bridge.errors import BridgeError  # noqa: PLC0415 - only here
    from locker.daemon import run_daemon  # noqa: PLC0415 - OpenCV and the web server load only for the daemon
    from locker.kiosk.serve import CannotListen  # noqa: PLC0415 - as above
    from locker.ledger import LedgerFault  # noqa: PLC0415 - as above
    from mqtt.errors import LinkSettingsInvalid  # noqa: PLC0415 - as above

    settings = load_settings(options.config)
    try:
        return run_daemon(settings)
    except (BridgeError, LedgerFault, LinkSettingsInvalid, CannotListen) as fault:
        print(f"{fault}\n`iris-locker check --config {options.config}` tells more.", file=sys.stderr)
        return 2


def _check(options: argparse.Namespace) -> int:
    from locker.check import check_site  # noqa: PLC0415 - OpenCV loads only where it is used

    return check_site(options.config)


def _keys(options: argparse.Namespace) -> int:
    settings = load_settings(options.config)
    keys = new_keys()
    if options.code_secret:
        keys = replace(keys, code_secret=_secret_from(sys.stdin.readline()))
    write_keys(settings.storage.keys, keys)
    print(f"wrote {settings.storage.keys}; keep a copy in a safe place: without it the ledger cannot be read")
    return 0


def _secret_from(line: str) -> bytes:
    try:
        secret = base64.urlsafe_b64decode(line.strip() + "=" * (-len(line.strip()) % 4))
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES:
        raise KeyFault(f"the code secret must be {KEY_BYTES} bytes in base64url")
    return secret
