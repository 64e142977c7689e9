"""The link to the platform: keeps one connection alive and says who we are on every one of them.

It retries for ever, with full jitter, and its absence hinders nobody: what is retained is published again on every
connection, events wait in the journal, replies wait here, telemetry may be lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

import structlog

from config.settings import MqttSettings
from mqtt.backoff import Backoff
from mqtt.connection import HUNG_UP, tls_context
from mqtt.contract.events import JournalRow
from mqtt.contract.messages import About, CompartmentNow, Reply, Status, Telemetry
from mqtt.errors import NotConnected
from mqtt.inbox import Inbox, Receiver
from mqtt.session import Session
from mqtt.status_watch import StatusWatch
from mqtt.topics import Topics

STABLE_S = 30.0
"""A connection that has held this long is a success: the next wait begins small again. A shorter one may be two
cabinets with one name throwing each other out."""
STOP_S = 5.0
"""How long `stop` may take altogether."""
DIALLING_S = 1.0
"""How long `stop` waits for an attempt to connect; beyond that its thread ends by itself, and hangs up when it can."""
REPLIES_KEPT = 256
"""Replies that the broker has not confirmed; older ones are dropped, for the journal tells their outcome as well."""

_log = structlog.get_logger(__name__)


class Presence(Protocol):
    """What is published again at every connection and resync."""

    async def about(self) -> About:
        """What this cabinet is."""

    async def compartments(self) -> Sequence[CompartmentNow]:
        """Every compartment as it is now."""


class Link:
    """One cabinet's link to its platform.

    Args:
        settings: the broker.
        community, cabinet: the topics, the client id and the audience.
        session: durable number of this start of the daemon, in `status` and in the will.
        password: for `settings.username`; it is never logged.
        receiver: who is told what the platform says.
        presence: what to publish on every connection.
        rng: draws the waits between attempts; the system's by default, so that no two cabinets agree.

    Raises:
        LinkSettingsInvalid: the settings can never work.
    """

    def __init__(
        self,
        settings: MqttSettings,
        community: str,
        cabinet: str,
        *,
        session: int,
        password: str | None,
        receiver: Receiver,
        presence: Presence,
        rng: random.Random | None = None,
    ) -> None:
        self._settings = settings
        self._topics = Topics(community, cabinet)
        self._number = session
        self._password = password
        self._receiver = receiver
        self._presence = presence
        self._tls = tls_context(settings)
        self._backoff = Backoff(settings.reconnect_max_s, rng or random.SystemRandom())
        self._status = StatusWatch(Status(state="online", session=session), self._repeat_online)
        self._inbox = Inbox(self._topics, receiver, on_status=self._status_seen, before_resync=self._publish_presence)
        self._dialled: Session | None = None
        self._live: Session | None = None
        self._live_since = 0.0
        self._connection = 0
        self._problem: str | None = None
        self._denied: str | None = None
        self._watchers: list[Callable[[], None]] = []
        self._replies: OrderedDict[str, Reply] = OrderedDict()
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted a connection that still stands, as far as we know."""
        return self._live is not None

    @property
    def connection(self) -> int:
        """How many connections there have been; it grows with each."""
        return self._connection

    @property
    def problem(self) -> str | None:
        """What hinders the link at present, in words; None when nothing does."""
        return self._problem

    def watch(self, changed: Callable[[], None]) -> None:
        """Have `changed` called on the loop whenever the connection comes or goes, or an attempt to connect fails."""
        self._watchers.append(changed)

    async def start(self) -> None:
        """Begin to connect, and return at once: a broker that is never there hinders nothing."""
        self._spawn(self._keep_connected(), "mqtt-keeper")
        self._spawn(self._inbox.run(), "mqtt-inbox")

    async def stop(self) -> None:
        """Say `stopping`, disconnect and end, within `STOP_S` even when the broker is silent."""
        self._stopping.set()
        self._status.rest()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self._say_goodbye()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def publish_compartment(self, now: CompartmentNow) -> None:
        """Publish a compartment's present value; without a connection nothing is sent, for the next one brings it."""
        if self._live is not None:
            with contextlib.suppress(NotConnected):
                await self._live.publish_compartment(now)

    async def publish_reply(self, reply: Reply) -> None:
        """Publish the latest word on a command, on this connection or else on the next."""
        self._replies[reply.command_id] = reply
        self._replies.move_to_end(reply.command_id)
        while len(self._replies) > REPLIES_KEPT:
            self._replies.popitem(last=False)
        if self._live is not None:
            with contextlib.suppress(NotConnected):
                await self._send_reply(self._live, reply)

    async def publish_event(self, row: JournalRow) -> None:
        """Publish a row of the journal as soon as the broker takes another message.

        Raises:
            NotConnected: there is no connection, or it ended first.
        """
        if self._live is None:
            raise NotConnected(self._problem or "not connected yet")
        await self._live.publish(self._topics.events, row)

    async def publish_telemetry(self, telemetry: Telemetry) -> None:
        """Publish figures once; without a connection they are lost, and may be."""
        if self._live is not None:
            with contextlib.suppress(NotConnected):
                self._live.publish_loosely(self._topics.telemetry, telemetry)

    # Keeping connected

    async def _keep_connected(self) -> None:
        while not self._stopping.is_set():
            self._dialled = session = self._new_session()
            session.connection.dial()
            await self._closed(session, await session.connection.ended())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._backoff.next_wait_s())

    def _new_session(self) -> Session:
        return Session(
            self._settings,
            self._topics,
            password=self._password,
            tls=self._tls,
            will=Status(state="offline", session=self._number),
            on_open=self._opened,
            on_message=self._inbox.put,
            on_problem=self._has_problem,
        )

    def _opened(self, session: Session) -> None:
        self._live = session
        self._live_since = asyncio.get_running_loop().time()
        self._connection += 1
        self._denied = None
        _log.info("connected to the platform's broker", connection=self._connection)
        self._spawn(self._announce(session), "mqtt-announce")
        self._tell_watchers()

    async def _closed(self, session: Session, reason: str) -> None:
        # Some brokers hang up right after a denial; the denial is then what has to be mended.
        reason, self._denied = self._denied or reason, None
        session.close(reason)
        self._status.rest()
        was_live, self._live = self._live is session, None
        if reason not in (self._problem, HUNG_UP):
            _log.warning("no connection to the platform's broker", reason=reason)
        self._problem = reason
        self._tell_watchers()
        if was_live:
            if asyncio.get_running_loop().time() - self._live_since >= STABLE_S:
                self._backoff.reset()
            await self._tell_receiver(self._receiver.on_disconnected(reason))

    def _has_problem(self, problem: str) -> None:
        if problem != self._problem:
            _log.error("the platform's broker is not set up for this cabinet", problem=problem)
        self._problem = self._denied = problem

    async def _say_goodbye(self) -> None:
        if self._dialled is None:
            return
        session = self._live
        if session is None:
            self._dialled.connection.hang_up()
            async with asyncio.timeout(DIALLING_S):
                await self._dialled.connection.ended()
            return
        stopping = Status(state="stopping", session=self._number)
        with contextlib.suppress(NotConnected, TimeoutError):
            # Half of the time for the word, the other half for hanging up.
            async with asyncio.timeout(STOP_S / 2):
                await session.publish_and_wait(self._topics.status, stopping, retain=True)
        session.connection.hang_up()
        await session.connection.ended()

    # What is said on every connection

    async def _announce(self, session: Session) -> None:
        with contextlib.suppress(NotConnected):
            await self._say_online(session)
            session.connection.subscribe(self._topics.subscriptions)
            await self._publish_presence()
            for command_id in tuple(self._replies):
                # Looked up at its turn: a newer word may have come while the others waited for slots.
                if (reply := self._replies.get(command_id)) is not None:
                    await self._send_reply(session, reply)
            self._problem = self._denied
            await self._tell_receiver(self._receiver.on_connected())

    async def _publish_presence(self) -> None:
        session = self._live
        if session is None:
            return
        try:
            await session.publish(self._topics.about, await self._presence.about(), retain=True)
            for now in await self._presence.compartments():
                await session.publish_compartment(now)
        except NotConnected:
            return
        except Exception:  # noqa: BLE001 - the ledger's fault must not cost the connection
            _log.exception("about and the compartments were not published")

    async def _send_reply(self, session: Session, reply: Reply) -> None:
        await session.publish(self._topics.replies, reply, then=lambda: self._reply_confirmed(reply))

    def _reply_confirmed(self, reply: Reply) -> None:
        if self._replies.get(reply.command_id) is reply:
            del self._replies[reply.command_id]

    async def _say_online(self, session: Session) -> None:
        await session.publish(self._topics.status, Status(state="online", session=self._number), retain=True)

    def _status_seen(self, payload: bytes) -> None:
        if self._live is not None and not self._stopping.is_set():
            self._status.seen(payload)

    def _repeat_online(self) -> None:
        if self._live is not None:
            self._spawn(self._repeat_on(self._live), "mqtt-status")

    async def _repeat_on(self, session: Session) -> None:
        with contextlib.suppress(NotConnected):
            await self._say_online(session)

    # Telling the others

    def _tell_watchers(self) -> None:
        for changed in self._watchers:
            changed()

    async def _tell_receiver(self, call: Coroutine[Any, Any, None]) -> None:
        try:
            await call
        except Exception:  # noqa: BLE001 - the receiver's fault must not cost the connection
            _log.exception("the receiver failed")

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
