"""What every hook of the found boards says, as raw as the families' reads tell it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from firmware_bridge.boards.driver import AnyRequest, BoardDriver, Hooks, Reply, driver_named
from firmware_bridge.commissioning.channel_count import readable_board
from firmware_bridge.commissioning.notebook import Place, WalkBoard, WalkLine
from firmware_bridge.errors import ReadFailedError
from firmware_bridge.port import OpenPort, open_serial
from firmware_bridge.wire import Echo, Pace, Wire

READ_TIMEOUT_S: Final = 0.3
READ_TRIES: Final = 3
GAP_S: Final = 0.005
CODE_BITS: Final = 8

Signals = Mapping[Place, int]
"""A hook bit (0 or 1), or a status byte where the family leaves its meaning to the maker."""


@dataclass(frozen=True, slots=True)
class SignalRead:
    """A read of some channels of a board; its answer has `bits_each` bits for every channel, the lowest first."""

    channels: range
    request: AnyRequest
    bits_each: int

    def signals(self, hooks: Hooks) -> Iterator[tuple[int, int]]:
        """Channel and signal of each hook that the board knows."""
        for number, channel in enumerate(self.channels):
            bits = hooks.bits[number * self.bits_each : (number + 1) * self.bits_each]
            if bits and None not in bits:
                yield channel, sum(bool(bit) << place for place, bit in enumerate(bits))


def signal_reads(driver: BoardDriver, board: WalkBoard) -> tuple[SignalRead, ...]:
    """The reads of a board whose wiring is not known yet."""
    plain = readable_board(driver, board.address, board.channels)
    if "status_codes" not in driver.options:
        return tuple(SignalRead(read.channels, read.request, 1) for read in driver.hook_reads(plain))
    ways = [driver.hook_reads(plain.model_copy(update={"status_codes": _codes(bit)})) for bit in range(CODE_BITS)]
    return tuple(
        SignalRead(reads[0].channels, _all_bits([read.request for read in reads]), CODE_BITS)
        for reads in zip(*ways, strict=True)
    )


def _codes(bit: int) -> dict[str, str]:
    """Every status byte, called latched where one of its bits is set."""
    return {f"{code:02X}": "latched" if code >> bit & 1 else "unlatched" for code in range(1 << CODE_BITS)}


def _all_bits(requests: Sequence[AnyRequest]) -> AnyRequest:
    """One request whose answer is read in eight ways, each of which tells one bit of the status byte."""

    def interpret(frame: Any) -> Reply | None:  # noqa: ANN401 - each family has its own frames
        replies = [request.interpret(frame) for request in requests]
        hooks = [reply for reply in replies if isinstance(reply, Hooks)]
        if len(hooks) < len(requests):
            return replies[0]
        channels = range(len(hooks[0].bits))
        return Hooks(hooks[0].first_channel, tuple(each.bits[channel] for channel in channels for each in hooks))

    return replace(requests[0], interpret=interpret)


class SignalReader:
    """Reads all hooks of some lines, round by round. Sends nothing but reads."""

    def __init__(
        self,
        lines: Sequence[WalkLine],
        *,
        open_port: OpenPort = open_serial,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Open the ports.

        Raises:
            PortError: one of them cannot be used.
        """
        self.silent: set[tuple[str, int]] = set()
        """Line and address of the boards that did not answer in the newest round."""
        self._drivers = {line.name: driver_named(line.family) for line in lines}
        self._reads = {
            (line.name, board.address): signal_reads(self._drivers[line.name], board)
            for line in lines
            for board in line.boards
        }
        self._wires: dict[str, Wire] = {}
        for line in lines:
            baud = line.baud or self._drivers[line.name].bauds[0]
            wire = Wire(open_port(line.port, baud), Pace(baud, READ_TIMEOUT_S, GAP_S), clock=clock, pause=pause)
            wire.echo = Echo.PRESENT if line.echo else Echo.ABSENT
            self._wires[line.name] = wire

    def round(self) -> dict[Place, int]:
        """One signal of every hook whose board answers.

        Raises:
            PortLostError: a port went away.
        """
        self.silent = set()
        signals: dict[Place, int] = {}
        for (line, board), reads in self._reads.items():
            for read in reads:
                reply = self._ask(line, read.request)
                if not isinstance(reply, Hooks):
                    self.silent.add((line, board))
                    break
                for channel, signal in read.signals(reply):
                    signals[Place(line=line, board=board, channel=channel)] = signal
        return signals

    def number_one(self, line: str, board: int) -> int | None:
        """What the hook says that the board itself calls number 1, where the family can ask for one by its number."""
        driver = self._drivers[line]
        if "first_index" not in driver.options:
            return None
        reply = self._ask(line, driver.probe(board))
        if not isinstance(reply, Hooks) or len(reply.bits) != 1 or reply.bits[0] is None:
            return None
        return int(reply.bits[0])

    def numbers_one(self) -> dict[tuple[str, int], int]:
        """The same of every board that tells, by line and address."""
        said = {board: self.number_one(*board) for board in self._reads}
        return {board: signal for board, signal in said.items() if signal is not None}

    def close(self) -> None:
        """Give the ports back."""
        for wire in self._wires.values():
            wire.close()

    def _ask(self, line: str, request: AnyRequest) -> Reply | None:
        for _ in range(READ_TRIES):
            try:
                return self._wires[line].ask(request)
            except ReadFailedError:
                continue
        return None
