"""The platform's MQTT client. Callbacks of its thread only put things into a queue; everything else is on the loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

TOPICS = ("status", "about", "compartments/+", "events", "replies", "telemetry")
SESSION_EXPIRY_S = 7 * 86400
BATCH = 500
"""Messages handled before the loop may do other things, such as answer a browser."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message of the cabinet; `topic` is what follows the cabinet's root."""

    topic: str
    payload: bytes


class Link:
    """A persistent session with the broker, kept up for ever; made and used on the loop.

    Args:
        version: "5" or "3.1.1".
        root: the cabinet's topics begin with this, slash included.
        on_messages: called on the loop with what arrived, in order.
        on_connection: called on the loop with True when connected and subscribed, False when the connection is lost.
    """

    def __init__(
        self,
        host: str,
        port: int,
        version: str,
        root: str,
        client_id: str,
        *,
        on_messages: Callable[[list[Inbound]], None],
        on_connection: Callable[[bool], None],
    ) -> None:
        """Prepare; `start` connects."""
        self.connected = False
        self.session_lost = False  # the broker kept nothing for us: what came meanwhile is gone
        self._loop = asyncio.get_running_loop()
        self._address = (host, port)
        self._root = root
        self._five = version == "5"
        self._on_messages = on_messages
        self._on_connection = on_connection
        self._queue: deque[Inbound] = deque()
        self._draining = False
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=mqtt.MQTTv5 if self._five else mqtt.MQTTv311,
            clean_session=None if self._five else False,
        )
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(200)
        self._client.reconnect_delay_set(min_delay=1, max_delay=5)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_subscribe = self._subscribed
        self._client.on_message = self._received

    def start(self) -> None:
        """Connect in the background, now and whenever the connection is lost."""
        host, port = self._address
        if self._five:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it untyped
            properties.SessionExpiryInterval = SESSION_EXPIRY_S
            self._client.connect_async(host, port, keepalive=30, clean_start=False, properties=properties)
        else:
            self._client.connect_async(host, port, keepalive=30)
        self._client.loop_start()

    async def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    def publish(self, topic: str, payload: str, expires_s: int | None = None) -> None:
        """Send with qos 1; kept and sent later when there is no connection now.

        Under MQTT 5 the broker drops it after `expires_s` seconds.
        """
        properties = None
        if self._five and expires_s is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho leaves it untyped
            properties.MessageExpiryInterval = max(1, expires_s)
        self._client.publish(self._root + topic, payload, qos=1, properties=properties)

    def _connected(self, client: mqtt.Client, _: object, flags: mqtt.ConnectFlags, *__: Any) -> None:  # noqa: ANN401 - the library's signature
        self.session_lost = not flags.session_present
        client.subscribe([(self._root + topic, 1) for topic in TOPICS])

    def _subscribed(self, *_: Any) -> None:  # noqa: ANN401 - the library's signature
        self._loop.call_soon_threadsafe(self._turn, True)  # noqa: FBT003 - the loop passes arguments by place

    def _disconnected(self, *_: Any) -> None:  # noqa: ANN401 - the library's signature
        self._loop.call_soon_threadsafe(self._turn, False)  # noqa: FBT003 - the loop passes arguments by place

    def _turn(self, connected: bool) -> None:  # noqa: FBT001 - the loop passes arguments by place
        self.connected = connected
        self._on_connection(connected)

    def _received(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        self._queue.append(Inbound(message.topic.removeprefix(self._root), bytes(message.payload)))
        if not self._draining:
            self._draining = True
            self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        # The flag falls before the queue is read, so that whatever arrives from now on asks for another turn.
        self._draining = False
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH))]
        if self._queue and not self._draining:
            self._draining = True
            self._loop.call_soon(self._drain)
        if batch:
            self._on_messages(batch)
