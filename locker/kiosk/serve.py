"""Serves the screen's application on the daemon's own loop, and ends it cleanly."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

CLOSES_WITHIN_S = 3
"""How long open requests may still take at shutdown; streams end at once."""


class CannotListen(OSError):
    """The address cannot be listened on."""


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the daemon decides when it ends."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(app: ASGIApp, *, host: str, port: int, closing: asyncio.Event) -> AsyncIterator[str]:
    """Serve `app` inside the block; gives its URL. `closing` is the event that `create_app` was given.

    Port 0 takes a free port.

    Raises:
        CannotListen: the address is taken, or not one of this machine's.
    """
    listener = _listen(host, port)
    address = f"[{host}]" if ":" in host else host
    server = _Server(
        uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            server_header=False,
            ws="none",
            lifespan="on",
            timeout_graceful_shutdown=CLOSES_WITHIN_S,
        )
    )
    serving = asyncio.create_task(server.serve([listener]), name="kiosk")
    try:
        # The listener accepts from now on; requests wait in its queue until the loop comes to them.
        yield f"http://{address}:{listener.getsockname()[1]}"
    finally:
        closing.set()
        server.should_exit = True
        await serving


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(where)
            listener.listen()
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise CannotListen(
            f"the kiosk page cannot listen on {host}:{port} ({error}); free the port or set another in [kiosk]"
        ) from error
    return listener
