from __future__ import annotations

import os
import socket
import threading
import tty
from pathlib import Path

import pytest

from firmware_bridge.errors import PortAbsentError, PortBusyError, PortLostError
from firmware_bridge.port import open_serial


def test_bytes_go_both_ways_over_a_pseudo_terminal() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    port = open_serial(os.ttyname(slave), 9600)
    port.write(b"\x02\x03")
    assert os.read(master, 10) == b"\x02\x03"
    os.write(master, b"\x11\x13\x00\xff")
    heard = b""
    while len(heard) < 4:
        heard += port.read(1.0)
    assert heard == b"\x11\x13\x00\xff"
    assert port.read(0.0) == b""
    os.close(slave)
    port.close()
    os.close(master)


def test_what_came_unasked_can_be_thrown_away() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    port = open_serial(os.ttyname(slave), 9600)
    os.write(master, b"x" + b"late")
    assert len(port.read(1.0)) + port.discard_input() == 5
    assert port.discard_input() == 0
    os.close(slave)
    port.close()
    os.close(master)


def test_a_port_that_goes_says_so_on_reading_and_writing() -> None:
    master, slave = os.openpty()
    port = open_serial(os.ttyname(slave), 9600)
    os.close(slave)
    os.close(master)
    with pytest.raises(PortLostError, match="went away"):
        port.read(1.0)
    with pytest.raises(PortLostError, match="cable"):
        port.write(b"x")
    port.close()


def test_a_port_is_held_by_one_program_at_a_time() -> None:
    master, slave = os.openpty()
    name = os.ttyname(slave)
    first = open_serial(name, 9600)
    with pytest.raises(PortBusyError, match="held by another program"):
        open_serial(name, 9600)
    first.close()
    open_serial(name, 9600).close()
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize("name", ["missing", "socket://127.0.0.1:1", "nonsense://x"])
def test_a_port_that_is_not_there_names_itself_and_the_remedy(tmp_path: Path, name: str) -> None:
    port = name if "://" in name else str(tmp_path / name)
    with pytest.raises(PortAbsentError, match="cannot be opened") as caught:
        open_serial(port, 9600)
    assert str(caught.value).count(port) == 1
    assert "Errno" not in str(caught.value)


def test_a_serial_server_on_the_network_is_a_port_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer_once() -> None:
            peer, _ = server.accept()
            with peer:
                peer.sendall(peer.recv(100)[::-1])
                peer.recv(1)

        thread = threading.Thread(target=answer_once)
        thread.start()
        port = open_serial(f"socket://127.0.0.1:{server.getsockname()[1]}", 9600)
        port.write(b"\x01\x02\x03")
        heard = b""
        while len(heard) < 3:
            heard += port.read(1.0)
        assert heard == b"\x03\x02\x01"
        port.write(b"x")
        thread.join()
        with pytest.raises(PortLostError):
            port.read(1.0)
        port.close()
