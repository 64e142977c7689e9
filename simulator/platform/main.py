"""`python -m simulator platform`: one line when it listens, a clean end on SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import random
import secrets
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from simulator.platform.alarms import AlarmBoard
from simulator.platform.api import Api
from simulator.platform.centre import Centre
from simulator.platform.clock import now
from simulator.platform.commands import CommandOffice
from simulator.platform.community import Mint, found
from simulator.platform.jose import Signer
from simulator.platform.keys import KEY_BYTES, PlatformKeys, SecretsFault, load_keys
from simulator.platform.ledgers import Ledgers
from simulator.platform.link import Link
from simulator.platform.postbox import Postbox
from simulator.platform.registry import Registry
from simulator.platform.store import EventStore

GRACE_S = 2


class QuietServer(uvicorn.Server):
    """uvicorn, but the signals are the main program's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def main(arguments: list[str]) -> int:
    """Run the platform until SIGTERM or SIGINT; 1 when it cannot begin."""
    options = _options(arguments)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="platform: %(levelname)s %(message)s")
    try:
        keys = load_keys(options.secrets)
        listener = socket.create_server((options.host, options.http_port))
    except (SecretsFault, OSError) as error:
        sys.stderr.write(f"platform: {error}\n")
        return 1
    with listener:
        asyncio.run(_serve(options, keys, listener))
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="iris-locker simulate platform", description=__doc__)
    parser.add_argument("--mqtt-host", default="127.0.0.1")
    parser.add_argument("--mqtt-port", type=int, required=True)
    parser.add_argument("--mqtt-version", choices=("5", "3.1.1"), default="5")
    parser.add_argument("--community", required=True)
    parser.add_argument("--cabinet", required=True)
    parser.add_argument("--secrets", type=Path, required=True, help="TOML, mode 0600: signing_key, kid, code_secret")
    parser.add_argument("--seed", type=int, default=1, help="draws the community")
    parser.add_argument("--store", default=":memory:", help="a file that keeps the events over restarts")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--http-port", type=int, default=0, help="0 picks a free one")
    return parser.parse_args(arguments)


def build(keys: PlatformKeys, audience: str, seed: int, store: EventStore) -> Centre:
    """A platform for one cabinet, with the community of `seed`; it is not connected."""
    # Whatever is made later must differ from what an earlier run of the same seed made: a command's id works once.
    later = Mint(random.SystemRandom())
    registry = Registry(found(Mint(random.Random(seed))), later, keys.code_secret, audience, now)
    signer = Signer(keys.signing_key, keys.kid)
    forger = Signer(secrets.token_bytes(KEY_BYTES), keys.kid)
    ledgers = Ledgers(store, Postbox(registry, keys.code_secret), AlarmBoard())
    return Centre(registry, ledgers, CommandOffice(signer, forger, audience, now), signer, now=now)


async def _serve(options: argparse.Namespace, keys: PlatformKeys, listener: socket.socket) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    store = EventStore(options.store)
    centre = build(keys, f"{options.community}/{options.cabinet}", options.seed, store)
    link = Link(
        options.mqtt_host,
        options.mqtt_port,
        options.mqtt_version,
        f"lockers/v1/{options.community}/{options.cabinet}/",
        f"platform.{options.community}.{options.cabinet}",
        on_messages=centre.messages,
        on_connection=centre.connection,
    )
    centre.attach(link)
    server = QuietServer(
        uvicorn.Config(
            Api(centre).app(), log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE_S, lifespan="off"
        )
    )
    serving = asyncio.create_task(server.serve([listener]))
    tending = asyncio.create_task(centre.keep_up())
    link.start()
    host, port = listener.getsockname()[:2]
    sys.stdout.write(json.dumps({"ready": "platform", "url": f"http://{host}:{port}"}) + "\n")
    sys.stdout.flush()
    ended, _ = await asyncio.wait(
        [asyncio.create_task(stop.wait()), serving, tending], return_when=asyncio.FIRST_COMPLETED
    )
    centre.changes.close()
    server.should_exit = True
    tending.cancel()
    await asyncio.wait([serving, tending])
    await link.stop()
    store.close()
    for task in ended:
        task.result()
