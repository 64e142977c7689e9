"""`python -m simulator broker`: one line when it listens, a clean end on SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys

from simulator.broker.embedded import listening


def main(arguments: list[str]) -> int:
    """Run the broker until SIGTERM or SIGINT; 1 when it cannot listen."""
    parser = argparse.ArgumentParser(prog="iris-locker simulate broker", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    try:
        asyncio.run(_serve(options.host, options.port))
    except OSError as error:
        sys.stderr.write(f"broker: cannot listen on {options.host}:{options.port}: {error}; choose another --port\n")
        return 1
    return 0


async def _serve(host: str, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with listening(host, port) as (at_host, at_port):
        sys.stdout.write(json.dumps({"ready": "broker", "host": at_host, "port": at_port}) + "\n")
        sys.stdout.flush()
        await stop.wait()
