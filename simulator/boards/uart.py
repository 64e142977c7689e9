"""How bytes become levels on a wire and bytes again: 8N1, with damaged bits, and with two ends of unequal speed.

A receiver waits for a falling edge, looks again in the middle of the start bit, then takes the middle of each of eight
data bits, lowest first, and of the stop bit. At another speed than the sender's it looks at the wrong places and makes
other bytes of the same levels: garbage, not silence.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

BITS_PER_BYTE = 10
"""8N1: a start bit, eight data bits, a stop bit."""

DATA_BITS = 8


@dataclass(frozen=True)
class Character:
    """One byte as a receiver makes it of the wire.

    Attributes:
        byte: the eight data bits.
        framed: a stop bit followed; without one, a board's firmware throws the byte away, and a serial adapter on Linux
            hands it over as it is (pyserial asks for no parity or framing check).
        ended: when it was complete, in bits of the sender from the first start bit.
    """

    byte: int
    framed: bool
    ended: float


def transmit(data: bytes, *, sent_at: int, heard_at: int, noise: float, chance: random.Random) -> tuple[Character, ...]:
    """Send bytes back to back over a wire.

    Args:
        data: the bytes.
        sent_at: the sender's speed, bits per second.
        heard_at: the receiver's.
        noise: share of the bits (start and stop bits too) that arrive inverted.
        chance: draws the damage.
    """
    damaged = _damaged(len(data) * BITS_PER_BYTE, noise, chance)
    if sent_at == heard_at and not damaged:
        return tuple(Character(byte, framed=True, ended=BITS_PER_BYTE * (place + 1)) for place, byte in enumerate(data))
    levels = levels_of(data)
    for place in damaged:
        levels[place] ^= 1
    return receive(levels, bit=sent_at / heard_at)


def levels_of(data: bytes) -> list[int]:
    """The levels on the wire, one for each bit, 1 for a silent line."""
    return [level for byte in data for level in (0, *(byte >> place & 1 for place in range(DATA_BITS)), 1)]


def receive(levels: Sequence[int], bit: float) -> tuple[Character, ...]:
    """What a receiver makes of levels; before and after them the line is silent.

    Args:
        levels: one for each bit of the sender.
        bit: length of the receiver's bit, in bits of the sender.
    """
    heard = []
    start = _falls(levels, 0)
    while start is not None:
        if _level(levels, start + bit / 2):
            start = _falls(levels, start + bit / 2)
            continue
        middles = (start + (place + 1.5) * bit for place in range(DATA_BITS))
        byte = sum(_level(levels, middle) << place for place, middle in enumerate(middles))
        stop = start + (DATA_BITS + 1.5) * bit
        framed = bool(_level(levels, stop))
        heard.append(Character(byte, framed=framed, ended=start + BITS_PER_BYTE * bit))
        start = _falls(levels, stop if framed else _rises(levels, stop))
    return tuple(heard)


def _level(levels: Sequence[int], when: float) -> int:
    place = int(when)
    return levels[place] if place < len(levels) else 1


def _falls(levels: Sequence[int], after: float) -> int | None:
    """The first bit from a time on, at which the line is high, that is low."""
    return next((place for place in range(math.ceil(after), len(levels)) if not levels[place]), None)


def _rises(levels: Sequence[int], after: float) -> float:
    """The first bit from a time on, at which the line is low, that is high."""
    return next((place for place in range(math.ceil(after), len(levels)) if levels[place]), len(levels))


def _damaged(bits: int, noise: float, chance: random.Random) -> list[int]:
    """Which of so many bits are hit, each with the same chance; drawn as the gaps between them."""
    if noise <= 0:
        return []
    if noise >= 1:
        return list(range(bits))
    hits = []
    place = math.log(1 - chance.random()) / math.log1p(-noise)
    while place < bits:
        hits.append(int(place))
        place = int(place) + 1 + math.log(1 - chance.random()) / math.log1p(-noise)
    return hits
