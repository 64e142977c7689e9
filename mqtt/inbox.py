"""What arrives from the broker: handled one message at a time, in order, and only then acknowledged to the broker.

So a crash loses no command, and a flood waits in the broker. Nothing that arrives can stop the reading.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import structlog
from pydantic import ValidationError

from mqtt.connection import Received
from mqtt.contract.base import Message
from mqtt.contract.messages import Ack, Resync
from mqtt.errors import Malformed
from mqtt.session import Session
from mqtt.signed import first_fault
from mqtt.topics import Inbound, Topics

_CONTROL_MAX_BYTES = 1024
"""Acknowledgements and resyncs are some dozen bytes."""

_log = structlog.get_logger(__name__)

Body = TypeVar("Body", bound=Message)


class Receiver(Protocol):
    """Who is told what the platform says. Methods are called one at a time, in the order of arrival."""

    async def on_command(self, token: str) -> None:
        """A compact JWS, not verified."""

    async def on_directory(self, token: str) -> None:
        """A compact JWS, not verified."""

    async def on_ack(self, ack: Ack) -> None:
        """The platform has stored events."""

    async def on_resync(self, resync: Resync) -> None:
        """The platform wants events again; `about` and the compartments have been sent already."""

    async def on_connected(self) -> None:
        """A connection stands, and what is retained has been published."""

    async def on_disconnected(self, reason: str) -> None:
        """The connection is gone; the link goes on trying."""


class Inbox:
    """Hands messages to the receiver.

    Args:
        topics: this cabinet's.
        receiver: who is told.
        on_status: told what the broker holds as our status.
        before_resync: publishes again what is retained, before the receiver hears of a resync.
    """

    def __init__(
        self,
        topics: Topics,
        receiver: Receiver,
        *,
        on_status: Callable[[bytes], None],
        before_resync: Callable[[], Awaitable[None]],
    ) -> None:
        self._topics = topics
        self._receiver = receiver
        self._on_status = on_status
        self._before_resync = before_resync
        self._arrived: asyncio.Queue[tuple[Session, Received]] = asyncio.Queue()

    def put(self, session: Session, message: Received) -> None:
        """Keep a message until its turn; how many there can be is bounded by the receive maximum."""
        self._arrived.put_nowait((session, message))

    async def run(self) -> None:
        """Handle messages for ever."""
        while True:
            session, message = await self._arrived.get()
            try:
                await self._handle(message)
            except Malformed as fault:
                _log.warning("message dropped", topic=message.topic, fault=str(fault))
            except Exception:  # noqa: BLE001 - the receiver's own fault; the platform repeats what gets no answer
                _log.exception("message not handled", topic=message.topic)
            session.connection.acknowledge(message)

    async def _handle(self, message: Received) -> None:
        payload = message.payload
        match self._topics.inbound(message.topic):
            case Inbound.COMMANDS:
                await self._receiver.on_command(_token(payload))
            case Inbound.DIRECTORY:
                await self._receiver.on_directory(_token(payload))
            case Inbound.ACKS:
                await self._receiver.on_ack(_body(Ack, payload))
            case Inbound.RESYNC:
                resync = _body(Resync, payload)
                await self._before_resync()
                await self._receiver.on_resync(resync)
            case Inbound.STATUS:
                self._on_status(payload)
            case None:
                raise Malformed(f"nothing of ours: {message.topic[:200]!r}")


def _token(payload: bytes) -> str:
    try:
        return payload.decode("ascii")
    except UnicodeDecodeError as error:
        raise Malformed("a compact JWS is ASCII; this is not") from error


def _body(model: type[Body], payload: bytes) -> Body:
    if len(payload) > _CONTROL_MAX_BYTES:
        raise Malformed(f"{len(payload)} bytes; at most {_CONTROL_MAX_BYTES} are read here")
    try:
        return model.model_validate_json(payload, strict=True)
    except ValidationError as error:
        raise Malformed(f"no {model.__name__} of the contract: {first_fault(error)}") from error
