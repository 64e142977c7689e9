"""One MQTT connection, from dialling to its end, behind callbacks that arrive on the asyncio loop.

paho runs in a thread of this connection's own. Its callbacks only enqueue: an exception inside one would kill paho's
thread while `is_connected()` stays true. A new paho client for each connection leaves nothing queued from the last.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from config.settings import MqttSettings
from mqtt.errors import LinkSettingsInvalid, NotConnected

IN_FLIGHT = 100
"""Publishes without the broker's confirmation; fewer where the broker says so (MQTT 5 receive maximum)."""
RECEIVE_MAXIMUM = 32
"""Messages the broker may send before we have handled one; bounds what a flood can make us hold."""
HUNG_UP = "this cabinet has hung up"
CONNECT_TIMEOUT_S = 10.0
_SELECT_S = 1.0  # paho looks after keepalive at least this often
_MAXIMUM_PACKET_BYTES = 17 * 1024 * 1024  # the largest directory and its header


@dataclass(frozen=True)
class Received:
    """A message from the broker; it is acknowledged to the broker once it has been handled."""

    topic: str
    payload: bytes
    mid: int
    qos: int


@dataclass(frozen=True)
class Will:
    """What the broker says for us when we vanish."""

    topic: str
    payload: bytes


class Owner(Protocol):
    """Whoever holds the connection; every method is called on the asyncio loop, in the order of happening."""

    def opened(self, receive_maximum: int) -> None:
        """The broker has accepted us and takes this many unconfirmed publishes."""

    def received(self, message: Received) -> None:
        """A message arrived."""

    def confirmed(self, mid: int, refusal: str | None) -> None:
        """The broker has taken the publish `mid`, or says why not."""

    def unsubscribable(self, reason: str) -> None:
        """The broker denies a subscription."""


