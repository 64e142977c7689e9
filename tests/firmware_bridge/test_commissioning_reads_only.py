"""No byte stream that a scan or a walk can send contains an unlock of any family, whatever the order of its requests.

A scan sends words (whole requests) one after the other. A stretch of such a stream is a tail of one word, any number of
whole words, and a head of one. `stretches` follows a pattern through all of these at once, as an automaton whose
states are what may still come of the current word; so every order and every frame border is covered, none is sampled.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache, reduce
from operator import xor
from pathlib import Path

import pytest

from config.settings import BoardSettings
from firmware_bridge.boards.driver import driver_named, families
from firmware_bridge.commissioning.channel_count import USUAL_COUNTS, readable_board
from firmware_bridge.commissioning.search_order import SearchOrder
from firmware_bridge.errors import FrameFieldError

ANY = frozenset(range(256))
Pattern = Sequence[frozenset[int]]


@cache
def probes() -> frozenset[bytes]:
    """What a scan asks before anything has answered."""
    return frozenset(search.probe.frame for search in SearchOrder(families()))


@cache
def reads(family: str) -> frozenset[bytes]:
    """What commissioning asks once boards of a family have answered: each read of any board."""
    driver = driver_named(family)
    boards = (
        readable_board(driver, address, channels)
        for address in driver.addresses
        for channels in range(1, driver.most_channels + 1)
    )
    return frozenset(read.request.frame for board in boards for read in driver.hook_reads(board))


@cache
def words() -> frozenset[bytes]:
    """Every request that commissioning can send."""
    return probes().union(*map(reads, families()))


class Stream:
    """All concatenations of some words."""

    def __init__(self, vocabulary: frozenset[bytes]) -> None:
        self.begun = self.after_first_byte(vocabulary)
        self.anywhere = self.after_first_byte({word[at:] for word in vocabulary for at in range(len(word))})

    @staticmethod
    def after_first_byte(rests: set[bytes] | frozenset[bytes]) -> dict[int, frozenset[bytes]]:
        after: dict[int, set[bytes]] = {}
        for rest in rests:
            after.setdefault(rest[0], set()).add(rest[1:])
        return {byte: frozenset(found) for byte, found in after.items()}

    def stretches(self, pattern: Pattern) -> Iterator[bytes]:
        """Every stretch of a stream that fits a pattern: for each place the bytes that may stand there."""
        yield from self.follow(b"", self.anywhere, pattern)

    def follow(self, so_far: bytes, after: dict[int, frozenset[bytes]], pattern: Pattern) -> Iterator[bytes]:
        if not pattern:
            yield so_far
            return
        for byte in after.keys() & pattern[0]:
            yield from self.follow(so_far + bytes((byte,)), self.next(after[byte]), pattern[1:])

    def next(self, rests: frozenset[bytes]) -> dict[int, frozenset[bytes]]:
        after = self.after_first_byte(rests - {b""})
        if b"" in rests:
            for byte, begun in self.begun.items():
                after[byte] = after.get(byte, frozenset()) | begun
        return after


def only(*values: int) -> frozenset[int]:
    return frozenset(values)


def sums(frame: bytes) -> bool:
    return sum(frame[:-1]) & 0xFF == frame[-1]


def xors(frame: bytes) -> bool:
    return reduce(xor, frame) == 0


def crc_fits(frame: bytes) -> bool:
    remainder = 0xFFFF
    for byte in frame:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0xA001 if remainder & 1 else 0)
    return remainder == 0


WKLY = tuple(only(byte) for byte in b"WKLY")
MOVES_A_LOCK: dict[str, list[tuple[Pattern, Callable[[bytes], bool]]]] = {
    # By the makers' sheets, with any address and any channel, those that no driver uses included.
    "kerong-cu24": [([only(2), ANY, ANY, only(0x81), ANY, only(0), only(3), ANY], sums)],
    "kerong-cu16": [([only(2), ANY, only(0x31, 0x32, 0x33), only(3), ANY], sums)],
    "kerong-cu48": [([only(2), ANY, ANY, only(0x61), only(3), ANY], sums)],
    "lock485-8a": [
        ([only(0x8A, 0x9A), ANY, ANY, only(0x11), ANY], xors),
        ([only(0x8A, 0x9A), ANY, ANY, only(0x11), only(*range(1, 10)), ANY], xors),
    ],
    "wkly": [
        ([*WKLY, only(8 + data), ANY, only(0x82, 0x86, 0x87, 0x88), *[ANY] * data, ANY], xors) for data in range(4)
    ],
    "winnsen": [([only(0x90), only(6), only(5), ANY, ANY, only(3)], lambda _: True)],
    "modbus-relay": [([ANY, only(5), only(0, 2, 4), *[ANY] * 5], crc_fits)],
}
"""Commands that drive a coil, as patterns, and what makes a fitting stretch a sound frame.

