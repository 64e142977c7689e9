"""The modbus-relay driver against a server of pymodbus, which nobody here wrote; pulses by a custom function there."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import ClassVar

import pytest
from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerType
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from config.settings import BoardSettings
from firmware_bridge.boards.driver import AnyRequest, Declined, Heard, Hooks, Reply
from firmware_bridge.boards.modbus_relay import Driver
from firmware_bridge.errors import NoReplyError
from firmware_bridge.port import Port, open_serial
from firmware_bridge.wire import Echo, Pace, Wire

RELAYS = 8
PATIENCE_S = 5.0
SILENCE_S = 0.3
"""How long the one test waits whose answer does not come."""


class Pulse(ModbusPDU):
    """Function 05 as the relay board means it: address 0200 and up switches a relay on for a number of tenths."""

    function_code = 5
    rtu_frame_size = 8
    ended: ClassVar[asyncio.Event]

    def encode(self) -> bytes:
        return struct.pack(">HH", self.address, self.registers[0])

    def decode(self, data: bytes) -> None:
        self.address, value = struct.unpack(">HH", data)
        self.registers = [value]

    async def datastore_update(self, context: object, device_id: int) -> ModbusPDU:
        relay, tenths = self.address - 0x0200, self.registers[0]
        if not 0 <= relay < RELAYS:
            return ExceptionResponse(self.function_code, ExcCodes.ILLEGAL_ADDRESS)
        if not 1 <= tenths <= 0x7FFF:
            return ExceptionResponse(self.function_code, ExcCodes.ILLEGAL_VALUE)
        await context.async_setValues(device_id, 5, relay, [True])  # type: ignore[attr-defined]

        async def end() -> None:
            await context.async_setValues(device_id, 5, relay, [False])  # type: ignore[attr-defined]
            type(self).ended.set()

        loop = asyncio.get_running_loop()
        loop.call_later(tenths / 10, lambda: loop.create_task(end()))
        return self


@dataclass
class Peer:
    """A running server, and the wire of the bridge to it."""

    server: ModbusTcpServer
    port: Port
    wire: Wire
    heard: list[bytes]
    """What the server took from its socket."""
    arrived: asyncio.Event
    """Set whenever it took something."""

    async def ask(self, request: AnyRequest) -> Reply:
        return await asyncio.to_thread(self.wire.ask, request)

    async def coils(self) -> list[bool]:
        return [bool(coil) for coil in await self.server.async_getValues(1, 1, 0, RELAYS)]


async def peer(
    custom: list[type[ModbusPDU]], *, relays: int = RELAYS, timeout_s: float = PATIENCE_S
) -> AsyncIterator[Peer]:
    """One relay board at address 1, inputs 1 and 6 set; pymodbus rounds its eight inputs and relays up to sixteen."""
    heard: list[bytes] = []
    arrived = asyncio.Event()

    def trace(sending: bool, packet: bytes) -> bytes:  # noqa: FBT001 - as the server calls it
        if not sending:
            heard.append(packet)
            arrived.set()
        return packet

    inputs = SimData(0, values=[number in (1, 6) for number in range(RELAYS)], datatype=DataType.BITS)
    coils = SimData(0, values=[False] * relays, datatype=DataType.BITS)
    nothing = [SimData(0, values=0, datatype=DataType.REGISTERS)]
    board = SimDevice(1, simdata=([coils], [inputs], nothing, list(nothing)))
    server = ModbusTcpServer(
        board,
        framer=FramerType.RTU,
        address=("127.0.0.1", 0),
        ignore_missing_devices=True,
        custom_pdu=custom,
        trace_packet=trace,
    )
    await server.serve_forever(background=True)
    where = server.transport.sockets[0].getsockname()[1]
    port = await asyncio.to_thread(open_serial, f"socket://127.0.0.1:{where}", 9600)
    wire = Wire(port, Pace(9600, timeout_s, 0.005), clock=time.monotonic, pause=time.sleep)
    yield Peer(server, port, wire, heard, arrived)
    wire.close()
    await server.shutdown()


@pytest.fixture
async def board() -> AsyncIterator[Peer]:
    """A server with the pulse of the relay board."""
    Pulse.ended = asyncio.Event()
    async for each in peer([Pulse]):
        yield each


@pytest.fixture
async def ordinary() -> AsyncIterator[Peer]:
    """A server that knows the standard alone."""
    async for each in peer([]):
        yield each


def settings(channels: int = RELAYS, address: int = 1, pulse_s: float = 0.1) -> BoardSettings:
    return BoardSettings(address=address, channels=channels, pulse_s=pulse_s)


async def test_inputs_are_read_as_the_peer_holds_them(ordinary: Peer) -> None:
    for channels in range(1, RELAYS + 1):
        (read,) = Driver().hook_reads(settings(channels))
        assert await ordinary.ask(read.request) == Hooks(0, tuple(number in (1, 6) for number in range(channels)))


async def test_more_inputs_than_the_peer_has_is_an_exception_and_names_it(ordinary: Peer) -> None:
    (read,) = Driver().hook_reads(settings(channels=17))
    assert await ordinary.ask(read.request) == Declined(
        "the board says illegal data address (exception 02): it has fewer inputs than 17"
    )


async def test_the_probe_finds_the_board_and_no_echo(ordinary: Peer) -> None:
    reply = await asyncio.to_thread(ordinary.wire.find_echo, Driver().probe(1))
    assert reply == Hooks(0, tuple(number in (1, 6) for number in range(RELAYS)))
    assert ordinary.wire.echo is Echo.ABSENT


async def test_a_pulse_drives_one_relay_and_the_peer_ends_it_by_itself(board: Peer) -> None:
    assert await board.ask(Driver().unlock(settings(), 3)) == Heard()
    assert await board.coils() == [relay == 3 for relay in range(RELAYS)]
    await asyncio.wait_for(Pulse.ended.wait(), 5)
    assert await board.coils() == [False] * RELAYS
    assert b"".join(board.heard) == bytes.fromhex("01 05 02 03 00 01") + board.heard[0][-2:]


async def test_a_relay_that_the_peer_has_not_is_an_exception_and_nothing_moves(board: Peer) -> None:
    assert await board.ask(Driver().unlock(settings(channels=32), 8)) == Declined(
        "the board says illegal data address (exception 02)"
    )
    assert await board.coils() == [False] * RELAYS


async def test_reads_and_pulses_take_turns_without_disturbing_each_other(board: Peer) -> None:
    (read,) = Driver().hook_reads(settings())
    hooks = Hooks(0, tuple(number in (1, 6) for number in range(RELAYS)))
    for relay in range(RELAYS):
        assert await board.ask(Driver().unlock(settings(), relay)) == Heard()
        assert await board.ask(read.request) == hooks
    assert board.wire.counts.noise_bytes == 0
    assert board.wire.counts.foreign_frames == 0


async def test_a_damaged_frame_moves_nothing_and_the_next_one_is_heard(board: Peer) -> None:
    for noise in (b"\x00", b"\x01\x05", b"\xff" * 7, bytes.fromhex("01 05 02 00 00 07 8D B1")):
        damaged = bytearray(Driver().unlock(settings(), 3).frame)
        damaged[5] ^= 2
        board.arrived.clear()
        await asyncio.to_thread(board.port.write, noise + bytes(damaged))
        await asyncio.wait_for(board.arrived.wait(), 5)
        assert await board.ask(Driver().unlock(settings(), 2)) == Heard()
        assert (await board.coils())[3] is False


async def test_an_ordinary_server_has_no_such_coil_and_says_so(ordinary: Peer) -> None:
    reply = await ordinary.ask(Driver().unlock(settings(), 2))
    assert isinstance(reply, Declined)
    assert await ordinary.coils() == [False] * RELAYS


async def test_an_ordinary_server_with_hundreds_of_coils_takes_the_pulse_for_on_and_is_not_believed() -> None:
    """Which is why the page for fitters names boards by their pulse command, not by "Modbus"."""
    async for ordinary in peer([], relays=0x0210, timeout_s=SILENCE_S):
        with pytest.raises(NoReplyError):
            await ordinary.ask(Driver().unlock(settings(), 2))
        assert await ordinary.coils() == [False] * RELAYS
        assert await ordinary.server.async_getValues(1, 1, 0x0202, 1) == [True]