def tls_context(settings: MqttSettings) -> ssl.SSLContext | None:
    """What checks the broker's certificate, or None without TLS.

    Raises:
        LinkSettingsInvalid: the file of certificates cannot be used.
    """
    if not settings.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise LinkSettingsInvalid(
            f"mqtt.ca_file {settings.ca_file}: {error}; give the PEM file of the broker's certificate authority"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Connection:
    """Dials once. `await ended()` tells when and why it is over; then make a new one."""

    def __init__(
        self,
        settings: MqttSettings,
        *,
        client_id: str,
        password: str | None,
        tls: ssl.SSLContext | None,
        will: Will,
        owner: Owner,
    ) -> None:
        self._settings = settings
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[str] = self._loop.create_future()
        self._reports: deque[Callable[[], None]] = deque()
        self._draining = False
        self._unwanted = False
        self._reason = "the broker did not answer"
        self._client = self._make_client(client_id, will)
        if tls is not None:
            self._client.tls_set_context(tls)
        if settings.username is not None:
            self._client.username_pw_set(settings.username, password)

    def dial(self) -> None:
        """Begin, in a thread that ends with the connection. It is a daemon: name resolution cannot be interrupted."""
        threading.Thread(target=self._run, name="mqtt", daemon=True).start()

    async def ended(self) -> str:
        """Wait for the end, and say why it came."""
        return await asyncio.shield(self._over)

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> int:
        """Hand a message to paho and return its id, which `Owner.confirmed` names when the broker has it.

        Raises:
            NotConnected: the connection is gone.
        """
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            raise NotConnected(f"{topic} was not sent: {paho.error_string(info.rc)}")
        return info.mid

    def subscribe(self, topics: Iterable[str]) -> None:
        """Subscribe with quality of service 1. A loss of the connection shows in `ended`."""
        if self._settings.version == "5":
            self._client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in topics])
        else:
            self._client.subscribe([(topic, 1) for topic in topics])

    def acknowledge(self, message: Received) -> None:
        """Tell the broker that a message has been handled and need not be sent again."""
        self._client.ack(message.mid, message.qos)

    def hang_up(self) -> None:
        """Disconnect in good order, now or as soon as it stands; the broker then keeps the will to itself."""
        self._unwanted = True
        self._reason = HUNG_UP
        self._client.disconnect()

    def _make_client(self, client_id: str, will: Will) -> paho.Client:
        five = self._settings.version == "5"
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if five else False,
            protocol=paho.MQTTv5 if five else paho.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        # Slots bound us before paho does; its own limits only have to be wider.
        client.max_inflight_messages_set(2 * IN_FLIGHT)
        client.max_queued_messages_set(2 * IN_FLIGHT)
        client.will_set(will.topic, will.payload, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        # Without a writer of its own, paho would write to the socket from whichever thread publishes.
        client.on_socket_register_write = _leave_writing_to_the_thread
        return client

    # The rest runs in the connection's thread.

    def _run(self) -> None:
        try:
            self._connect()
            if self._unwanted:  # said while there was no socket to say it on
                self._client.disconnect()
            # Not loop_forever: it makes no pair of sockets to be woken by, and a publish would wait out its select.
            while self._client.loop(timeout=_SELECT_S) == paho.MQTT_ERR_SUCCESS:
                pass
        except OSError as error:
            self._reason = f"no connection to {self._settings.host}:{self._settings.port}: {error}"
        except Exception as error:  # noqa: BLE001 - whatever a broken peer makes paho raise ends this connection only
            self._reason = f"the broker's bytes could not be read: {error!r}"
        finally:
            self._close_socket()
            self._report(self._finish)

    def _connect(self) -> None:
        settings = self._settings
        if settings.version == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho types it not
            properties.SessionExpiryInterval = settings.session_expiry_s
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
            properties.MaximumPacketSize = _MAXIMUM_PACKET_BYTES
            # A clean start would make the broker forget the commands it kept for us.
            self._client.connect(
                settings.host, settings.port, settings.keepalive_s, clean_start=False, properties=properties
            )
        else:
            self._client.connect(settings.host, settings.port, settings.keepalive_s)

    def _close_socket(self) -> None:
        """After an exception paho leaves its socket open."""
        leftover = self._client.socket()
        if leftover is not None:
            with contextlib.suppress(OSError):
                leftover.close()

    def _on_connect(
        self, _client: paho.Client, _userdata: object, _flags: object, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._reason = (
                f"the broker refuses the connection: {reason}; check mqtt.username, the password and mqtt.version"
            )
            return
        if self._unwanted:
            self._client.disconnect()
            return
        self._reason = "the connection was lost"
        maximum = int(getattr(properties, "ReceiveMaximum", IN_FLIGHT))
        self._report(lambda: self._owner.opened(max(1, min(IN_FLIGHT, maximum))))

    def _on_disconnect(
        self,
        _client: paho.Client,
        _userdata: object,
        _flags: object,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure and self._reason == "the connection was lost":
            self._reason = f"the connection was lost: {reason}"

    def _on_message(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        self._report(lambda: self._deliver(message))

    def _on_publish(
        self, _client: paho.Client, _userdata: object, mid: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        refusal = str(reason) if reason.is_failure else None
        self._report(lambda: self._owner.confirmed(mid, refusal))

    def _on_subscribe(
        self,
        _client: paho.Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        denied = [str(reason) for reason in reasons if reason.is_failure]
        if denied:
            self._report(lambda: self._owner.unsubscribable("; ".join(denied)))

    def _report(self, what: Callable[[], None]) -> None:
        """Have `what` done on the loop; one wake-up of the loop serves a whole burst."""
        self._reports.append(what)
        if not self._draining:
            self._draining = True
            with contextlib.suppress(RuntimeError):  # the loop has closed before us: nobody is left to tell
                self._loop.call_soon_threadsafe(self._drain)

    # From here on, on the loop again.

    def _drain(self) -> None:
        self._draining = False  # before the first popleft: a report that comes now finds or causes a drain
        while self._reports:
            self._reports.popleft()()

    def _deliver(self, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""  # no topic of ours: it is acknowledged and dropped like any stray message
        self._owner.received(Received(topic, bytes(message.payload), message.mid, message.qos))

    def _finish(self) -> None:
        if not self._over.done():
            self._over.set_result(self._reason)


def _leave_writing_to_the_thread(_client: paho.Client, _userdata: object, _socket: object) -> None:
    """The connection's thread wakes by itself when there is something to write."""
