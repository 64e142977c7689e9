"""What the contract needs of the embedded broker, seen by ordinary clients."""

import contextlib
import json
import queue
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

PATIENCE_S = 10.0


class Broker:
    def __init__(self, port: int = 0) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "simulator", "broker", "--port", str(port)], stdout=subprocess.PIPE, text=True
        )
        assert self.popen.stdout is not None
        ready = json.loads(self.popen.stdout.readline())
        assert ready["ready"] == "broker"
        self.port: int = ready["port"]

    def end(self, number: int = signal.SIGTERM) -> int:
        self.popen.send_signal(number)
        self.popen.communicate(timeout=PATIENCE_S)
        return self.popen.returncode


@pytest.fixture
def broker() -> Iterator[Broker]:
    started = Broker()
    yield started
    assert started.end() == 0


class Client:
    def __init__(self, name: str, port: int, *filters: str, will: str | None = None) -> None:
        self.messages: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.answers: queue.Queue[str] = queue.Queue()
        self.paho = mqtt.Client(CallbackAPIVersion.VERSION2, name, clean_session=False, protocol=mqtt.MQTTv311)
        if will:
            self.paho.will_set(will, b"gone", 1, retain=True)
        self.paho.reconnect_delay_set(1, 1)
        self.paho.on_connect = lambda *_: self.answers.put("connected")
        self.paho.on_subscribe = lambda *_: self.answers.put("subscribed")
        self.paho.on_message = lambda _c, _u, message: self.messages.put((message.topic, message.payload))
        self.paho.connect("127.0.0.1", port)
        self.paho.loop_start()
        self.expect("connected")
        if filters:
            self.paho.subscribe([(one, 1) for one in filters])
            self.expect("subscribed")

    def expect(self, answer: str) -> None:
        assert self.answers.get(timeout=PATIENCE_S) == answer

    def next(self) -> tuple[str, bytes]:
        return self.messages.get(timeout=PATIENCE_S)

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self.paho.publish(topic, payload, 1, retain).wait_for_publish(PATIENCE_S)

    def vanish(self) -> None:
        connection = self.paho.socket()
        self.paho.loop_stop()
        assert connection is not None
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def leave(self) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()
        if (connection := self.paho.socket()) is not None:
            connection.close()


def test_a_retained_message_reaches_who_comes_later(broker: Broker) -> None:
    early = Client("early", broker.port)
    early.say("a/status", b"online", retain=True)
    late = Client("late", broker.port, "a/+")
    assert late.next() == ("a/status", b"online")
    early.leave()
    late.leave()


def test_a_client_that_vanishes_leaves_its_will_retained(broker: Broker) -> None:
    watcher = Client("watcher", broker.port, "a/status")
    cabinet = Client("cabinet", broker.port, will="a/status")
    cabinet.vanish()
    assert watcher.next() == ("a/status", b"gone")
    late = Client("late", broker.port, "a/status")
    assert late.next() == ("a/status", b"gone")
    watcher.leave()
    late.leave()


def test_a_session_gets_in_order_what_was_sent_while_it_was_away(broker: Broker) -> None:
    Client("cabinet", broker.port, "a/commands").leave()
    platform = Client("platform", broker.port)
    for number in range(5):
        platform.say("a/commands", b"%d" % number)
    back = Client("cabinet", broker.port)
    assert [back.next()[1] for _ in range(5)] == [b"0", b"1", b"2", b"3", b"4"]
    platform.leave()
    back.leave()


def test_a_client_that_returns_before_its_going_was_noticed_is_not_counted_as_away(broker: Broker) -> None:
    watcher = Client("watcher", broker.port)
    frozen = Client("cabinet", broker.port, "a/#")
    frozen.paho.loop_stop()
    back = Client("cabinet", broker.port)
    for number in range(20):
        watcher.say("a/mine", b"%d" % number)
        assert back.next() == ("a/mine", b"%d" % number)
    frozen.vanish()


def test_a_returning_client_is_not_told_what_others_subscribed_to(broker: Broker) -> None:
    watcher = Client("watcher", broker.port, "b/#")
    watcher.say("b/secret", b"no", retain=True)
    watcher.say("a/mine", b"yes", retain=True)
    Client("cabinet", broker.port, "a/mine").leave()
    back = Client("cabinet", broker.port)
    assert back.next() == ("a/mine", b"yes")
    watcher.say("a/mine", b"last")
    assert back.next() == ("a/mine", b"last")
    watcher.leave()
    back.leave()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_takes_its_port_again_at_once_and_clients_come_back(number: int) -> None:
    first = Broker()
    client = Client("cabinet", first.port)
    first.end(number)
    second = Broker(first.port)
    assert second.port == first.port
    client.expect("connected")
    client.leave()
    assert second.end() == 0


def test_a_taken_port_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "simulator", "broker", "--port", port],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
