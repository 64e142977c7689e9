"""A platform and a broker as processes, and a cabinet that speaks the contract from its document."""

import contextlib
import hashlib
import json
import queue
import secrets
import signal
import socket
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as mqtt
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from paho.mqtt.enums import CallbackAPIVersion

ROOT = "lockers/v1/sunrise/east/"
PATIENCE_S = 15.0


def b64u(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True)
class Secrets:
    path: Path
    public: JWK
    code_secret: bytes


@pytest.fixture
def secrets_file(tmp_path: Path) -> Secrets:
    private = Ed25519PrivateKey.generate()
    code_secret = secrets.token_bytes(32)
    path = tmp_path / "platform.toml"
    path.write_text(
        f'signing_key = "{b64u(private.private_bytes_raw())}"\nkid = "p1"\ncode_secret = "{b64u(code_secret)}"\n'
    )
    path.chmod(0o600)
    public = JWK(kty="OKP", crv="Ed25519", x=b64u(private.public_key().public_bytes_raw()))
    return Secrets(path, public, code_secret)


class Process:
    """A part of the simulated world, started as its users start it."""

    def __init__(self, *arguments: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "simulator", *arguments], stdout=subprocess.PIPE, text=True
        )
        assert self.popen.stdout is not None
        self.ready: dict[str, Any] = json.loads(self.popen.stdout.readline())

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        self.popen.communicate(timeout=PATIENCE_S)
        return self.popen.returncode


class Cabinet:
    """Speaks for a cabinet; `rows` is its journal. What arrives is in queues by topic."""

    def __init__(self, port: int, version: str, public: JWK, *, ledger_id: str = "ledger-1") -> None:
        self.ledger_id = ledger_id
        self.rows: list[dict[str, Any]] = []
        self.public = public
        self.exchange = JWK.generate(kty="OKP", crv="X25519")
        self.arrived: dict[str, queue.Queue[str]] = {
            name: queue.Queue() for name in ("acks", "commands", "directory", "resync", "subscribed")
        }
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id="east",
            protocol=mqtt.MQTTv5 if version == "5" else mqtt.MQTTv311,
            clean_session=None if version == "5" else False,
        )
        self.client.will_set(ROOT + "status", json.dumps({"state": "offline", "session": 1}), 1, retain=True)
        self.client.on_connect = lambda client, *_: client.subscribe(
            [(ROOT + name, 1) for name in ("acks", "commands", "directory", "resync")]
        )
        self.client.on_subscribe = lambda *_: self.arrived["subscribed"].put("")
        self.client.on_message = lambda _c, _u, message: self.arrived[message.topic.rpartition("/")[2]].put(
            message.payload.decode()
        )
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.next("subscribed")

    def next(self, name: str) -> str:
        return self.arrived[name].get(timeout=PATIENCE_S)

    def publish(self, topic: str, body: dict[str, Any], *, retain: bool = False) -> None:
        self.client.publish(ROOT + topic, json.dumps(body), 1, retain=retain)

    def show(self, *compartments: str) -> None:
        """Everything retained, as at every connection."""
        self.publish("status", {"state": "online", "session": 1}, retain=True)
        self.publish(
            "about",
            {
                "community": "sunrise",
                "cabinet": "east",
                "ledger_id": self.ledger_id,
                "version": "0.1.0",
                "contract": 1,
                "compartments": [{"id": name, "size": "S"} for name in compartments],
                "boards": [],
                "capabilities": [],
                "encryption_key": json.loads(self.exchange.export_public())["x"],
            },
            retain=True,
        )

    def note(self, kind: str, subject: str, **body: Any) -> dict[str, Any]:
        """Write a row of the journal; nothing is sent."""
        row = {
            "ledger_id": self.ledger_id,
            "seq": len(self.rows) + 1,
            "at": "2026-03-01T08:00:00.000Z",
            "clock_synced": True,
            "boot": 1,
            "kind": kind,
            "subject": subject,
            "body": body,
            "prev_hash": self.rows[-1]["hash"] if self.rows else "0" * 64,
        }
        row["hash"] = hashlib.sha256(rfc8785.dumps(row)).hexdigest()
        self.rows.append(row)
        return row

    def tell(self, kind: str, subject: str, **body: Any) -> dict[str, Any]:
        """Write a row and send it."""
        row = self.note(kind, subject, **body)
        self.publish("events", row)
        return row

    def acknowledged(self, seq: int) -> None:
        """Wait until a row is acknowledged."""
        while True:
            ack = json.loads(self.next("acks"))
            if ack == {"ledger_id": self.ledger_id, "seq": ack["seq"]} and ack["seq"] >= seq:
                return

    def opened(self, token: str) -> dict[str, Any]:
        """The claims of a token that the platform signed."""
        parsed = JWS()
        parsed.deserialize(token, self.public)
        assert parsed.jose_header == {"alg": "EdDSA", "kid": "p1"}
        claims: dict[str, Any] = json.loads(parsed.payload)
        return claims

    def unsealed(self, token: str) -> dict[str, Any]:
        box = JWE()
        box.deserialize(token, self.exchange)
        personal: dict[str, Any] = json.loads(box.payload)
        return personal

    def vanish(self) -> None:
        """Go without a word, as when the power fails."""
        connection = self.client.socket()
        self.client.loop_stop()
        assert connection is not None
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        if (connection := self.client.socket()) is not None:
            connection.close()


