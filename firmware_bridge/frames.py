"""Finding frames in a stream of bytes that may begin anywhere and may be noisy. Pure: no port, no clock."""

from __future__ import annotations

from collections.abc import Callable
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
    """Frames found in a buffer, the tail that may still become one, and how many bytes belonged to neither."""

    frames: tuple[FrameT, ...]
    rest: bytes
    noise: int


def split(buffer: bytes, parse: Parse[FrameT]) -> Split[FrameT]:
    """Find every frame in a buffer.

    Every place is a candidate. One that still lacks bytes is remembered but never hides a whole frame that begins after
    it: a stray start byte costs itself alone, not the true frame that follows.
    """
    frames: list[FrameT] = []
    framed = 0
    unfinished: int | None = None
    at = 0
    while at < len(buffer):
        result = parse(buffer, at)
        if isinstance(result, Found):
            frames.append(result.frame)
            framed += result.length
            unfinished = None
            at += result.length
            continue
        if result is Verdict.MORE and unfinished is None:
            unfinished = at
        at += 1
    rest = b"" if unfinished is None else buffer[unfinished:]
    return Split(tuple(frames), rest, noise=len(buffer) - framed - len(rest))


class Decoder(Generic[FrameT]):
    """`split` over bytes that come a few at a time."""

    def __init__(self, parse: Parse[FrameT]) -> None:
        self._parse = parse
        self._rest = b""
        self.noise = 0
        """Bytes so far that belonged to no frame."""

    def feed(self, data: bytes) -> tuple[FrameT, ...]:
        """Take what has come and give the frames that it completes."""
        result = split(self._rest + data, self._parse)
        self._rest = result.rest
        self.noise += result.noise
        return result.frames
