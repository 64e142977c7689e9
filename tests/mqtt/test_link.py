"""The link against a real broker: what is said on every connection, what survives a loss, and what never kills it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypeVar

import pytest
from cabinet_side import Listener, NoWait, TwoCompartments, broker_at, compartment
from platform_client import PlatformClient
from real_broker import Mosquitto, free_port

from mqtt.contract.messages import Ack, Reply, Resync, Telemetry
from mqtt.errors import LinkSettingsInvalid, NotConnected
from mqtt.link import Link

ROOT = "lockers/v1/willow/east-1/"
Thing = TypeVar("Thing")
Linked = Callable[..., AbstractAsyncContextManager[Link]]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def presence() -> TwoCompartments:
    return TwoCompartments()


@pytest.fixture
def linked(listener: Listener, presence: TwoCompartments) -> Linked:
    @contextlib.asynccontextmanager
    async def begin(port: int, version: str = "5", session: int = 7, **other: object) -> AsyncIterator[Link]:
        link = Link(
            broker_at(port, version, **other),
            "willow",
            "east-1",
            session=session,
            password=None,
            receiver=listener,
            presence=presence,
            rng=NoWait(),
        )
        await link.start()
        try:
            yield link
        finally:
            await link.stop()

    return begin


async def within(waiting: Awaitable[Thing]) -> Thing:
    return await asyncio.wait_for(waiting, 20)


@contextlib.asynccontextmanager
async def peer(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[int]:
    """Something that listens on a port and is no broker; it ends when every one of its callers has hung up."""
    talks: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError):
                await talk(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.create_task(answer(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*talks)


async def test_every_connection_says_online_about_and_every_compartment(
    any_broker: tuple[int, str], linked: Linked, listener: Listener
) -> None:
    port, version = any_broker
    platform = PlatformClient(port, ROOT, version)
    await platform.start()
    async with linked(port, version) as link:
        assert await platform.hear("status") == {"state": "online", "session": 7}
        assert (await platform.hear("about"))["encryption_key"] == "A" * 43
        assert (await platform.hear("compartments/A01"))["rev"] == 1
        assert (await platform.hear("compartments/A02"))["door"] == "latched"
        await within(listener.connections.get())
        assert link.connected
        assert link.problem is None
    assert await platform.hear("status") == {"state": "stopping", "session": 7}
    await platform.stop()


async def test_what_the_platform_says_reaches_the_receiver(
    any_broker: tuple[int, str], linked: Linked, listener: Listener
) -> None:
    port, version = any_broker
    platform = PlatformClient(port, ROOT, version)
    await platform.start()
    async with linked(port, version):
        await within(listener.connections.get())
        await platform.hear("status")
        platform.say("commands", "a.b.c")
        platform.say("directory", "d.e.f")
        platform.say("acks", {"ledger_id": "L-1", "seq": 12})
        assert await within(listener.commands.get()) == "a.b.c"
        assert await within(listener.directories.get()) == "d.e.f"
        assert await within(listener.acks.get()) == Ack(ledger_id="L-1", seq=12)
    await platform.stop()


@pytest.mark.mosquitto
async def test_a_resync_brings_about_and_the_compartments_before_the_receiver_hears_of_it(
    mosquitto: Mosquitto, platform: PlatformClient, linked: Linked, listener: Listener
) -> None:
    async with linked(mosquitto.port):
        await within(listener.connections.get())
        await platform.hear("about")
        platform.say("resync", {"from_seq": 5})
        assert await within(listener.resyncs.get()) == Resync(from_seq=5)
        await platform.hear("about")
        assert [(await platform.hear("compartments/A01"))["rev"] for _ in range(2)] == [1, 1]


@pytest.mark.mosquitto
async def test_a_broker_that_dies_and_returns_hears_everything_again(
    mosquitto: Mosquitto, linked: Linked, listener: Listener, presence: TwoCompartments
) -> None:
    async with linked(mosquitto.port) as link:
        await within(listener.connections.get())
        await mosquitto.stop()
        assert "lost" in await within(listener.losses.get())
        assert not link.connected
        presence.rev = 9
        await link.publish_compartment(compartment("A01", 8))  # goes nowhere and hinders nothing
        with pytest.raises(NotConnected):
            await link.publish_event(None)  # type: ignore[arg-type] # never looked at
        await mosquitto.start()
        await within(listener.connections.get())
        platform = PlatformClient(mosquitto.port, ROOT)
        await platform.start()
        await platform.hear_until("compartments/A01", rev=9)
        await platform.hear_until("status", state="online", session=7)
        await platform.stop()


async def test_a_broker_that_is_never_there_blocks_nothing(linked: Linked, listener: Listener) -> None:
    async with linked(free_port()) as link:
        changed = asyncio.Event()
        link.watch(changed.set)
        await link.publish_reply(Reply(command_id="c-1", status="done"))
        await link.publish_telemetry(Telemetry(uptime_s=1.0, disk_free_mb=1, outbox=0, lines_up=1, lines=1))
        assert not link.connected
    assert listener.connections.empty()
    assert listener.losses.empty()


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="another protocol"),
        pytest.param(b"\x20\x05\x00\x00\x02\xff\xff", id="an unknown property"),
        pytest.param(b"\x20\x01\x00", id="a short acceptance"),
        pytest.param(b"\x20\x03\x00\x87\x00", id="a refusal"),
        pytest.param(b"\x20\xff\xff\xff\xff\xff", id="an impossible length"),
        pytest.param(b"\x20\x03\x00\x00\x00\x32\x09\x00\x02\xff\xfe\x00\x01\x00ab", id="a topic that is no text"),
        pytest.param(b"\x20\x03\x00\x00\x00\x90\x01\x00", id="a short answer to nothing"),
    ],
)
async def test_a_broken_peer_ends_one_attempt_and_not_the_link(linked: Linked, nonsense: bytes) -> None:
    attempts: asyncio.Queue[None] = asyncio.Queue()

    async def talk_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(64)
        writer.write(nonsense)
        writer.write_eof()
        attempts.put_nowait(None)
        await reader.read()

    async with peer(talk_nonsense) as port, linked(port):
        for _ in range(3):
            await within(attempts.get())


@pytest.mark.mosquitto
async def test_a_stale_will_that_overwrites_the_status_is_answered_with_online(
    mosquitto: Mosquitto, platform: PlatformClient, linked: Linked, listener: Listener
) -> None:
    async with linked(mosquitto.port):
        await within(listener.connections.get())
        await platform.hear_until("status", state="online")
        platform.say("status", {"state": "offline", "session": 6}, retain=True)
        await platform.hear_until("status", state="offline")
        assert await platform.hear("status") == {"state": "online", "session": 7}


@pytest.mark.mosquitto
async def test_the_brokers_will_says_offline_with_the_same_session(
    mosquitto: Mosquitto, platform: PlatformClient, linked: Linked, listener: Listener
) -> None:
    async with linked(mosquitto.port) as link:
        await within(listener.connections.get())
        await platform.hear_until("status", state="online")
        assert link._live is not None
        raw = link._live.connection._client.socket()
        raw.shutdown(2)  # as when the line is cut
        assert await platform.hear_until("status", state="offline") == {"state": "offline", "session": 7}
        assert await platform.hear_until("status", state="online") == {"state": "online", "session": 7}


@pytest.mark.mosquitto
async def test_commands_sent_while_the_cabinet_is_away_wait_in_the_broker(
    mosquitto: Mosquitto, platform: PlatformClient, linked: Linked, listener: Listener
) -> None:
    async with linked(mosquitto.port):
        await within(listener.connections.get())
    await platform.hear_until("status", state="stopping")
    platform.say("commands", "kept.for.later")
    platform.say("status", {"state": "stopping", "session": 7}, retain=True)
    await platform.hear_until("status", state="stopping")  # so the broker has the command too
    async with linked(mosquitto.port, session=8):
        assert await within(listener.commands.get()) == "kept.for.later"


@pytest.mark.mosquitto
async def test_a_reply_made_while_offline_goes_out_with_the_next_connection(
    mosquitto: Mosquitto, platform: PlatformClient, linked: Linked, listener: Listener
) -> None:
    await mosquitto.stop()
    async with linked(mosquitto.port) as link:
        await link.publish_reply(Reply(command_id="c-1", status="accepted"))
        await link.publish_reply(Reply(command_id="c-1", status="done"))
        await mosquitto.start()
        await within(listener.connections.get())
        assert (await platform.hear("replies"))["status"] == "done"
        assert platform.unheard("replies") == 0


@pytest.mark.mosquitto
async def test_an_older_value_never_follows_a_newer_one(
    mosquitto: Mosquitto, platform: PlatformClient, linked: Linked, listener: Listener
) -> None:
    async with linked(mosquitto.port) as link:
        await within(listener.connections.get())
        await link.publish_compartment(compartment("A01", 5))
        await link.publish_compartment(compartment("A01", 4))
        await link.publish_compartment(compartment("A01", 6))
        assert [(await platform.hear("compartments/A01"))["rev"] for _ in range(3)] == [1, 5, 6]


@pytest.mark.mosquitto
async def test_bad_payloads_and_a_failing_receiver_leave_the_link_working(
    mosquitto: Mosquitto, platform: PlatformClient, linked: Linked, listener: Listener
) -> None:
    async with linked(mosquitto.port) as link:
        await within(listener.connections.get())
        listener.fault = RuntimeError("the ledger is full")
        platform.say("commands", "x.y.z")
        for rubbish in (b"", b"\xff\xfe", b"null", b"[" * 900, b"{" + b"a" * 5000, b'{"seq": -1}', b'{"seq": NaN}'):
            for topic in ("acks", "resync", "status", "commands", "directory"):
                platform.say(topic, rubbish)
        platform.say("acks", {"ledger_id": "L-1", "seq": 3})
        assert (await within(listener.acks.get())).seq == 3
        assert link.connected
        assert listener.losses.empty()


@pytest.mark.mosquitto
async def test_the_brokers_receive_maximum_is_kept(tmp_path: Path, linked: Linked, listener: Listener) -> None:
    (tmp_path / "small").mkdir()
    broker = Mosquitto(tmp_path / "small", extra="max_inflight_messages 3\n")
    await broker.start()
    async with linked(broker.port) as link:
        await within(listener.connections.get())
        await asyncio.gather(*(link.publish_compartment(compartment("A01", rev)) for rev in range(2, 300)))
        assert link.connection == 1
        assert listener.losses.empty()
    await broker.stop()


@pytest.mark.mosquitto
async def test_an_access_list_that_denies_publishing_is_named_as_the_problem(
    tmp_path: Path, linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    access = tmp_path / "closed" / "acl"
    access.write_text("topic read #\ntopic write lockers/v1/willow/east-1/status\n")
    access.chmod(0o600)
    broker = Mosquitto(tmp_path / "closed", extra=f"acl_file {access}\n")
    await broker.start()
    problems: asyncio.Queue[str] = asyncio.Queue()
    monkeypatch.setattr(Link, "_has_problem", lambda _link, problem: problems.put_nowait(problem))
    async with linked(broker.port):
        assert "willow/east-1/about: Not authorized; check its access list" in await within(problems.get())
    await broker.stop()


async def test_stopping_while_the_broker_is_silent_ends_in_time(linked: Linked) -> None:
    accepted = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set()
        await reader.read()
        del writer

    async with peer(say_nothing) as port, asyncio.timeout(8), linked(port):
        await within(accepted.wait())


def test_a_missing_certificate_file_is_named_before_anything_is_connected(
    listener: Listener, presence: TwoCompartments, tmp_path: Path
) -> None:
    settings = broker_at(1, tls=True, ca_file=tmp_path / "absent.pem")
    with pytest.raises(LinkSettingsInvalid, match=r"absent\.pem"):
        Link(settings, "willow", "east-1", session=1, password=None, receiver=listener, presence=presence)
