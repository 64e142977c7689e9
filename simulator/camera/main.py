"""`python -m simulator camera`: parse the arguments, listen, say so, and stop on SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import socket
import sys
from pathlib import Path

import uvicorn

from simulator.camera.app import make_app
from simulator.camera.collection import CollectionError, Layout, read_collection
from simulator.camera.real import RealSource
from simulator.camera.source import Source
from simulator.camera.stage import Stage
from simulator.camera.synthetic import SyntheticSource

MOST_FPS = 60.0
MOST_PORT = 65535


def main(argv: list[str]) -> int:
    """Run a camera until a signal ends it."""
    arguments = _parser().parse_args(argv)
    # uvicorn stops in good order on SIGTERM and SIGINT, then raises the signal again: that one ends the process.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    try:
        source = _source(arguments)
        listener = socket.create_server((arguments.host, arguments.port))
    except (CollectionError, OSError) as error:
        sys.stderr.write(f"camera: {error}\n")
        return 2
    asyncio.run(_serve(source, listener, arguments))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="iris-locker simulate camera",
        description="A network camera (GET /stream.mjpg) that shows whoever stands before it (POST /api/stand).",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=0, help="0 takes a free one")
    parser.add_argument("--fps", type=_fps, default=10.0, help="frames per second")
    parser.add_argument("--seed", type=int, default=1, help="which community this is")
    parser.add_argument("--eyes", type=Path, metavar="DIR", help="show real pictures instead of synthetic eyes")
    parser.add_argument("--layout", type=Layout, choices=list(Layout), default=Layout.FOLDERS)
    return parser


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= MOST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {MOST_PORT}")
    return value


def _fps(text: str) -> float:
    value = float(text)
    if not 0 < value <= MOST_FPS:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {MOST_FPS:g} frames per second")
    return value


def _source(arguments: argparse.Namespace) -> Source:
    if arguments.eyes is None:
        return SyntheticSource(arguments.seed)
    subjects = read_collection(arguments.eyes, arguments.layout)
    return RealSource(subjects, seed=arguments.seed, fps=arguments.fps)


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(0)


async def _serve(source: Source, listener: socket.socket, arguments: argparse.Namespace) -> None:
    stage = Stage(source, seed=arguments.seed, fps=arguments.fps)
    settings = uvicorn.Config(
        make_app(stage, source, arguments.seed), log_level="warning", access_log=False, timeout_graceful_shutdown=2
    )
    host, port = listener.getsockname()[:2]
    await _Server(settings, stage, f"http://{host}:{port}").serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Says when it listens, and ends the endless streams before it waits for them."""

    def __init__(self, settings: uvicorn.Config, stage: Stage, url: str) -> None:
        super().__init__(settings)
        self._stage = stage
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(json.dumps({"ready": "camera", "url": self._url}) + "\n")
        sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._stage.close()
        await super().shutdown(sockets)
