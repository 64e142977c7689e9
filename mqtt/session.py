"""One accepted connection and what lasts as long as it: free slots, unconfirmed publishes, the newest values sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from ssl import SSLContext

import structlog

from config.settings import MqttSettings
from mqtt.connection import IN_FLIGHT, Connection, Received, Will
from mqtt.contract.base import Message
from mqtt.contract.messages import CompartmentNow
from mqtt.slots import Slots
from mqtt.topics import Topics

_log = structlog.get_logger(__name__)


class Session:
    """Publishes the contract's messages on one connection, never more at once than the broker takes.

    Args:
        on_open: called when the broker has accepted the connection.
        on_message: called with each message from the broker.
        on_problem: called with what the broker denies, in words.
    """

    def __init__(
        self,
        settings: MqttSettings,
        topics: Topics,
        *,
        password: str | None,
        tls: SSLContext | None,
        will: Message,
        on_open: Callable[[Session], None],
        on_message: Callable[[Session, Received], None],
        on_problem: Callable[[str], None],
    ) -> None:
        self.connection = Connection(
            settings,
            client_id=topics.client_id,
            password=password,
            tls=tls,
            will=Will(topics.status, _bytes(will)),
            owner=self,
        )
        self._topics = topics
        self._on_open = on_open
        self._on_message = on_message
        self._on_problem = on_problem
        self._slots = Slots(IN_FLIGHT)
        self._unconfirmed: dict[int, tuple[str, Callable[[], None]]] = {}
        self._revs: dict[str, int] = {}

    async def publish(
        self, topic: str, body: Message, *, retain: bool = False, then: Callable[[], None] = lambda: None
    ) -> None:
        """Send `body` with quality of service 1 as soon as there is a slot; `then` is called when the broker has it.

        Raises:
            NotConnected: the connection ended first.
        """
        await self._slots.take()
        mid = self.connection.publish(topic, _bytes(body), qos=1, retain=retain)
        self._unconfirmed[mid] = (topic, then)

    async def publish_and_wait(self, topic: str, body: Message, *, retain: bool = False) -> None:
        """As `publish`, and wait until the broker has it.

        Raises:
            NotConnected: the connection ended before the message was sent.
        """
        confirmed = asyncio.Event()
        await self.publish(topic, body, retain=retain, then=confirmed.set)
        await confirmed.wait()

    async def publish_compartment(self, now: CompartmentNow) -> None:
        """Send the present value of a compartment, unless a newer one went out on this connection already.

        Raises:
            NotConnected: the connection ended first.
        """
        if now.rev < self._revs.get(now.id, 0):
            return
        self._revs[now.id] = now.rev
        await self.publish(self._topics.compartment(now.id), now, retain=True)

    def publish_loosely(self, topic: str, body: Message) -> None:
        """Send `body` once and forget it (quality of service 0).

        Raises:
            NotConnected: the connection is gone.
        """
        self.connection.publish(topic, _bytes(body), qos=0, retain=False)

    def close(self, reason: str) -> None:
        """The connection has ended: fail everybody who waits for a slot."""
        self._slots.close(reason)

    # What the connection calls.

    def opened(self, receive_maximum: int) -> None:
        """See `connection.Owner`."""
        self._slots = Slots(receive_maximum)
        self._on_open(self)

    def received(self, message: Received) -> None:
        """See `connection.Owner`."""
        self._on_message(self, message)

    def confirmed(self, mid: int, refusal: str | None) -> None:
        """See `connection.Owner`."""
        topic, then = self._unconfirmed.pop(mid, ("", None))
        if then is None:
            return  # quality of service 0 needs no slot
        self._slots.give()
        if refusal is not None:
            self._on_problem(f"the broker refuses what is published on {topic}: {refusal}; check its access list")
        then()

    def unsubscribable(self, reason: str) -> None:
        """See `connection.Owner`."""
        self._on_problem(f"the broker denies a subscription under {self._topics.root}: {reason}; check its access list")


def _bytes(body: Message) -> bytes:
    return body.model_dump_json().encode()
