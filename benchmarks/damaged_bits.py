"""Patterns of damaged bits in a frame, each bit by its number, and how likely so many of them are."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from functools import cache, reduce
from itertools import combinations
from math import comb
from operator import xor

SHORT_BURST, LONG_BURST = 8, 16


@cache
def unseen_by_crc(bits: int, count: int) -> tuple[tuple[int, ...], ...]:
    """Patterns of damaged bits that leave a CRC-16/MODBUS right, whatever the frame: the code is linear.

    All others are refused by every board, and need not be tried.
    """
    zero = crc(bytes(bits // 8))
    changes = [crc(flipped(bytes(bits // 8), (bit,))) ^ zero for bit in range(bits)]
    return tuple(each for each in combinations(range(bits), count) if reduce(xor, (changes[bit] for bit in each)) == 0)


def crc(data: bytes) -> int:
    """CRC-16/MODBUS over a whole frame, its own CRC included: the same for every frame that is sound."""
    remainder = 0xFFFF
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0xA001 if remainder & 1 else 0)
    return remainder


def flipped(frame: bytes, bits: Iterable[int]) -> bytes:
    damaged = bytearray(frame)
    for bit in bits:
        damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def bursts(bits: int) -> Iterator[tuple[int, ...]]:
    """Every burst of three to eight bits: its ends are damaged, and anything between them."""
    for length in range(3, SHORT_BURST + 1):
        for first in range(bits - length + 1):
            for inside in range(2 ** (length - 2)):
                middle = (first + 1 + place for place in range(length - 2) if inside >> place & 1)
                yield (first, *middle, first + length - 1)


def long_burst(bits: int, draw: random.Random) -> list[int]:
    length = draw.randint(SHORT_BURST + 1, LONG_BURST)
    first = draw.randint(0, bits - length)
    return [first, *(first + place for place in range(1, length - 1) if draw.getrandbits(1)), first + length - 1]


def binomial(bits: int, count: int, rate: float) -> float:
    return comb(bits, count) * rate**count * (1 - rate) ** (bits - count)
