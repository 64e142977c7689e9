"""`python -m simulator street`: the physical world as a process, until it is told to end."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import httpx
import uvicorn
from pydantic import ValidationError

from config.load import SettingsError, load_settings
from config.settings import Settings
from simulator.boards.adapter import AddressError
from simulator.boards.registry import UnknownFamilyError
from simulator.doors.errors import DoorError
from simulator.street.app import build_app
from simulator.street.bodies import first_fault
from simulator.street.camera import Camera
from simulator.street.changes import Changes
from simulator.street.errors import StreetError
from simulator.street.fault_words import read_faults
from simulator.street.world import build_world

UNUSABLE = (SettingsError, ValidationError, UnknownFamilyError, AddressError, StreetError, DoorError, OSError)
"""What a person can put right who started the street."""

LAST_PORT = 65535
"""The highest TCP port."""

GRACE_S = 2
"""How long open requests may take after the end was asked for."""


def main(argv: list[str]) -> int:
    """Run the street of a site; returns as `run` does."""
    options = _parser().parse_args(argv)
    return run(lambda: load_settings(options.config), options)


def run(load: Callable[[], Settings], options: argparse.Namespace) -> int:
    """Run a street until it is told to end.

    Args:
        load: reads the settings.
        options: as `add_options` defines them.

    Returns:
        0 after SIGTERM or SIGINT, 2 when the settings, a fault or an address cannot be used.
    """
    try:
        settings = load()
        if options.pty_dir is not None:
            options.pty_dir.mkdir(parents=True, exist_ok=True)
        with _listen(options.host, options.port) as listener:
            asyncio.run(_serve(settings, options, listener))
    except UNUSABLE as error:
        said = first_fault(error) if isinstance(error, ValidationError) else error
        print(f"street: {said}", file=sys.stderr)  # noqa: T201 - this process speaks on stdout and stderr
        return 2
    return 0


class Server(uvicorn.Server):
    """uvicorn, telling when it listens, and ending the live streams with itself."""

    def __init__(self, config: uvicorn.Config, changes: Changes, ready: dict[str, object]) -> None:
        super().__init__(config)
        self._changes = changes
        self._ready = ready
        self._loop = asyncio.get_running_loop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so on stdout in one line."""
        await super().startup(sockets)
        if self.started:
            print(json.dumps(self._ready), flush=True)  # noqa: T201 - as above

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """End on a signal, and leave with status 0: the signal is not raised again."""
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._changes.close)


async def _serve(settings: Settings, options: argparse.Namespace, listener: socket.socket) -> None:
    world = build_world(settings, options.pty_dir, options.power_coils, random.Random(options.seed))
    async with httpx.AsyncClient(trust_env=False) as client:
        app = build_app(world, Camera(options.camera_url, client))
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE_S)
        host, port = listener.getsockname()[:2]
        ready: dict[str, object] = {"ready": "street", "url": f"http://{host}:{port}", "ports": world.ports}
        acts = read_faults(world, options.fault)
        try:
            world.start()
            for act in acts:
                act()
            await Server(config, world.changes, ready).serve(sockets=[listener])
        finally:
            world.stop()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"there is no port {port}; the last one is {LAST_PORT}")
    return port


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command that runs a street."""
    parser.add_argument(
        "--pty-dir",
        type=Path,
        help="folder for the links to the pseudo-terminals, called as the lines are; lines over TCP need none",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=_port, default=0, help="port to listen on; 0 for any")
    parser.add_argument("--camera-url", help="where the simulated camera answers")
    parser.add_argument("--power-coils", type=int, help="coils that the supply carries at once; the site's otherwise")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="WHERE.WHAT=VALUE",
        help="wrong from the start, such as left.noise=0.01, A03.jam=hard or supply.strength=0.5; may be repeated",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of bouncing contacts and faults")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="iris-locker simulate street",
        description="Lock boards on pseudo-terminals, the doors behind them, and the street page.",
    )
    parser.add_argument("--config", type=Path, required=True, help="the site's settings file")
    add_options(parser)
    return parser