class Http:
    """The platform as the simulated people see it."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=PATIENCE_S, trust_env=False)

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **body: Any) -> Any:
        answer = self.client.post(path, json=body)
        answer.raise_for_status()
        return answer.json()

    def until(self, path: str, holds: Any) -> Any:
        """What `path` gives as soon as it `holds`; looks again at every change of the platform."""
        revision = self.get("/api/page")["revision"]
        while not holds(found := self.get(path)):
            newer = self.get(f"/api/page?after={revision}")["revision"]
            assert newer > revision, found
            revision = newer
        return found


@dataclass
class World:
    cabinet: Cabinet
    http: Http
    platform: Process
    broker: "Embedded | Mosquitto"
    secrets: Secrets

    @contextlib.contextmanager
    def again(self) -> Iterator[Http]:
        """A new process of the platform, which knows nothing of what the first was told."""
        platform = start_platform(self.broker.port, self.broker.version, self.secrets)
        http = Http(platform.ready["url"])
        try:
            yield http
        finally:
            http.client.close()
            platform.end()


def start_platform(port: int, version: str, secrets_file: Secrets) -> Process:
    return Process(
        "platform",
        *("--mqtt-port", str(port), "--mqtt-version", version, "--community", "sunrise", "--cabinet", "east"),
        *("--secrets", str(secrets_file.path)),
    )


class Embedded:
    """The demo's own broker, 3.1.1."""

    version = "3.1.1"

    def __init__(self, _folder: Path) -> None:
        self._process = Process("broker")
        self.port: int = self._process.ready["port"]

    def die_and_return(self) -> None:
        self._process.end(signal.SIGKILL)
        self._process = Process("broker", "--port", str(self.port))

    def end(self) -> None:
        assert self._process.end() == 0


class Mosquitto:
    """Debian's mosquitto, 5."""

    version = "5"

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self._popen = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        popen = subprocess.Popen(["/usr/sbin/mosquitto", "-c", str(self._config)], stderr=subprocess.PIPE)
        assert popen.stderr is not None
        while b"running" not in (line := popen.stderr.readline()):
            assert line, "mosquitto ended"
        return popen

    def die_and_return(self) -> None:
        self._popen.kill()
        self._popen.communicate(timeout=PATIENCE_S)
        self._popen = self._start()

    def end(self) -> None:
        self._popen.terminate()
        self._popen.communicate(timeout=PATIENCE_S)


@contextlib.contextmanager
def playing(broker: Embedded | Mosquitto, secrets_file: Secrets) -> Iterator[World]:
    platform = start_platform(broker.port, broker.version, secrets_file)
    cabinet = Cabinet(broker.port, broker.version, secrets_file.public)
    http = Http(platform.ready["url"])
    try:
        http.until("/api/status", lambda status: status["connected"])
        yield World(cabinet, http, platform, broker, secrets_file)
    finally:
        cabinet.stop()
        http.client.close()
        platform.end()


@pytest.fixture(
    params=[
        pytest.param(Embedded, id="embedded"),
        pytest.param(Mosquitto, id="mosquitto", marks=pytest.mark.mosquitto),
    ]
)
def world(request: pytest.FixtureRequest, tmp_path: Path, secrets_file: Secrets) -> Iterator[World]:
    broker = request.param(tmp_path)
    with playing(broker, secrets_file) as played:
        yield played
    broker.end()


@pytest.fixture
def any_world(tmp_path: Path, secrets_file: Secrets) -> Iterator[World]:
    """For what does not depend on the broker."""
    broker = Embedded(tmp_path)
    with playing(broker, secrets_file) as played:
        yield played
    broker.end()
