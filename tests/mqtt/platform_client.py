"""The platform's ear and mouth at the broker: a plain paho client that keeps whatever it hears."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties


class PlatformClient:
    def __init__(self, port: int, root: str, version: str = "5") -> None:
        self._port, self._root = port, root
        self._loop = asyncio.get_running_loop()
        self._heard: defaultdict[str, asyncio.Queue[tuple[bytes, bool]]] = defaultdict(asyncio.Queue)
        self._ready = asyncio.Event()
        self._five = version == "5"
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id="platform",
            protocol=paho.MQTTv5 if self._five else paho.MQTTv311,
            clean_session=None if self._five else False,
        )
        self._client.max_inflight_messages_set(200)
        self._client.on_connect = lambda client, *_: client.subscribe(root + "#", qos=1)
        self._client.on_subscribe = lambda *_: self._loop.call_soon_threadsafe(self._ready.set)
        self._client.on_message = self._on_message

    def _on_message(self, _client: Any, _userdata: Any, message: paho.MQTTMessage) -> None:
        topic = message.topic.removeprefix(self._root)
        self._loop.call_soon_threadsafe(self._heard[topic].put_nowait, (message.payload, bool(message.retain)))

    async def start(self) -> None:
        if self._five:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho types it not
            properties.SessionExpiryInterval = 3600
            self._client.connect_async("127.0.0.1", self._port, clean_start=False, properties=properties)
        else:
            self._client.connect_async("127.0.0.1", self._port)
        self._client.loop_start()
        await asyncio.wait_for(self._ready.wait(), 20)

    async def stop(self) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    def say(self, topic: str, payload: str | bytes | dict[str, Any], *, retain: bool = False) -> None:
        body = json.dumps(payload) if isinstance(payload, dict) else payload
        self._client.publish(self._root + topic, body, qos=1, retain=retain)

    async def hear(self, topic: str) -> dict[str, Any]:
        """The next message on `topic`, as an object."""
        payload, _ = await asyncio.wait_for(self._heard[topic].get(), 20)
        value: dict[str, Any] = json.loads(payload)
        return value

    async def hear_until(self, topic: str, **wanted: Any) -> dict[str, Any]:
        """The next message on `topic` whose fields are as wanted."""
        while True:
            value = await self.hear(topic)
            if wanted.items() <= value.items():
                return value

    def unheard(self, topic: str) -> int:
        return self._heard[topic].qsize()
