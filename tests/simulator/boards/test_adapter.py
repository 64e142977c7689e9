"""Adapters and their names, and serial servers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.boards.adapter import AddressError, TcpAdapter, UsbAdapter


def ignored(_data: bytes) -> None:
    """Nobody listens."""


async def test_two_adapters_that_are_put_in_in_another_order_change_their_names(tmp_path: Path) -> None:
    left, right = UsbAdapter(tmp_path / "left"), UsbAdapter(tmp_path / "right")
    ports = [left.plug(ignored, elsewhere=False), right.plug(ignored, elsewhere=False)]
    assert (left.device, right.device) == ("ttyUSB0", "ttyUSB1")
    for adapter, port in zip((left, right), ports, strict=True):
        port.close()
        adapter.pulled()
    ports = [right.plug(ignored, elsewhere=False), left.plug(ignored, elsewhere=False)]
    assert (left.device, right.device) == ("ttyUSB1", "ttyUSB0")
    assert (tmp_path / "left").resolve() == ports[1].path
    for port in ports:
        port.close()


async def test_a_name_left_behind_by_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "ttyUSB0").symlink_to(tmp_path / "gone")
    adapter = UsbAdapter(tmp_path / "left")
    port = adapter.plug(ignored, elsewhere=False)
    assert adapter.device == "ttyUSB0"
    port.close()


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def test_a_serial_server_carries_bytes_both_ways_and_has_its_own_speed(free_port: int) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    adapter = TcpAdapter(f"socket://127.0.0.1:{free_port}", 19200)
    port = adapter.plug(heard.put_nowait, elsewhere=False)
    reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
    writer.write(b"ask")
    assert await heard.get() == b"ask"
    port.write(b"answer")
    assert await reader.readexactly(6) == b"answer"
    assert port.baud == 19200
    port.close()
    adapter.pulled()
    assert await reader.read() == b""
    assert adapter.device is None
    writer.close()


async def test_a_serial_server_serves_one_program_at_a_time(free_port: int) -> None:
    port = TcpAdapter(f"socket://127.0.0.1:{free_port}", 19200).plug(ignored, elsewhere=False)
    first, one = await asyncio.open_connection("127.0.0.1", free_port)
    second, two = await asyncio.open_connection("127.0.0.1", free_port)
    assert await second.read() == b""
    port.write(b"x")
    assert await first.readexactly(1) == b"x"
    port.close()
    one.close()
    two.close()


@pytest.mark.parametrize(
    "make", [lambda: TcpAdapter("socket://nowhere", 9600), lambda: TcpAdapter("socket://:70", 9600)]
)
def test_an_address_without_host_and_port_is_refused(make: Callable[[], TcpAdapter]) -> None:
    with pytest.raises(AddressError, match="write socket://host:port"):
        make()
