"""A template: the packed iris code of one eye with its mask, and the bytes in which it is kept.

A picture whose boundaries can be read in two ways gives two codes, and the template holds both: only comparing can tell
which of a faint limbus and a strong collarette was the limbus.

The header names the format, the encoder, the eye, the quality and a checksum, so that a template that does not belong
here is refused instead of being compared.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from iris.code import CODE_COLUMNS, CODE_ROWS, IrisCode, encoder_fingerprint

MAGIC = b"IRLT"
FORMAT = 2
"""Version 1 had one reading and no count of them; such templates are read and written anew as version 2."""
SINGLE_READING_FORMAT = 1
READINGS = 2
CODE_BYTES = CODE_COLUMNS * CODE_ROWS * 2 // 8
MASK_BYTES = CODE_COLUMNS * CODE_ROWS // 8
READING_BYTES = CODE_BYTES + MASK_BYTES
CODE_BITS = CODE_COLUMNS * CODE_ROWS * 2
_HEADER = struct.Struct(">4sBBBB8sHH")
_COUNT = struct.Struct(">B")
_CHECKSUM = struct.Struct(">I")


class EyeSide(StrEnum):
    """Which eye of the person."""

    LEFT = "left"
    RIGHT = "right"
    UNKNOWN = "unknown"


class TemplateFormatError(ValueError):
    """Bytes that are not a template of this format; says which part is wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """The encoded iris of one eye.

    Attributes:
        code: (CODE_COLUMNS, 2) uint8, sixteen bits per column: eight rows, real and imaginary sign of each.
        mask: (CODE_COLUMNS, 1) uint8, eight bits per column: the rows that can be believed.
        side: which eye, as far as the capture knew.
        quality: 0 to 100.
        frames: how many frames were fused.
        encoder: fingerprint of the encoder that made it.
        rival: another reading of the same picture, where its boundaries were in doubt; comparing takes the nearer one.
    """

    code: NDArray[np.uint8] = field(repr=False)
    mask: NDArray[np.uint8] = field(repr=False)
    side: EyeSide = EyeSide.UNKNOWN
    quality: int = 0
    frames: int = 1
    encoder: bytes = field(default_factory=encoder_fingerprint)
    rival: Template | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.code.shape != (CODE_COLUMNS, 2) or self.code.dtype != np.uint8:
            raise TemplateFormatError(
                f"code: expected uint8 {(CODE_COLUMNS, 2)}, got {self.code.dtype} {self.code.shape}"
            )
        if self.mask.shape != (CODE_COLUMNS, 1) or self.mask.dtype != np.uint8:
            raise TemplateFormatError(
                f"mask: expected uint8 {(CODE_COLUMNS, 1)}, got {self.mask.dtype} {self.mask.shape}"
            )
        if not 0 <= self.quality <= 100:  # noqa: PLR2004 - the scale of ISO/IEC 29794-1
            raise TemplateFormatError(f"quality: expected 0 to 100, got {self.quality}")
        if not 1 <= self.frames <= 255:  # noqa: PLR2004 - one byte
            raise TemplateFormatError(f"frames: expected 1 to 255, got {self.frames}")
        if self.rival is not None and self.rival.rival is not None:
            raise TemplateFormatError(f"rival: a template has at most {READINGS} readings")
        if self.rival is not None and self.rival.encoder != self.encoder:
            raise TemplateFormatError("rival: both readings of a template are of one encoder")
        for array in (self.code, self.mask):
            array.setflags(write=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    @classmethod
    def of(cls, code: IrisCode, *, side: EyeSide, quality: int, frames: int = 1) -> Template:
        """Packs an iris code."""
        bits = np.packbits(code.bits.reshape(CODE_COLUMNS, -1), axis=1)
        return cls(bits, np.packbits(code.mask, axis=1), side, quality, frames)

    @property
    def readings(self) -> tuple[Template, ...]:
        """One template for each way in which the picture may be read, the most probable first."""
        alone = self if self.rival is None else replace(self, rival=None)
        return (alone,) if self.rival is None else (alone, self.rival)

    @classmethod
    def of_readings(cls, readings: Sequence[Template]) -> Template:
        """Puts one or two readings together; quality, frames and side are the first's."""
        first, *others = readings
        if not others:
            return replace(first, rival=None)
        rival = replace(others[0], rival=None, side=first.side, quality=first.quality, frames=first.frames)
        return replace(first, rival=rival)

    def unpacked(self) -> IrisCode:
        """The code as flags again."""
        bits = np.unpackbits(self.code, axis=1).reshape(CODE_COLUMNS, CODE_ROWS, 2).astype(bool)
        return IrisCode(bits, np.unpackbits(self.mask, axis=1).astype(bool))

    def to_bytes(self) -> bytes:
        """Header, count of readings, code and mask of each, CRC-32 (big-endian)."""
        side = list(EyeSide).index(self.side)
        head = _HEADER.pack(MAGIC, FORMAT, side, self.quality, self.frames, self.encoder, CODE_BYTES, MASK_BYTES)
        parts = [reading.code.tobytes() + reading.mask.tobytes() for reading in self.readings]
        body = head + _COUNT.pack(len(parts)) + b"".join(parts)
        return body + _CHECKSUM.pack(zlib.crc32(body))

    @classmethod
    def from_bytes(cls, data: bytes) -> Template:
        """Reads what `to_bytes` wrote, or an earlier version; raises `TemplateFormatError` on anything else.

        A template of another encoder is read, because it may have to be listed and renewed; comparing it is refused.
        """
        if len(data) <= _HEADER.size:
            raise TemplateFormatError(f"length: {len(data)} bytes are a header of {_HEADER.size} at most")
        magic, form, side, quality, frames, encoder, code_bytes, mask_bytes = _HEADER.unpack_from(data)
        if magic != MAGIC:
            raise TemplateFormatError(f"magic: expected {MAGIC!r}, got {magic!r}; this is no iris template")
        if form not in (SINGLE_READING_FORMAT, FORMAT):
            raise TemplateFormatError(f"format: version {form} is not known here (known: 1 to {FORMAT}); enrol again")
        if (code_bytes, mask_bytes) != (CODE_BYTES, MASK_BYTES):
            raise TemplateFormatError(
                f"size: code and mask of {code_bytes} and {mask_bytes} bytes are not of this format"
            )
        arrays = _arrays(data, form)
        if side >= len(EyeSide):
            raise TemplateFormatError(f"side: {side} names no eye")
        facts = (list(EyeSide)[side], quality, frames, encoder)
        return cls.of_readings([cls(code, mask, *facts) for code, mask in arrays])


def _arrays(data: bytes, form: int) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Code and mask of each reading behind a header, which something follows; raises `TemplateFormatError`."""
    start, count = _HEADER.size, 1
    if form != SINGLE_READING_FORMAT:
        count = data[start]
        start += _COUNT.size
        if not 1 <= count <= READINGS:
            raise TemplateFormatError(f"readings: expected 1 to {READINGS}, got {count}")
    end = start + count * READING_BYTES
    if len(data) != end + _CHECKSUM.size:
        raise TemplateFormatError(f"length: expected {end + _CHECKSUM.size} bytes, got {len(data)}")
    if _CHECKSUM.unpack_from(data, end)[0] != zlib.crc32(data[:end]):
        raise TemplateFormatError("checksum: the bytes were changed or damaged")
    both = np.frombuffer(data, np.uint8, count * READING_BYTES, start).reshape(count, READING_BYTES)
    return [
        (row[:CODE_BYTES].reshape(CODE_COLUMNS, 2).copy(), row[CODE_BYTES:].reshape(CODE_COLUMNS, 1).copy())
        for row in both
    ]
