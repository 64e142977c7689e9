"""The broker itself: amqtt behind a listening socket of our own, so that its port is known and is free again at once.

What the library cannot do: MQTT 5; keep sessions and retained messages over a restart of the broker; resend a message
that was in flight when a client vanished. The contract between cabinet and platform needs none of these.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.session import Session

LISTENER = "default"
CONFIG = {
    "listeners": {LISTENER: {"type": "external"}},
    "plugins": {"simulator.broker.everybody.EverybodyIsSomebody": {}},
}
SHUTDOWN_S = 2.0
"""The library may lose the cancellation of a reader in the very moment a packet arrives, and would wait for ever."""


class FaithfulBroker(Broker):  # type: ignore[misc]  # the library ships no types
    """amqtt, mended in three points.

    A returning client is told only the retained messages that it subscribed to. Nobody waits for a client's
    acknowledgements before noticing that it has gone. And a client that returns before its going was noticed, which the
    library takes for a second client, is not counted as away when its first connection ends.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._telling: set[asyncio.Task[None]] = set()
        self._serving: set[BrokerProtocolHandler] = set()

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        subscribers = self.subscriptions.get(subscription[0], [])
        if any(subscriber.client_id == session.client_id for subscriber, _ in subscribers):
            self._aside(super()._publish_retained_messages_for_subscription(subscription, session))

    async def _publish_session_retained_messages(self, session: Session) -> None:
        """Called once for each connection, as soon as it is served."""
        self._serving.add(self._sessions[session.client_id][1])
        _count_as_present(session)
        self._aside(super()._publish_session_retained_messages(session))

    async def _handle_disconnect(
        self, client_session: Session, handler: BrokerProtocolHandler, disconnect_waiter: asyncio.Future[Any]
    ) -> None:
        self._serving.discard(handler)
        await super()._handle_disconnect(client_session, handler, disconnect_waiter)
        _, present = self._sessions.get(client_session.client_id, (None, None))
        if present in self._serving:
            _count_as_present(client_session)
            self._aside(super()._publish_session_retained_messages(client_session))

    def _aside(self, telling: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(telling)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)


def _count_as_present(session: Session) -> None:
    if not session.transitions.is_connected():
        session.transitions.connect()


@contextlib.asynccontextmanager
async def listening(host: str, port: int) -> AsyncIterator[tuple[str, int]]:
    """A running broker; gives the address it listens on (port 0 picks a free one).

    Raises:
        OSError: the address is taken or not of this machine.
    """
    broker = FaithfulBroker(CONFIG)
    await broker.start()
    connections: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        try:
            await broker.external_connected(StreamReaderAdapter(reader), StreamWriterAdapter(writer), LISTENER)
        finally:
            connections.discard(writer)

    try:
        server = await asyncio.start_server(serve, host, port, reuse_address=True)
        address: tuple[str, int] = server.sockets[0].getsockname()[:2]
        try:
            yield address
        finally:
            server.close()
            for writer in connections:
                writer.transport.abort()
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(broker.shutdown(), SHUTDOWN_S)
