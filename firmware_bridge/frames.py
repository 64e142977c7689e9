"""Finding frames in a stream of bytes that may begin anywhere and may be noisy. Pure: no port, no clock."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

FrameT = TypeVar("FrameT")


@dataclass(frozen=True, slots=True)
class Found(Generic[FrameT]):
    """A whole, valid frame of `length` bytes stands at the place that was looked at."""

    frame: FrameT
    length: int


class Verdict(Enum):
    """No frame at the place that was looked at."""

    MORE = "what is here may become a frame when more bytes come"
    NOISE = "no frame begins here, whatever comes"


Parse = Callable[[bytes, int], Found[FrameT] | Verdict]
"""Looks at `buffer[at:]` and says whether a frame begins exactly there."""


@dataclass(frozen=True, slots=True)
class Split(Generic[FrameT]):
    """Frames found in a buffer, the tail that may still become one, and how many bytes belonged to neither.

    `begun` are the places of the tail at which a frame may have begun, the first of them 0.
    """

    frames: tuple[FrameT, ...]
    rest: bytes
    noise: int
    begun: tuple[int, ...] = ()


def split(buffer: bytes, parse: Parse[FrameT], places: Iterable[int] | None = None) -> Split[FrameT]:
    """Find every frame in a buffer. `places` are those that are worth a look, ascending; every one if not given.

    Every place is a candidate. One that still lacks bytes is remembered but never hides a whole frame that begins after
    it: a stray start byte costs itself alone, not the true frame that follows.
    """
    frames: list[FrameT] = []
    begun: list[int] = []
    framed = end = 0
    for at in range(len(buffer)) if places is None else places:
        if at < end:
            continue
        result = parse(buffer, at)
        if isinstance(result, Found):
            frames.append(result.frame)
            framed += result.length
            begun.clear()
            end = at + result.length
        elif result is Verdict.MORE:
            begun.append(at)
    rest = buffer[begun[0] :] if begun else b""
    noise = len(buffer) - framed - len(rest)
    return Split(tuple(frames), rest, noise, tuple(at - begun[0] for at in begun))


class Decoder(Generic[FrameT]):
    """`split` over bytes that come a few at a time; no place is looked at again where no frame can begin."""

    def __init__(self, parse: Parse[FrameT]) -> None:
        self._parse = parse
        self._rest = b""
        self._begun: tuple[int, ...] = ()
        self.noise = 0
        """Bytes so far that belonged to no frame."""

    def feed(self, data: bytes) -> tuple[FrameT, ...]:
        """Take what has come and give the frames that it completes."""
        buffer = self._rest + data
        places = itertools.chain(self._begun, range(len(self._rest), len(buffer)))
        result = split(buffer, self._parse, places)
        self._rest, self._begun = result.rest, result.begun
        self.noise += result.noise
        return result.frames
