"""The link over TLS, and how it speaks of a broker that does not want it or cannot be believed."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cabinet_side import Listener, NoWait, TwoCompartments, broker_at
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from real_broker import Mosquitto, find_mosquitto

from config.settings import MqttSettings
from mqtt.link import Link

pytestmark = pytest.mark.mosquitto
SECRET = "correct horse battery staple"


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, and its key."""
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}.crt").write_bytes(signed.public_bytes(Encoding.PEM))
    (folder / f"{name}.key").write_bytes(_pem(key))
    return folder / f"{name}.crt", folder / f"{name}.key"


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
async def secure_broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    if find_mosquitto() is None:
        pytest.skip("Debian's mosquitto is not installed")
    public, private = certificate(tmp_path, "broker")
    broker = Mosquitto(tmp_path, extra=f"certfile {public}\nkeyfile {private}\n")
    await broker.start()
    yield broker
    await broker.stop()


def link_to(settings: MqttSettings, listener: Listener, password: str | None = None) -> Link:
    return Link(
        settings,
        "willow",
        "east-1",
        session=1,
        password=password,
        receiver=listener,
        presence=TwoCompartments(),
        rng=NoWait(),
    )


async def test_a_large_directory_arrives_whole_over_tls(secure_broker: Mosquitto, tmp_path: Path) -> None:
    listener = Listener()
    settings = broker_at(secure_broker.port, tls=True, ca_file=tmp_path / "broker.crt")
    link = link_to(settings, listener)
    await link.start()
    await asyncio.wait_for(listener.connections.get(), 20)
    assert link._live is not None
    token = "x" * 5_000_000
    link._live.connection.publish("lockers/v1/willow/east-1/directory", token.encode(), qos=1, retain=False)
    assert await asyncio.wait_for(listener.directories.get(), 20) == token
    await link.stop()


async def test_a_broker_with_a_strange_certificate_is_not_believed(secure_broker: Mosquitto, tmp_path: Path) -> None:
    other, _ = certificate(tmp_path, "other")
    listener = Listener()
    link = link_to(broker_at(secure_broker.port, tls=True, ca_file=other), listener)
    assert "certificate" in await first_problem(link)
    assert listener.connections.empty()


async def test_a_refused_password_is_named_as_the_problem_and_shown_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if find_mosquitto() is None:
        pytest.skip("Debian's mosquitto is not installed")
    broker = Mosquitto(tmp_path, extra="allow_anonymous false\n")
    await broker.start()
    link = link_to(broker_at(broker.port, username="east-1"), Listener(), SECRET)
    problem = await first_problem(link)
    assert "check mqtt.username, the password" in problem
    said = capsys.readouterr()
    assert SECRET not in problem + said.out + said.err + repr(link)
    await broker.stop()


async def first_problem(link: Link) -> str:
    """What the link says after its first attempt has failed."""
    failed = asyncio.Event()
    link.watch(failed.set)
    await link.start()
    await asyncio.wait_for(failed.wait(), 20)
    problem = link.problem
    await link.stop()
    assert problem is not None
    return problem