Modbus relay boards switch at registers 0000 on, and pulse at 0200 on and 0400 on.
"""


def moves_a_lock(family: str) -> list[tuple[Pattern, Callable[[bytes], bool]]]:
    """The commands of a family that drive a coil, from the table above."""
    assert family in MOVES_A_LOCK, (
        f"write every command that drives a coil of {family} as a pattern into MOVES_A_LOCK of {Path(__file__).name}"
    )
    return MOVES_A_LOCK[family]


def first_bytes_of_longer_commands() -> list[Pattern]:
    """Writes of several coils or registers: their first seven bytes say how long they are."""
    return [[ANY, only(0x0F, 0x10), ANY, ANY, only(0), only(*range(1, 33)), only(*range(1, 65))]]


@pytest.fixture(scope="module")
def stream() -> Stream:
    return Stream(words())


@pytest.mark.parametrize("family", families())
def test_no_order_of_reads_contains_a_command_that_drives_a_coil(family: str, stream: Stream) -> None:
    found = [
        frame.hex(" ") for pattern, sound in moves_a_lock(family) for frame in stream.stretches(pattern) if sound(frame)
    ]
    assert found == []


def test_no_order_of_reads_contains_even_the_head_of_a_modbus_write_of_many(stream: Stream) -> None:
    assert [head.hex(" ") for pattern in first_bytes_of_longer_commands() for head in stream.stretches(pattern)] == []


def test_no_order_of_probes_contains_a_write_of_a_modbus_register_either() -> None:
    """Some relay boards, that no driver here serves, pulse through registers; the search does not even touch those.

    For the reads of a found board it does not hold: locks 6 of winnsen station 1 and 14 of station 10, read one after
    the other, hold a write to register 0390 of a Modbus board 1, which would have to hang on the same line.
    """
    pattern = [ANY, only(6), only(*range(0x10)), *[ANY] * 5]
    assert [frame.hex(" ") for frame in Stream(probes()).stretches(pattern) if crc_fits(frame)] == []


@pytest.mark.parametrize("family", families())
def test_the_patterns_are_those_of_real_unlocks(family: str) -> None:
    """Else the proof would be about nothing: every unlock that a driver makes fits a pattern, and is sound."""
    for frame in unlocks(family):
        assert any(
            len(pattern) == len(frame)
            and all(byte in allowed for byte, allowed in zip(frame, pattern, strict=True))
            and sound(frame)
            for pattern, sound in moves_a_lock(family)
        ), frame.hex(" ")


def test_a_family_without_patterns_is_told_where_to_write_them() -> None:
    with pytest.raises(AssertionError, match=r"kerong-cu99.*into MOVES_A_LOCK of test_commissioning_reads_only\.py"):
        moves_a_lock("kerong-cu99")


def test_the_automaton_finds_what_is_there() -> None:
    """Over random vocabularies it agrees with a search through every short stream."""
    chance = random.Random(3)
    for _ in range(40):
        vocabulary = frozenset(bytes(chance.choices(range(3), k=chance.randint(1, 4))) for _ in range(3))
        length = 5
        streams = {b""}
        for _ in range(length + 1):
            streams |= {stream + word for stream in streams if len(stream) < length + 4 for word in vocabulary}
        real = {stream[at : at + length] for stream in streams for at in range(len(stream) - length + 1)}
        assert set(Stream(vocabulary).stretches([only(0, 1, 2)] * length)) == real


def test_commissioning_counts_channels_only_up_to_what_the_words_cover() -> None:
    assert max(USUAL_COUNTS) <= max(driver_named(family).most_channels for family in families())


@cache
def unlocks(family: str) -> tuple[bytes, ...]:
    """Every unlock frame of a family: addresses, channels and pulse lengths; a third of the addresses where many."""
    driver = driver_named(family)
    pulses = (None, *range(1, 10)) if family == "lock485-8a" else (None, 0.1, 0.3, 1.0)
    frames = set()
    for address in driver.addresses[:: 1 + len(driver.addresses) // 60]:
        for pulse in pulses if "pulse_s" in driver.options else (None,):
            known = {"address": address, "channels": driver.most_channels} | ({"pulse_s": pulse} if pulse else {})
            for channel in range(driver.most_channels):
                try:
                    frames.add(driver.unlock(BoardSettings.model_validate(known), channel).frame)
                except FrameFieldError:
                    continue
    return tuple(frames)
