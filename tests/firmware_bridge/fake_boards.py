"""Lock boards for the bridge's tests: doors, coils and replies, written from docs/boards/ and not from the drivers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass
class FakeDoor:
    """A door that unlatches `opens_after_s` after its coil was pulsed, unless it is stuck."""

    clock: Callable[[], float]
    opens_after_s: float = 0.03
    stuck: bool = False
    pulses: list[float] = field(default_factory=list)
    opened_at: float = float("inf")

    @property
    def latched(self) -> bool:
        return self.clock() < self.opened_at

    def pulse(self) -> None:
        self.pulses.append(self.clock())
        if not self.stuck and self.latched:
            self.opened_at = self.clock() + self.opens_after_s

    def open_by_hand(self) -> None:
        self.opened_at = self.clock()

    def close(self) -> None:
        self.opened_at = float("inf")


@dataclass
class FakeBoard:
    address: int
    doors: list[FakeDoor]
    deaf: bool = False
    answers_unlocks: bool = True
    obeys_unlocks: bool = True


class FakeBus:
    """Boards on one line: bytes in, replies out. Subclasses know one family's frames."""

    family: ClassVar[str]
    needs: ClassVar[dict[str, object]] = {}
    """Settings of every board that the family cannot do without."""

    def __init__(self, clock: Callable[[], float], channels: int, addresses: tuple[int, ...]) -> None:
        self.clock = clock
        self.boards = {address: FakeBoard(address, [FakeDoor(clock) for _ in range(channels)]) for address in addresses}
        self.echoes = False
        self.heard: list[bytes] = []
        self.unlock_heard = threading.Event()
        self._buffer = b""

    def door(self, channel: int, address: int | None = None) -> FakeDoor:
        board = self.boards[min(self.boards) if address is None else address]
        return board.doors[channel]

    @property
    def unlock_frames(self) -> list[bytes]:
        return [frame for frame in self.heard if self.is_unlock(frame)]

    def hear(self, data: bytes) -> list[bytes]:
        replies = [data] if self.echoes else []
        self._buffer += data
        while self._buffer:
            length = self.length_of(self._buffer)
            if length == 0:
                self._buffer = self._buffer[1:]
                continue
            if len(self._buffer) < length:
                break
            frame, self._buffer = self._buffer[:length], self._buffer[length:]
            self.heard.append(frame)
            if self.is_unlock(frame):
                self.unlock_heard.set()
            board = self.boards.get(frame[1])
            if board is not None and not board.deaf:
                replies.append(self.answer(board, frame))
        return [reply for reply in replies if reply]

    def length_of(self, buffer: bytes) -> int:
        raise NotImplementedError

    def is_unlock(self, frame: bytes) -> bool:
        raise NotImplementedError

    def answer(self, board: FakeBoard, frame: bytes) -> bytes:
        raise NotImplementedError


def bitmap(doors: list[FakeDoor]) -> bytearray:
    """One bit per door, 1 = latched, door 0 in the lowest bit of the first byte."""
    result = bytearray((len(doors) + 7) // 8)
    for number, door in enumerate(doors):
        if door.latched:
            result[number // 8] |= 1 << number % 8
    return result


class FakeCu24Bus(FakeBus):
    family = "kerong-cu24"

    def length_of(self, buffer: bytes) -> int:
        return 8 if buffer[0] == 0x02 else 0

    def is_unlock(self, frame: bytes) -> bool:
        return frame[3] == 0x81

    def answer(self, board: FakeBoard, frame: bytes) -> bytes:
        if frame[2] >= len(board.doors):
            return b""
        if sum(frame[:7]) % 256 != frame[7]:
            return self.packet(frame, 0x14, b"")
        if frame[3] == 0x80:
            hooks = bytes(bitmap(board.doors))
            return self.packet(frame, 0x10, hooks + bytes(max(0, 2 - len(hooks))))
        if frame[3] == 0x81:
            if board.obeys_unlocks:
                board.doors[frame[2]].pulse()
            return self.packet(frame, 0x10 if board.obeys_unlocks else 0x13, b"") if board.answers_unlocks else b""
        return self.packet(frame, 0x13, b"")

    def packet(self, request: bytes, ask: int, data: bytes) -> bytes:
        head = bytes([0x02, request[1], request[2], request[3], ask, len(data), 0x03])
        return head + bytes([(sum(head) + sum(data)) % 256]) + data


class Fake8aBus(FakeBus):
    family = "lock485-8a"

    def length_of(self, buffer: bytes) -> int:
        return 5 if buffer[0] in (0x80, 0x8A) else 0

    def is_unlock(self, frame: bytes) -> bool:
        return frame[0] == 0x8A and self.xor(frame) == 0

    def answer(self, board: FakeBoard, frame: bytes) -> bytes:
        lead, address, channel, what, _ = frame
        if self.xor(frame) != 0 or channel > len(board.doors):
            return b""
        if lead == 0x8A and what == 0x11 and channel:
            if board.obeys_unlocks:
                board.doors[channel - 1].pulse()
            return frame if board.answers_unlocks else b""
        if channel:
            return self.seal([0x80, address, channel, 0x11 if board.doors[channel - 1].latched else 0x00])
        return self.seal([0x80, address, *reversed(bitmap(board.doors)), 0x33])

    def seal(self, body: list[int]) -> bytes:
        return bytes([*body, self.xor(bytes(body))])

    def xor(self, data: bytes) -> int:
        result = 0
        for byte in data:
            result ^= byte
        return result
